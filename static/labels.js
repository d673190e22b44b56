// Writes the labels of a map: what was found, the towns, and lines from a label to its area.
"use strict";

const mapLabels = (function () {
  const INK = "#14202b";
  const SMALL = 22; // pixels; a finding smaller than this is circled on a map of the whole area
  let last = null; // what was written
  const WORDS = { "hot spot": "Hot spot", raised: "Raised" };

  // Labels: findings first, then towns by size, then the areas of a town; none covers another.
  function write(map, config, focus, leaders) {
    last = [map, config, focus, leaders];
    const pane = map.getPane("labels");
    for (const old of pane.querySelectorAll(".map-label")) old.remove();
    leaders.clearLayers();
    const groups = findings(config, focus);
    const found = groups.flatMap((group) => group.features);
    const rings = config.town ? focus.flatMap(outerRings) : [];
    const ground = { map, pane, rings, lines: [], taken: controls(map), marks: config.outlines ? found.map((feature) => core(map, feature)) : [] };
    for (const group of groups) {
      const at = middle(group.features[0]);
      const edges = place(ground, at, "finding", ...words(config, group));
      if (edges) ground.lines.push(...lead(map, leaders, group.features[0], at, edges, config));
    }
    for (const feature of signed(config, focus)) place(ground, middle(feature), "sign", sign(config, feature), null);
    const told = new Set(found.map((feature) => feature.properties.town));
    for (const town of config.places) {
      if (town.name === config.town || told.has(town.name)) continue;
      const kind = config.town ? "near" : "town";
      place(ground, L.latLng(town.at[1], town.at[0]), kind, town.name, null);
    }
    if (!config.town) return;
    if (config.outlines) ground.lines.push(...found.flatMap((feature) => along(map, feature)));
    for (const feature of focus) {
      const name = street(config, feature.properties[config.label]);
      if (!found.includes(feature) && !name.includes("(")) inside(ground, feature, name);
    }
  }

  // The sign of an area's class, so that its colour is not the only sign.
  function sign(config, { properties }) {
    const found = config.classes.find((item) => item.values && item.values.includes(properties[config.field]));
    return found && found.sign;
  }

  function signed(config, features) {
    const found = features.filter((feature) => sign(config, feature));
    return found.sort((a, b) => b.properties.count - a.properties.count);
  }

  // The boxes of the zoom buttons and the scale: a label there could not be read.
  function controls(map) {
    const box = map.getContainer().getBoundingClientRect();
    return [...map.getContainer().querySelectorAll(".leaflet-control")].map((control) => {
      const { left, top, right, bottom } = control.getBoundingClientRect();
      const a = map.containerPointToLayerPoint([left - box.left, top - box.top]);
      const b = map.containerPointToLayerPoint([right - box.left, bottom - box.top]);
      return [a.x, a.y, b.x, b.y];
    });
  }

  // The middle of the box round an area on the screen, and half its longer side.
  function extent(map, feature) {
    const bounds = L.geoJSON(feature).getBounds();
    const [a, b] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) => map.latLngToLayerPoint(corner));
    return { centre: bounds.getCenter(), a, b, radius: Math.max(b.x - a.x, b.y - a.y) / 2 };
  }

  // The box round a finding on the screen, a little shrunk: no label should stand there.
  function core(map, feature) {
    const { a, b } = extent(map, feature);
    const [x, y] = [(b.x - a.x) * 0.08, (b.y - a.y) * 0.08];
    return [a.x + x, a.y + y, b.x - x, b.y - y];
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
    const where = config.town ? street(config, name) : town ?? name.split(", ").pop();
    const counted = `${count.toLocaleString("en-GB")} ${config.noun}`;
    if (features.length === 1) return [`${WORDS[kind]}: ${where}`, counted];
    const plural = kind === "hot spot" ? "Hot spots" : WORDS[kind];
    return [`${plural}: ${where}`, `${features.length} areas, ${counted}`];
  }

  // The first street an area is named after, without its town.
  function street(config, name) {
    const [first] = name.replace(`, ${config.town}`, "").split(" and ");
    return first.replace(`${config.town} town centre`, "Town centre");
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
    if (kind !== "finding") return [[0, 0], [0, 14], [0, -14], [0, 22], [0, -22]];
    const found = [];
    for (const distance of [44, 70, 100, 140, 190, 250]) {
      for (let turn = 0; turn < 16; turn++) {
        const angle = (turn * Math.PI) / 8;
        found.push([Math.cos(angle) * distance * 1.5, Math.sin(angle) * distance]);
      }
    }
    return found;
  }

  function element(pane, kind, text, more) {
    const box = document.createElement("div");
    box.className = `map-label ${kind}`;
    const name = document.createElement(kind === "finding" ? "b" : "span");
    name.textContent = text;
    box.append(name);
    if (more) box.append(more);
    pane.append(box);
    return box;
  }

  function place(ground, at, kind, text, more) {
    const { map, pane, rings, taken, marks } = ground;
    const box = element(pane, kind, text, more);
    const [w, h] = [box.offsetWidth / 2 + 3, box.offsetHeight / 2 + 2];
    const point = map.latLngToLayerPoint(at);
    let best = null;
    for (const [dx, dy] of candidates(kind)) {
      const [x, y] = [point.x + dx, point.y + dy];
      const edges = [x - w, y - h, x + w, y + h];
      if (!free(ground, edges)) continue;
      const marked = marks.reduce((sum, mark) => sum + overlap(edges, mark), 0) / (4 * w * h);
      const onAreas = kind === "finding" ? covered(map, rings, edges) : 0;
      const cost = Math.hypot(dx, dy) + 300 * onAreas + 400 * marked;
      if (!best || cost < best.cost) best = { x, y, edges, cost };
    }
    if (!best) {
      box.remove();
      return null;
    }
    stand(box, best);
    taken.push(best.edges);
    return best.edges;
  }

  function stand(box, { x, y }) {
    box.style.left = `${x}px`;
    box.style.top = `${y}px`;
  }

  // Whether a box lies inside the map and covers no other label.
  function free({ map, taken }, edges) {
    const view = map.getPixelBounds().getTopLeft().subtract(map.getPixelOrigin());
    const size = map.getSize();
    if (edges[0] < view.x || edges[1] < view.y || edges[2] > view.x + size.x || edges[3] > view.y + size.y) return false;
    return !taken.some((other) => overlap(edges, other) > 0);
  }

  function overlap(one, other) {
    const width = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
    const height = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
    return Math.max(width, 0) * Math.max(height, 0);
  }

  // Points along the outline of an area, a few pixels apart.
  function along(map, feature) {
    const corners = (ring) => ring.map(([x, y]) => map.latLngToLayerPoint([y, x]));
    return outerRings(feature).flatMap((ring) => corners(ring).flatMap((point, i, all) => (i ? steps(all[i - 1], point) : [])));
  }

  function steps(from, to) {
    const count = Math.ceil(from.distanceTo(to) / 6) || 1;
    return Array.from({ length: count + 1 }, (_, i) => from.add(to.subtract(from).multiplyBy(i / count)));
  }

  // The name of an area, where its whole width fits into the area, as near its middle as may be.
  function inside(ground, feature, text) {
    const { map, pane, taken, lines } = ground;
    const box = element(pane, "area", text, null);
    const [w, h] = [box.offsetWidth / 2 + 6, box.offsetHeight / 2 + 4];
    const { a, b } = extent(map, feature);
    const rings = outerRings(feature);
    const [midX, midY] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
    const spots = [];
    for (let x = a.x + w; x <= b.x - w; x += 8) {
      for (let y = a.y + h; y <= b.y - h; y += 8) spots.push({ x, y, far: Math.hypot(x - midX, y - midY) });
    }
    spots.sort((one, other) => one.far - other.far);
    const edges = ({ x, y }) => [x - w, y - h, x + w, y + h];
    const clear = ([left, top, right, bottom]) => !lines.some(({ x, y }) => x > left && x < right && y > top && y < bottom);
    const fits = (box) => free(ground, box) && clear(box) && covered(map, rings, box) === 1;
    const spot = spots.find((item) => fits(edges(item)));
    if (!spot) return box.remove();
    stand(box, spot);
    taken.push(edges(spot));
  }

  // The share of a box that lies on coloured areas: labels of findings go into empty ground.
  function covered(map, rings, [left, top, right, bottom]) {
    if (!rings.length) return 0;
    let count = 0;
    for (let i = 0; i < 33; i++) {
      const x = left + ((right - left) * (i % 11)) / 10;
      const y = top + ((bottom - top) * Math.floor(i / 11)) / 2;
      const { lng, lat } = map.layerPointToLatLng([x, y]);
      if (rings.some((ring) => holds(ring, lng, lat))) count += 1;
    }
    return count / 33;
  }

  // A line from a label to the edge of its area, or to the circle round it.
  function lead(map, leaders, feature, at, [left, top, right, bottom], config) {
    const from = map.latLngToLayerPoint(at);
    const to = L.point(Math.min(Math.max(from.x, left + 4), right - 4), Math.min(Math.max(from.y, top), bottom));
    const start = edge(map, feature, from, to, config);
    if (!start) return [];
    const line = [map.layerPointToLatLng(start), map.layerPointToLatLng(to)];
    for (const style of [{ color: "#fff", weight: 3.5 }, { color: INK, weight: 1.25 }]) {
      L.polyline(line, { ...style, pane: "marks", interactive: false }).addTo(leaders);
    }
    return steps(start, to);
  }

  function edge(map, feature, from, to, config) {
    const { centre, radius } = extent(map, feature);
    const step = to.subtract(from).divideBy(100);
    const rings = outerRings(feature);
    const middle = map.latLngToLayerPoint(centre);
    const circled = config.outlines && !config.town && 2 * radius < SMALL;
    for (let i = 100; i >= 0; i--) {
      const point = from.add(step.multiplyBy(i));
      const { lng, lat } = map.layerPointToLatLng(point);
      const within = circled ? point.distanceTo(middle) <= radius + 7 : rings.some((ring) => holds(ring, lng, lat));
      if (within) return i === 100 ? null : point;
    }
    return from;
  }

  function again() {
    if (last) write(...last);
  }

  return { write, again, extent, SMALL };
})();
