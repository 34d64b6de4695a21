// The button that switches notifications on and off on this device.
"use strict";

(() => {
  const box = document.querySelector("[data-push-key]");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const button = box.querySelector("button");
  const said = JSON.parse(document.body.dataset.words);
  const status = box.querySelector("[role=status]");

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };

  const post = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status)); // a login that has ended leads elsewhere
  };

  const show = (subscription) => {
    button.textContent = subscription ? said.push_off : said.push_on;
    button.setAttribute("aria-pressed", subscription ? "true" : "false");
  };

  const switchOff = async (subscription) => {
    await post("/push/unsubscribe", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
    show(null);
    status.textContent = said.push_is_off;
  };

  const switchOn = async (worker) => {
    const subscription = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(box.dataset.pushKey),
    });
    try {
      await post("/push/subscribe", subscription.toJSON());
    } catch (error) {
      await subscription.unsubscribe();
      throw error;
    }
    show(subscription);
    status.textContent = said.push_is_on;
  };

  navigator.serviceWorker.register("/sw.js", { scope: "/nurse" }).then(async (worker) => {
    show(await worker.pushManager.getSubscription());
    box.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const subscription = await worker.pushManager.getSubscription();
        await (subscription ? switchOff(subscription) : switchOn(worker));
      } catch {
        status.textContent = said.push_failed;
      }
      button.disabled = false;
    });
  });
})();
