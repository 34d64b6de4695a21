// Passkeys: asks the device for a key, or to make one. The page works without: a password does the same.
"use strict";

(() => {
  const box = document.querySelector("[data-passkey]");
  if (!box || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  const said = JSON.parse(document.body.dataset.words);
  const status = box.querySelector("[role=status]");
  const post = (path, body) =>
    fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });

  const options = async (path) => {
    const answer = await post(path);
    if (!answer.ok) throw new Error(said.again);
    return answer.json();
  };

  const made = {
    login: async () =>
      navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(await options("/login/passkey/options")),
      }),
    create: async () =>
      navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(await options("/account/passkeys/options")),
      }),
  };

  const run = async () => {
    const credential = await made[box.dataset.passkey]();
    const answer = await post(box.dataset.address, credential.toJSON());
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    location.assign(told.to);
  };

  box.hidden = false;
  box.querySelector("button").addEventListener("click", async (event) => {
    event.target.setAttribute("aria-busy", "true");
    status.textContent = "";
    try {
      await run();
    } catch (error) {
      const stopped = error.name === "NotAllowedError" || error.name === "AbortError";
      status.textContent = stopped ? said.stopped : error.message;
    }
    event.target.removeAttribute("aria-busy");
  });
})();
