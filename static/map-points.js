// Points on a map: one canvas draws them all, and one small object stands for each of them, so that
// thousands take little of a browser's memory. As an area of a map each has a feature and a place.
"use strict";

const mapPoints = (function () {
  const INK = "#14202b";
  const PLACES = 1e6; // coordinates are sent with six decimals, and whole numbers take less room

  class Point {
    constructor({ id, geometry, properties }, names, config) {
      const [lng, lat] = geometry.coordinates;
      this.id = id;
      this.east = Math.round(lng * PLACES);
      this.north = Math.round(lat * PLACES);
      this.name = names.get(properties.name) ?? properties.name;
      this.count = properties.count;
      this.share = properties.share;
      this.rank = properties.rank;
      this.size = properties[config.field];
      this.words = properties[config.words];
      this.config = config;
    }
    get type() {
      return "Feature";
    }
    get lng() {
      return this.east / PLACES;
    }
    get lat() {
      return this.north / PLACES;
    }
    get geometry() {
      return { type: "Point", coordinates: [this.lng, this.lat] };
    }
    get properties() {
      const { name, count, share, rank, size, words, config } = this;
      return { name, count, share, rank, [config.field]: size, [config.words]: words };
    }
    get feature() {
      return this;
    }
    getLatLng() {
      return L.latLng(this.lat, this.lng);
    }
  }

  // Features as they are, but points with what a map says of them and nothing else.
  function lean(features, config) {
    if (features[0]?.geometry.type !== "Point") return features;
    const names = new Map(features.map(({ properties: { name } }) => [name, name])); // each kept once
    return features.map((feature) => new Point(feature, names, config));
  }

  // Circles whose area is in proportion to the figure shown, none too small to be seen, the small ones
  // on the large ones.
  const Layer = L.Canvas.extend({
    initialize(points, colour) {
      L.Canvas.prototype.initialize.call(this);
      Object.assign(this, { points: [...points].sort((a, b) => b.size - a.size), colour });
      this.most = points.reduce((found, point) => Math.max(found, point.size), 1);
    },
    getLayers() {
      return this.points;
    },
    eachLayer(told) {
      this.points.forEach(told);
    },
    onAdd(map) {
      const size = map.getSize();
      this.largest = Math.max(8, Math.min(14, Math.min(size.x, size.y) / 50));
      this.at = new Float32Array(2 * this.points.length);
      L.Canvas.prototype.onAdd.call(this, map);
      map.on("mousemove click mouseout", this.pointed, this);
    },
    onRemove(map) {
      map.off("mousemove click mouseout", this.pointed, this);
      L.Canvas.prototype.onRemove.call(this, map);
    },
    _initContainer() {
      L.Canvas.prototype._initContainer.call(this);
      this._container._leaflet_disable_events = false; // the map is told of the pointer over it too
    },
    radius(point) {
      return Math.max(2, this.largest * Math.sqrt(point.size / this.most));
    },
    // Where the circles are that a label should not cover.
    large() {
      const all = this.points.map((point, i) => ({ x: this.at[2 * i], y: this.at[2 * i + 1], radius: this.radius(point) }));
      return all.filter(({ radius }) => radius > 4);
    },
    // Leaflet asks for this whenever the map has come to rest elsewhere.
    _draw() {
      const context = this._ctx;
      Object.assign(context, { strokeStyle: INK, lineWidth: 0.7 });
      this.points.forEach((point, i) => {
        const { x, y } = this._map.latLngToLayerPoint([point.lat, point.lng]);
        this.at.set([x, y], 2 * i);
        if (!this._bounds.contains([x, y])) return;
        context.beginPath();
        context.arc(x, y, this.radius(point), 0, 2 * Math.PI);
        context.fillStyle = this.colour(point.properties);
        context.fill();
        context.stroke();
      });
    },
    // The pointer is of the map; the point under it that was drawn last has the event.
    pointed({ type, latlng, layerPoint, originalEvent }) {
      const aside = type === "mouseout" || originalEvent.target.closest?.(".leaflet-control");
      const point = aside ? undefined : this.under(layerPoint);
      if (point) this.fire(type, { latlng, propagatedFrom: point, originalEvent });
      else if (this.over) this.fire("mouseout", { originalEvent });
      this.over = point;
      this._container.style.cursor = point ? "pointer" : "";
    },
    under({ x, y }) {
      return this.points.findLast((point, i) => Math.hypot(this.at[2 * i] - x, this.at[2 * i + 1] - y) <= this.radius(point) + 1);
    },
    _onClick() {},
    _onMouseMove() {},
    _handleMouseOut() {},
  });

  return { lean, layer: (points, colour) => new Layer(points, colour) };
})();
