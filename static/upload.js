// Sending a file with its progress, and following what becomes of it. Without script the form is a
// plain form, and a link looks again.
"use strict";

(function () {
  const EACH = 1000; // milliseconds from one look to the next

  const look = async () => {
    const response = await fetch("/uploads?f=json", { cache: "no-store" });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return response.json();
  };

  // The page as it is now takes the place of what is shown; the spoken line stays the same element.
  async function renew() {
    const response = await fetch("/uploads", { headers: { Accept: "text/html" }, cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = fresh.getElementById("main");
    if (!response.ok || !main) return location.reload();
    const spoken = document.getElementById("upload-said");
    const told = fresh.getElementById("upload-said");
    if (spoken && told) {
      spoken.textContent = told.textContent;
      spoken.className = told.className;
      told.replaceWith(spoken);
    }
    document.querySelector(".strip").replaceWith(fresh.querySelector(".strip"));
    document.getElementById("main").replaceChildren(...main.childNodes);
    document.getElementById("upload-state").focus();
    listen();
  }

  async function follow() {
    const section = document.getElementById("upload");
    if (!section || section.dataset.going !== "yes") return;
    try {
      const found = await look();
      if (found.step !== section.dataset.step || found.shown) return await renew();
      document.getElementById("upload-said").textContent = found.words;
      const bar = document.getElementById("upload-progress");
      if (bar && found.progress) {
        bar.max = found.progress.of;
        bar.value = found.progress.done;
      }
    } catch (error) {
      console.warn("uploads:", error.message); // the service may be changing over; look again
    }
    setTimeout(follow, EACH);
  }

  function send(form) {
    const bar = document.createElement("progress");
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    bar.setAttribute("aria-label", "Sending");
    form.querySelector("button").disabled = true;
    form.append(bar, said);
    said.textContent = "Sending the file.";
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      const share = Math.floor((event.loaded / event.total) * 10) * 10;
      const words = event.loaded < event.total ? `Sending the file: ${share}% is sent.` : "The file is sent.";
      if (said.textContent !== words) said.textContent = words;
    });
    const fail = (words) => {
      bar.remove();
      form.querySelector("button").disabled = false;
      said.className = "wrong";
      said.textContent = words;
    };
    request.addEventListener("load", () => {
      if (request.status < 300) return renew();
      let words = "The service did not take the file.";
      try {
        words = JSON.parse(request.responseText).detail || words;
      } catch {
        // no problem details: a proxy answered
      }
      fail(words);
    });
    request.addEventListener("error", () => fail("The connection ended before the file was sent. Nothing was changed; try again."));
    request.send(new FormData(form));
  }

  function listen() {
    const form = document.querySelector(".upload-form");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      for (const old of form.querySelectorAll("progress, [role=status]")) old.remove();
      send(form);
    });
    follow();
  }

  listen();
})();
