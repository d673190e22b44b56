// Reads a vector tile (Mapbox Vector Tile 2.1): layers of features with properties and outlines.
"use strict";

const vectorTile = (function () {
  const [VARINT, DOUBLE, BYTES, FLOAT] = [0, 1, 2, 5]; // how a field of a message is written
  const [MOVE, CLOSE] = [1, 7]; // commands of an outline; the third draws lines
  const POLYGON = 3;
  const text = new TextDecoder();

  // The layers of a tile by name: { extent, features: [{ properties, rings }] }, each ring the
  // coordinates of its corners in turn, in units of the tile, from its upper left corner.
  function read(buffer) {
    const layers = {};
    each(new DataView(buffer), (field, value) => {
      if (field === 3) {
        const { name, ...layer } = readLayer(value);
        layers[name] = layer;
      }
    });
    return layers;
  }

  // Tells every field of a message: its number, and a number or the bytes that it holds.
  function each(view, told) {
    let at = 0;
    while (at < view.byteLength) {
      let key, value;
      [key, at] = varint(view, at);
      const kind = key & 7;
      if (kind === VARINT) [value, at] = varint(view, at);
      else if (kind === DOUBLE) [value, at] = [view.getFloat64(at, true), at + 8];
      else if (kind === FLOAT) [value, at] = [view.getFloat32(at, true), at + 4];
      else if (kind === BYTES) {
        let length;
        [length, at] = varint(view, at);
        value = new DataView(view.buffer, view.byteOffset + at, length);
        at += length;
      } else throw new Error(`a vector tile with a field of kind ${kind}`);
      told(key >> 3, value);
    }
  }

  // Seven bits a byte, the lowest first. Counted, not shifted: a number may have more than 32 bits.
  function varint(view, at) {
    let [value, scale, byte] = [0, 1, 0];
    do {
      byte = view.getUint8(at++);
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return [value, at];
  }

  function numbers(view) {
    const found = [];
    for (let at = 0, value; at < view.byteLength; ) {
      [value, at] = varint(view, at);
      found.push(value);
    }
    return found;
  }

  // Signs are kept in the lowest bit: 0, -1, 1, -2.
  function signed(value) {
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  function readLayer(view) {
    const [keys, values, held] = [[], [], []];
    const layer = { name: "", extent: 4096 };
    each(view, (field, value) => {
      if (field === 1) layer.name = text.decode(value);
      else if (field === 2) held.push(value);
      else if (field === 3) keys.push(text.decode(value));
      else if (field === 4) values.push(readValue(value));
      else if (field === 5) layer.extent = value;
    });
    layer.features = held.map((feature) => readFeature(feature, keys, values)).filter(Boolean);
    return layer;
  }

  function readValue(view) {
    let found = null;
    each(view, (field, value) => {
      if (field === 1) found = text.decode(value);
      else if (field === 6) found = signed(value);
      else if (field === 7) found = value !== 0;
      else found = value; // float, double, whole numbers from 0 up
    });
    return found;
  }

  // An area; null for a feature that is none.
  function readFeature(view, keys, values) {
    let [tags, commands, type] = [[], [], 0];
    each(view, (field, value) => {
      if (field === 2) tags = numbers(value);
      else if (field === 3) type = value;
      else if (field === 4) commands = numbers(value);
    });
    if (type !== POLYGON) return null;
    const properties = {};
    for (let i = 0; i < tags.length; i += 2) properties[keys[tags[i]]] = values[tags[i + 1]];
    return { properties, rings: rings(commands) };
  }

  // Commands with how often each is meant, then steps from the corner before.
  function rings(commands) {
    const found = [];
    let [ring, x, y] = [[], 0, 0];
    for (let i = 0; i < commands.length; ) {
      const [command, count] = [commands[i] & 7, commands[i] >> 3];
      i += 1;
      if (command === CLOSE) continue;
      for (let n = 0; n < count; n++, i += 2) {
        if (command === MOVE) found.push((ring = []));
        ring.push((x += signed(commands[i])), (y += signed(commands[i + 1])));
      }
    }
    return found;
  }

  return { read };
})();
