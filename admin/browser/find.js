// What looks at a page: finds what locators name, and sees what is in the way.
const ROLES = {
  alert: "[role=alert]",
  button: "button, [role=button], input[type=button], input[type=submit]",
  heading: "h1, h2, h3, [role=heading]",
  link: "a[href], [role=link]",
  textbox: "input:not([type]), input[type=text], input[type=url], textarea, [role=textbox]",
};
const words = (text) => (text ?? "").replace(/\s+/g, " ").trim().replace(/ ?\*$/, "").toLowerCase();
const all = (selector) => [...document.querySelectorAll(selector)];
const shown = (element) => element.checkVisibility({ visibilityProperty: true })
  && element.getClientRects().length > 0;
const labels = (element) => {
  const ids = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
  const others = ids.map((id) => document.getElementById(id)).filter(Boolean);
  // Of a label around its field, what the field itself says is no part.
  const around = [...(element.labels ?? [])].map((label) => (
    [...label.childNodes].filter((each) => !each.contains(element)).map((each) => each.textContent)
  ));
  const said = [...others.map((each) => each.textContent), ...around.map((each) => each.join(" "))]
    .map(words);
  return [words(element.getAttribute("aria-label")), ...said].filter(Boolean);
};
const named = (element, name) => {
  const said = labels(element);
  return said.length ? said.includes(name) : words(element.textContent || element.value) === name;
};
const found = (way) => {
  if (way.css) return all(way.css);
  if (way.test_id) return all(`[data-testid="${CSS.escape(way.test_id)}"]`);
  if (way.label) {
    return all("input, textarea, select, output").filter((each) => labels(each).includes(words(way.label)));
  }
  if (way.text) {
    const same = all("body *").filter((each) => words(each.textContent) === words(way.text));
    return same.filter((each) => !same.some((other) => other !== each && each.contains(other)));
  }
  const like = all(ROLES[way.role] ?? `[role="${CSS.escape(way.role)}"]`);
  return way.name ? like.filter((each) => named(each, words(way.name))) : like;
};
// Gives [element, number of the way that found it], or null; the element may be made ready to type.
const first = (ways, hidden, last, ready) => {
  for (const [index, way] of ways.entries()) {
    const seen = found(way).filter((each) => hidden || shown(each));
    if (seen.length === 1 || (last && seen.length)) {
      const element = seen[seen.length - 1];
      if (ready) {
        element.focus();
        element.select?.();
      }
      return [element, index];
    }
  }
  return null;
};

// Whether there is a CAPTCHA, and the texts of the dialogs, the outermost of nested ones.
const obstacles = (captcha) => {
  const dialogs = all("[role=dialog], [role=alertdialog], dialog[open], [aria-modal=true]").filter(shown);
  const outer = dialogs.filter((each) => !dialogs.some((other) => other !== each && other.contains(each)));
  const texts = outer.map((each) => `${each.getAttribute("aria-label") ?? ""} ${each.innerText}`);
  return [captcha.some((way) => found(way).some(shown)), texts.map((each) => each.trim().slice(0, 400))];
};
