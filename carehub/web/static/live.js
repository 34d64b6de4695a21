// Keeps a page true: the word that something changed comes by server-sent events, and the page then
// fetches itself and draws its [data-live] regions anew (redraw.js). Forms work without any of this (acts.js).
"use strict";

const DEAD_AFTER_MS = 12000; // beats come every 5 s; with this the page says so within 15 s
const LEAVES_WITHIN_MS = 4000; // the stream may say that the login has ended before the answer to a logout is there
const bar = document.getElementById("live");
const dead = document.getElementById("dead");
const announcer = document.getElementById("announcer");
const wall = new Intl.DateTimeFormat("nb-NO", { timeZone: bar.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const said = JSON.parse(document.body.dataset.words); // what this script says, in the page's language

let source = null;
let skew = Date.parse(bar.dataset.now) - Date.now();
let heard = Date.now(); // last sign of life
let fresh = Date.now(); // the page on the screen is true as of this moment
let drawn = fresh; // when it was fetched
let dirty = false;
let fetching = false;
let movedAt = 0;
let told = -1; // the last change that the stream told of
let has = -1; // the last one that stands on the page
let leftAt = -Infinity; // somebody logged out here, and is on the way already
let leaves = false; // the login has ended, and the page is on its way to another
let streams = 0; // the hub counts its changes anew when it starts, so they compare within one stream only

const shown = (ms) => wall.format(new Date(ms + skew)).replaceAll(".", ":");

function age(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86400)];
  if (m < 1) return `${s} s`;
  if (m < 10) return `${m} min ${s % 60} s`;
  if (h < 1) return `${m} min`;
  return d < 2 ? `${h} ${said.hours} ${m % 60} min` : `${d} ${said.days}`;
}

function write(one, words) {
  if (one.textContent !== words) one.textContent = words;
}

function tick() {
  const now = Date.now() + skew;
  for (const one of document.querySelectorAll("time[data-age]")) write(one, age((now - Date.parse(one.dataset.age)) / 1000));
  for (const one of document.querySelectorAll("time[data-until]")) write(one, age((Date.parse(one.dataset.until) - now) / 1000));
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

// The login, or a shared tablet with nobody chosen: where whoever is not logged in is led.
const isLogin = (answer) => answer.redirected && /^\/(login|kiosk)\b/.test(new URL(answer.url).pathname);

// What is being sent is waited for: whoever sent it is told whether it was done.
function loggedOut() {
  if (leaves) return;
  leaves = true;
  document.dispatchEvent(new CustomEvent("carehub:ended"));
  const away = () => {
    if (sending) return void setTimeout(away, 50);
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`/login?ended=true${undone ? "&unsent=true" : ""}&next=${back}`);
  };
  setTimeout(away, Math.max(0, leftAt + LEAVES_WITHIN_MS - Date.now()));
}

async function refresh() {
  if (fetching) return;
  fetching = true;
  dirty = false;
  const [stream, wanted] = [streams, told];
  let again = false;
  try {
    const answer = await fetch(location.href, { headers: { "X-CareHub-Live": "1" }, signal: AbortSignal.timeout(8000) });
    if (isLogin(answer)) return loggedOut();
    if (answer.redirected) return location.replace(answer.url); // a shared tablet that somebody has unlocked
    if (!answer.ok) throw new Error(String(answer.status));
    const [text, at] = [await answer.text(), Date.now()];
    await untilLifted();
    swap(text, at);
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

function swap(text, at) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const before = new Map([...document.querySelectorAll("[data-waits]")].map((one) => [one.dataset.key, one]));
  const order = keys(document);
  const [focused, drafts] = [document.activeElement, written()];
  const card = focused?.closest("[data-key]"); // before what it stands on is taken out of it
  const seen = isSeen(focused);
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresher = next.getElementById(region.id);
    if (fresher) redraw(region, fresher);
  }
  document.title = next.title;
  fresh = heard = drawn = at;
  if (order !== keys(document)) movedAt = Date.now();
  document.dispatchEvent(new CustomEvent("carehub:swapped"));
  keepFocus(focused, card); // after the page's own scripts have shown what they hide: what is hidden takes no focus
  if (seen && !byHand && !isSeen(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" }); // it is all that whoever has a keyboard goes by
  announce(before);
  sayLost(drafts);
  tick();
}

const keys = (root) => [...root.querySelectorAll("article[data-key]")].map((one) => one.dataset.key).join();

function keepFocus(focused, card) {
  if (!focused || focused === document.body || document.activeElement === focused) return;
  const same = focused.isConnected ? focused : focused.id && document.getElementById(focused.id);
  const target = same || (card && document.getElementById(card.id)) || document.querySelector("#board h1") || document.getElementById("main");
  if (!target) return;
  if (target.matches("h1")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

function isSeen(one) {
  if (!one || one === document.body) return false;
  const { top, bottom } = one.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function announce(before) {
  const fresh = [...document.querySelectorAll("[data-waits]")].filter((one) => !before.has(one.dataset.key));
  if (!fresh.length) return;
  for (const one of fresh) one.classList.add("alert--new");
  read(fresh.map(words).join(" "));
}

// A new alert, or an alarm at the head of the page that only the hub's memory has.
function words(one) {
  if (!one.matches("article")) return one.textContent.replace(/\s+/g, " ").trim();
  const head = one.querySelector(".alert__head").textContent.replace(/\s+/g, " ").trim();
  return said.new.replace("{}", () => `${one.querySelector(".alert__urgency").textContent}. ${head}`);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (Date.now() - heard > DEAD_AFTER_MS) connect();
  dirty = true;
  refresh();
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

connect();
tick();
setInterval(tick, 1000);
