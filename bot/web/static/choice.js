// Voting by arrow keys, where no field has them.

export function choice(article) {
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    if (event.target.closest?.("input, select, textarea")) return;
    const button = article.querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.focus();
    button.form.requestSubmit(button);
  });
}
