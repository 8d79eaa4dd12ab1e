// A field with suggestions, as the ARIA practices describe it: arrows, Enter, Escape, and a click.

const PAUSE = 120; // milliseconds after a key before asking

export function combobox(field) {
  const input = field.querySelector("input");
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.querySelector("label").textContent);
  list.hidden = true;
  field.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }
  let current = -1;
  let timer = 0;
  let asked = null;

  function show(visible) {
    list.hidden = !visible;
    input.setAttribute("aria-expanded", String(visible));
    if (!visible) mark(-1);
  }

  function mark(index) {
    current = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    const option = list.children[index];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function choose(option) {
    input.value = option.dataset.value;
    show(false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function fill(suggestions) {
    list.replaceChildren(
      ...suggestions.map(({ text, label, hex }, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.value = text;
        if (hex) {
          const swatch = document.createElement("span");
          swatch.className = "swatch";
          swatch.style.backgroundColor = hex;
          option.append(swatch);
        }
        option.append(label ?? text);
        return option;
      }),
    );
    mark(-1);
    show(suggestions.length > 0);
  }

  function settle() {
    clearTimeout(timer);
    asked?.abort();
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams({ what: field.dataset.combobox, typed: input.value });
    try {
      const answer = await fetch(`/suggest?${query}`, { signal: asked.signal });
      if (answer.ok && document.activeElement === input) fill(await answer.json());
    } catch {
      // Nothing to suggest now; the field is a field all the same.
    }
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  input.addEventListener("input", askSoon);
  input.addEventListener("click", () => list.hidden && askSoon());
  input.addEventListener("blur", () => {
    settle();
    show(false);
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  input.addEventListener("keydown", (event) => {
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!count) return void ask();
      settle(); // what one chooses from stays as it is
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(current < 0 && step < 0 ? count - 1 : (current + step + count) % count);
    } else if (event.key === "Enter" && count && current >= 0) {
      event.preventDefault();
      choose(list.children[current]);
    } else if (event.key === "Escape" && count) {
      event.preventDefault();
      show(false);
    }
  });
}
