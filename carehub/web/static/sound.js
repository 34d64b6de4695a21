// A call that is heard from the corridor. Browsers allow sound only after a tap, and no program can tell whether the
// volume is up: so a screen says that it is mute until a person has tapped, and then heard it (F80). Critical alerts
// that nobody has sound again and again.
"use strict";

(() => {
  const AGAIN_MS = 20000;
  const SAY_EVERY_MS = 60000;
  const bar = () => document.getElementById("sound-bar"); // only where the screen is a tablet of the care centre
  const locked = () => document.querySelector("[data-locked]"); // a tablet that a ward shares, with nobody logged in
  let audio = null;
  let asking = false; // the tone has been played: whether it was heard is not known yet
  let known = new Set(waiting().map((one) => one.dataset.key));
  let said = null;

  function waiting() {
    return [...document.querySelectorAll("[data-waits]")].filter((one) => Number(one.dataset.severity) >= 30);
  }

  function tone(at, pitch) {
    const [voice, volume] = [audio.createOscillator(), audio.createGain()];
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.35, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.38);
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + 0.4);
  }

  const word = () => `${isOn()}/${bar()?.dataset.unit ?? ""}`;
  const isOn = () => Boolean(audio) && audio.state === "running";

  function call(critical) {
    if (!isOn()) return;
    const pitches = critical ? [880, 660, 880, 660, 880] : [660, 880];
    pitches.forEach((pitch, index) => tone(audio.currentTime + index * 0.3, pitch));
  }

  const anyCritical = (some) => some.some((one) => Number(one.dataset.severity) >= 40);

  function show() {
    const strip = bar();
    if (strip) {
      strip.dataset.state = !isOn() ? "off" : asking ? "asking" : strip.dataset.heard === "true" ? "heard" : "untried";
      for (const one of strip.querySelectorAll("[data-when]")) one.hidden = !one.dataset.when.split(" ").includes(strip.dataset.state);
      return;
    }
    const button = document.getElementById("sound");
    if (button) button.hidden = isOn();
  }

  // What this screen is, told to the hub: once a minute, and whenever it changes.
  async function say(heard = false) {
    const strip = bar();
    if (!strip && !locked()) return;
    said = word();
    const [path, body] = strip ? ["/tablet/sound", { on: isOn(), heard, unit: strip.dataset.unit }] : ["/tablet/sound/locked", { on: isOn() }];
    try {
      const answer = await fetch(path, { method: "POST", headers: { "X-CareHub-Live": "1" }, body: new URLSearchParams(body), signal: AbortSignal.timeout(8000) });
      if (!answer.ok || answer.redirected) said = null; // led to the login: nobody has heard it
      else if (heard) strip.dataset.heard = "true";
    } catch {
      said = null; // said again in a minute; the bar for "not live" tells of the rest
    }
    show();
  }

  function changed() {
    show();
    if ((bar() || locked()) && said !== word()) say();
  }

  function open() {
    if (audio) return;
    audio = new AudioContext();
    audio.onstatechange = changed;
  }

  async function turnOn() {
    open();
    await audio.resume();
    call(false);
    asking = Boolean(bar());
    changed();
    document.getElementById("sound-heard")?.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("#sound, [data-sound-try]")) turnOn();
    if (button.id === "sound-heard") { asking = false; say(true); }
  });
  document.addEventListener("carehub:swapped", () => {
    show();
    const now = waiting();
    const fresh = now.filter((one) => !known.has(one.dataset.key));
    known = new Set(now.map((one) => one.dataset.key));
    if (fresh.length) call(anyCritical(fresh));
  });
  setInterval(() => anyCritical(waiting()) && call(true), AGAIN_MS);
  setInterval(say, SAY_EVERY_MS);
  if (bar() || locked()) open(); // where this browser has been tapped before, the sound is on at once
  show();
  say();
})();
