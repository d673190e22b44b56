// Areas of a map as vector tiles, each tile drawn on a canvas of its own: what a map uses where there
// are too many areas to have them whole. To what uses the map they are a layer as any other: it tells
// of the pointer, and gives of each area its properties, and its outline when that is asked for.
"use strict";

const mapVector = (function () {
  const SIDE = 256; // pixels of a tile
  const FINE = 1.5; // pixels of a canvas for one of the map, at least: between levels tiles are enlarged
  const LARGEST = 1024; // pixels of a canvas along one side
  const TINY = 6; // pixels; a smaller area has no edge, which would leave little of its colour

  // An area as the tiles that were had so far show it, until its outline is asked for.
  class Area {
    constructor(id, properties) {
      this.feature = { type: "Feature", id, properties };
      this.box = L.latLngBounds([]);
    }
    getBounds() {
      return this.feature.geometry ? L.geoJSON(this.feature).getBounds() : this.box;
    }
  }

  // Tiles, drawn as `paint` does, which is told the features of one, its canvas and its scale.
  const Tiles = L.GridLayer.extend({
    initialize(source, paint, options) {
      L.GridLayer.prototype.initialize.call(this, { minNativeZoom: source.least, maxNativeZoom: source.most, ...options });
      Object.assign(this, { source, paint, held: new Map() });
      this.on("tileunload", ({ coords, tile }) => {
        tile.asked.abort();
        this.held.delete(this._tileCoordsToKey(coords));
      });
    },
    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      const wide = this.getTileSize().x;
      canvas.width = canvas.height = Math.min(LARGEST, Math.ceil(wide * Math.max(FINE, window.devicePixelRatio)));
      canvas.asked = new AbortController();
      this.draw(coords, canvas, wide).then(
        () => done(null, canvas),
        (error) => canvas.asked.signal.aborted || done(error, canvas),
      );
      return canvas;
    },
    async draw(coords, canvas, wide) {
      const response = await fetch(L.Util.template(this.source.url, coords), { signal: canvas.asked.signal });
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      const { extent, features } = vectorTile.read(await response.arrayBuffer())[this.source.layer] ?? { extent: 1, features: [] };
      const held = { coords, extent, features };
      this.held.set(this._tileCoordsToKey(coords), held);
      this.fire("tileread", held);
      this.paint(canvas.getContext("2d"), features, canvas.width / extent, canvas.width / wide);
    },
  });

  function path(rings, scale) {
    const drawn = new Path2D();
    for (const ring of rings) {
      drawn.moveTo(ring[0] * scale, ring[1] * scale);
      for (let i = 2; i < ring.length; i += 2) drawn.lineTo(ring[i] * scale, ring[i + 1] * scale);
      drawn.closePath();
    }
    return drawn;
  }

  // The least and the greatest of the corners of an area, in units of its tile.
  function box(rings) {
    const found = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        found[0] = Math.min(found[0], ring[i]);
        found[1] = Math.min(found[1], ring[i + 1]);
        found[2] = Math.max(found[2], ring[i]);
        found[3] = Math.max(found[3], ring[i + 1]);
      }
    }
    return found;
  }

  // Whether a place lies in an area: a line from it crosses the edges an odd number of times.
  function holds(rings, x, y) {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  }

  // Areas in colours, which have a name, figures and a page each.
  const Areas = Tiles.extend({
    initialize(config, colour, edge) {
      const paint = (context, features, scale, pixel) => {
        context.lineWidth = edge.width * pixel;
        context.lineJoin = "round";
        for (const { area, rings, box } of features) {
          const drawn = path(rings, scale);
          context.fillStyle = colour(area.feature.properties);
          context.fill(drawn, "evenodd");
          const small = Math.max(box[2] - box[0], box[3] - box[1]) * scale < TINY * pixel;
          context.strokeStyle = small ? context.fillStyle : edge.color;
          context.stroke(drawn);
        }
      };
      Tiles.prototype.initialize.call(this, config.tiles, paint, { pane: "overlayPane" });
      Object.assign(this, { config, areas: new Map() });
      this.on("tileread", this.learn, this);
    },
    onAdd(map) {
      map.on("mousemove click mouseout", this.pointed, this);
      return Tiles.prototype.onAdd.call(this, map);
    },
    onRemove(map) {
      map.off("mousemove click mouseout", this.pointed, this);
      map.getContainer().style.cursor = "";
      return Tiles.prototype.onRemove.call(this, map);
    },
    getLayers() {
      return [...this.areas.values()];
    },
    // What a tile shows of its areas. Tiles leave out what is null.
    learn({ coords, extent, features }) {
      const at = (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(coords.x + x / extent, coords.y + y / extent).multiplyBy(SIDE), coords.z);
      for (const feature of features) {
        const { feature_id: id, ...told } = feature.properties;
        if (!this.areas.has(id)) {
          const properties = Object.fromEntries(this.source.fields.map((name) => [name, told[name] ?? null]));
          this.areas.set(id, new Area(id, properties));
        }
        feature.area = this.areas.get(id);
        feature.box = box(feature.rings);
        const [west, north, east, south] = feature.box;
        feature.area.box.extend(at(west, north)).extend(at(east, south));
        delete feature.properties;
      }
    },
    // The area of an id, by its address where no tile has shown it yet; null where there is none.
    async find(id) {
      if (this.areas.has(id)) return this.areas.get(id);
      const feature = await this.ask(id);
      if (!feature) return null;
      const area = new Area(id, feature.properties);
      area.feature.geometry = feature.geometry;
      this.areas.set(id, area);
      return area;
    },
    // An area with its outline, which tiles have in pieces.
    async whole(area) {
      area.feature.geometry ??= (await this.ask(area.feature.id))?.geometry;
      return area;
    },
    async ask(id) {
      const response = await fetch(mapMark.address(this.config, id, "geojson"));
      if (response.status === 404) return null;
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      return response.json();
    },
    // The pointer is of the map; the area under it has the event.
    pointed({ type, latlng, originalEvent }) {
      const aside = type === "mouseout" || originalEvent.target.closest?.(".leaflet-control");
      const area = aside ? undefined : this.under(latlng);
      if (area) this.fire(type, { latlng, propagatedFrom: area, originalEvent });
      else if (this.over) this.fire("mouseout", { originalEvent });
      this.over = area;
      this._map.getContainer().style.cursor = area ? "pointer" : "";
    },
    under(latlng) {
      const zoom = this._tileZoom;
      const { x, y } = L.CRS.EPSG3857.latLngToPoint(latlng, zoom).divideBy(SIDE);
      const held = this.held.get(`${Math.floor(x)}:${Math.floor(y)}:${zoom}`);
      if (!held) return undefined;
      const [u, v] = [x, y].map((value) => (value % 1) * held.extent);
      const near = ({ box: [west, north, east, south] }) => u >= west && u <= east && v >= north && v <= south;
      return held.features.find((feature) => near(feature) && holds(feature.rings, u, v))?.area;
    },
  });

  // Areas that only lie beside or under what a map shows: of one colour, or hatched.
  function plain(source, { pane, fill, edge }) {
    return new Tiles(source, (context, features, scale, pixel) => {
      context.fillStyle = fill(context, pixel);
      context.strokeStyle = edge;
      context.lineWidth = 0.8 * pixel;
      for (const { rings } of features) {
        const drawn = path(rings, scale);
        context.fill(drawn, "evenodd");
        context.stroke(drawn);
      }
    }, { pane });
  }

  const beneath = (source) => plain(source, { pane: "ground", fill: () => "#f6f6f2", edge: "#c9cec9" });
  const hatched = (source) => plain(source, { pane: "context", fill: hatching, edge: "#d3d6d1" });

  function hatching(context, pixel) {
    const side = Math.round(8 * pixel);
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = side;
    const lines = sheet.getContext("2d");
    lines.fillStyle = "#eff0ec";
    lines.fillRect(0, 0, side, side);
    Object.assign(lines, { strokeStyle: "#9aa3a9", lineWidth: 1.4 * pixel });
    for (const x of [-side, 0, side]) {
      lines.moveTo(x, side);
      lines.lineTo(x + side, 0);
    }
    lines.stroke();
    return context.createPattern(sheet, "repeat");
  }

  return { areas: (...told) => new Areas(...told), beneath, hatched };
})();
