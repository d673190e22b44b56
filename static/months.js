// Two thumbs over all months held, under the list of months: the first and the last. What they
// choose is put into the list, which stands above them and says it in words.
"use strict";

(function () {
  const NAMES = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const name = (month) => `${NAMES[month % 12]} ${Math.floor(month / 12)}`;
  const words = (from, to) =>
    from === to ? name(to) : `${Math.floor(from / 12) === Math.floor(to / 12) ? NAMES[from % 12] : name(from)} to ${name(to)}`;
  const short = (month) => `${NAMES[month % 12].slice(0, 3)} ${Math.floor(month / 12)}`;
  const iso = (month) => `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;

  function number(text) {
    const [year, month] = text.split("-").map(Number);
    return year * 12 + month - 1;
  }

  function thumb(label) {
    const input = document.createElement("input");
    Object.assign(input, { type: "range", step: 1, autocomplete: "off" });
    input.setAttribute("aria-label", label);
    return input;
  }

  function make(select) {
    const box = document.createElement("div");
    box.className = "month-range";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Months");
    box.setAttribute("data-made", "");
    const ends = document.createElement("p");
    ends.setAttribute("aria-hidden", "true");
    ends.append(document.createElement("span"), document.createElement("span"));
    box.append(thumb("First month"), thumb("Last month"), ends);
    box.addEventListener("input", (event) => choose(select, box, event.target));
    select.after(box);
    return box;
  }

  // A thumb that is moved against the other takes it along.
  function choose(select, box, moved) {
    const [first, last] = box.querySelectorAll("input");
    if (first.valueAsNumber > last.valueAsNumber) (moved === first ? last : first).value = moved.value;
    const [from, to] = [first.valueAsNumber, last.valueAsNumber];
    const value = `${iso(from)}/${iso(to)}`;
    select.querySelector("[data-chosen]")?.remove();
    if (![...select.options].some((option) => option.value === value)) {
      const group = document.createElement("optgroup");
      group.label = "Chosen months";
      group.setAttribute("data-chosen", "");
      group.append(new Option(words(from, to), value));
      select.append(group);
    }
    select.value = value;
    paint(box);
  }

  function paint(box) {
    const [first, last] = box.querySelectorAll("input");
    const [least, most] = [Number(first.min), Number(first.max)];
    for (const [input, property] of [[first, "--from"], [last, "--to"]]) {
      input.setAttribute("aria-valuetext", name(input.valueAsNumber));
      box.style.setProperty(property, (input.valueAsNumber - least) / (most - least));
    }
    box.classList.toggle("late", first.valueAsNumber + last.valueAsNumber > least + most);
  }

  // The thumbs stand where the list says.
  function prepare() {
    for (const select of document.querySelectorAll("select[name=datetime]")) {
      const here = select.parentElement.querySelector(".month-range");
      if (!select.dataset.first) {
        here?.remove();
        continue;
      }
      const box = here ?? make(select);
      const chosen = select.value.split("/").map(number);
      const ends = [select.dataset.first, select.dataset.last].map(Number);
      box.querySelectorAll("input").forEach((input, i) => {
        if (input.matches(":active")) return;
        [input.min, input.max] = ends;
        input.value = chosen[i];
      });
      box.querySelectorAll("span").forEach((span, i) => (span.textContent = short(ends[i])));
      paint(box);
    }
  }

  prepare();
  document.addEventListener("change", (event) => event.target.matches("select[name=datetime]") && prepare());
  document.addEventListener("reset", () => setTimeout(prepare));
  document.addEventListener("safermap:shown", prepare);
})();
