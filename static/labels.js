// Writes the labels of a map: what was found, the towns, and lines from a label to its area.
"use strict";

const mapLabels = (function () {
  const INK = "#14202b";
  const WORDS = { "hot spot": "Hot spot", raised: "Raised" };

  // Labels: findings first, then towns by size; one that would cover another is left out.
  function write(map, config, focus, leaders) {
    const pane = map.getPane("labels");
    for (const old of pane.querySelectorAll(".map-label")) old.remove();
    leaders.clearLayers();
    const taken = [];
    const rings = config.town ? focus.flatMap(outerRings) : [];
    for (const group of findings(config, focus)) {
      const at = middle(group.features[0]);
      const edges = place(map, pane, taken, at, "finding", ...words(config, group), rings);
      if (edges) lead(map, leaders, at, edges);
    }
    const told = new Set(findings(config, focus).map((group) => group.features[0].properties.town));
    for (const town of config.places) {
      if (told.has(town.name)) continue;
      const kind = config.town ? "near" : "town";
      place(map, pane, taken, L.latLng(town.at[1], town.at[0]), kind, town.name, null, []);
    }
  }

  // Hot spots, then raised areas, most incidents first; on a map of the whole area one label a town.
  function findings(config, features) {
    const groups = new Map();
    const byCount = [...features].sort((a, b) => b.properties.count - a.properties.count);
    for (const kind of ["hot spot", "raised"]) {
      for (const feature of byCount.filter((item) => item.properties.hotspot_class === kind)) {
        const { name, town, count } = feature.properties;
        const key = `${kind} ${config.town ? name : town ?? name}`;
        const group = groups.get(key) ?? { kind, features: [], count: 0 };
        group.features.push(feature);
        group.count += count;
        groups.set(key, group);
      }
    }
    return [...groups.values()];
  }

  function words(config, { kind, features, count }) {
    const { name, town } = features[0].properties;
    const inTown = name.replace(`, ${config.town}`, "").replace(`${config.town} town centre`, "town centre");
    const where = config.town ? inTown : town ?? name.split(", ").pop();
    const counted = `${count.toLocaleString("en-GB")} ${config.noun}`;
    if (features.length === 1) return [`${WORDS[kind]}: ${where}`, counted];
    const plural = kind === "hot spot" ? "Hot spots" : WORDS[kind];
    return [`${plural}: ${where}`, `${features.length} areas, ${counted}`];
  }

  function outerRings(feature) {
    const { type, coordinates } = feature.geometry;
    return type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
  }

  // The middle of the box round an area, or of its longest ring where that lies outside it.
  function middle(feature) {
    const centre = L.geoJSON(feature).getBounds().getCenter();
    const rings = outerRings(feature);
    if (rings.some((ring) => holds(ring, centre.lng, centre.lat))) return centre;
    const ring = rings.reduce((a, b) => (b.length > a.length ? b : a));
    return L.latLng(ring[0][1], ring[0][0]);
  }

  function holds(ring, x, y) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  }

  // Where a label may stand: on its point, or for a finding on rings round it, nearest first.
  function candidates(kind) {
    if (kind !== "finding") return [[0, 0], [0, 14], [0, -14]];
    const found = [];
    for (const distance of [44, 70, 100, 140, 190, 250]) {
      for (let turn = 0; turn < 16; turn++) {
        const angle = (turn * Math.PI) / 8;
        found.push([Math.cos(angle) * distance * 1.5, Math.sin(angle) * distance]);
      }
    }
    return found;
  }

  function place(map, pane, taken, at, kind, text, more, rings) {
    const box = document.createElement("div");
    box.className = `map-label ${kind}`;
    const name = document.createElement(kind === "finding" ? "b" : "span");
    name.textContent = text;
    box.append(name);
    if (more) box.append(more);
    pane.append(box);
    const [w, h] = [box.offsetWidth / 2 + 3, box.offsetHeight / 2 + 2];
    const point = map.latLngToLayerPoint(at);
    const view = map.getPixelBounds().getTopLeft().subtract(map.getPixelOrigin());
    const size = map.getSize();
    let best = null;
    for (const [dx, dy] of candidates(kind)) {
      const [x, y] = [point.x + dx, point.y + dy];
      const edges = [x - w, y - h, x + w, y + h];
      if (edges[0] < view.x || edges[1] < view.y || edges[2] > view.x + size.x || edges[3] > view.y + size.y) continue;
      if (taken.some((other) => edges[0] < other[2] && edges[2] > other[0] && edges[1] < other[3] && edges[3] > other[1])) continue;
      const cost = Math.hypot(dx, dy) + 60 * covered(map, rings, edges);
      if (!best || cost < best.cost) best = { x, y, edges, cost };
      if (kind !== "finding") break;
    }
    if (!best) {
      box.remove();
      return null;
    }
    box.style.left = `${best.x}px`;
    box.style.top = `${best.y}px`;
    taken.push(best.edges);
    return best.edges;
  }

  // How many of five points of a box lie on coloured areas: labels go into empty ground.
  function covered(map, rings, [left, top, right, bottom]) {
    if (!rings.length) return 0;
    const points = [[left, top], [right, top], [left, bottom], [right, bottom], [(left + right) / 2, (top + bottom) / 2]];
    return points.filter(([x, y]) => {
      const { lng, lat } = map.layerPointToLatLng([x, y]);
      return rings.some((ring) => holds(ring, lng, lat));
    }).length;
  }

  function lead(map, leaders, at, [left, top, right, bottom]) {
    const from = map.latLngToLayerPoint(at);
    const to = [Math.min(Math.max(from.x, left + 4), right - 4), Math.min(Math.max(from.y, top), bottom)];
    const line = [at, map.layerPointToLatLng(to)];
    for (const style of [{ color: "#fff", weight: 3.5 }, { color: INK, weight: 1.25 }]) {
      L.polyline(line, { ...style, pane: "marks", interactive: false }).addTo(leaders);
    }
  }

  return { write };
})();
