// Makes a passkey, or signs in with one; without scripts or passkeys there are other ways.

export function passkey(box) {
  const button = box.querySelector("button");
  const told = box.querySelector("[role=alert]");
  const makes = box.dataset.passkey === "create";
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  box.hidden = false;

  async function send(path, values) {
    const body = new URLSearchParams({ token: box.querySelector("[name=token]").value, ...values });
    const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error ?? box.dataset.refused);
    return said;
  }

  async function ask() {
    const { options } = await send(`${box.dataset.path}/options`);
    const wanted = JSON.parse(options);
    return makes
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(wanted) });
  }

  button.addEventListener("click", async () => {
    told.hidden = true;
    button.disabled = true;
    try {
      const answer = JSON.stringify((await ask()).toJSON());
      const label = box.querySelector("[name=label]")?.value ?? "";
      const { go } = await send(box.dataset.path, { answer, label });
      location.assign(go);
    } catch (error) {
      // The browser's own errors say little, and are in its language: cancelled, known already.
      told.textContent = error instanceof DOMException ? box.dataset.refused : error.message;
      told.hidden = false;
      button.disabled = false;
    }
  });
}
