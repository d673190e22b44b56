// A background from elsewhere, where the service was told of one: tiles under the areas, which let
// it show through, with the words that its publisher asks for.
"use strict";

(function () {
  const told = document.querySelector('meta[name="safermap-tiles"]');
  if (!told) return;

  L.Map.addInitHook(function () {
    this.once("areas", ({ config }) => {
      if (!config.still) lay(this);
    });
  });

  function lay(map) {
    const box = map.getContainer().parentElement;
    const tiles = L.tileLayer(told.content, { maxZoom: 22, maxNativeZoom: 19 });
    let [came, failed] = [0, 0];
    tiles.on("loading", () => ([came, failed] = [0, 0]));
    tiles.on("tileload", () => {
      came += 1;
      box.classList.add("tiled");
    });
    tiles.on("tileerror", () => (failed += 1));
    tiles.on("load", () => {
      if (!came) box.classList.remove("tiled");
      say(box, failed ? `${came ? "Part of the" : "The"} background map could not be loaded. The areas and their figures are whole without it.` : "");
    });
    tiles.addTo(map);
    credit(map);
  }

  function say(box, text) {
    let note = box.querySelector(".map-note.tiles");
    if (!note && !text) return;
    if (!note) {
      note = document.createElement("p");
      note.className = "map-note below tiles";
      note.setAttribute("role", "status");
      box.append(note);
    }
    note.hidden = !text;
    if (note.textContent !== text) note.textContent = text;
  }

  function credit(map) {
    const Credit = L.Control.extend({
      onAdd() {
        const words = L.DomUtil.create("p", "map-credit");
        words.textContent = told.dataset.attribution;
        return words;
      },
    });
    new Credit({ position: "bottomright" }).addTo(map);
  }
})();
