// A wallet (EIP-1193, announced by EIP-6963) without a key: what a page asks for waits in a queue,
// which Python empties through WebDriver and answers under the owner's policy.
(() => {
  if (window !== window.top || "__ganshareWallet" in window) return;
  const queue = [];
  const waiting = new Map();
  const listeners = new Map();
  let last = 0;
  const provider = {
    isGANshare: true,
    request({ method, params } = {}) {
      return new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        queue.push({ id: last, method: String(method), params: params ?? [] });
      });
    },
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
      return provider;
    },
    removeListener(event, listener) {
      listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener));
      return provider;
    },
  };
  const take = () => queue.splice(0);
  const answer = (id, error, value) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(Object.assign(new Error(error.message), { code: error.code }));
    else resolve?.(value);
  };
  const hidden = { enumerable: false, writable: false, configurable: false };
  Object.defineProperty(window, "__ganshareWallet", {
    value: Object.freeze({ take, answer }), ...hidden,
  });
  window.ethereum ??= provider;
  const info = Object.freeze({
    uuid: "350670db-19fa-4704-a166-e52e178b59d2",
    name: "GANshare",
    icon: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/%3E",
    rdns: "one.ganshare",
  });
  const announce = () => window.dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }),
  );
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
