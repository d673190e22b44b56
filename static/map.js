// Draws a layer on a map that Folium built: areas by class, hot spots by outline, labels, words.
"use strict";

const safermap = (function () {
  const INK = "#14202b";
  const OUTLINES = {
    "hot spot": [{ color: "#fff", weight: 7 }, { color: INK, weight: 3.6 }],
    raised: [{ color: "#fff", weight: 5 }, { color: INK, weight: 2.2, dashArray: "7 4" }],
  };

  function draw(map, config) {
    const element = map.getContainer();
    map.createPane("edge").style.zIndex = config.town ? 370 : 350;
    map.createPane("context").style.zIndex = 360;
    map.createPane("marks").style.zIndex = 450;
    map.createPane("labels").style.zIndex = 460;
    for (const pane of ["edge", "context", "marks", "labels"]) {
      map.getPane(pane).style.pointerEvents = "none";
    }
    element.setAttribute("role", "application");
    element.setAttribute("aria-label", element.parentElement.dataset.label);
    hold(map, config);
    Promise.all([load(config.url), config.context ? load(config.context) : null])
      .then(([layer, context]) => show(map, config, layer, context))
      .catch((error) => tell(element, error));
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

  async function load(url) {
    const response = await fetch(url, { headers: { Accept: "application/geo+json" } });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return response.json();
  }

  function tell(element, error) {
    const note = document.createElement("p");
    note.className = "map-note";
    note.setAttribute("role", "status");
    note.textContent =
      "The map could not be loaded. The table below has the same figures; reload the page to try again.";
    element.parentElement.append(note);
    console.warn("map layer:", error.message);
  }

  // One decimal, halves up, as the pages round too.
  function shown(value) {
    return Math.floor(value * 10 + 0.5) / 10;
  }

  function colour(config, properties) {
    const value = properties[config.field];
    if (value === null || value === undefined) return "#fff";
    if (config.by === "classes") {
      return config.classes.filter((item) => shown(value) >= item.from).pop().colour;
    }
    return config.classes.find((item) => item.values.includes(value)).colour;
  }

  function show(map, config, collection, context) {
    const inTown = (feature) => !config.town || feature.properties.town === config.town;
    const wanted = (feature) => !config.level || feature.properties.level === config.level;
    const features = collection.features.filter(wanted);
    const focus = features.filter(inTown);
    edge(map, config, features, context, focus);
    const layer = L.geoJSON(focus, {
      style: (feature) => ({
        weight: config.town ? 1.2 : 0.7,
        color: "#fff",
        fillColor: colour(config, feature.properties),
        fillOpacity: 1,
      }),
      onEachFeature: (feature, area) =>
        area.bindTooltip(() => tip(config, feature.properties), { className: "tip", sticky: true }),
    }).addTo(map);
    if (config.outlines) outline(map, focus);
    const bounds = L.geoJSON(focus.length ? focus : features).getBounds();
    map.fitBounds(bounds, { padding: config.still ? [4, 4] : [28, 28], animate: false });
    if (!config.still) map.setMinZoom(map.getZoom() - 1);
    const leaders = L.layerGroup().addTo(map);
    mapLabels.write(map, config, focus, leaders);
    map.on("zoomend resize", () => mapLabels.write(map, config, focus, leaders));
    follow(map, layer, config);
    map.getContainer().parentElement.dataset.drawn = focus.length;
  }

  // The outer edge is the outer half of a wide line under the areas.
  function edge(map, config, features, context, focus) {
    if (config.town) beside(map, features.filter((feature) => !focus.includes(feature)));
    const inside = config.town ? focus : [...features, ...(context ? context.features : [])];
    const style = { color: "#5c6872", weight: config.town ? 2.8 : 2.4, fill: false };
    L.geoJSON(inside, { pane: "edge", interactive: false, style }).addTo(map);
    if (!context) return;
    const urban = beside(map, context.features);
    urban.eachLayer(hatch);
  }

  function beside(map, features) {
    const style = { weight: 0.8, color: "#d3d6d1", fillColor: "#eff0ec", fillOpacity: 1 };
    return L.geoJSON(features, { pane: "context", interactive: false, style }).addTo(map);
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

  function outline(map, features) {
    for (const name of ["raised", "hot spot"]) {
      const found = features.filter((feature) => feature.properties.hotspot_class === name);
      for (const style of OUTLINES[name]) {
        L.geoJSON(found, { pane: "marks", interactive: false, style: { ...style, fill: false, lineJoin: "round" } }).addTo(map);
      }
    }
  }

  function tip(config, properties) {
    const box = document.createElement("div");
    const name = document.createElement("b");
    name.textContent = properties[config.label];
    box.append(name, ...lines(config, properties).flatMap((text) => [text, document.createElement("br")]));
    return box;
  }

  function lines(config, properties) {
    const found = [`${properties.count.toLocaleString("en-GB")} ${config.noun}`];
    if (properties.rate !== null) {
      const [low, high] = [properties.rate_lower, properties.rate_upper].map((v) => shown(v).toFixed(1));
      found.push(`${shown(properties.rate).toFixed(1)} per 1,000 residents, likely ${low} to ${high}`);
    }
    if (config.field.includes("decile")) found.push(`Decile ${properties[config.field]}`);
    if (properties.hotspot_class) found.push(sentence(properties.hotspot_class));
    return found;
  }

  function sentence(text) {
    return text[0].toUpperCase() + text.slice(1);
  }

  // Buttons on the page that name an area bring it into the middle of the map.
  function follow(map, layer) {
    for (const button of document.querySelectorAll("[data-area]")) {
      button.addEventListener("click", () => {
        const area = layer.getLayers().find((item) => item.feature.id === button.dataset.area);
        if (!area) return;
        map.fitBounds(area.getBounds(), { maxZoom: map.getZoom() + 1, padding: [60, 60] });
        map.getContainer().scrollIntoView({ block: "nearest" });
        area.openTooltip(area.getBounds().getCenter());
      });
    }
  }

  return { draw };
})();
