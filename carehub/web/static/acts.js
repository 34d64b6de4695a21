// What people do on a live page: their forms are sent without leaving it, and it is said when nothing came of it.
"use strict";

const TAP_GUARD_MS = 600; // a tap meant for what stood here before the list moved does not count
const SAID_FOR_MS = 60000;
const LONGEST_PRESS_MS = 1500; // no finger keeps the page from being drawn anew for longer
const AFTER_A_PRESS_MS = 250;
const A_SENTENCE_MS = 1000;

let pressed = false;
let byHand = false; // a finger or a mouse pressed last, not a key or a screen reader
let lifting = 0; // the timer that ends the press
let sending = 0; // forms that are on their way
let undone = false; // what was sent came too late: the login had ended
let readAt = -Infinity;
const waitsForLift = new Set();

// --- a press that is going on: a swap between down and up would take the button away from under it ---

function down() {
  pressed = true;
  liftIn(LONGEST_PRESS_MS);
}

function liftIn(ms) {
  clearTimeout(lifting);
  lifting = setTimeout(lifted, ms);
}

function lifted() {
  pressed = false;
  for (const go of waitsForLift) go();
  waitsForLift.clear();
}

// Until nothing is pressed; in the end it is drawn all the same, for somebody may be waiting.
const untilLifted = () => (pressed ? new Promise((go) => { waitsForLift.add(go); setTimeout(go, LONGEST_PRESS_MS); }) : null);

const presses = (event) => ["Enter", " "].includes(event.key) && event.target.tagName !== "TEXTAREA";
document.addEventListener("pointerdown", down);
for (const over of ["pointerup", "pointercancel"]) document.addEventListener(over, () => liftIn(AFTER_A_PRESS_MS));
document.addEventListener("keydown", (event) => { if (presses(event) && !event.repeat) down(); });
document.addEventListener("keyup", (event) => { if (presses(event)) liftIn(AFTER_A_PRESS_MS); });
document.addEventListener("click", (event) => { byHand = event.detail > 0; }, true);

// --- what is said -------------------------------------------------------------------------

// A live region stays silent about words that stand there already, and would forget what it has not come to say.
function read(words) {
  const begun = Date.now() - readAt < A_SENTENCE_MS ? announcer.textContent : "";
  readAt = Date.now();
  if (!begun) announcer.textContent = announcer.textContent === words ? `${words}\u00a0` : words;
  else if (!begun.endsWith(words)) announcer.textContent = `${begun} ${words}`;
}

// It stays in sight however far down one has scrolled, moves nothing from under a finger, and goes with the next press,
// by its own button, or after a minute.
function say(words, number) {
  read([words, number && `${number.textContent}.`].filter(Boolean).join(" "));
  hush();
  const told = Object.assign(document.createElement("div"), { id: "told", className: "ds-alert told" });
  told.dataset.color = "warning";
  const sentence = document.createElement("p");
  sentence.append(words, ...(number ? [" ", number.cloneNode(true), "."] : []));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "ds-button", textContent: said.close, onclick: hush });
  Object.assign(close.dataset, { variant: "secondary", color: "neutral", size: "sm" });
  told.append(sentence, close);
  document.getElementById("main").append(told);
  setTimeout(() => told.remove(), SAID_FOR_MS);
}

const hush = () => document.getElementById("told")?.remove();

// Where it hurries, the number of whoever can be rung stands in the sentence, and rings by a tap.
function sayUndone(words) {
  const number = dead.querySelector(".tel");
  say(number ? words.replace(/\.$/, ":") : words, number);
}

// Words that somebody had begun, in a form that is there no more: another did meanwhile what it was for.
const written = () => [...document.querySelectorAll("[data-live] textarea")].filter((one) => one.value.trim() && one.value !== one.defaultValue);
function sayLost(before) {
  const lost = before.filter((one) => !one.isConnected && !one.dataset.sent);
  if (lost.length) say(said.lost.replace("{}", () => lost.map((one) => one.value.trim()).join(" – ")));
}

// --- forms --------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("action") === "/logout") leftAt = Date.now();
  if (!form.matches("[data-act], [data-reveal-form]")) return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.getAttribute("aria-busy")) return; // pressed twice
  if (form.matches("[data-act]") && byHand && Date.now() - movedAt < TAP_GUARD_MS) return say(said.moved);
  hush();
  button?.setAttribute("aria-busy", "true");
  sending += 1;
  await send(form);
  sending -= 1;
  button?.removeAttribute("aria-busy");
});

async function send(form) {
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(8000) });
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    await answered(form, answer, await answer.text());
  } catch {
    // A telephone keeps it, and says so (unsent.js); elsewhere it is lost, and that is said.
    const kept = !document.dispatchEvent(new CustomEvent("carehub:unsent", { cancelable: true, detail: { form } }));
    if (!kept) sayUndone(!answer ? said.unsent : [429, 503].includes(answer.status) ? said.busy : said.broken);
    undone ||= !kept;
  }
}

// What was done leads on to a page; whatever else comes back, nothing was.
async function answered(form, answer, text) {
  if (isLogin(answer)) {
    undone = true;
    return loggedOut();
  }
  const next = new DOMParser().parseFromString(text, "text/html");
  if (form.matches("[data-reveal-form]")) return reveal(form, next);
  const done = answer.ok && answer.redirected;
  if (done) sent(form);
  else say(next.querySelector("[data-message]")?.textContent ?? said.failed);
  const since = Date.now();
  dirty = true;
  await refresh();
  for (let tries = 0; done && drawn < since && tries < 50; tries += 1) await new Promise((go) => setTimeout(go, 100)); // it was fetching already
  if (done) read(became(form, next));
}

const wordsOf = (one) => one.textContent.replace(/\s+/g, " ").trim();
const TELLS_OF_OTHERS = ["help", "hand-over"];

// What became of it, as the page that came back has it: who does not see the card change hears what was done.
function became(form, next) {
  const [, alert, act] = /\/alerts\/(\w+)\/([\w-]+)$/.exec(new URL(form.action).pathname) ?? [];
  const card = next.getElementById(`alert-${alert}`);
  const closed = next.querySelector(`[data-key="closed-${alert}"] .soft`);
  const sentence = (one) => one.replace(/\.?$/, ".");
  if (!card) return [said.done, closed && sentence(wordsOf(closed))].filter(Boolean).join(" ");
  const others = TELLS_OF_OTHERS.includes(act) ? [...card.querySelectorAll(".alert__team li")].map(wordsOf) : [];
  return [wordsOf(card.querySelector(".alert__holder")), wordsOf(card.querySelector(".alert__head")), ...others].map(sentence).join(" ");
}

function sent(form) {
  const open = form.closest("details");
  if (open?.contains(document.activeElement)) open.querySelector("summary").focus({ preventScroll: byHand }); // a closed fold holds no focus
  if (open) open.open = false;
  for (const one of form.querySelectorAll("textarea")) one.dataset.sent = "";
  form.reset();
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
