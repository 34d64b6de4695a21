// A call that is heard from the corridor. Browsers allow sound only after a tap, so a screen that is
// still mute says so with a button (F80). Critical alerts that nobody has sound again and again.
"use strict";

const AGAIN_MS = 20000;
const button = document.getElementById("sound");
let audio = null;
let known = new Set(waiting().map((one) => one.dataset.key));

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

function call(critical) {
  if (!audio || audio.state !== "running") return;
  const pitches = critical ? [880, 660, 880, 660, 880] : [660, 880];
  pitches.forEach((pitch, index) => tone(audio.currentTime + index * 0.3, pitch));
}

const anyCritical = (some) => some.some((one) => Number(one.dataset.severity) >= 40);

function show() {
  const on = audio && audio.state === "running";
  button.hidden = Boolean(on);
  button.dataset.on = String(Boolean(on));
}

async function turnOn() {
  audio = audio || new AudioContext();
  audio.onstatechange = show;
  await audio.resume();
  call(false);
  show();
}

button.addEventListener("click", turnOn);
document.addEventListener("carehub:swapped", () => {
  const now = waiting();
  const fresh = now.filter((one) => !known.has(one.dataset.key));
  known = new Set(now.map((one) => one.dataset.key));
  if (fresh.length) call(anyCritical(fresh));
});
setInterval(() => anyCritical(waiting()) && call(true), AGAIN_MS);
show();
