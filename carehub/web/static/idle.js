// A shared tablet that was left at the names, a PIN or a password shows its board again; while the hub does not answer,
// what stands there stays.
"use strict";

(() => {
  const EVERY_MS = 2000;
  const after = Number(document.currentScript.dataset.after) * 1000;
  let touched = Date.now();

  // One look at a time, and none once it goes: to go there anew would break off a board that is slow to come.
  async function look() {
    if (Date.now() - touched >= after) {
      const answer = await fetch("/kiosk", { headers: { "X-CareHub-Live": "1" }, signal: AbortSignal.timeout(4000) }).catch(() => null);
      if (answer?.ok) { location.replace("/kiosk"); return; }
    }
    setTimeout(look, EVERY_MS);
  }

  for (const one of ["pointerdown", "keydown", "input"]) document.addEventListener(one, () => { touched = Date.now(); }, true);
  setTimeout(look, EVERY_MS);
})();
