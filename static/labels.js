// Writes the labels of a map: what was found, the towns, the areas of a town and the places about
// it, and lines from a label to its area.
"use strict";

const mapLabels = (function () {
  const { extent, core, outerRings, middle, holds, controls, view, within, overlap, along, steps, covered, spots } = mapRoom;
  const INK = "#14202b";
  const HIDDEN = 90; // square pixels, over π, of circles that the name of an area may lie on
  const SMALL = 22; // pixels; a finding smaller than this is circled on a map of the whole area
  const PHONE = 640; // pixels; a map no wider has two findings and a few towns named, and no areas
  const FEW = { finding: 2, town: 4, still: 6, tiles: 12 };
  const SHORT = 6; // findings of a whole area; where there are more, their counts are left to the list
  const APART = { finding: 0, sign: 0, town: 5, near: 5, area: 0 }; // pixels from other labels
  const WORDS = { "hot spot": "Hot spot", raised: "Raised" };
  let last = []; // what was written

  // Labels: findings first, then towns by size, then areas; none covers another.
  function write(...drawn) {
    last = drawn;
    const [map, config, focus, leaders, around = []] = drawn;
    const pane = map.getPane("labels");
    for (const old of pane.querySelectorAll(".map-label")) old.remove();
    leaders.clearLayers();
    const phone = map.getSize().x <= PHONE;
    const groups = findings(config, focus);
    const found = groups.flatMap((group) => group.features);
    const ground = {
      map,
      pane,
      view: view(map),
      rings: config.town ? focus.flatMap(outerRings) : [],
      lines: [],
      taken: controls(map),
      marks: config.outlines ? found.map((feature) => core(map, feature)) : [],
      circles: circles(map),
    };
    const plain = !config.town && !phone && groups.length > SHORT;
    for (const group of groups.slice(0, phone ? FEW.finding : config.tiles ? FEW.tiles : Infinity)) {
      const at = middle(group.features[0]);
      const [title, counted] = words(config, group);
      const label = place(ground, at, "finding", title, plain ? null : counted);
      if (label) ground.lines.push(...lead(map, leaders, group.features[0], at, label, config));
    }
    for (const feature of signed(config, focus)) place(ground, middle(feature), "sign", sign(config, feature), null);
    towns(ground, config, found, phone);
    if (!config.town) return;
    if (config.outlines) ground.lines.push(...found.flatMap((feature) => along(map, feature)));
    for (const feature of phone ? [] : focus) {
      const name = street(config, feature.properties[config.label]);
      if (!found.includes(feature) && !name.includes("(")) inside(ground, feature, "area", name);
    }
    nearby(ground, config, around, phone);
  }

  function again() {
    if (last.length) write(...last);
  }

  function towns(ground, config, found, phone) {
    const told = new Set([config.town, ...found.map((feature) => feature.properties.town)]);
    let left = phone && !config.town ? FEW[config.still ? "still" : "town"] : Infinity;
    for (const { name, at } of config.places) {
      if (told.has(name) || !left) continue;
      if (place(ground, L.latLng(at[1], at[0]), config.town ? "near" : "town", name, null)) left -= 1;
    }
  }

  // The names of areas about a town, on the ground outside it, each once.
  function nearby(ground, config, around, phone) {
    const told = new Set();
    for (const feature of around) {
      if (phone && told.size === FEW.town) return;
      const name = config.near?.[feature.id];
      if (name && !told.has(name) && inside(ground, feature, "near", name)) told.add(name);
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

  // The circles of a town's places, where they are drawn; of a map of points those that are not small.
  function circles(map) {
    const drawn = (map.boxes?.drawn ?? []).map(({ at, radius }) => ({ ...map.latLngToLayerPoint(at), radius }));
    return [...drawn, ...(map.marks?.layer?.large?.() ?? [])];
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
    const counted = mapTips.counted(count, config.noun);
    if (features.length === 1) return [`${WORDS[kind]}: ${where}`, counted];
    const plural = kind === "hot spot" ? "Hot spots" : WORDS[kind];
    return [`${plural}: ${where}`, `${features.length} areas, ${counted}`];
  }

  // The first street an area is named after, without its town.
  function street(config, name) {
    const [first] = name.replace(`, ${config.town}`, "").split(" and ");
    return first.replace(`${config.town} town centre`, "Town centre");
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
    const { map, pane, rings, marks } = ground;
    const box = element(pane, kind, text, more);
    const [w, h] = [box.offsetWidth / 2 + 3, box.offsetHeight / 2 + 2];
    const point = map.latLngToLayerPoint(at);
    let best = null;
    for (const [dx, dy] of candidates(kind)) {
      const [x, y] = [point.x + dx, point.y + dy];
      const edges = [x - w, y - h, x + w, y + h];
      if (!free(ground, edges, APART[kind])) continue;
      const marked = marks.reduce((sum, mark) => sum + overlap(edges, mark), 0) / (4 * w * h);
      const onAreas = kind === "finding" ? covered(map, rings, edges) : 0;
      const cost = Math.hypot(dx, dy) + 300 * onAreas + 400 * marked;
      if (!best || cost < best.cost) best = { x, y, edges, cost };
    }
    return stand(ground, box, best);
  }

  // Puts a label where it was decided, if anywhere.
  function stand(ground, box, best) {
    if (!best) {
      box.remove();
      return null;
    }
    box.style.left = `${best.x}px`;
    box.style.top = `${best.y}px`;
    ground.taken.push(best.edges);
    return { box, edges: best.edges };
  }

  // Whether a box lies inside the map and is clear of every other label.
  function free({ view, taken }, edges, apart = 0) {
    const [left, top, right, bottom] = edges;
    const wide = [left - apart, top - apart, right + apart, bottom + apart];
    return within(edges, view) && !taken.some((other) => overlap(wide, other) > 0);
  }

  // The name of an area: on it, most of it inside, clear of lines, off circles, near its middle. A
  // place outside the town has its name on its own ground alone.
  function inside(ground, feature, kind, text) {
    const { map, pane, lines, rings, circles } = ground;
    const box = element(pane, kind, text, null);
    const [w, h] = [box.offsetWidth / 2 + 2, box.offsetHeight / 2 + 1];
    const own = outerRings(feature);
    const found = spots(map, feature, w, h);
    const mid = (axis) => found.reduce((sum, spot) => sum + spot[axis], 0) / found.length;
    const [midX, midY] = [mid("x"), mid("y")];
    let best = null;
    for (const { x, y } of found) {
      const edges = [x - w, y - h, x + w, y + h];
      if (!free(ground, edges, APART[kind]) || lines.some((point) => holdsPoint(edges, point))) continue;
      const aside = 1 - covered(map, own, edges);
      if (aside > 0.45 || (kind === "near" && covered(map, rings, edges) > 0)) continue;
      const hidden = circles.reduce((sum, circle) => sum + (holdsPoint(edges, circle, circle.radius) ? circle.radius ** 2 : 0), 0);
      if (hidden > HIDDEN) continue;
      const cost = Math.hypot(x - midX, y - midY) + 120 * aside + 3 * hidden;
      if (!best || cost < best.cost) best = { x, y, edges, cost };
    }
    return stand(ground, box, best);
  }

  function holdsPoint([left, top, right, bottom], { x, y }, about = 0) {
    return x > left - about && x < right + about && y > top - about && y < bottom + about;
  }

  // A line from the nearest side of a label to the edge of its area, or to the circle round it. The
  // words are flush with the side that the line comes to.
  function lead(map, leaders, feature, at, { box, edges: [left, top, right, bottom] }, config) {
    const from = map.latLngToLayerPoint(at);
    const title = top + 2 + box.firstChild.offsetHeight / 2;
    const sides = [
      { align: "left", at: L.point(left + 2, title) },
      { align: "right", at: L.point(right - 2, title) },
      { align: "center", at: L.point((left + right) / 2, top) },
      { align: "center", at: L.point((left + right) / 2, bottom) },
    ].sort((one, other) => one.at.distanceTo(from) - other.at.distanceTo(from));
    const { align, at: to } = sides[0];
    box.style.textAlign = align;
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

  return { write, again, extent, SMALL };
})();
