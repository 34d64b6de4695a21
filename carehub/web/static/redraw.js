// How a region of a page becomes what the server now says of it, under the hands of whoever uses it. What is there still
// stays the very same element, where it stands: with its focus and its caret, its open list, its half-written words, the
// key that is down on it, and a screen reader's place in it.
"use strict";

const html = new Map(); // what the server last said of each keyed element
const unfolded = new WeakMap(); // whether it last said that a fold is open

const withoutAges = (text) => text.replace(/(<time[^>]*>)[^<]*/g, "$1");
const KEPT = new Set(["tabindex", "aria-busy"]); // what the scripts add

function redraw(region, fresher) {
  const hand = [...region.querySelectorAll("input[type=radio]")].filter((one) => one.checked && !one.defaultChecked);
  const known = new Map();
  for (const one of region.querySelectorAll("[id], [data-key]")) if (!known.has(nameOf(one))) known.set(nameOf(one), one);
  const run = { known, gone: new Set(), same: unchanged(region, fresher) };
  fill(region, fresher, run);
  for (const one of run.gone) one.remove();
  for (const one of hand) one.checked ||= one.isConnected; // what somebody chose, over what the server would suggest
}

// What has not changed is not even looked into.
function unchanged(region, fresher) {
  const same = new Set();
  for (const one of fresher.querySelectorAll("[data-key]")) {
    const said = withoutAges(one.outerHTML);
    if (html.get(one.dataset.key) === said) same.add(one);
    html.set(one.dataset.key, said);
  }
  return same;
}

function nameOf(one) {
  if (one.nodeType !== Node.ELEMENT_NODE) return "";
  return one.id ? `#${one.id}` : one.dataset.key ? `key ${one.dataset.key}` : "";
}

// What has no name is known by what it is: so the form of one button never becomes that of another.
const kindOf = (one) => [one.nodeName, one.classList?.[0], one.getAttribute?.("action"), one.getAttribute?.("name"), one.getAttribute?.("href")].join(" ");

function fill(parent, fresher, run) {
  const free = [...parent.childNodes].filter((one) => !nameOf(one));
  const wanted = [...fresher.childNodes].map((one) => claim(one, parent, free, run));
  const stays = new Set(wanted);
  for (const one of parent.childNodes) if (!stays.has(one)) run.gone.add(one);
  arrange(parent, wanted, run.gone);
  wanted.forEach((one, place) => become(one, fresher.childNodes[place], run));
}

function claim(one, parent, free, run) {
  const known = nameOf(one);
  if (known) {
    const old = run.known.get(known);
    if (!old || old.nodeName !== one.nodeName || old.contains(parent)) return document.importNode(one, false);
    run.known.delete(known);
    run.gone.delete(old);
    return old;
  }
  const place = free.findIndex((old) => kindOf(old) === kindOf(one));
  return place < 0 ? document.importNode(one, false) : free.splice(place, 1)[0];
}

// The child that has the focus does not move; the others are put in order around it.
function arrange(parent, wanted, gone) {
  const next = (one) => {
    let at = one ? one.nextSibling : parent.firstChild;
    while (at && gone.has(at)) at = at.nextSibling;
    return at;
  };
  const pin = wanted.findIndex((one) => one.parentNode === parent && one.contains(document.activeElement));
  for (let at = pin - 1; at >= 0; at -= 1) if (wanted[at].parentNode !== parent || next(wanted[at]) !== wanted[at + 1]) put(parent, wanted[at], wanted[at + 1]);
  for (let at = pin + 1; at < wanted.length; at += 1) {
    const here = next(at ? wanted[at - 1] : null);
    if (here !== wanted[at]) put(parent, wanted[at], here);
  }
}

// Newer browsers can move what has the focus without taking it away.
function put(parent, one, before) {
  if (parent.moveBefore && parent.isConnected && one.isConnected) parent.moveBefore(one, before);
  else parent.insertBefore(one, before);
}

function become(old, fresher, run) {
  if (run.same.has(fresher) && old.hasChildNodes()) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresher.nodeValue) old.nodeValue = fresher.nodeValue;
    return;
  }
  const settle = mine(old);
  attributes(old, fresher);
  fill(old, fresher, run);
  settle();
}

function attributes(old, fresher) {
  const fold = old.tagName === "DETAILS";
  for (const { name: which, value } of fresher.attributes) {
    if (!(fold && which === "open") && old.getAttribute(which) !== value) old.setAttribute(which, value);
  }
  for (const { name: which } of [...old.attributes]) {
    if (!(fold && which === "open") && !KEPT.has(which) && !fresher.hasAttribute(which)) old.removeAttribute(which);
  }
  if (!fold) return;
  if (fresher.open && !unfolded.get(old)) old.open = true; // it opens when the server begins to say so, and closes by hand
  unfolded.set(old, fresher.open);
}

// What nobody has touched follows the server; what somebody has chosen or written stays.
function mine(one) {
  if (one.matches("input[type=radio], input[type=checkbox]")) {
    return one.checked === one.defaultChecked ? () => { if (one.checked !== one.defaultChecked) one.checked = one.defaultChecked; } : () => {};
  }
  if (one.matches("select") && one.options.length) {
    const { value } = one;
    return value === suggested(one) ? () => { one.value = suggested(one); } : () => { if (one.value !== value) one.value = value; };
  }
  if (!one.matches("textarea, input:not([type=hidden], [type=file])") || one.value !== one.defaultValue) return () => {};
  return () => { if (one.value !== one.defaultValue) one.value = one.defaultValue; };
}

const suggested = (list) => ([...list.options].find((one) => one.defaultSelected) ?? list.options[0])?.value;

for (const one of document.querySelectorAll("[data-key]")) html.set(one.dataset.key, withoutAges(one.outerHTML));
for (const one of document.querySelectorAll("[data-live] details")) unfolded.set(one, one.open);
