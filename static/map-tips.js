// What a map says of an area: a tip beside it, and the same in words.
"use strict";

const mapTips = (function () {
  // One decimal, halves up, as the pages round too.
  function shown(value) {
    return Math.floor(value * 10 + 0.5) / 10;
  }

  // A number and what it counts, as the noun asks for: 1 report, 1,200 reports.
  function counted(number, plural) {
    return `${number.toLocaleString("en-GB")} ${number === 1 ? plural.replace(/s$/, "") : plural}`;
  }

  // One tip for all areas. It stands beside the pointer, or beside the area, inside the map.
  function of(map, config) {
    const tooltip = L.tooltip({ className: "tip", opacity: 1, direction: "center" });
    function open(area, at, room) {
      show(area, () => tip(config(), area.feature.properties), at, room);
    }
    function show(what, content, at, room) {
      if (tooltip.what !== what) tooltip.setContent(content());
      tooltip.what = what;
      map.openTooltip(tooltip.setLatLng(at));
      tooltip.options.offset = beyond(map, tooltip.getElement(), map.latLngToContainerPoint(at), room);
      tooltip.update();
    }
    const close = () => {
      tooltip.what = null;
      map.closeTooltip(tooltip);
    };
    function watch(layer) {
      close();
      layer.on("mousemove click", (event) => {
        L.DomEvent.stopPropagation(event);
        open(event.layer ?? event.propagatedFrom, event.latlng, L.point(16, 16));
      });
      layer.on("mouseout", close);
    }
    map.on("click", close);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    return { open, show, close, watch, lines: (properties) => lines(config(), properties) };
  }

  // From a point to the middle of a tip that leaves room about the point: right, left, above or below.
  function beyond(map, element, point, room) {
    const size = map.getSize();
    const [w, h] = [element.offsetWidth / 2, element.offsetHeight / 2];
    const within = (value, half, whole) => Math.max(half + 4, Math.min(value, whole - half - 4));
    for (const space of [room, L.point(16, 16)]) {
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, -1], [0, 1]]) {
        const x = point.x + dx * (space.x + w);
        const y = point.y + dy * (space.y + h);
        const [inX, inY] = [within(x, w, size.x), within(y, h, size.y)];
        if (dx ? inX === x : inY === y) return L.point(inX, inY).subtract(point);
      }
    }
    return L.point(0, -h - 16);
  }

  function tip(config, properties) {
    const box = document.createElement("div");
    const name = document.createElement("b");
    name.textContent = properties[config.label];
    box.append(name, ...lines(config, properties).flatMap((text) => [text, document.createElement("br")]));
    return box;
  }

  function lines(config, properties) {
    if (config.words) return [properties[config.words]];
    if (properties.count === null) return ["Hidden, so that nobody can be told from a small count"];
    const found = [counted(properties.count, config.noun)];
    if (properties.rate !== null && properties.rate !== undefined) {
      const [low, high] = [properties.rate_lower, properties.rate_upper].map((v) => shown(v).toFixed(1));
      found.push(`${shown(properties.rate).toFixed(1)} per 1,000 residents, likely ${low} to ${high}`);
    }
    if (config.smoothed && properties[config.field] !== null) {
      found.push(`${shown(properties[config.field]).toFixed(1)} ${config.smoothed}, as coloured`);
    }
    if (config.field.includes("decile") && properties[config.field] !== null) found.push(`Decile ${properties[config.field]}`);
    if (properties.hotspot_class) found.push(sentence(properties.hotspot_class));
    if (config.ground) found.push(`${(100 * properties.share).toFixed(1)}% of those shown`);
    if (config.ground && properties.rank) found.push(`Rank ${properties.rank.toLocaleString("en-GB")}`);
    if (properties.km2) found.push(`On ${properties.km2.toFixed(2)} km²`);
    if (properties.changed) found.push(properties.changed);
    return found;
  }

  function sentence(text) {
    return text[0].toUpperCase() + text.slice(1);
  }

  return { of, shown, counted };
})();
