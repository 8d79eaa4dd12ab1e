// A wall that goes on as one scrolls; the link to the next page stays for whoever prefers it.

const BY_ITSELF = 4; // pages, after which one asks for more: the foot of the page can be reached

export function further(first) {
  const cards = document.getElementById("cards");
  const status = document.querySelector("[data-status]");
  let link = first;
  let pages = 0;
  let busy = false;

  async function load(byHand) {
    if (busy || !link) return;
    busy = true;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = [...page.querySelectorAll("#cards > li")].map((card) => document.adoptNode(card));
      cards.append(...fresh);
      status.textContent = link.dataset.further.replace("{count}", fresh.length);
      if (byHand) fresh[0]?.querySelector("a").focus({ preventScroll: true });
      const next = page.querySelector("[data-further]");
      if (next) link.href = next.getAttribute("href");
      else {
        watcher.disconnect();
        link.parentElement.remove();
        link = null;
      }
    } catch {
      // The link is still there.
    } finally {
      busy = false;
    }
    look();
  }

  function look() {
    // An observer tells of changes only: what is in view after loading stays in view unnoticed.
    if (link && pages < BY_ITSELF) {
      watcher.unobserve(link);
      watcher.observe(link);
    }
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting) || pages >= BY_ITSELF || busy) return;
      pages += 1;
      load(false);
    },
    { rootMargin: "1500px" }, // before the end is seen: what stands there would move
  );
  watcher.observe(link);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    pages = 0;
    load(true);
  });
}
