// Brings the page alive. Until then it is a plain page with plain forms, shown where the conversation opens.
import init, { hydrate } from "./jimmy.js";
import "./frame.js";

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
