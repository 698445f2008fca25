// Brings the page alive. Until then it is a plain page with plain forms, shown at its newest messages.
import init, { hydrate } from "./jimmy.js";

const timeline = document.querySelector(".timeline");
if (timeline && !new URLSearchParams(location.search).has("before")) timeline.scrollTop = timeline.scrollHeight;

await init({ module_or_path: new URL("./jimmy.wasm", import.meta.url) });
hydrate();
document.documentElement.dataset.alive = "";
