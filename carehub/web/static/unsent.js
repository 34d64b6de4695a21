// Answers that a telephone could not send. They are kept on the telephone, shown as not sent, and sent when the hub
// answers again. What is kept: the alert's number, what was tapped, and when. Used by the pages and by the worker.
"use strict";

const carehub = (() => {
  const OLDEST_MS = 4 * 3600e3;

  const open = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open("carehub", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("answers", { keyPath: "id" });
        asked.result.createObjectStore("kept", { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });

  // One transaction; it is over when the telephone has written it down.
  const within = async (store, mode, act) => {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const work = base.transaction(store, mode, { durability: "strict" });
        const asked = act(work.objectStore(store));
        work.oncomplete = () => resolve(asked.result);
        work.onerror = work.onabort = () => reject(work.error);
      });
    } finally {
      base.close();
    }
  };

  const put = (row) => within("answers", "readwrite", (all) => all.put(row));
  const drop = (id) => within("answers", "readwrite", (all) => all.delete(id));
  const answers = async () => (await within("answers", "readonly", (all) => all.getAll())).sort((a, b) => a.local - b.local);
  const keep = (list) => within("kept", "readwrite", (all) => all.put({ key: "list", ...list }));
  const forget = () => within("kept", "readwrite", (all) => all.clear());
  const wipe = async () => { await forget(); await within("answers", "readwrite", (all) => all.clear()); };

  const kept = async () => {
    const list = await within("kept", "readonly", (all) => all.get("list"));
    if (!list || Date.now() - list.local <= OLDEST_MS) return list;
    await forget();
    return undefined;
  };

  const told = (row, done, words) => put({ ...row, state: "told", done, words });

  // One after the other, as they were tapped. Gives why it stopped: "sent", "offline" or "login".
  const sendAll = async () => {
    for (const row of await answers()) {
      if (row.state !== "waits") continue;
      if (Date.now() - row.local > OLDEST_MS) { await told(row, false, null); continue; }
      const answer = await post(row).catch(() => null); // no coverage: it stays, and is shown as not sent
      if (answer && answer.status === 401) { await forget(); return "login"; }
      if (!answer || answer.status >= 500 || answer.status === 429) return "offline";
      const body = await answer.json();
      await told(row, answer.ok && body.done, answer.ok ? body.words : body.detail || null);
    }
    return "sent";
  };

  const post = (row) =>
    fetch("/api/v1/answers", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id: row.id, person: row.person, alert: row.alert, action: row.action, tapped_at: row.tapped }),
      signal: AbortSignal.timeout(8000),
    });

  // The page and the worker never send at the same time.
  const send = () => navigator.locks.request("carehub-unsent", sendAll);

  return { put, drop, answers, keep, kept, forget, wipe, send, OLDEST_MS };
})();

// --- on a page ------------------------------------------------------------------------------------

if (typeof document !== "undefined") (() => {
  const box = document.getElementById("unsent");
  const words = box ? JSON.parse(box.dataset.words) : {};
  const person = box && box.dataset.person;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const clock = (ms) => new Intl.DateTimeFormat("nb-NO", { timeZone: box.dataset.zone, hour: "2-digit", minute: "2-digit" }).format(ms).replace(".", ":");
  const skewNow = async () => (typeof skew === "number" ? skew : (await carehub.kept())?.skew ?? 0); // live.js knows it
  let ring = box?.dataset.ring ? { number: box.dataset.ring, written: box.dataset.ringWritten } : null; // whom one rings
  let stopped = "";
  let shown = "";

  const inTime = (work) => Promise.race([work, new Promise((_, late) => setTimeout(() => late(new Error("late")), 3000))]);
  const element = (kind, text, more = {}) => Object.assign(document.createElement(kind), { textContent: text }, more);

  function button(text, press, variant = "secondary") {
    const made = element("button", text, { type: "button", className: "ds-button", onclick: press });
    made.dataset.variant = variant;
    return made;
  }

  function link(text, address) {
    const made = element("a", text, { className: "ds-button", href: address });
    made.dataset.variant = "secondary";
    return made;
  }

  const askWhom = async () => { ring ??= (await carehub.kept())?.ring ?? null; };

  // The sentence that says to ring, with the number where one is known; it rings by a tap.
  function urgent() {
    const said = element("span", ring ? "" : words.ring);
    if (!ring) return said;
    const [before, after] = words.ring_number.split("{number}");
    said.append(before, element("a", ring.written, { className: "ds-link tel", href: `tel:${ring.number}` }), after);
    return said;
  }

  function waiting(row) {
    const card = element("div", "", { className: "unsent__one" });
    card.dataset.color = "danger";
    card.dataset.answer = row.alert;
    const what = fill(words.what, { action: words[row.action], number: row.number, clock: clock(Date.parse(row.tapped)) });
    card.append(element("p", words.waits, { className: "unsent__head" }), element("p", `${what} ${words.goes_on} `));
    card.lastChild.append(urgent());
    if (stopped === "login") card.append(element("p", words.login));
    const acts = element("div", "", { className: "unsent__acts" });
    if (stopped === "login") acts.append(link(words.login_link, `/login?ended=true&next=${encodeURIComponent("/nurse")}`));
    else acts.append(button(words.retry, sendNow));
    acts.append(button(words.withdraw, () => carehub.drop(row.id).then(render), "tertiary"));
    card.append(acts);
    return card;
  }

  function answered(row) {
    const card = element("div", "", { className: "unsent__one" });
    card.dataset.color = row.done ? "success" : "warning";
    card.append(element("p", fill(words.told, { number: row.number, words: row.words || words.too_old }), { className: "unsent__head" }));
    if (!row.done) card.append(element("p", fill(words.void, { action: words[row.action], clock: clock(Date.parse(row.tapped)) })));
    const acts = element("div", "", { className: "unsent__acts" });
    acts.append(link(words.see, `/nurse/${encodeURIComponent(row.alert)}`), button(words.ok, () => carehub.drop(row.id).then(render)));
    card.append(acts);
    return card;
  }

  async function render() {
    await askWhom();
    const rows = (await carehub.answers()).filter((row) => !person || row.person === person);
    const now = JSON.stringify([rows, stopped]);
    if (now === shown) return;
    shown = now;
    box.replaceChildren(...rows.map((row) => (row.state === "waits" ? waiting(row) : answered(row))));
    box.hidden = rows.length === 0;
  }

  async function sendNow() {
    const rows = (await carehub.answers()).filter((row) => row.state === "waits");
    if (!rows.length) return;
    stopped = await carehub.send();
    await render();
    if (stopped === "sent" && typeof refresh === "function") refresh();
  }

  const noRoom = () => [words.no_room, ring?.written].filter(Boolean).join(" ");

  async function queue(alert, action) {
    const local = Date.now();
    const tapped = new Date(local + (await skewNow())).toISOString();
    const owner = person || (await carehub.kept())?.person;
    const row = { id: crypto.randomUUID(), person: owner, alert, number: alert.slice(0, 4).toUpperCase(), action, tapped, local, state: "waits" };
    await carehub.put(row);
    await render();
    box.scrollIntoView({ block: "nearest" });
    const worker = await navigator.serviceWorker?.getRegistration("/nurse");
    if (worker?.sync) worker.sync.register("unsent").catch(() => {}); // a browser that lets no worker wake sends from the page
  }

  // Somebody else's telephone now: what they left is not ours to send, and is said to be lost.
  async function onlyMine() {
    const foreign = (await carehub.answers()).filter((row) => row.person !== person);
    for (const row of foreign) await carehub.drop(row.id);
    if (foreign.some((row) => row.state === "waits")) {
      const note = element("p", words.somebody_else, { className: "ds-alert" });
      note.dataset.color = "warning";
      box.before(note);
    }
    const list = await carehub.kept();
    if (list && list.person !== person) await carehub.forget();
  }

  let leaving = false;
  let keeping = Promise.resolve();
  // Whose login is over leaves nothing: what is just being kept is waited for, and nothing is kept afterwards.
  const leave = (clear) => { leaving = true; return Promise.allSettled([keeping]).then(clear); };

  async function keepList() {
    const place = document.getElementById("kept");
    if (!place || document.body.classList.contains("is-dead")) return;
    const at = typeof fresh === "number" ? fresh : Date.now();
    const ahead = await skewNow();
    if (leaving) return;
    await (keeping = carehub.keep({ person, at: at + ahead, local: at, skew: ahead, ring, alerts: JSON.parse(place.dataset.kept) }));
  }

  // The page for no coverage speaks as its reader does.
  async function offlineInMyLanguage() {
    const there = await caches.match("/nurse/offline");
    if (!there || (await there.text()).includes(`<html lang="${document.documentElement.lang}"`)) return;
    for (const name of await caches.keys()) await (await caches.open(name)).add("/nurse/offline");
  }

  document.addEventListener("carehub:unsent", (event) => {
    const found = /\/alerts\/(\w+)\/(take|arrive)$/.exec(new URL(event.detail.form.action).pathname);
    if (!box || !found) return;
    event.preventDefault();
    queue(found[1], found[2]).catch(() => window.alert(noRoom())); // it must not look as if it had been kept
  });
  document.addEventListener("carehub:ended", () => leave(carehub.forget));
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (new URL(form.action).pathname !== "/logout" || form.dataset.wiped) return;
    event.preventDefault();
    try {
      const unsent = (await inTime(carehub.answers())).some((row) => row.state === "waits");
      if (unsent && words.logout && !window.confirm(words.logout)) return;
      await inTime(leave(carehub.wipe));
    } catch (error) {
      console.warn("not wiped", error); // whoever logs out is let out, whatever becomes of the telephone's store
    }
    form.dataset.wiped = "true";
    form.requestSubmit();
  });

  if (!box) return;
  window.carehubQueue = queue;
  window.carehubSend = sendNow;
  window.carehubUrgent = () => askWhom().then(urgent);
  window.carehubNoRoom = noRoom;
  (async () => {
    if (person) await onlyMine();
    await render();
    if (!person) return;
    await keepList();
    await sendNow();
    const worker = await navigator.serviceWorker?.register("/sw.js", { scope: "/nurse" });
    if (worker?.active) await offlineInMyLanguage();
  })();
  if (person) document.addEventListener("carehub:swapped", keepList);
  window.addEventListener("online", sendNow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendNow());
  setInterval(async () => { await sendNow(); await render(); if (person) await keepList(); }, 15000);
})();
