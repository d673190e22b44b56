// The part of a town that holds most of what is counted, for a map with little room.
"use strict";

const mapPart = (function () {
  const MOST = 0.9; // of all incidents
  const NARROW = 640; // pixels

  // A box round areas with nine incidents in ten: one area after another at the edge is left out,
  // as long as that makes the box smaller, first where it saves most ground for each incident.
  function most(features) {
    const areas = features.map((feature) => ({ box: L.geoJSON(feature).getBounds(), count: feature.properties.count ?? 0 }));
    let spare = (1 - MOST) * areas.reduce((sum, { count }) => sum + count, 0);
    let [kept, box] = [areas, round(areas)];
    while (spare > 0) {
      const choices = kept
        .filter(({ count }) => count <= spare)
        .map((area) => {
          const rest = kept.filter((other) => other !== area);
          const smaller = rest.length ? round(rest) : box;
          return { area, rest, smaller, saved: (size(box) - size(smaller)) / (area.count + 1) };
        })
        .filter(({ saved }) => saved > 0);
      if (!choices.length) break;
      const best = choices.reduce((a, b) => (b.saved > a.saved ? b : a));
      spare -= best.area.count;
      [kept, box] = [best.rest, best.smaller];
    }
    return box;
  }

  // Where there is little room a town opens on that part, until the reader has moved the map.
  function open(map, features) {
    if (map.getSize().x > NARROW || window.location.hash.startsWith("#map=")) return;
    map.opening = true;
    map.fitBounds(most(features), { animate: false });
    map.opening = false;
  }

  function round(areas) {
    return areas.reduce((box, area) => box.extend(area.box), L.latLngBounds([]));
  }

  function size(box) {
    return (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
  }

  return { open };
})();
