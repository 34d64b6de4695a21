// Reads the code on a device, here in the browser: no picture leaves it. The browser's own reader where there is one,
// else jsQR, which is fetched only then.
"use strict";

const form = document.getElementById("join");
const says = document.getElementById("scan-says");
const video = document.getElementById("camera");
const own = "BarcodeDetector" in window ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
const WIDEST = 1280;
let stream = null;

function decoder() {
  if (window.jsQR) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: form.dataset.decoder, onload: done, onerror: failed });
    document.head.append(script);
  });
}

async function read(source, width, height) {
  if (own) return (await own.detect(source))[0]?.rawValue ?? null;
  await decoder();
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d");
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return window.jsQR(data, canvas.width, canvas.height)?.data ?? null;
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.hidden = true;
}

function found(text) {
  stop();
  document.getElementById("code").value = text;
  document.getElementById("source").value = "";
  says.textContent = says.dataset.found;
  form.requestSubmit();
}

async function look() {
  if (!stream) return;
  const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight).catch(() => null) : null;
  if (text) found(text);
  else setTimeout(look, 200);
}

document.getElementById("scan").addEventListener("click", async () => {
  says.textContent = "";
  if (stream) return stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    says.textContent = says.dataset.look;
    look();
  } catch (error) {
    stop();
    says.textContent = error.name === "NotFoundError" ? says.dataset.missing : says.dataset.refused;
  }
});

document.getElementById("picture").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  if (!file) return;
  const picture = await createImageBitmap(file).catch(() => null);
  const text = picture && (await read(picture, picture.width, picture.height).catch(() => null));
  if (text) found(text);
  else says.textContent = says.dataset.none;
});

document.querySelector("[data-scan]").hidden = false;
document.getElementById("scan").hidden = !navigator.mediaDevices;
