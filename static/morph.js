// Changes a part of the page into another with as little as will do, so that what has the focus
// keeps it, and what was opened stays open. A map is left alone but for its label and configuration.
// So is what a script has put beside what the server sent: anything marked `data-made`.
"use strict";

const morph = (function () {
  const isMap = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(".map");
  const holdsMap = (node) => isMap(node) || (node.nodeType === Node.ELEMENT_NODE && node.querySelector(".map") !== null);
  const holds = (node) => holdsMap(node) || node.contains(document.activeElement);
  const made = (node) => node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-made");

  function sent(node) {
    while (node && made(node)) node = node.nextSibling;
    return node;
  }

  function alike(old, fresh) {
    const same = (name) => old[name] === fresh[name];
    if (isMap(old) || isMap(fresh)) return isMap(old) && isMap(fresh);
    if (!same("nodeName") || holdsMap(old) !== holdsMap(fresh)) return false;
    return old.nodeType !== Node.ELEMENT_NODE || (same("id") && old.getAttribute("class") === fresh.getAttribute("class"));
  }

  function attributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (name !== "style" && name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  // The next old node that a fresh one can be made of; not past one that must not be lost.
  function match(node, fresh) {
    for (node = sent(node); node; node = sent(node.nextSibling)) {
      if (alike(node, fresh)) return node;
      if (holds(node)) return null;
    }
    return null;
  }

  function children(old, fresh) {
    let at = sent(old.firstChild);
    const drop = (until) => {
      while (at !== until) {
        const next = sent(at.nextSibling);
        at.remove();
        at = next;
      }
    };
    for (const node of [...fresh.childNodes]) {
      const found = match(at, node);
      if (!found) {
        old.insertBefore(node, at);
        continue;
      }
      drop(found);
      change(found, node);
      at = sent(found.nextSibling);
    }
    drop(null);
  }

  function change(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
    } else if (isMap(old)) {
      old.dataset.label = fresh.dataset.label;
      old.querySelector("[data-map-config]").textContent = fresh.querySelector("[data-map-config]").textContent;
    } else if (!old.isEqualNode(fresh)) {
      attributes(old, fresh);
      children(old, fresh);
    }
    if (old.matches?.("select, input")) old.value = fresh.value;
  }

  return change;
})();
