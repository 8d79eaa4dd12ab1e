// What is being painted now, looked at again every few seconds while the page is seen.

const PAUSE = 4000;

export function now(row) {
  setInterval(async () => {
    if (document.hidden || row.contains(document.activeElement)) return;
    const answer = await fetch("/now").catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-now]");
    if (!fresh) return;
    row.replaceChildren(...[...fresh.children].map((each) => document.adoptNode(each)));
    row.closest("section").hidden = !row.children.length;
  }, PAUSE);
}
