// The map on the whole screen, and its view in the address: #map=zoom/latitude/longitude.
"use strict";

(function () {
  L.Map.addInitHook(function () {
    this.once("areas", ({ config }) => {
      if (config.still) return;
      view(this);
      screen(this);
    });
  });

  // What the address says of the view; null where it says nothing that can be shown.
  function said() {
    const found = /^#map=(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(window.location.hash);
    if (!found) return null;
    const [zoom, lat, lng] = found.slice(1).map(Number);
    return zoom <= 22 && Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { zoom, at: [lat, lng] } : null;
  }

  // The address is left alone until the reader moves the map; a map that changes its size has not
  // been moved. What the page asks is kept, so that back and reload give the same view.
  function view(map) {
    let size = map.getSize();
    let moved = false;
    const look = () => {
      const wanted = said();
      if (wanted) map.setView(wanted.at, wanted.zoom, { animate: false });
    };
    const write = () => {
      const { lat, lng } = map.getCenter();
      const zoom = Number(map.getZoom().toFixed(2));
      history.replaceState(history.state, "", `#map=${zoom}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
    };
    look();
    window.addEventListener("hashchange", look);
    map.on("moveend", () => {
      if (map.opening) return;
      const same = map.getSize().equals(size);
      size = map.getSize();
      if (!same) return;
      moved = true;
      write();
    });
    map.on("areas", () => {
      if (moved && !said()) write();
    });
  }

  function screen(map) {
    const box = map.getContainer().parentElement;
    if (!document.fullscreenEnabled) return;
    const Button = L.Control.extend({
      onAdd() {
        const bar = L.DomUtil.create("div", "leaflet-bar");
        const button = L.DomUtil.create("button", "map-screen", bar);
        button.type = "button";
        const label = () => {
          const whole = document.fullscreenElement === box;
          button.title = whole ? "Leave the full screen" : "Full screen";
          button.setAttribute("aria-label", button.title);
          button.innerHTML = `<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><path d="${
            whole ? "M6 1v5H1M10 1v5h5M6 15v-5H1M10 15v-5h5" : "M1 6V1h5M15 6V1h-5M1 10v5h5M15 10v5h-5"
          }"/></svg>`;
        };
        label();
        button.addEventListener("click", () => {
          const done = document.fullscreenElement === box ? document.exitFullscreen() : box.requestFullscreen();
          done.catch((error) => console.warn("full screen:", error.message));
        });
        document.addEventListener("fullscreenchange", () => {
          label();
          map.invalidateSize({ animate: false });
        });
        L.DomEvent.disableClickPropagation(bar);
        return bar;
      },
    });
    new Button({ position: window.innerWidth <= 640 ? "bottomright" : "topleft" }).addTo(map);
  }
})();
