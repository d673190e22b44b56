// The table beside a map goes in step with it: a row's name marks its area, a marked area its row.
"use strict";

(function () {
  L.Map.addInitHook(function () {
    this.on("areas", ({ config }) => {
      if (config.still) return;
      for (const row of document.querySelectorAll("tr[data-feature]")) name(this, row);
      if (this.marks.marked) point(this.marks.marked.feature.id);
    });
    this.on("mark", ({ id, again }) => {
      const row = point(id);
      if (row && again) show(row);
    });
  });

  // The name of a row becomes a button, where the map has its area.
  function name(map, row) {
    const cell = row.cells[0];
    if (cell.querySelector("[data-area]") || !map.marks.has(row.dataset.feature)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.area = row.dataset.feature;
    button.append(...[...cell.childNodes].filter((node) => !(node.classList && node.classList.contains("sub"))));
    cell.prepend(button);
  }

  function point(id) {
    for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
    const row = [...document.querySelectorAll("tr[data-feature]")].find((item) => item.dataset.feature === id);
    if (row) row.setAttribute("aria-current", "true");
    return row;
  }

  function show(row) {
    const folded = row.closest("details");
    if (folded) folded.open = true;
    row.scrollIntoView({ block: "center" });
    const button = row.querySelector("button");
    if (button) button.focus({ preventScroll: true });
  }
})();
