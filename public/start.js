// Brings the page alive. Until then it is a plain page with plain forms, shown where the conversation opens.
import init, { hydrate } from "./jimmy.js";
import "./frame.js";
import "./zone.js";

const timeline = document.querySelector(".timeline");
const target = timeline?.dataset.target && document.getElementById(timeline.dataset.target);
if (target) {
  timeline.scrollTop += target.getBoundingClientRect().top - timeline.getBoundingClientRect().top - timeline.clientHeight / 3;
} else if (timeline && !new URLSearchParams(location.search).has("before")) {
  timeline.scrollTop = timeline.scrollHeight;
}

await init({ module_or_path: new URL("./jimmy.wasm", import.meta.url) });
hydrate();
document.documentElement.dataset.alive = "";

// Emoji come with the first one that is wanted: two letters behind a colon, or the button.
const emoji = () => import("./emoji.js");
document.addEventListener("input", ({ target, isComposing }) => {
  if (target.id === "composer" && !isComposing && /[:：][a-z]{2}$/i.test(target.value.slice(0, target.selectionEnd))) emoji();
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-emoji]");
  if (button) emoji().then((emoji) => emoji.toggle(button));
});

// So do colours for code, with the first block on the screen that is in a language they know.
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
