// What somebody was writing when their login ended is there again when they are: in this tab, and for nobody else. It lies
// sealed (AES-GCM) by a key that only their own pages are given; another's login, or their own logout, takes it away.
"use strict";

(() => {
  const PLACE = "carehub-begun";
  const KEPT_MS = 4 * 3600e3;
  const mine = () => crypto.subtle.importKey("raw", bytes(document.body.dataset.begun), "AES-GCM", false, ["encrypt", "decrypt"]);
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const letters = (some) => btoa(String.fromCharCode(...new Uint8Array(some)));
  const TELLS_EVERY_MS = 20000; // a shared tablet locks after a minute at the least
  const begun = () => [...document.querySelectorAll("main textarea[id]")].filter((one) => one.value.trim() && one.value !== one.defaultValue);
  const forget = () => sessionStorage.removeItem(PLACE);

  async function keep() {
    const words = begun().map((one) => [one.id, one.value]);
    if (!words.length || !crypto.subtle) return; // a browser seals nothing on a line that others can read
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const until = Date.now() + KEPT_MS;
    const plain = new TextEncoder().encode(JSON.stringify({ until, address: location.pathname + location.search, words }));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await mine(), plain);
    sessionStorage.setItem(PLACE, JSON.stringify([letters(iv), letters(sealed), until, document.body.dataset.begunAt]));
  }

  async function opened() {
    try {
      const [iv, sealed] = JSON.parse(sessionStorage.getItem(PLACE)).slice(0, 2).map(bytes);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await mine(), sealed);
      const found = JSON.parse(new TextDecoder().decode(plain));
      return Date.now() < found.until ? found : null;
    } catch {
      return null; // another's, or the hub has started anew
    }
  }

  async function giveBack() {
    if (!sessionStorage.getItem(PLACE)) return;
    const found = await opened();
    if (!found) return forget();
    if (typeof say !== "function") return; // the pages on which one writes can say what was found
    if (new URL(found.address, location).pathname !== location.pathname) {
      return say(said.begun_elsewhere, Object.assign(document.createElement("a"), { href: found.address, textContent: said.go_on }));
    }
    forget();
    const lost = found.words.filter(([id, words]) => !putBack(document.getElementById(id), words));
    say(lost.length ? said.lost.replace("{}", () => lost.map(([, words]) => words.trim()).join(" – ")) : said.begun);
  }

  function putBack(one, words) {
    if (!one?.matches("textarea")) return false;
    one.value = words;
    for (let fold = one.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    return true;
  }

  document.addEventListener("carehub:ended", () => {
    if (Date.now() - leftAt < LEAVES_WITHIN_MS) return; // by their own hand: nothing is left
    sending += 1; // the page is left when it is kept
    keep().finally(() => { sending -= 1; });
  });
  // Whoever types is there, as whoever presses is: a screen does not lock under their hands. A key that is held down by
  // something that lies on it is nobody.
  let [toldAt, held] = [-Infinity, false];
  document.addEventListener("keydown", (event) => { held = event.repeat; });
  document.addEventListener("input", (event) => {
    if (!event.isTrusted || held || Date.now() - toldAt < TELLS_EVERY_MS) return;
    toldAt = Date.now();
    fetch("/here", { cache: "no-store", redirect: "manual" }).catch(() => {}); // the page says by itself what it does not reach
  });
  document.addEventListener("submit", (event) => {
    if (["/logout", "/kiosk/switch"].includes(event.target.getAttribute("action"))) forget();
  });
  giveBack();
})();
