// The prompt box: helpers write the sentence, a surprise draws one, a second sending is the same.

import { nonce as freshNonce } from "./nonce.js";

const UNTYPED = ["token", "nonce", "example"];
const LONGEST = 6000; // of an address, as proxies take it

export function promptForm(form) {
  const { prompt, style, subject, colour, nonce } = form.elements;
  const status = form.querySelector("[data-status]");
  let written = ""; // what the helpers wrote last; what somebody typed is theirs

  async function compose(query) {
    const answer = await fetch(`/compose?${new URLSearchParams(query)}`);
    return answer.ok ? answer.json() : null;
  }

  async function follow() {
    if (prompt.value.trim() && prompt.value !== written) return;
    const chosen = { style: style.value, subject: subject.value, colour: colour.value };
    if (!chosen.style && !chosen.subject && !chosen.colour) {
      prompt.value = written = "";
      return;
    }
    const made = await compose(chosen).catch(() => null);
    if (made) prompt.value = written = made.text;
  }
  for (const helper of [style, subject, colour]) helper.addEventListener("change", follow);

  form.querySelector("[data-surprise]").addEventListener("click", async (event) => {
    event.preventDefault();
    const made = await compose({}).catch(() => null);
    if (!made) return;
    prompt.value = written = made.text;
    style.value = made.style;
    subject.value = made.subject;
    colour.value = made.colour;
    status.textContent = made.text;
  });

  // Enter paints, as in a chat; Shift and Enter begin a new line.
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]"));
    }
  });

  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });

  // Another language is another page: what was typed goes along, unless an address can't hold it.
  document.querySelector("form[action='/language']").addEventListener("formdata", (event) => {
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && value && !UNTYPED.includes(name)) typed.set(name, value);
    }
    if (String(typed).length < LONGEST) event.formData.set("kept", typed);
  });

  // Who comes back by the browser's own button may send the same words for another painting.
  addEventListener("pageshow", (event) => {
    delete form.dataset.sent;
    if (event.persisted) nonce.value = freshNonce();
  });
}
