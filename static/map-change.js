// How a change between two periods is drawn: purple down, orange up, dark only where it is clear.
"use strict";

const mapChange = (function () {
  const CLASSES = [
    ["Clearly up", "#a84f05", "▲"],
    ["Up, not clear", "#fdb863", ""],
    ["The same", "#f7f7f7", ""],
    ["Down, not clear", "#b2abd2", ""],
    ["Clearly down", "#542788", "▼"],
    ["Not told", "#fff", ""],
  ];

  // Of CLASSES, that of an area: clear where the layer says so, else which way the counts went.
  function way({ direction, ratio, count, count_before: before }) {
    if (direction === "up") return 0;
    if (direction === "down") return 4;
    if (direction === null) return 5;
    if (ratio === null) return before === 0 && count > 0 ? 1 : 2;
    return ratio > 1 ? 1 : ratio < 1 ? 3 : 2;
  }

  function legend({ words }, counts) {
    const table = document.createElement("table");
    table.className = "legend";
    table.innerHTML = '<caption></caption><thead><tr><th scope="col" class="key"><span class="visually-hidden">Colour</span></th><th scope="col"><span class="visually-hidden">Class</span></th><th scope="col">Areas</th></tr></thead><tbody></tbody>';
    table.caption.textContent = words;
    CLASSES.forEach(([label, colour, sign], place) => {
      if (label === "Not told" && !counts[place]) return;
      const row = table.tBodies[0].insertRow();
      row.innerHTML = `<td class="key"><svg class="swatch" aria-hidden="true"><rect width="100%" height="100%" fill="${colour}"/></svg></td><th scope="row"></th><td></td>`;
      row.cells[1].textContent = `${sign} ${label}`.trim();
      row.cells[2].textContent = counts[place].toLocaleString("en-GB");
    });
    return table;
  }

  return { CLASSES, way, legend };
})();
