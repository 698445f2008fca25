// The layout of this window: the width of the sidebar, and the part that an on-screen keyboard covers.

const root = document.documentElement;
const KEY = "jimmy-sidebar";
const [LEAST, MOST] = [240, 360]; // pixels

/** Sets the width of the sidebar within its limits, and reports it to assistive technology. */
function widen(handle, width) {
  const set = Math.round(Math.min(MOST, Math.max(LEAST, width)));
  root.style.setProperty("--sidebar", `${set}px`);
  handle.setAttribute("aria-valuenow", set);
  return set;
}

function save(width) {
  try {
    localStorage.setItem(KEY, width);
  } catch {
    // Without storage the default width is shown the next time.
  }
}

const handle = document.querySelector(".resize");
if (handle) {
  const width = () => document.querySelector(".sidebar").offsetWidth;
  let saved;
  try {
    saved = Number(localStorage.getItem(KEY));
  } catch {
    // As above.
  }
  if (saved) widen(handle, saved);
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    const from = width() - event.clientX;
    const move = (event) => widen(handle, from + event.clientX);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => (handle.removeEventListener("pointermove", move), save(width())), { once: true });
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step) save(widen(handle, width() + step));
  });
}

// Where the layout does not shrink with the keyboard (iOS), the composer is raised above it.
const view = window.visualViewport;
const lift = () => root.style.setProperty("--keyboard", `${Math.max(0, Math.round(innerHeight - view.height - view.offsetTop))}px`);
view?.addEventListener("resize", lift);
view?.addEventListener("scroll", lift);

// A Mac has other names of keys.
if (navigator.platform.startsWith("Mac")) {
  for (const key of document.querySelectorAll("kbd")) key.textContent = key.textContent.replace("Ctrl ", "⌘ ");
}
