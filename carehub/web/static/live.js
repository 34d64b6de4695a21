// Keeps a page true: the word that something changed comes by server-sent events, and the page then
// fetches itself and swaps its [data-live] regions. Forms work without any of this.
"use strict";

const DEAD_AFTER_MS = 12000; // beats come every 5 s; with this the page says so within 15 s
const TAP_GUARD_MS = 600; // a tap meant for what stood here before the list moved does not count
const LEAVES_WITHIN_MS = 4000; // the stream may say that the login has ended before the answer to a logout is there
const bar = document.getElementById("live");
const dead = document.getElementById("dead");
const announcer = document.getElementById("announcer");
const wall = new Intl.DateTimeFormat("nb-NO", { timeZone: bar.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const said = JSON.parse(document.body.dataset.words); // what this script says, in the page's language
const html = new Map(); // what the server last said of each keyed element

let source = null;
let skew = Date.parse(bar.dataset.now) - Date.now();
let heard = Date.now(); // last sign of life
let fresh = Date.now(); // the page on the screen is true as of this moment
let drawn = fresh; // when it was fetched
let dirty = false;
let fetching = false;
let pressed = false;
let movedAt = 0;
let told = -1; // the last change that the stream told of
let has = -1; // the last one that stands on the page
let leftAt = -Infinity; // somebody logged out here, and is on the way already
let streams = 0; // the hub counts its changes anew when it starts, so they compare within one stream only

const withoutAges = (text) => text.replace(/(<time[^>]*>)[^<]*/g, "$1");
const shown = (ms) => wall.format(new Date(ms + skew)).replaceAll(".", ":");

function age(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86400)];
  if (m < 1) return `${s} s`;
  if (m < 10) return `${m} min ${s % 60} s`;
  if (h < 1) return `${m} min`;
  return d < 2 ? `${h} ${said.hours} ${m % 60} min` : `${d} ${said.days}`;
}

function tick() {
  const now = Date.now() + skew;
  for (const one of document.querySelectorAll("time[data-age]")) one.textContent = age((now - Date.parse(one.dataset.age)) / 1000);
  for (const one of document.querySelectorAll("time[data-until]")) one.textContent = age((Date.parse(one.dataset.until) - now) / 1000);
  showState();
}

function showState() {
  const gone = Date.now() - Math.min(heard, behind() ? fresh : heard) > DEAD_AFTER_MS;
  const state = gone ? "dead" : source && source.readyState === EventSource.OPEN ? "live" : "trying";
  if (bar.dataset.state !== state) {
    bar.dataset.state = state;
    bar.querySelector("[data-live-state]").textContent = said[state];
    document.body.classList.toggle("is-dead", gone);
    dead.hidden = !gone;
    dead.querySelector("[data-dead-at]").textContent = shown(fresh);
    if (gone) connect();
  }
  bar.querySelector("[data-live-at]").textContent = shown(fresh);
}

function connect() {
  if (source) source.close();
  const screen = document.querySelector("[data-screen]")?.dataset.screen;
  const stream = bar.dataset.stream || "/api/v1/live"; // what anybody may see has a stream of its own
  source = new EventSource(screen ? `${stream}?screen=${encodeURIComponent(screen)}` : stream);
  source.addEventListener("change", (event) => {
    alive(event);
    told = JSON.parse(event.data).version;
    settle();
  });
  source.addEventListener("beat", (event) => { alive(event); settle(); });
  source.addEventListener("ended", loggedOut);
  source.onopen = () => { streams += 1; told = has = -1; showState(); };
  source.onerror = () => { showState(); if (source.readyState === EventSource.CLOSED) setTimeout(retry, 2000); };
}

// What was fetched since a change shows it already; else the page is true as it stands.
const behind = () => dirty || has < told;
const settle = () => { if (behind() || grownOld()) refresh(); else fresh = Date.now(); };

// A drawing of the day goes on though nothing calls: such a page looks again after so many seconds.
const grownOld = () => bar.dataset.every && document.visibilityState === "visible" && Date.now() - drawn > bar.dataset.every * 1000;

function alive(event) {
  heard = Date.now();
  skew = Date.parse(JSON.parse(event.data).at) - heard;
}

function retry() {
  if (source.readyState !== EventSource.CLOSED) return;
  connect();
  dirty = true;
  refresh(); // tells whether the login has ended
}

function loggedOut() {
  document.dispatchEvent(new CustomEvent("carehub:ended"));
  const away = () => location.assign(`/login?ended=true&next=${encodeURIComponent(location.pathname + location.search)}`);
  setTimeout(away, Math.max(0, leftAt + LEAVES_WITHIN_MS - Date.now()));
}

async function refresh() {
  if (fetching || pressed) return;
  fetching = true;
  dirty = false;
  const [stream, wanted] = [streams, told];
  let again = false;
  try {
    const answer = await fetch(location.href, { headers: { "X-CareHub-Live": "1" }, signal: AbortSignal.timeout(8000) });
    if (answer.redirected && new URL(answer.url).pathname === "/login") return loggedOut();
    if (!answer.ok) throw new Error(String(answer.status));
    swap(await answer.text());
    has = stream === streams ? Number(answer.headers.get("X-CareHub-Version") ?? wanted) : -1;
    again = behind(); // something changed while it was fetched
  } catch {
    dirty = true;
    setTimeout(() => dirty && refresh(), 2000);
  } finally {
    fetching = false;
  }
  if (again) refresh();
}

function swap(text) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const before = new Map([...document.querySelectorAll("[data-waits]")].map((one) => [one.dataset.key, one]));
  const order = keys(document);
  const focused = document.activeElement;
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresher = next.getElementById(region.id);
    if (fresher) replace(region, fresher);
  }
  document.title = next.title;
  fresh = heard = drawn = Date.now();
  if (order !== keys(document)) movedAt = Date.now();
  document.dispatchEvent(new CustomEvent("carehub:swapped"));
  keepFocus(focused); // after the page's own scripts have shown what they hide: what is hidden takes no focus
  announce(before);
  tick();
}

const keys = (root) => [...root.querySelectorAll("article[data-key]")].map((one) => one.dataset.key).join();

// What has not changed keeps its very elements, and with them open details and half-written notes; not how far it was
// scrolled, for that ends with the old page around it.
function replace(region, fresher) {
  for (const one of fresher.querySelectorAll("[data-key]")) {
    const said = withoutAges(one.outerHTML);
    const old = region.querySelector(`[data-key="${CSS.escape(one.dataset.key)}"]`);
    if (old && html.get(one.dataset.key) === said && old.tagName === one.tagName) one.replaceWith(old);
    else if (old) carryOver(old, one);
    html.set(one.dataset.key, said);
  }
  carryOver(region, fresher);
  const scrolled = [...region.querySelectorAll("[data-scrolls]")].map((one) => [one.id, one.scrollTop]);
  region.replaceChildren(...fresher.childNodes);
  for (const [id, top] of scrolled) {
    const same = top && document.getElementById(id);
    if (same) same.scrollTop = top;
  }
}

function carryOver(old, fresher) {
  for (const one of old.querySelectorAll("details[id]")) {
    const same = fresher.querySelector(`#${CSS.escape(one.id)}`);
    if (same) same.open = one.open;
  }
  for (const one of old.querySelectorAll("input[id], textarea[id], select[id]")) {
    const same = fresher.querySelector(`#${CSS.escape(one.id)}`);
    if (!same || one.type === "hidden") continue;
    // what nobody has touched must not undo what the server now says: a suggestion, or what another has decided
    if (one.type === "radio") same.checked ||= one.checked && !one.defaultChecked;
    else if (one.type === "checkbox") same.checked = one.checked === one.defaultChecked ? same.checked : one.checked;
    else if (one.tagName === "SELECT" || one.value !== one.defaultValue) same.value = one.value;
  }
}

function keepFocus(focused) {
  if (!focused || focused === document.body || document.activeElement === focused) return;
  const same = focused.isConnected ? focused : focused.id && document.getElementById(focused.id);
  const card = !same && focused.closest && focused.closest("[data-key]");
  const target = same || (card && document.getElementById(card.id)) || document.querySelector("#board h1, #main");
  if (!target) return;
  if (target.matches("h1")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

function announce(before) {
  const fresh = [...document.querySelectorAll("[data-waits]")].filter((one) => !before.has(one.dataset.key));
  if (!fresh.length) return;
  for (const one of fresh) one.classList.add("alert--new");
  announcer.textContent = fresh.map(words).join(" ");
}

// A new alert, or an alarm at the head of the page that only the hub's memory has.
function words(one) {
  if (!one.matches("article")) return one.textContent.replace(/\s+/g, " ").trim();
  const head = one.querySelector(".alert__head").textContent.replace(/\s+/g, " ").trim();
  return said.new.replace("{}", () => `${one.querySelector(".alert__urgency").textContent}. ${head}`);
}

function say(words) {
  announcer.textContent = words;
  let told = document.getElementById("told");
  if (!told) {
    told = Object.assign(document.createElement("p"), { id: "told", className: "ds-alert" });
    told.dataset.color = "warning";
    document.getElementById("board").before(told);
  }
  told.textContent = words;
  setTimeout(() => told.remove(), 12000);
}

// --- what people do -----------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("action") === "/logout") leftAt = Date.now();
  if (!form.matches("[data-act], [data-reveal-form]")) return;
  event.preventDefault();
  const button = event.submitter;
  if (form.matches("[data-act]") && Date.now() - movedAt < TAP_GUARD_MS) return say(said.moved);
  if (button) button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(8000) });
    await answered(form, answer);
  } catch {
    // A telephone keeps it, and says so (unsent.js); elsewhere it is lost, and that is said.
    const kept = !document.dispatchEvent(new CustomEvent("carehub:unsent", { cancelable: true, detail: { form } }));
    const number = dead.querySelector(".tel")?.textContent;
    if (!kept) say(number ? said.unsent.replace(/\.$/, `: ${number}.`) : said.unsent);
  }
  if (button) button.removeAttribute("aria-busy");
});

async function answered(form, answer) {
  if (answer.redirected && new URL(answer.url).pathname === "/login") return loggedOut();
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (form.matches("[data-reveal-form]")) return reveal(form, next);
  if (answer.ok) {
    const open = form.closest("details");
    if (open) open.open = false;
  } else {
    const words = next.querySelector("[data-message]");
    say(words ? words.textContent : said.failed);
  }
  dirty = true;
  await refresh();
}

function reveal(form, next) {
  const place = form.closest("[data-reveal]");
  const found = next.getElementById(place.id);
  if (!found) return say(said.unfetched);
  place.replaceChildren(...found.childNodes);
  place.querySelector("[tabindex]")?.focus();
}

// What is unfolded by a tap is seen, not only made: at the foot of a screen the form would be below it.
document.addEventListener("click", (event) => {
  const folded = event.target.closest?.("summary")?.parentElement;
  if (!folded || folded.open) return;
  requestAnimationFrame(() => {
    if (folded.isConnected && folded.open && !folded.closest(".thumb")) folded.scrollIntoView({ block: "nearest" });
  });
});

// A swap between finger down and finger up would take the button away from under it.
document.addEventListener("pointerdown", () => { pressed = true; setTimeout(lifted, 1500); });
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(lifted, 250));
function lifted() {
  pressed = false;
  if (behind()) refresh();
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (Date.now() - heard > DEAD_AFTER_MS) connect();
  dirty = true;
  refresh();
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

for (const one of document.querySelectorAll("[data-key]")) html.set(one.dataset.key, withoutAges(one.outerHTML));
connect();
tick();
setInterval(tick, 1000);
