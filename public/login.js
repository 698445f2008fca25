// Login and sign-up: shows the password, and submits a form only once. The pages work without this file. Listeners are on the
// document, so that they survive the replacement of elements.
import "./zone.js";

const revealButtons = "button[data-reveal]";

function field(button) {
  return document.getElementById(button.dataset.reveal);
}

function show(button, visible) {
  const input = field(button);
  if (!input) return;
  input.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));

  const label = visible ? button.dataset.hide : button.dataset.show;
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }

  const use = button.querySelector("use");
  const href = use?.getAttribute("href");
  if (href) use.setAttribute("href", href.replace(/#.*$/, visible ? "#eye-off" : "#eye"));
}

function enableButtons() {
  for (const button of document.querySelectorAll(revealButtons)) {
    if (!field(button)) continue;
    show(button, false);
    button.hidden = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(revealButtons);
  if (!button) return;
  show(button, button.getAttribute("aria-pressed") !== "true");
  field(button)?.focus({ preventScroll: true });
});

const submitted = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches(".login form")) return;
  if (submitted.has(form)) {
    event.preventDefault();
    return;
  }
  submitted.add(form);
  form.setAttribute("aria-busy", "true");
  // Password managers expect a password field, even if the password was shown.
  for (const button of form.querySelectorAll(revealButtons)) show(button, false);
});

// The browser restores a page that it has cached: the form may be submitted again.
window.addEventListener("pageshow", () => {
  for (const form of submitted) form.removeAttribute("aria-busy");
  submitted.clear();
});

// Selects a refused or suggested name, so that typing replaces it, unless the user has changed it already.
function selectName() {
  const input = document.activeElement;
  if (input?.matches?.(".login input[name=name]") && input.value === input.defaultValue) input.select();
}

enableButtons();
selectName();
