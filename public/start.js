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
