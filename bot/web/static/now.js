// Jobs as they stand now: looked at again every few seconds while the page is seen.

const PAUSE = 3000;

export function now(row) {
  const timer = setInterval(async () => {
    if (!row.dataset.now) clearInterval(timer); // all are over
    else if (!document.hidden) await look(row).catch(() => {}); // the next look may do
  }, PAUSE);
}

async function look(row) {
  const answer = await fetch(row.dataset.now);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-now]");
  if (!fresh) return;
  await Promise.allSettled([...fresh.querySelectorAll("img")].map(load)); // no flicker
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && `#${focused.closest("li").id} ${focused.localName}`;
  row.replaceChildren(...[...fresh.children].map((each) => document.adoptNode(each)));
  if (place) (row.querySelector(place) ?? row.querySelector("a"))?.focus({ preventScroll: true });
  row.dataset.now = fresh.dataset.now;
  const title = document.querySelector("[data-now-title]");
  if (title && title.textContent !== fresh.dataset.title) title.textContent = fresh.dataset.title;
  if (row.dataset.now === "/now") row.closest("section").hidden = !row.children.length;
}

function load(image) {
  const copy = new Image();
  copy.src = image.getAttribute("src");
  return copy.decode();
}
