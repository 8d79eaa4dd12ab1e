// A painting as it is painted: frames and words come from the server, and it tells when it is done.

const LONGEST_PAUSE = 15000;
const HIDDEN_PAUSE = 20000; // a browser has few connections, and hidden pages should not hold them

export function live(work) {
  const part = (name) => work.querySelector(`[data-${name}]`);
  const [canvas, frame, title, text] = ["canvas", "frame", "title", "text"].map(part);
  const [progress, announce, away, cancel] = ["progress", "announce", "away", "cancel"].map(part);
  let revision = work.dataset.revision;
  let pause = 1000;
  let said = "";
  let source = null;

  function say(words) {
    if (words && words !== said) announce.textContent = said = words;
  }

  async function showFrame(address) {
    if (!address || frame.getAttribute("src") === address) return;
    const image = new Image();
    image.src = address;
    try {
      await image.decode(); // no half-loaded picture, and no flicker
    } catch {
      return; // cleared away meanwhile: the next one comes
    }
    frame.src = address;
    frame.hidden = false;
    canvas.classList.remove("blank");
  }

  async function finish(news) {
    source.close();
    say(news.announce);
    if (news.picture) {
      const image = new Image();
      image.src = news.picture;
      await image.decode().catch(() => {});
    }
    location.replace(news.painting ?? location.href);
  }

  function show(news) {
    title.textContent = news.title;
    document.title = `${news.title} · ${work.querySelector("h1").textContent}`;
    text.textContent = news.text;
    progress.max = news.steps;
    progress.value = news.step;
    say(news.announce);
    showFrame(news.frame);
    if (cancel) cancel.hidden = news.cancelling;
    if (news.over) finish(news);
  }

  function open() {
    source = new EventSource(`${work.dataset.live}?seen=${revision}`);
    source.addEventListener("open", () => {
      pause = 1000;
      away.hidden = true;
    });
    source.addEventListener("news", (event) => {
      revision = event.lastEventId;
      show(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      away.textContent = away.dataset.away;
      away.hidden = false;
      // The browser tries again by itself unless an answer told it not to.
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(open, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    });
  }
  open();

  function reopen() {
    source.close();
    open();
  }
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(() => source.close(), HIDDEN_PAUSE);
    else if (source.readyState === EventSource.CLOSED) reopen();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && reopen());
}
