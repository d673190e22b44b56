// Draws a layer on a map that Folium built: areas by class, hot spots by outline, labels, words.
"use strict";

const safermap = (function () {
  const INK = "#14202b";
  const FAINT = "#c3c9cd"; // edges that can be seen where most areas have the palest colour
  const MANY = 100; // findings in view
  const PAPER = 680; // pixels across an A4 page inside its margins
  const OUTLINES = {
    "hot spot": [{ color: "#fff", weight: 7 }, { color: INK, weight: 3.6 }],
    raised: [{ color: "#fff", weight: 5 }, { color: INK, weight: 2.2, dashArray: "7 4" }],
  };

  let state = null; // the map of the page and what is drawn on it

  // Draws the map for the first time, as its configuration says.
  function draw(map, config = configured(map.getContainer().parentElement)) {
    const element = map.getContainer();
    const box = element.parentElement;
    for (const pane of ["edge", "context", "ground", "marks", "labels"]) {
      map.createPane(pane).style.pointerEvents = "none";
    }
    Object.entries({ context: 360, ground: 380, marks: 450, labels: 460 }).forEach(([pane, z]) => (map.getPane(pane).style.zIndex = z));
    element.setAttribute("role", "application");
    element.setAttribute("aria-label", box.dataset.label);
    map.fitBounds(extent(config), { animate: false });
    hold(map, config);
    print(box);
    const group = () => L.layerGroup().addTo(map);
    state = { map, box, config, base: group(), outlines: group(), leaders: group(), tip: mapTips.of(map, () => state.config) };
    state.note = say(box, "map-note", box.querySelector(".still") ? "" : "Loading the map.");
    map.on("zoomend resize", () => state.showing || mark());
    map.on("moveend", () => state.showing || (state.config.tiles && mark()));
    get(config)
      .then((found) => state.layer || show(found))
      .catch((error) => state.layer || fail(config, error));
  }

  // Shows something else on the same map. What else changes with it, `swap` changes in the same
  // step, once everything is there; where something cannot be had, nothing changes.
  async function update(config, { signal, swap = () => {} } = {}) {
    const found = await get(config, signal);
    signal?.throwIfAborted();
    swap();
    show(found);
  }

  function configured(box) {
    return JSON.parse(box.querySelector("[data-map-config]").textContent);
  }

  async function get(config, signal) {
    // What comes as tiles is asked for as it is drawn; what stands out among it is got whole.
    const urls = [config.tiles ? config.tiles.marked : config.url, config.context, config.ground];
    const [collection, context, ground] = await Promise.all(urls.map((url) => (typeof url === "string" ? load(url, signal) : null)));
    return { config, collection, context, ground };
  }

  // One finger scrolls the page, two move the map; the home map does not move at all.
  function hold(map, config) {
    if (config.still) {
      for (const way of ["dragging", "touchZoom", "doubleClickZoom", "boxZoom", "keyboard"]) {
        map[way].disable();
      }
      map.getContainer().removeAttribute("tabindex");
      map.getContainer().setAttribute("role", "img");
      return;
    }
    if (L.Browser.mobile) map.dragging.disable();
    const corner = window.innerWidth <= 640 ? "bottomright" : "topleft";
    const zoom = L.control.zoom({ position: corner, zoomInTitle: "Closer", zoomOutTitle: "Further" });
    zoom.addTo(map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  }

  async function load(url, signal) {
    const response = await fetch(url, { signal }); // as the page has it asked for already
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return response.json();
  }

  function say(box, className, text) {
    const words = document.createElement("p");
    words.className = className;
    words.setAttribute("role", "status");
    words.textContent = text;
    box.append(words);
    return words;
  }

  function fail(config, error) {
    state.box.classList.add("failed");
    state.note.textContent = config.still
      ? "The map could not be loaded. Reload the page to try again."
      : "The map could not be loaded. The table below has the same figures; reload the page to try again.";
    console.warn("map layer:", error.message);
  }

  // On paper the map keeps the size it was drawn at, made smaller as a whole where the page is narrower.
  function print(box) {
    window.addEventListener("beforeprint", () => {
      const [width, height] = [box.offsetWidth, box.offsetHeight];
      Object.assign(box.style, { width: `${width}px`, height: `${height}px`, zoom: Math.min(1, PAPER / width) });
    });
    window.addEventListener("afterprint", () => Object.assign(box.style, { width: "", height: "", zoom: "" }));
  }

  function colour(config, properties) {
    const value = properties[config.field];
    if (value === null || value === undefined) return "#fff";
    if (config.by === "classes") {
      return config.classes.filter((item) => (item.from === config.any ? value : mapTips.shown(value)) >= item.from).pop().colour;
    }
    return config.classes.find((item) => item.values.includes(value)).colour;
  }

  function show({ config, collection, context, ground }) {
    const { map, box } = state;
    const inTown = (feature) => config.ground || !config.town || feature.properties.town === config.town;
    const wanted = (feature) => !config.level || feature.properties.level === config.level;
    const features = mapPoints.lean((collection?.features ?? []).filter(wanted), config);
    const focus = features.filter(inTown);
    const areas = ground ? ground.features : focus;
    Object.assign(state, { config, areas, focus, showing: true });
    const whole = !config.tiles && !config.ground?.url;
    const under = [config.tiles?.layer, config.context, config.ground, config.town];
    if (anew("ground", whole ? [under, ids(ground ? areas : features), ids(areas)] : under)) {
      state.base.clearLayers();
      map.getPane("edge").style.zIndex = config.town ? 370 : 350;
      if (config.context?.url) state.base.addLayer(mapVector.hatched(config.context));
      if (config.ground?.url) state.base.addLayer(mapVector.beneath(config.ground));
      if (whole) edge(config, ground ? areas : features, context, areas);
      if (ground) beneath(areas);
      fit(config, whole ? L.geoJSON(areas.length ? areas : features).getBounds() : extent(config));
    }
    if (config.town) mapPart.open(map, areas);
    state.around = features.filter((feature) => !inTown(feature));
    const points = focus.some((feature) => feature.geometry.type === "Point");
    if (config.tiles) tiled();
    else if (points || anew("outlined", [ids(focus), config.by === "fixed", config.town])) outlines(points);
    else colours();
    map.fire("areas", { layer: state.layer, features: focus, config, tips: state.tip });
    state.showing = false;
    mark(); // when all controls stand, which labels keep clear of
    if (!config.tiles) box.dataset.drawn = focus.length;
    box.classList.remove("failed");
    box.querySelector(".still")?.remove();
    if (!config.tiles) state.note.remove();
  }

  function ids(features) {
    return features?.map((feature) => feature.id);
  }

  // Whether something is not what it was when it was last drawn.
  function anew(name, parts) {
    const key = JSON.stringify(parts);
    const changed = state[name] !== key;
    state[name] = key;
    return changed;
  }

  function extent({ bounds: [west, south, east, north] }) {
    return L.latLngBounds([south, west], [north, east]);
  }

  function fit(config, bounds) {
    const { map } = state;
    map.setMinZoom(0);
    const step = map.options.zoomSnap;
    map.options.zoomSnap = 0; // as large as it goes, as the still picture is
    map.fitBounds(bounds, { padding: config.still ? [4, 4] : [28, 28], animate: false });
    map.options.zoomSnap = step;
    if (!config.still) map.setMinZoom(map.getZoom() - 1);
  }

  function outlines(points) {
    const { map, config, focus, tip } = state;
    state.layer?.remove();
    const style = (feature) => ({
      weight: config.town ? 1.2 : 0.7,
      color: config.by === "fixed" ? FAINT : "#fff",
      fillColor: colour(config, feature.properties),
      fillOpacity: 1,
    });
    state.layer = points ? mapPoints.layer(focus, (properties) => colour(config, properties)) : L.geoJSON(focus, { style });
    state.layer.addTo(map);
    tip.watch(state.layer);
  }

  // Many areas, as tiles, which come one by one.
  function tiled() {
    const { map, box, config, tip, note } = state;
    state.layer?.remove();
    state.outlined = null; // what is drawn whole after them is drawn anew
    delete box.dataset.drawn;
    const edge = { width: 0.7, color: config.by === "fixed" ? FAINT : "#fff" };
    const layer = mapVector.areas(config, (properties) => colour(config, properties), edge);
    let failed = 0;
    layer.on("loading", () => (failed = 0));
    layer.on("tileerror", () => (failed += 1));
    layer.on("load", () => {
      box.dataset.drawn = layer.areas.size;
      note.textContent = failed ? "Part of the map could not be loaded. Move it, or reload the page, to try again." : "";
    });
    box.append(note);
    state.layer = layer.addTo(map);
    tip.watch(state.layer);
  }

  // New figures for the outlines that are there.
  function colours() {
    const { config, focus, layer, tip } = state;
    const fresh = new Map(focus.map((feature) => [feature.id, feature]));
    layer.eachLayer((area) => {
      area.feature = fresh.get(area.feature.id);
      area.setStyle({ fillColor: colour(config, area.feature.properties) });
    });
    tip.close();
  }

  function mark() {
    const { map, config, focus, areas, around, outlines, leaders } = state;
    if (!focus) return;
    outlines.clearLayers();
    const seen = config.tiles ? inView(map, focus) : focus;
    if (config.outlines) outline(map, config, seen, outlines);
    mapLabels.write(map, config, config.tiles ? seen : areas, leaders, around);
  }

  // Of what stands out in a whole country, what the map shows and a little about it.
  function inView(map, features) {
    const view = map.getBounds().pad(0.1);
    return features.filter((feature) => view.contains(mapLabels.extent(map, feature).centre));
  }

  // The outer edge is the outer half of a wide line under the areas.
  function edge(config, features, context, focus) {
    if (config.town) beside(features.filter((feature) => !focus.includes(feature)));
    const inside = config.town ? focus : [...features, ...(context ? context.features : [])];
    const style = { color: "#5c6872", weight: config.town ? 2.8 : 2.4, fill: false };
    L.geoJSON(together(inside), { pane: "edge", interactive: false, style }).addTo(state.base);
    if (!context) return;
    const urban = beside(context.features);
    urban.eachLayer(hatch);
  }

  // Many outlines as one, where none of them is told from another.
  function together(features) {
    const parts = features.flatMap(({ geometry: { type, coordinates } }) => (type === "Polygon" ? [coordinates] : coordinates));
    return { type: "MultiPolygon", coordinates: parts };
  }

  // The areas under points, cells and bands: where they are, and nothing of their figures.
  function beneath(areas) {
    const style = { weight: 0.8, color: "#c9cec9", fillColor: "#f6f6f2", fillOpacity: 1 };
    L.geoJSON(together(areas), { pane: "ground", interactive: false, style }).addTo(state.base);
  }

  function beside(features) {
    const style = { weight: 0.8, color: "#d3d6d1", fillColor: "#eff0ec", fillOpacity: 1 };
    return L.geoJSON(features, { pane: "context", interactive: false, style }).addTo(state.base);
  }

  function hatch(area) {
    const path = area.getElement();
    const svg = path && path.closest("svg");
    if (!svg) return;
    if (!svg.querySelector("#hatch")) {
      const defs = document.createElementNS("http://www.w3.org/2000/svg", "defs");
      defs.innerHTML =
        '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
        '<rect width="6" height="6" fill="#eff0ec"/><path d="M0 0V6" stroke="#9aa3a9" stroke-width="1.4"/></pattern>';
      svg.prepend(defs);
    }
    path.setAttribute("fill", "url(#hatch)");
  }

  // On a map of the whole area a finding too small to be seen has a circle round it instead; where
  // there are many of them, a small one.
  function outline(map, config, features, group) {
    const standing = features.filter((feature) => OUTLINES[feature.properties.hotspot_class]);
    const many = standing.length > MANY;
    for (const name of ["raised", "hot spot"]) {
      const found = standing.filter((feature) => feature.properties.hotspot_class === name);
      for (const style of OUTLINES[name]) {
        const drawn = { pane: "marks", interactive: false, ...style, fill: false, lineJoin: "round" };
        for (const feature of found) {
          const { centre, radius } = mapLabels.extent(map, feature);
          const circled = !config.town && 2 * radius < mapLabels.SMALL;
          const circle = many ? { radius: 4.5, weight: drawn.weight / 2, dashArray: drawn.dashArray && "3 2" } : { radius: radius + 6 };
          const mark = circled ? L.circleMarker(centre, { ...drawn, ...circle }) : L.geoJSON(feature, { style: drawn, ...drawn });
          mark.addTo(group);
        }
      }
    }
  }

  return { draw, update, configured };
})();
