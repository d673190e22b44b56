// Where things are on the screen of a map, and whether there is room for a label among them.
// Boxes are [left, top, right, bottom] in the map's own pixels.
"use strict";

const mapRoom = (function () {
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

  // The boxes of the buttons and the scale: a label there could not be read.
  function controls(map) {
    const box = map.getContainer().getBoundingClientRect();
    return [...map.getContainer().querySelectorAll(".leaflet-control")].map((control) => {
      const { left, top, right, bottom } = control.getBoundingClientRect();
      const a = map.containerPointToLayerPoint([left - box.left, top - box.top]);
      const b = map.containerPointToLayerPoint([right - box.left, bottom - box.top]);
      return [a.x, a.y, b.x, b.y];
    });
  }

  // What is seen of the map.
  function view(map) {
    const { x, y } = map.getPixelBounds().getTopLeft().subtract(map.getPixelOrigin());
    const size = map.getSize();
    return [x, y, x + size.x, y + size.y];
  }

  function within(box, [left, top, right, bottom]) {
    return box[0] >= left && box[1] >= top && box[2] <= right && box[3] <= bottom;
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

  // The share of a box that lies on some outlines.
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

  // Middles of boxes over what is seen of an area, at most about a hundred and fifty.
  function spots(map, feature, w, h) {
    const { a, b } = extent(map, feature);
    const [left, top, right, bottom] = view(map);
    const [x0, y0, x1, y1] = [Math.max(a.x, left + w), Math.max(a.y, top + h), Math.min(b.x, right - w), Math.min(b.y, bottom - h)];
    const step = Math.max(8, Math.sqrt(((x1 - x0) * (y1 - y0)) / 150));
    const rings = outerRings(feature);
    const found = [];
    for (let x = x0; x <= x1; x += step) {
      for (let y = y0; y <= y1; y += step) {
        const { lng, lat } = map.layerPointToLatLng([x, y]);
        if (rings.some((ring) => holds(ring, lng, lat))) found.push({ x, y });
      }
    }
    return found;
  }

  return { extent, core, outerRings, middle, holds, controls, view, within, overlap, along, steps, covered, spots };
})();
