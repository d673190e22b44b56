// The search box: it offers what fits while one types. Without script it is a plain form.
"use strict";

(function () {
  const KINDS = { town: "Town", area: "Area", street: "Street", postcode: "Postcode" };
  const WAIT = 150; // milliseconds after the last letter

  for (const form of document.querySelectorAll("form.find")) listen(form);

  function listen(form) {
    const input = form.querySelector("input");
    const list = document.createElement("ul");
    const spoken = document.createElement("p");
    list.id = `${input.id}-list`;
    list.className = "find-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "What fits");
    spoken.className = "visually-hidden";
    spoken.setAttribute("role", "status");
    const marks = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    const dress = () => {
      form.append(list, spoken);
      for (const [name, value] of Object.entries(marks)) input.setAttribute(name, value);
    };
    dress();
    document.addEventListener("safermap:shown", dress); // a page brought up to date is as the server sent it
    let [results, active, asked, waiting] = [[], -1, null, 0];

    const point = (place) => {
      active = place;
      [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
      const item = list.children[active];
      if (item) {
        input.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      } else input.removeAttribute("aria-activedescendant");
    };
    const close = () => {
      clearTimeout(waiting);
      if (asked) asked.abort();
      show([]);
      spoken.textContent = "";
    };
    const choose = (result) => {
      input.value = result.name;
      close();
      go(result);
    };
    const show = (found) => {
      results = found;
      list.replaceChildren(...found.map((result, at) => option(list.id, result, at)));
      point(-1);
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      spoken.textContent = found.length ? `${found.length} found. Arrow down to choose.` : "Nothing found.";
    };
    const ask = async () => {
      if (asked) asked.abort();
      const mine = (asked = new AbortController());
      try {
        const query = new URLSearchParams(new FormData(form));
        query.set("f", "json");
        const response = await fetch(`/search?${query}`, { signal: mine.signal });
        if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
        show((await response.json()).results);
      } catch (error) {
        if (error.name === "AbortError") return;
        console.warn("search:", error.message);
        spoken.textContent = "The search did not answer. Press Enter to try again.";
      }
    };
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      if (input.value.trim().length < 2) close();
      else waiting = setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      const turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (turn && !list.hidden) point((active + turn + results.length + (active < 0 && turn < 0 ? 1 : 0)) % results.length);
      else if (event.key === "Enter" && active >= 0) choose(results[active]);
      else if (event.key === "Escape" && !list.hidden) close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", close);
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    list.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (item) choose(results[[...list.children].indexOf(item)]);
    });
  }

  function option(id, { type, name, detail }, at) {
    const item = document.createElement("li");
    const more = document.createElement("span");
    item.id = `${id}-${at}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    more.textContent = [KINDS[type], detail].filter(Boolean).join(", ");
    item.append(`${name} `, more);
    return item;
  }

  // On the map of this page where it has the area; else on the page that has it.
  async function go({ type, id, name, latitude, longitude, address }) {
    for (const marks of typeof mapMark === "undefined" ? [] : mapMark.all()) {
      if (!(await marks.choose(id))) continue;
      if (type !== "area" && type !== "town") marks.pin([latitude, longitude], name);
      return;
    }
    window.location.assign(address);
  }
})();
