// A vote without leaving the page; also in forms that come later, as a wall goes on.

import { nonce } from "./nonce.js";

export function votes(root) {
  root.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-vote]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    const body = new FormData(form);
    body.set(button.name, button.value);
    body.set("nonce", nonce());
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(body),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      show(form, button, await answer.json());
    } catch {
      form.removeAttribute("data-vote"); // the page says what is wrong
      button.disabled = false;
      form.requestSubmit(button);
      return;
    }
    button.disabled = false;
    button.focus();
  });
}

function show(form, button, news) {
  form.querySelector("[data-count]").textContent = news.votes;
  button.setAttribute("aria-pressed", String(news.voted));
  if (button.hasAttribute("aria-label")) button.setAttribute("aria-label", news.label);
  let told = document.querySelector("[data-told]");
  if (!told) {
    told = document.createElement("p");
    told.className = "notice floating";
    told.setAttribute("role", "status");
    told.dataset.told = "";
    document.body.append(told);
  }
  told.textContent = news.sentence;
  told.hidden = false;
  clearTimeout(told.timer);
  told.timer = setTimeout(() => { told.hidden = true; }, 4000);
}
