// A fresh word for one sending of a form; `randomUUID` is there on https only, this on plain http too.

export function nonce() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(16)).join("");
}
