// What the pages do beyond links and forms; without it they still work.

import { choice } from "./choice.js";
import { combobox } from "./combobox.js";
import { promptForm } from "./prompt_form.js";
import { further } from "./further.js";
import { live } from "./live.js";
import { now } from "./now.js";
import { passkey } from "./passkey.js";
import { share } from "./share.js";
import { themeSwitch } from "./theme.js";
import { votes } from "./vote.js";

for (const [selector, enliven] of [
  ["[data-theme-switch]", themeSwitch],
  ["[data-combobox]", combobox],
  ["[data-prompt-form]", promptForm],
  ["[data-further]", further],
  ["[data-live]", live],
  ["[data-now]", now],
  ["[data-choice]", choice],
  ["[data-passkey]", passkey],
  ["[data-share]", share],
]) {
  for (const element of document.querySelectorAll(selector)) enliven(element);
}
votes(document);
