// The door of a tab in which half-written words lie sealed (begun.js) says so, for as long as they can be opened.
"use strict";

(() => {
  const place = document.getElementById("kept");
  try {
    const [, , until, start] = JSON.parse(sessionStorage.getItem("carehub-begun"));
    place.hidden = start !== place.dataset.start || Date.now() > until;
  } catch {
    // nothing lies there
  }
})();
