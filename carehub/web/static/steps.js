// While a step waits for the device, the page asks again every three seconds, and swaps the steps when they changed.
"use strict";

const EVERY_MS = 3000;

async function look() {
  const steps = document.getElementById("steps");
  if (!steps || !("poll" in steps.dataset)) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-CareHub-Live": "1" } });
    if (answer.redirected) return void location.reload();
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("steps");
    if (next && next.innerHTML !== steps.innerHTML) steps.replaceWith(next);
  } catch {
    // no network just now: the next look tells
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
