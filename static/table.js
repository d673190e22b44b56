// Sorts a table by the heading that was chosen. Without script the table stays in its own order.
// What is not told comes last either way. What is folded is printed open.
"use strict";

(function () {
  function value(row, column) {
    const cell = row.cells[column];
    const told = cell.dataset.value ?? cell.textContent.trim();
    return told === "" || Number.isNaN(Number(told)) ? told : Number(told);
  }

  function compare(a, b) {
    if (typeof a === typeof b) {
      return typeof a === "number" ? a - b : a.localeCompare(b, "en-GB");
    }
    return typeof a === "number" ? -1 : 1;
  }

  function sort(table, heading) {
    const descending = heading.getAttribute("aria-sort") !== "descending";
    const rows = [...table.tBodies[0].rows];
    const turn = descending ? -1 : 1;
    rows.sort((a, b) => {
      const [one, other] = [a, b].map((row) => value(row, heading.cellIndex));
      return (one === "") - (other === "") || turn * compare(one, other);
    });
    table.tBodies[0].append(...rows);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  }

  function prepare() {
    for (const heading of document.querySelectorAll("table[data-sortable] > thead > tr > th:not(:has(button))")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(heading.closest("table"), heading));
      heading.append(button);
    }
  }

  prepare();
  document.addEventListener("safermap:shown", prepare);

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const folded of opened) folded.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const folded of opened) folded.open = false;
  });
})();
