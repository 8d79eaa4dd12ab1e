// Dark or light: remembered in a cookie, so that the next page comes in the right colours.

const YEAR = 365 * 86400;

export function themeSwitch(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const shown = root.dataset.theme === "auto" ? system : root.dataset.theme;
    const theme = shown === "dark" ? "light" : "dark";
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  });
}
