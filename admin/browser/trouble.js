// Texts of the dialogs that are shown, the outermost of nested ones.
const dialogs = [...document.querySelectorAll(
  "[role=dialog], [role=alertdialog], dialog[open], [aria-modal=true]",
)].filter((each) => each.checkVisibility({ visibilityProperty: true }));
return dialogs.filter((each) => !dialogs.some((other) => other !== each && other.contains(each)))
  .map((each) => `${each.getAttribute("aria-label") ?? ""} ${each.innerText}`.trim().slice(0, 400));
