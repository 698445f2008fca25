// Hydrates the page.
import "./before-wasm.js";
import "./frame.js";
import "./zone.js";

/** Says that the page stays as the server sent it, so that the user does not wait for messages. */
function sayNotAlive() {
  const words = document.getElementById("start-words").dataset;
  const reload = Object.assign(document.createElement("button"), { type: "button", textContent: words.reload });
  reload.addEventListener("click", () => location.reload());
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  toast.append(Object.assign(document.createElement("span"), { textContent: words.failed }), reload);
  const toasts = Object.assign(document.createElement("div"), { className: "toasts", role: "alert" });
  toasts.append(toast);
  document.body.append(toasts);
}

try {
  const { default: init, hydrate } = await import("./jimmy.js");
  await init({ module_or_path: new URL("./jimmy.wasm", import.meta.url) });
  await hydrate();
  document.documentElement.dataset.alive = "";
} catch (error) {
  sayNotAlive();
  reportError(error);
}

// Emoji are loaded when the user first needs them: after a colon and two letters, or with the button.
const emoji = () => import("./emoji.js");
document.addEventListener("input", ({ target, isComposing }) => {
  if (target.id === "composer" && !isComposing && /[:：][a-z]{2}$/i.test(target.value.slice(0, target.selectionEnd))) emoji();
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-emoji]");
  if (button) emoji().then((emoji) => emoji.toggle(button));
});

// Highlighting is loaded with the first block of code on the screen in a supported language.
const KNOWN =
  /^(bash|sh|zsh|shell|console|c|h|cpp|c\+\+|cs|csharp|css|scss|diff|patch|go|golang|graphql|html|xml|svg|ini|toml|java|js|jsx|javascript|json|kt|kotlin|lua|make|makefile|perl|php|py|python|r|rb|ruby|rs|rust|sql|swift|ts|tsx|typescript|ya?ml)$/i;
if (CSS.highlights) {
  const labels = document.getElementsByClassName("lang");
  const seen = new WeakSet();
  let colours;
  const onScreen = new IntersectionObserver(async (entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) colours ??= import("./code.js");
    (await colours)?.look(entries);
  });
  const find = () => {
    for (const label of labels) {
      if (seen.has(label) || !KNOWN.test(label.textContent)) continue;
      seen.add(label);
      onScreen.observe(label.parentElement);
    }
  };
  new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
  find();
}
