// A shared tablet that was left at the names, a PIN or a password shows its board again; while the hub does not answer,
// what stands there stays.
"use strict";

(() => {
  const EVERY_MS = 2000;
  const after = Number(document.currentScript.dataset.after) * 1000;
  let touched = Date.now();

  async function look() {
    if (Date.now() - touched < after) return;
    const answer = await fetch("/kiosk", { headers: { "X-CareHub-Live": "1" }, signal: AbortSignal.timeout(4000) }).catch(() => null);
    if (answer?.ok) location.replace("/kiosk");
  }

  for (const one of ["pointerdown", "keydown", "input"]) document.addEventListener(one, () => { touched = Date.now(); }, true);
  setInterval(look, EVERY_MS);
})();
