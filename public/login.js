// Sign-in and sign-up: show the password, and send a form once. The pages work without this file.
// Listeners sit on the document, so they outlive elements that are replaced.
import "./zone.js";

const reveals = "button[data-reveal]";

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

function offer() {
  for (const button of document.querySelectorAll(reveals)) {
    if (!field(button)) continue;
    show(button, false);
    button.hidden = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(reveals);
  if (!button) return;
  show(button, button.getAttribute("aria-pressed") !== "true");
  field(button)?.focus({ preventScroll: true });
});

const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches(".login form")) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
  // A password manager should meet a password field, whatever was shown a moment ago.
  for (const button of form.querySelectorAll(reveals)) show(button, false);
});

// Back to a page the browser kept: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of sent) form.removeAttribute("aria-busy");
  sent.clear();
});

// A name that was refused, or is only a suggestion, is written over, unless somebody is changing it already.
function select() {
  const input = document.activeElement;
  if (input?.matches?.(".login input[name=name]") && input.value === input.defaultValue) input.select();
}

offer();
select();
