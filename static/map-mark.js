// One area of a map may be marked: by a double ring, its tip, and in words. Keys, the table, the
// search and a click all mark it here. What follows a mark listens to the map's event "mark".
"use strict";

const mapMark = (function () {
  const RING = [["#fff", 13], ["#17406d", 10], ["#fff", 5], ["#17406d", 1.5]];

  // The middle of an area; of a point, the point.
  function middle(area) {
    return area.getLatLng ? area.getLatLng() : area.getBounds().getCenter();
  }

  function bounds(area) {
    return area.getBounds ? area.getBounds() : L.latLngBounds([area.getLatLng()]);
  }

  class Marks {
    constructor(map) {
      this.map = map;
      this.marked = null;
      this.box = map.getContainer().parentElement;
      map.createPane("mark").style.zIndex = 455;
      map.getPane("mark").style.pointerEvents = "none";
      this.ring = L.layerGroup().addTo(map);
      this.pinned = L.layerGroup().addTo(map);
      this.spoken = document.createElement("p");
      this.spoken.className = "visually-hidden";
      this.spoken.setAttribute("role", "status");
      this.box.append(this.spoken);
      map.on("zoomend", () => this.draw());
    }

    // After each drawing: the same area stays marked, with its new figures.
    renew({ layer, config, tips }) {
      const id = this.marked && this.marked.feature.id;
      if (this.layer !== layer) layer.on("click", (event) => this.click(event));
      Object.assign(this, { layer, config, tips });
      this.areas = new Map(layer.getLayers().map((area) => [area.feature.id, area]));
      this.marked = this.areas.get(id) ?? null;
      this.draw();
    }

    click({ layer, propagatedFrom, originalEvent }) {
      const area = layer ?? propagatedFrom;
      const again = area === this.marked && originalEvent && originalEvent.detail === 1;
      this.mark(area, { tip: false, again });
    }

    // The ids in the order of the table beside the map; of the drawing where there is none.
    order() {
      const rows = [...document.querySelectorAll("tr[data-feature]")].map((row) => row.dataset.feature);
      const found = rows.filter((id) => this.areas.has(id));
      return found.length ? found : [...this.areas.keys()];
    }

    mark(area, { tip = true, again = false } = {}) {
      this.marked = area;
      this.pinned.clearLayers();
      this.draw();
      if (tip) this.tell();
      const order = this.order();
      const place = `${order.indexOf(area.feature.id) + 1} of ${order.length}`;
      const { properties } = area.feature;
      const said = [properties[this.config.label], ...this.tips.lines(properties), place];
      this.spoken.textContent = said.map((text) => text.replace(/\.$/, "")).join(". ");
      this.map.fire("mark", { id: area.feature.id, again });
    }

    // Beside the area, where there is room inside the map.
    tell() {
      const { map, marked } = this;
      const box = bounds(marked);
      const [a, b] = [box.getNorthWest(), box.getSouthEast()].map((corner) => map.latLngToLayerPoint(corner));
      this.tips.open(marked, middle(marked), b.subtract(a).divideBy(2).add([14, 14]));
    }

    // Brings an area into the middle of the map and marks it; false where the map has no such area.
    choose(id) {
      const area = this.areas && this.areas.get(id);
      if (!area) return false;
      const { map } = this;
      if (area.getBounds) map.fitBounds(area.getBounds(), { maxZoom: map.getZoom() + 1, padding: [60, 60], animate: false });
      else map.setView(middle(area), Math.max(map.getZoom(), 15), { animate: false });
      this.box.scrollIntoView({ block: "nearest" });
      this.mark(area);
      return true;
    }

    // A place that was looked for, by a ring of its own and its name, in the middle of the map.
    pin(at, name) {
      this.pinned.clearLayers();
      this.map.setView(at, Math.max(this.map.getZoom(), 15), { animate: false });
      this.tips.close();
      const words = document.createElement("b");
      words.textContent = name;
      for (const [color, weight] of RING.slice(2)) {
        L.circleMarker(at, { pane: "mark", interactive: false, color, weight, fill: false, radius: 11 }).addTo(this.pinned);
      }
      L.tooltip({ className: "tip", permanent: true, opacity: 1, direction: "right", offset: [14, 0] }).setContent(words).setLatLng(at).addTo(this.pinned);
    }

    clear() {
      this.marked = null;
      this.pinned.clearLayers();
      this.draw();
      this.tips.close();
      this.spoken.textContent = "No area is marked.";
      this.map.fire("mark", { id: null });
    }

    // Round the area, and round the place of one that is too small to be seen.
    draw() {
      this.ring.clearLayers();
      if (!this.marked) return;
      const { centre, radius } = mapLabels.extent(this.map, this.marked.feature);
      const small = 2 * radius < mapLabels.SMALL;
      for (const [color, weight] of RING) {
        const style = { pane: "mark", interactive: false, color, weight, fill: false, lineJoin: "round" };
        const mark = small ? L.circleMarker(centre, { ...style, radius: radius + 12 }) : L.geoJSON(this.marked.feature, { style, ...style });
        mark.addTo(this.ring);
      }
    }
  }

  L.Map.addInitHook(function () {
    this.on("areas", (event) => {
      if (event.config.still) return;
      this.marks ??= new Marks(this);
      this.marks.renew(event);
    });
  });

  // Buttons on the page that name an area: those there now and those that come later.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-area]");
    if (button) for (const marks of all()) marks.choose(button.dataset.area);
  });

  const maps = [];
  L.Map.addInitHook(function () {
    maps.push(this);
  });
  function all() {
    return maps.map((map) => map.marks).filter(Boolean);
  }

  return { middle, all };
})();
