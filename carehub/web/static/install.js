// Offers to put CareHub on the home screen, in the way that this browser knows.
"use strict";

(() => {
  const box = document.getElementById("install");
  const button = box.querySelector("[data-install]");
  const standalone = window.matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  const apple = /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  document.getElementById("installed").hidden = !standalone;
  box.hidden = standalone;
  box.querySelector("[data-install-ios]").hidden = !apple;
  box.querySelector("[data-install-other]").hidden = apple;

  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    box.querySelector("[data-install-other]").hidden = true;
    button.hidden = false;
    button.onclick = () => event.prompt();
  });
  window.addEventListener("appinstalled", () => { box.hidden = true; });
})();
