// The page for when nothing answers: what the telephone last knew, with its age, and never as if it were live.
"use strict";

(() => {
  const place = document.getElementById("last-known");
  const box = document.getElementById("unsent");
  const words = JSON.parse(box.dataset.words);
  const clock = (ms) => new Intl.DateTimeFormat("nb-NO", { timeZone: box.dataset.zone, hour: "2-digit", minute: "2-digit" }).format(ms).replace(".", ":");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const SHAPES = { 40: "▲", 30: "◆", 20: "●" };
  const COLOURS = { 40: "danger", 30: "warning", 20: "info" };

  function age(ms) {
    const minutes = Math.max(0, Math.floor(ms / 60000));
    if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} t ${minutes % 60} min`;
  }

  const element = (kind, text, className = "") => Object.assign(document.createElement(kind), { textContent: text, className });

  function card(alert) {
    const made = element("article", "", "ds-card alert lost");
    made.dataset.color = COLOURS[alert.severity] || "neutral";
    made.dataset.alert = alert.id;
    const head = element("h2", "", "ds-heading lost__head");
    head.append(Object.assign(element("span", SHAPES[alert.severity] || "○", "lost__shape"), { ariaHidden: "true" }), `${alert.urgency} · ${fill(words.number, { number: alert.number })}`);
    const holder = alert.mine ? words.mine : alert.waits ? words.waiting : words.held;
    made.append(head, element("p", [alert.unit, fill(words.since, { clock: clock(Date.parse(alert.since)) }), holder].filter(Boolean).join(" · ")));
    const acts = element("div", "", "lost__acts");
    for (const action of ["take", "arrive"].filter((one) => alert.may.includes(one))) {
      const button = element("button", words[action], "ds-button");
      button.dataset.variant = action === "take" ? "primary" : "secondary";
      button.addEventListener("click", () => window.carehubQueue(alert.id, action).catch(() => window.alert(window.carehubNoRoom())));
      acts.append(button);
    }
    made.append(acts);
    return made;
  }

  let list;
  function tick() {
    if (list) place.querySelector("[data-age]").textContent = fill(words.last, { clock: clock(list.at), age: age(Date.now() - list.local) });
  }

  async function show() {
    list = await carehub.kept();
    const head = element("p", list ? "" : words.nothing, "lost__age");
    if (list) head.dataset.age = "";
    const cards = list ? list.alerts.map(card) : [];
    place.replaceChildren(head, ...(list && !cards.length ? [element("p", words.calm)] : cards));
    tick();
    document.getElementById("ring").replaceChildren(await window.carehubUrgent());
  }

  async function tryAgain() {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(6000) }).catch(() => null);
    if (!answer || !answer.ok) return;
    await window.carehubSend();
    location.reload();
  }

  show();
  setInterval(tick, 1000);
  setInterval(tryAgain, 5000);
  window.addEventListener("online", tryAgain);
  document.getElementById("try-again").addEventListener("click", tryAgain);
})();
