// What belongs to this window alone: how wide the sidebar is, and where an on-screen keyboard covers it.

const root = document.documentElement;
const KEY = "jimmy-sidebar";
const [LEAST, MOST] = [240, 360]; // pixels

/** Keeps to a width, and says so to whoever uses the handle by keyboard. */
function widen(handle, width) {
  const kept = Math.round(Math.min(MOST, Math.max(LEAST, width)));
  root.style.setProperty("--sidebar", `${kept}px`);
  handle.setAttribute("aria-valuenow", kept);
  return kept;
}

function keep(width) {
  try {
    localStorage.setItem(KEY, width);
  } catch {
    // A browser that keeps nothing shows the usual width the next time.
  }
}

const handle = document.querySelector(".resize");
if (handle) {
  const width = () => document.querySelector(".sidebar").offsetWidth;
  let kept;
  try {
    kept = Number(localStorage.getItem(KEY));
  } catch {
    // As above.
  }
  if (kept) widen(handle, kept);
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    const from = width() - event.clientX;
    const move = (event) => widen(handle, from + event.clientX);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => (handle.removeEventListener("pointermove", move), keep(width())), { once: true });
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step) keep(widen(handle, width() + step));
  });
}

// Where the layout does not shrink with the keyboard (iOS), the dock is lifted above it.
const view = window.visualViewport;
const lift = () => root.style.setProperty("--keyboard", `${Math.max(0, Math.round(innerHeight - view.height - view.offsetTop))}px`);
view?.addEventListener("resize", lift);
view?.addEventListener("scroll", lift);

// The keys of a Mac are called otherwise.
if (navigator.platform.startsWith("Mac")) {
  for (const key of document.querySelectorAll("kbd")) key.textContent = key.textContent.replace("Ctrl ", "⌘ ");
}
