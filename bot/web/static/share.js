// Shares the page by the device's own means, or copies its address.

export function share(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const address = document.querySelector("link[rel=canonical]")?.href ?? location.href;
    try {
      if (navigator.share) await navigator.share({ title: document.title, url: address });
      else {
        await navigator.clipboard.writeText(address);
        button.textContent = button.dataset.share;
      }
    } catch {
      // They thought better of it, or the browser does not allow it here: the address is above.
    }
  });
}
