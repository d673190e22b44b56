// Controls change the address and what is shown, without loading the page anew: the page at the new
// address is fetched, its words and figures take the place of the old, and the map its colours.
// Whatever goes wrong, the old page stays as it is and says so. Without script they are plain forms.
"use strict";

(function () {
  const WAIT = 200; // milliseconds before the page says that it is loading
  const PATIENCE = 30_000; // and before it gives up
  const PAUSE = 250; // between one move of a thumb and the next
  const PARTS = [".strip", "#main", ".foot"];

  const main = document.getElementById("main");
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.className = "visually-hidden";
  document.body.append(said);
  main.tabIndex = -1;

  const here = () => location.pathname + location.search;
  let shown = here();
  let pending = null;
  let planned = 0;

  async function go(url, push) {
    overtake();
    const asked = (pending = new AbortController());
    const waiting = setTimeout(() => tell("Loading what you chose.", "busy"), WAIT);
    const late = setTimeout(() => asked.abort("late"), PATIENCE);
    main.setAttribute("aria-busy", "true");
    try {
      const fresh = await page(url, asked.signal);
      const box = fresh.querySelector(".map");
      if (!box !== !main.querySelector(".map")) return location.assign(url);
      const swap = () => show(fresh, url, push);
      if (box) await safermap.update(safermap.configured(box), { signal: asked.signal, swap });
      else swap();
    } catch (error) {
      if (pending === asked && asked.signal.reason !== "overtaken") fail(error, url, push);
    } finally {
      clearTimeout(waiting);
      clearTimeout(late);
      if (pending === asked) {
        main.removeAttribute("aria-busy");
        pending = null;
      }
    }
  }

  // What was asked before, and what is about to be, is not wanted any more.
  function overtake() {
    clearTimeout(planned);
    planned = 0;
    pending?.abort("overtaken");
  }

  async function page(url, signal) {
    const response = await fetch(url, { headers: { Accept: "text/html" }, signal });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    signal.throwIfAborted();
    const words = fresh.querySelector("#main .lead")?.textContent;
    if (!response.ok || !words) throw new Refusal(words ?? "The server could not answer.");
    return fresh;
  }

  // What the server says is wrong with a question, in its own words.
  class Refusal extends Error {}

  function show(fresh, url, push) {
    const focused = document.activeElement;
    document.title = fresh.title;
    for (const part of PARTS) {
      const [old, next] = [document, fresh].map((page) => page.querySelector(part));
      if (old && next) morph(old, next);
    }
    // A choice that was overtaken is in no page that was sent.
    for (const option of main.querySelectorAll("form.controls option")) option.selected = option.defaultSelected;
    if (push && url !== here()) history.pushState(null, "", url);
    shown = here();
    document.dispatchEvent(new Event("safermap:shown"));
    if (focused !== document.body && !focused.isConnected) main.focus({ preventScroll: true });
    tell([...main.querySelectorAll(".lead, .told")].map((one) => one.textContent).join(" "), "visually-hidden");
  }

  function tell(words, className) {
    said.className = className;
    said.textContent = words;
  }

  // The controls go back to what is shown.
  function fail(error, url, push) {
    const why = error instanceof Refusal ? error.message : "The server could not be reached.";
    tell(`${why} The page still shows what it showed before. `, "failed");
    for (const form of main.querySelectorAll("form.controls")) form.reset();
    const again = document.createElement("button");
    again.className = "button";
    again.textContent = "Try again";
    again.addEventListener("click", () => go(url, push));
    said.append(again);
    console.warn("page:", error);
  }

  // What is left to what is usual is left out.
  function addressed(form) {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    return `${new URL(form.action).pathname}?${query}`;
  }

  const ours = (url) => url.origin === location.origin && url.pathname === location.pathname;
  const control = (form) => form?.matches("form.controls") && ours(new URL(form.action));

  // The form is asked as it then is, so that of two quick choices both hold: an answer to the first
  // that is under way would set the second back. A thumb that is held is waited for.
  function plan(form, wait) {
    overtake();
    planned = setTimeout(() => (form.querySelector("input:active") ? plan(form, PAUSE) : go(addressed(form), true)), wait);
  }

  function listen(event) {
    const { form, type } = event.target;
    if (control(form)) plan(form, type === "range" ? PAUSE : 0);
  }

  document.addEventListener("change", listen);
  document.addEventListener("input", (event) => event.target.type === "range" && listen(event));

  document.addEventListener("submit", (event) => {
    if (!control(event.target) || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    go(addressed(event.target), true);
  });

  window.addEventListener("popstate", () => {
    if (here() !== shown || pending || planned) go(here(), false);
  });

  document.documentElement.classList.add("live");
})();
