// The telephone's worker: it keeps the hub's own files, shows the page for no coverage, sends what was not sent, and
// shows notifications and tells the hub that it did. It keeps no page and no answer of the hub about anybody.
// VERSION, FILES, UNSENT, ICON, BADGE and OFFLINE are written in front of it by the hub.
"use strict";

importScripts(UNSENT);
const NAME = `carehub-${VERSION}`;
const PATIENCE_MS = 6000; // longer than a slow network needs, shorter than a person waits in a stairwell

self.addEventListener("install", (event) => {
  const stored = caches.open(NAME).then((cache) => cache.addAll([...FILES, OFFLINE]));
  event.waitUntil(stored.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/") && address.search.startsWith("?v=")) event.respondWith(file(request));
});

async function page(request) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE_MS));
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return (await caches.match(OFFLINE)) || Response.error();
  }
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}

self.addEventListener("sync", (event) => {
  if (event.tag !== "unsent") return;
  event.waitUntil(carehub.send().then((how) => { if (how === "offline") throw new Error("try again later"); }));
});

self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(told.title || "Et varsel venter på deg", {
    tag: told.id,
    icon: ICON,
    badge: BADGE,
    lang: told.lang || "nb",
    requireInteraction: true,
    vibrate: [400, 200, 400],
    data: { url: told.url || "/nurse" },
  });
  event.waitUntil(shown.then(() => told.id && fetch(`/push/seen/${encodeURIComponent(told.id)}`, { method: "POST" })));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

// In the window that is open already, where there is one: a second one would show a list of its own.
async function show(address) {
  const [window] = await self.clients.matchAll({ type: "window" });
  if (!window) return self.clients.openWindow(address);
  await window.navigate(address);
  return window.focus();
}

// The push service changed the address: without this, notifications would stop with nobody knowing.
self.addEventListener("pushsubscriptionchange", (event) => {
  const options = event.oldSubscription?.options || { userVisibleOnly: true };
  const told = (one) => fetch("/push/subscribe", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(one) });
  event.waitUntil(self.registration.pushManager.subscribe(options).then(told));
});
