// Links a wallet: those that this browser has announce themselves (EIP-6963), or are window.ethereum.

const box = document.querySelector("[data-wallets]");
const buttons = box?.querySelector("[data-buttons]");
const found = new Map();

function offer(id, name, provider) {
  if (found.has(id)) return;
  found.set(id, provider);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "primary";
  button.textContent = box.dataset.linkWith.replace("{name}", name.slice(0, 40));
  button.addEventListener("click", () => link(button, provider));
  buttons.append(button);
  box.querySelector("[data-missing]").hidden = true;
}

async function send(path, values) {
  const body = new URLSearchParams({ token: box.querySelector("[name=token]").value, ...values });
  const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error ?? box.dataset.refused);
  return said;
}

async function link(button, provider) {
  const told = box.querySelector("[role=alert]");
  told.hidden = true;
  button.disabled = true;
  try {
    const [wallet] = await provider.request({ method: "eth_requestAccounts" });
    const { message } = await send("/shares/message", { wallet });
    const bytes = [...new TextEncoder().encode(message)];
    const hex = "0x" + bytes.map((each) => each.toString(16).padStart(2, "0")).join("");
    const signature = await provider.request({ method: "personal_sign", params: [hex, wallet] });
    const { go } = await send("/shares/wallet", { message, signature });
    location.assign(go);
  } catch (error) {
    told.textContent = error instanceof Error ? error.message : box.dataset.refused;
    told.hidden = false;
    button.disabled = false;
  }
}

if (box) {
  window.addEventListener("eip6963:announceProvider", ({ detail }) => {
    const { info, provider } = detail ?? {};
    if (provider?.request) offer(String(info?.uuid ?? info?.name), String(info?.name), provider);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  setTimeout(() => {
    if (!found.size && window.ethereum?.request) offer("window", box.dataset.name, window.ethereum);
    box.querySelector("[data-missing]").hidden = found.size > 0;
  }, 300);
}
