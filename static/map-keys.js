// Keys on a map: it is one tab stop, and the arrow keys go from area to area.
"use strict";

(function () {
  const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const HELP = "Arrow keys go from area to area, Home and End to the first and last of the table. Enter opens the area’s page, space goes to its row, plus and minus zoom, Escape leaves the area.";

  // What is drawn is told in words: by the summary of an area, the table and the list of findings.
  L.Map.addInitHook(function () {
    this.getPane("mapPane").setAttribute("aria-hidden", "true");
    this.once("areas", ({ config }) => {
      if (!config.still) listen(this);
    });
  });

  function listen(map) {
    const container = map.getContainer();
    const help = document.createElement("p");
    help.className = "map-help";
    help.id = `${container.id}-help`;
    help.textContent = HELP;
    container.parentElement.append(help);
    container.setAttribute("aria-describedby", help.id);
    map.keyboard.disable();
    container.tabIndex = 0;
    container.addEventListener("keydown", (event) => {
      if (event.target !== container || event.altKey || event.ctrlKey || event.metaKey) return;
      if (press(map, event.key)) event.preventDefault();
    });
  }

  // Whether the key meant something.
  function press(map, key) {
    const { marks } = map;
    if (WAYS[key]) return step(map, marks.marked ? nearest(map, WAYS[key]) : marks.order()[0]);
    if (key === "Home" || key === "End") return step(map, marks.order().at(key === "Home" ? 0 : -1));
    if (key === "+" || key === "=") return Boolean(map.zoomIn());
    if (key === "-") return Boolean(map.zoomOut());
    if (!marks.marked) return false;
    if (key === "Escape") marks.clear();
    else if (key === "Enter") window.location.assign(mapMark.address(marks.config, marks.marked.feature.id, "html"));
    else if (key === " ") map.fire("mark", { id: marks.marked.feature.id, again: true });
    else return false;
    return true;
  }

  function step(map, id) {
    map.marks.find(id).then((area) => {
      if (!area) return;
      const at = mapMark.middle(area);
      if (!map.getBounds().pad(-0.05).contains(at)) map.panTo(at, { animate: false });
      map.marks.mark(area);
      map.getContainer().parentElement.classList.add("helped");
    });
    return true;
  }

  // The nearest area in a direction: ahead counts once, aside twice; straight ahead goes first.
  function nearest(map, [dx, dy]) {
    const { areas, marked } = map.marks;
    const point = (area) => map.project(mapMark.middle(area), 12);
    const from = point(marked);
    const found = [...areas].map(([id, area]) => {
      const to = point(area).subtract(from);
      const ahead = to.x * dx + to.y * dy;
      const aside = Math.abs(to.x * dy) + Math.abs(to.y * dx);
      return { id, ahead, far: ahead + 2 * aside + (aside > ahead ? 1e6 : 0) };
    });
    const before = found.filter(({ ahead }) => ahead > 0).sort((a, b) => a.far - b.far);
    return before.length ? before[0].id : null;
  }
})();
