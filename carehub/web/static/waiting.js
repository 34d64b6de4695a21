// The login page of a screen whose login has ended: what waits stays on it, and is looked at again.
"use strict";

(() => {
  const EVERY_MS = 5000;
  const title = document.title;

  function called(section) {
    const calling = Number(section.dataset.calling);
    document.title = calling ? `(${calling}) ${title}` : title;
  }

  async function look() {
    const place = document.getElementById("waiting");
    if (!place) return;
    try {
      const answer = await fetch("/login/waiting", { headers: { "X-CareHub-Live": "1" }, signal: AbortSignal.timeout(4000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const next = answer.status === 204 ? null : new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("waiting");
      if (!next) return place.remove();
      const said = next.querySelector("h2").textContent;
      if (said !== place.querySelector("h2").textContent) document.getElementById("waiting-told").textContent = said;
      place.replaceWith(next);
      called(next);
    } catch {
      place.querySelector("[data-stale]").hidden = false; // what stands there may be over, or be more
    }
    setTimeout(look, EVERY_MS);
  }

  called(document.getElementById("waiting"));
  setTimeout(look, EVERY_MS);
})();
