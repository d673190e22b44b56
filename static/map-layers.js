// The boxes on a town's map: its areas, the places that incidents stand on, and the change.
"use strict";

(function () {
  const NAMES = { areas: "Areas", places: "Street places", change: "Change" };
  const RADIUS = 2.9; // pixels of a place with one incident; areas of circles go by their counts
  const MOST_COVERED = 0.12; // of the box round the areas; where circles would cover more, all are smaller
  const PLACE = { color: "#fff", fillColor: "#14202b", fillOpacity: 0.82, interactive: false };

  class Boxes {
    constructor(map) {
      this.map = map;
      this.held = {};
      this.turns = {};
      this.on = { areas: true, places: true, change: false };
      this.box = map.getContainer().parentElement;
      map.createPane("places").style.zIndex = 440;
      map.getPane("places").style.pointerEvents = "none";
      this.canvas = L.canvas({ pane: "places" });
      this.circles = L.layerGroup().addTo(map);
      this.signs = L.layerGroup().addTo(map);
      for (const kind of ["mousemove", "click"]) map.getContainer().addEventListener(kind, (event) => this.point(event), true);
      map.on("zoomend viewreset", () => this.locate());
    }

    // After each drawing: the areas have their own colours again, and the layers other addresses.
    renew({ layer, config }) {
      Object.assign(this, { layer, config });
      this.colours = new Map(layer.getLayers().map((area) => [area, area.options.fillColor]));
      this.control();
      this.places();
      this.change();
    }

    control() {
      if (this.bar) this.bar.remove();
      this.fieldset = document.createElement("fieldset");
      this.fieldset.className = "map-boxes";
      this.fieldset.innerHTML = '<legend class="visually-hidden">Shown on the map</legend>';
      for (const name of Object.keys(NAMES).filter((name) => name === "areas" || this.config.layers[name])) {
        const [label, tick] = ["label", "input"].map((tag) => document.createElement(tag));
        Object.assign(tick, { type: "checkbox", name, checked: this.on[name] });
        tick.addEventListener("change", () => this.toggle(name, tick.checked));
        label.append(tick, NAMES[name]);
        this.fieldset.append(label);
      }
      L.DomEvent.disableClickPropagation(this.fieldset);
      this.bar = new (L.Control.extend({ onAdd: () => this.fieldset }))({ position: "topright" });
      this.bar.addTo(this.map);
    }

    toggle(name, on) {
      this.on[name] = on;
      if (name === "places") this.places();
      else this.change();
    }

    // What is to be shown, null for nothing; no answer where something else was asked for meanwhile.
    async wanted(name) {
      const turn = (this.turns[name] = (this.turns[name] ?? 0) + 1);
      const found = this.config.layers[name] && this.on[name] ? await this.fetch(name) : null;
      return turn === this.turns[name] ? { found } : null;
    }

    async fetch(name) {
      const { url } = this.config.layers[name];
      if (!this.held[name] || this.held[name].url !== url) {
        try {
          const response = await fetch(url, { headers: { Accept: "application/geo+json" } });
          if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
          this.held[name] = { url, features: (await response.json()).features };
        } catch (error) {
          console.warn(`map layer ${name}:`, error.message);
          this.note(`${NAMES[name]} could not be loaded. The rest of the map is whole.`);
          return null;
        }
      }
      return this.held[name].features;
    }

    note(text) {
      const words = document.createElement("p");
      Object.assign(words, { className: "map-note below", textContent: text });
      words.setAttribute("role", "status");
      this.box.append(words);
      setTimeout(() => words.remove(), 10000);
    }

    async places() {
      delete this.box.dataset.places;
      const answer = await this.wanted("places");
      if (!answer) return;
      this.circles.clearLayers();
      this.drawn = (answer.found ?? []).map(({ properties, geometry }) => {
        const at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
        return { properties, at, circle: L.circleMarker(at, { ...PLACE, renderer: this.canvas, pane: "places" }) };
      });
      this.total = this.drawn.reduce((sum, { properties }) => sum + properties.count, 0);
      this.drawn.sort((a, b) => b.properties.count - a.properties.count);
      this.locate();
      for (const { circle } of this.drawn) circle.addTo(this.circles);
      mapLabels.again(); // clear of the circles
      this.box.dataset.places = this.drawn.length;
    }

    // Where the places are on the screen and how large their circles, after each change of scale.
    locate() {
      if (!this.drawn) return;
      const unit = this.unit();
      for (const place of this.drawn) {
        place.point = this.map.latLngToLayerPoint(place.at);
        place.radius = unit * Math.sqrt(place.properties.count);
        place.circle.setStyle({ radius: place.radius, weight: (1.1 * unit) / RADIUS });
      }
      this.key("places", this.drawn.length ? sizes(this.drawn, this.config.noun, unit) : null);
    }

    // The radius of a place with one incident.
    unit() {
      const bounds = this.layer.getBounds();
      const [a, b] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) => this.map.latLngToLayerPoint(corner));
      const room = (MOST_COVERED * (b.x - a.x) * (b.y - a.y)) / Math.PI;
      return Math.min(RADIUS, Math.sqrt(room / Math.max(this.total, 1)));
    }

    // The smallest circle under the pointer has its tip in place of its area's.
    point(event) {
      if (!this.drawn || this.map.dragging.moving()) return;
      if (event.target.closest(".leaflet-control")) return;
      const at = this.map.mouseEventToLayerPoint(event);
      const place = this.drawn.findLast(({ point, radius }) => at.distanceTo(point) <= Math.max(radius, 4));
      if (!place && this.over) this.map.marks.tips.close();
      this.over = place;
      if (!place) return;
      event.stopPropagation();
      const room = L.point(place.radius, place.radius).add([8, 8]);
      this.map.marks.tips.show(place, () => this.words(place.properties), place.at, room);
    }

    words({ name, count }) {
      const [box, title] = ["div", "b"].map((tag) => document.createElement(tag));
      title.textContent = name;
      const all = mapTips.counted(this.total, this.config.noun);
      box.append(title, this.total === 1 ? `The town’s ${all} that has a place` : `${count.toLocaleString("en-GB")} of the town’s ${all} that have a place`);
      return box;
    }

    // The difference of the two periods takes the place of the rates.
    async change() {
      const answer = await this.wanted("change");
      if (!answer) return;
      const { found } = answer;
      const told = new Map((found ?? []).map(({ id, properties }) => [id, properties]));
      this.signs.clearLayers();
      const counts = mapChange.CLASSES.map(() => 0);
      for (const [area, colour] of this.colours) {
        const row = told.get(area.feature.id);
        const place = row ? mapChange.way(row) : null;
        if (row) area.feature.properties.changed = row.in_words;
        else delete area.feature.properties.changed;
        if (row) counts[place] += 1;
        area.setStyle({ fillColor: row ? mapChange.CLASSES[place][1] : colour, fillOpacity: found || this.on.areas ? 1 : 0 });
        if (row && mapChange.CLASSES[place][2]) this.sign(area, mapChange.CLASSES[place]);
      }
      this.box.dataset.change = found ? told.size : "";
      this.key("change", found ? mapChange.legend(this.config.layers.change, counts) : null);
    }

    sign(area, [, colour, sign]) {
      const html = document.createElement("span");
      html.textContent = sign;
      const icon = L.divIcon({ className: "map-sign", html, iconSize: [20, 20] });
      L.marker(mapMark.middle(area), { icon, pane: "marks", interactive: false, keyboard: false }).addTo(this.signs);
    }

    // What a layer's marks mean, under the legend beside the map.
    key(name, element) {
      for (const old of document.querySelectorAll(`[data-key="${name}"]`)) old.remove();
      if (!element) return;
      element.dataset.key = name;
      (document.querySelector(".rail .sheet") ?? this.box.parentElement).append(element);
    }
  }

  function sizes(drawn, noun, unit) {
    const most = drawn[0].properties.count;
    const shown = [1, 5, 10, 25, 50, 100].filter((count) => count === 1 || count <= most).slice(0, 4);
    const line = document.createElement("p");
    line.className = "map-key";
    const circles = shown.map((count) => unit * Math.sqrt(count));
    const [width, height] = [circles.reduce((sum, r) => sum + 2 * r + 3, 0), 2 * Math.max(...circles) + 2];
    let x = 1;
    const marks = circles.map((r) => {
      const mark = `<circle cx="${x + r}" cy="${height / 2}" r="${r}" fill="#14202b" fill-opacity=".82"/>`;
      x += 2 * r + 3;
      return mark;
    });
    line.innerHTML = `<svg width="${width}" height="${height}" aria-hidden="true">${marks.join("")}</svg><span></span>`;
    line.lastChild.textContent = `Street places: ${[...shown.slice(0, -1), mapTips.counted(shown.at(-1), noun)].join(", ")}`;
    return line;
  }

  L.Map.addInitHook(function () {
    this.on("areas", (event) => {
      if (!event.config.layers) return;
      this.boxes ??= new Boxes(this);
      this.boxes.renew(event);
    });
  });
})();
