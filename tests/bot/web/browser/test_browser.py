"""The pages in a real browser: painting by keyboard alone, walls without end, dark, light, phone.

An engine with the embedded models paints; `make browser` runs this.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from bot.testing.browser import DESKTOP, PHONE, Browser, RunningSite, chromium, site, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="chromium and chromedriver are not installed"),
]

HUNG = 80
PROMPT = "Cubist Painting of a Castle in Teal"
PAINTINGS = "#cards a[href*='/paintings/']"  # on a wall, beside links to sign in
PAGES = (
    "/",
    "/gallery",
    "/gallery?q=nothing+like+it",
    "/round",
    "/mine",
    "/help",
    "/sign-in",
    "/none",
)

# As WCAG 2.2 has it: 4.5 for text, 3 for large text; text on pictures has a ground of its own.
CONTRAST = """
const lit = ([r, g, b]) => {
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const [x, y, z] = [r, g, b].map((v) => linear(v / 255));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const ground = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const colour = rgba(getComputedStyle(each).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
};
const faults = [];
let seen = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
  if (element.closest(".unseen, .caption, .skip, option")) continue;
  const style = getComputedStyle(element);
  const [a, b] = [lit(rgba(style.color)), lit(ground(element))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  seen += 1;
  if (ratio < (large ? 3 : 4.5)) faults.push(`${ratio.toFixed(2)} ${element.textContent.trim()}`);
}
return { faults, seen };
"""

# What axe would look at first: names of controls and pictures, ids, landmarks, headings in order.
NAMES = """
const faults = [];
const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const named = (e) => e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length
  || e.querySelector("img[alt]:not([alt=''])");
for (const e of document.querySelectorAll(controls))
  if (e.checkVisibility() && !named(e)) faults.push(e.outerHTML);
for (const e of document.querySelectorAll("img")) if (!e.alt) faults.push(e.outerHTML);
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
if (new Set(ids).size !== ids.length) faults.push("an id is there twice");
for (const tag of ["header", "nav", "main", "footer", "h1"])
  if (document.querySelectorAll(`body ${tag}`).length < 1) faults.push(`no ${tag}`);
let level = 0;
for (const e of document.querySelectorAll("h1, h2, h3")) {
  if (Number(e.tagName[1]) > level + 1) faults.push(`${e.tagName} after H${level}`);
  level = Number(e.tagName[1]);
}
for (const e of document.querySelectorAll("[aria-controls], [aria-describedby], [aria-labelledby]"))
  for (const name of ["aria-controls", "aria-describedby", "aria-labelledby"])
    for (const id of (e.getAttribute(name) || "").split(" ").filter(Boolean))
      if (!document.getElementById(id)) faults.push(`${name} of nothing: ${id}`);
return faults;
"""


TO_TOUCH = "button, .button, nav a, select, input:not([type=hidden])"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with site(tmp_path_factory.mktemp("site"), paintings=HUNG) as found:
        yield found


@pytest.fixture
def browser(chrome: Browser) -> Iterator[Browser]:
    """A browser of somebody who was never here; it must not complain about what it is given."""
    chrome.look()
    chrome.complaints()
    yield chrome
    # A frame may be cleared away between its being told and its being fetched.
    known = ("/none", "/frames/")
    told = [each for each in chrome.complaints() if not any(part in each for part in known)]
    assert told == []


def keys(browser: Browser, *pressed: str) -> None:
    """Press keys, wherever the focus is."""
    for each in pressed:
        ActionChains(browser.driver).send_keys(each).perform()


def focused(browser: Browser) -> str:
    return str(
        browser.run("return document.activeElement.id || document.activeElement.textContent")
    )


def test_a_prompt_is_painted_before_ones_eyes(browser: Browser, tmp_path: Path) -> None:
    browser.get("/?size=64x64")  # smaller than any that is offered
    browser.find("#prompt").send_keys(PROMPT)
    for name, value in (("steps", "60"), ("seed", "7")):
        browser.find(f"#{name}").send_keys(value)
    browser.find("#prompt").send_keys(Keys.ENTER)
    until(lambda: browser.path.startswith("/jobs/"))
    assert browser.find("h1").text == PROMPT
    frames, titles = set(), set()
    shots = 0

    def is_painted() -> bool:
        nonlocal shots
        if not browser.path.startswith("/jobs/"):
            return True
        seen = browser.run("""
            const frame = document.querySelector("[data-frame]");
            return [frame?.hidden ? "" : frame?.getAttribute("src") ?? "",
                    document.querySelector("[data-title]")?.textContent ?? ""];
        """)
        frames.update({seen[0]} - {"", None})
        titles.add(seen[1])
        step = int(browser.run("return document.querySelector('[data-progress]')?.value ?? 0"))
        if step > 40 and not shots:
            shots = 1
            browser.shot("painting-under-way", tmp_path)
        return False

    until(is_painted, 240)
    assert len(frames) >= 3
    assert any(re.fullmatch(r"Painting: step \d+ of 60", each) for each in titles)
    picture = browser.find(".canvas img")
    until(lambda: browser.run("return arguments[0].complete", picture))
    sides = "return [arguments[0].naturalWidth, arguments[0].naturalHeight]"
    assert browser.run(sides, picture) == [1024, 1024]
    shown = {
        each.get_attribute("value").partition(":")[0] for each in browser.all("button[name=data]")
    }
    assert {"again", "vary", "delete", "report"} <= shown
    saved = browser.find("a[download]").get_attribute("href")
    assert saved.endswith(".png?save")
    browser.get("/mine")
    assert [each.get_attribute("alt") for each in browser.all(".cards img")] == [
        f"Painting: {PROMPT}"
    ]


def suggested(browser: Browser, field: str) -> str:
    """The first suggestion for a field; read at once, since answers replace each other."""
    first = f"document.querySelector('#{field}-suggestions:not([hidden]) [role=option]')"
    return str(browser.run(f"return {first}?.textContent ?? ''")).lower()


def test_one_paints_by_keyboard_alone(browser: Browser) -> None:
    browser.get("/")
    keys(browser, Keys.TAB)
    assert focused(browser) == "Skip to content"
    assert browser.run("return document.activeElement.getBoundingClientRect().top >= 0")
    keys(browser, Keys.ENTER, Keys.TAB)
    assert focused(browser) == "prompt"
    keys(browser, Keys.TAB)
    keys(browser, "Cubist")  # of the list of styles
    keys(browser, Keys.TAB)
    assert focused(browser) == "subject"
    keys(browser, "cast")
    until(lambda: "castle" in suggested(browser, "subject"))
    keys(browser, Keys.ARROW_DOWN)
    active = browser.find("#subject").get_attribute("aria-activedescendant")
    assert browser.find(f"#{active}").get_attribute("aria-selected") == "true"
    keys(browser, Keys.ENTER, Keys.TAB, "teal")
    until(lambda: suggested(browser, "colour") == "teal")
    keys(browser, Keys.ARROW_DOWN, Keys.ENTER)
    wanted = "Cubist Painting of a Castle in Teal"
    until(lambda: browser.find("#prompt").get_property("value") == wanted)
    assert browser.find("#colour").get_attribute("aria-expanded") == "false"
    keys(browser, Keys.TAB, Keys.ENTER)  # More opens
    assert focused(browser).strip() == "More"
    assert browser.find("#size").is_displayed()
    for _ in range(20):
        keys(browser, Keys.TAB)
        if focused(browser) == "Surprise me":
            break
    keys(browser, Keys.ENTER)
    until(lambda: browser.find("#prompt").get_property("value") != wanted)
    keys(browser, Keys.TAB)
    assert focused(browser) == "Paint"
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert browser.run(outline) == "solid"  # one sees where one is
    keys(browser, Keys.ENTER)
    until(lambda: browser.path.startswith("/jobs/") and browser.all("[data-cancel] button"))
    browser.find("[data-cancel] button").click()
    until(lambda: "Cancelled" in browser.find("main").text)


def test_what_one_typed_is_not_overwritten_by_helpers(browser: Browser) -> None:
    browser.get("/")
    browser.find("#prompt").send_keys("my own words")
    browser.find("#style").send_keys("Cubist")
    assert browser.find("#prompt").get_property("value") == "my own words"


def test_the_wall_goes_on_as_one_scrolls_and_then_waits(browser: Browser) -> None:
    browser.get("/gallery")
    assert len(browser.all("#cards > li")) >= 24

    def scrolled() -> int:
        browser.run("scrollTo(0, document.body.scrollHeight)")
        return len(browser.all("#cards > li"))

    until(lambda: scrolled() >= HUNG and not browser.all("[data-further]"))
    sources = [each.get_attribute("href") for each in browser.all(PAINTINGS)]
    assert len(sources) == len(set(sources))
    assert "more paintings" in browser.find("[data-status]").get_property("textContent")
    at_the_end = "return scrollY + innerHeight > document.body.scrollHeight - 5"
    until(lambda: scrolled() and browser.run(at_the_end))


def test_without_scripts_there_are_links_and_forms(browser: Browser) -> None:
    browser.look(scripts=False)
    browser.get("/gallery")
    first = [each.get_attribute("href") for each in browser.all(PAINTINGS)]
    browser.find("a[rel=next]").click()
    until(lambda: "after=" in browser.path)
    assert not set(first) & {each.get_attribute("href") for each in browser.all(PAINTINGS)}
    browser.get("/")
    browser.find("[data-surprise]").click()
    until(lambda: "surprise" in browser.path)
    assert "Painting" in browser.find("#prompt").get_property("value")
    browser.look()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_page_can_be_read_in_dark_and_light(
    browser: Browser, scheme: str, tmp_path: Path
) -> None:
    browser.look(DESKTOP, scheme)
    browser.get("/gallery")
    painting = browser.all(PAINTINGS)[7].get_attribute("href").removeprefix(browser.base)
    for path in (*PAGES, painting):
        browser.get(path)
        browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found = browser.run(CONTRAST)
        assert found["faults"] == [], path
        assert found["seen"] >= 10
        assert browser.run(NAMES) == [], path
    shown = {"dark": {"home": "/"}, "light": {"gallery": "/gallery", "painting": painting}}
    for name, path in shown[scheme].items():
        browser.get(path)
        browser.shot(f"{name}-{scheme}", tmp_path)


def test_dark_and_light_can_be_chosen_and_stay(browser: Browser) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser.get("/")
    light = browser.run(ground)
    browser.find(".theme button").click()
    dark = until(lambda: browser.run(ground) != light and browser.run(ground))
    browser.get("/help")
    assert browser.run(ground) == dark
    browser.find(".theme button").click()
    until(lambda: browser.run(ground) == light)


def test_on_a_phone_nothing_is_cut_off_or_too_small_to_touch(
    browser: Browser, tmp_path: Path
) -> None:
    browser.look(PHONE, "dark")
    browser.get("/gallery")
    painting = browser.all(PAINTINGS)[8].get_attribute("href").removeprefix(browser.base)
    for path in (*PAGES, painting):
        browser.get(path)
        wide = "return document.documentElement.scrollWidth - innerWidth"
        assert browser.run(wide) <= 0, path
        small = browser.run(
            """
            return [...document.querySelectorAll(arguments[0])]
              .filter((each) => each.checkVisibility())
              .filter((each) => each.getBoundingClientRect().height < 40)
              .map((each) => each.outerHTML);
            """,
            TO_TOUCH,
        )
        assert small == [], path
    for name, path in (("home", "/"), ("painting", painting)):
        browser.get(path)
        browser.shot(f"{name}-phone", tmp_path)


def test_chinese_readers_get_chinese_pages(browser: Browser) -> None:
    browser.get("/")
    browser.find(".foot button[value=zh]").click()
    until(lambda: browser.find("html").get_attribute("lang") == "zh")
    assert browser.find("h1").text == "一句话,一幅画".replace(",", "\uff0c")
    assert browser.run(NAMES) == []


def test_whatever_slips_through_does_not_run(browser: Browser) -> None:
    """The policy is the second wall behind the templates; here the first is torn down."""
    browser.get("/")
    browser.run("""
        const script = document.createElement("script");
        script.textContent = "window.slipped = true";
        document.body.append(script);
        const image = document.createElement("img");
        image.setAttribute("onerror", "window.slipped = true");
        image.src = "/none";
        document.body.append(image);
    """)
    until(lambda: any("Security Policy" in each for each in browser.complaints()))
    assert browser.run("return window.slipped ?? null") is None
    browser.get("/help")
    browser.complaints()  # those that were wanted
