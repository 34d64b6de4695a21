// Shows a notification and tells the hub that it was shown. It holds no data about anybody.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(told.title || "Et varsel venter på deg", {
    tag: told.id,
    icon: "/static/carehub.svg",
    lang: "nb",
    requireInteraction: true,
    data: { url: told.url || "/nurse" },
  });
  event.waitUntil(shown.then(() => told.id && fetch(`/push/seen/${encodeURIComponent(told.id)}`, { method: "POST" })));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
