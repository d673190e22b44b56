// One area of a map may be marked: by a double ring, its tip, and in words. Keys, the table, the
// search and a click all mark it here. What follows a mark listens to the map's event "mark".
"use strict";

const mapMark = (function () {
  const ITEM = ["theme", "datetime", "compare", "place", "source", "town", "cell", "shape", "bandwidth"];
  const NEAR = 11; // the level of zoom that an area of many is brought to
  const RING = [["#fff", 13], ["#17406d", 10], ["#fff", 5], ["#17406d", 1.5]];

  // The middle of an area; of a point, the point.
  function middle(area) {
    return area.getLatLng ? area.getLatLng() : area.getBounds().getCenter();
  }

  function bounds(area) {
    return area.getBounds ? area.getBounds() : L.latLngBounds([area.getLatLng()]);
  }

  // The address of one area alone, with the question that the map asks.
  function address(config, id, format) {
    const asked = new URL(config.url, window.location.href);
    const query = new URLSearchParams([...asked.searchParams].filter(([name]) => ITEM.includes(name)));
    query.set("f", format);
    return `${asked.pathname}/${encodeURIComponent(id)}?${query}`;
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
      this.areas = layer.areas ?? new Map(layer.getLayers().map((area) => [area.feature.id, area]));
      this.marked = this.areas.get(id) ?? null;
      this.draw();
      if (id && layer.find) this.resume(id);
    }

    // The same for an area that is not drawn yet, unless another was marked meanwhile.
    async resume(id) {
      const area = await this.find(id);
      if (area && !this.marked) this.put(area);
    }

    // Whether the map has an area, and the area: null where it has none.
    has(id) {
      return this.areas.has(id) || Boolean(this.layer.find);
    }
    async find(id) {
      return this.areas.get(id) ?? (await this.layer.find?.(id)) ?? null;
    }

    click({ layer, propagatedFrom, originalEvent }) {
      const area = layer ?? propagatedFrom;
      const again = area === this.marked && originalEvent && originalEvent.detail === 1;
      this.mark(area, { tip: false, again });
    }

    // The ids in the order of the table beside the map; of the drawing where there is none.
    order() {
      const rows = [...document.querySelectorAll("tr[data-feature]")].map((row) => row.dataset.feature);
      const found = rows.filter((id) => this.has(id));
      return found.length ? found : [...this.areas.keys()];
    }

    mark(area, { tip = true, again = false } = {}) {
      this.pinned.clearLayers();
      this.put(area);
      if (tip) this.tell();
      const order = this.order();
      const found = order.indexOf(area.feature.id) + 1;
      const place = found ? `${found} of ${order.length}` : "";
      const { properties } = area.feature;
      const said = [properties[this.config.label], ...this.tips.lines(properties), place];
      this.spoken.textContent = said.filter(Boolean).map((text) => text.replace(/\.$/, "")).join(". ");
      this.map.fire("mark", { id: area.feature.id, again });
    }

    // An area in tiles gets its ring when its outline is there.
    put(area) {
      this.marked = area;
      this.draw();
      if (!area.feature.geometry) this.layer.whole(area).then(() => this.draw());
    }

    // Beside the area, where there is room inside the map.
    tell() {
      const { map, marked } = this;
      const box = bounds(marked);
      const [a, b] = [box.getNorthWest(), box.getSouthEast()].map((corner) => map.latLngToLayerPoint(corner));
      this.tips.open(marked, middle(marked), b.subtract(a).divideBy(2).add([14, 14]));
    }

    // Brings an area into the middle of the map and marks it; false where the map has no such area.
    async choose(id) {
      const area = this.areas && (await this.find(id));
      if (!area) return false;
      await this.layer.whole?.(area);
      const { map } = this;
      const maxZoom = this.layer.whole ? NEAR : map.getZoom() + 1;
      if (area.getBounds) map.fitBounds(area.getBounds(), { maxZoom, padding: [60, 60], animate: false });
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
      if (!this.marked?.feature.geometry) return;
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

  return { middle, all, address };
})();
