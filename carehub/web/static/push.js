// The button that switches notifications on and off on this device.
"use strict";

(() => {
  const box = document.querySelector("[data-push-key]");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const button = box.querySelector("button");
  const status = box.querySelector("[role=status]");

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };

  const post = (path, body) =>
    fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  const show = (subscription) => {
    button.textContent = subscription ? "Slå av varsler på denne enheten" : "Få varsler på denne enheten";
    button.setAttribute("aria-pressed", subscription ? "true" : "false");
  };

  const switchOff = async (subscription) => {
    await post("/push/unsubscribe", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
    show(null);
    status.textContent = "Varsler er slått av på denne enheten.";
  };

  const switchOn = async (worker) => {
    const subscription = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(box.dataset.pushKey),
    });
    const answer = await post("/push/subscribe", subscription.toJSON());
    if (!answer.ok) {
      await subscription.unsubscribe();
      throw new Error(String(answer.status));
    }
    show(subscription);
    status.textContent = "Varsler er slått på. Du får et prøvevarsel nå; kommer det ikke, gi beskjed til leder.";
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
        status.textContent = "Det gikk ikke å slå på varsler. Tillat varsler for denne siden i nettleseren, og prøv igjen.";
      }
      button.disabled = false;
    });
  });
})();
