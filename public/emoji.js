// Emoji for the composer: suggestions after a colon, and a picker. start.js loads this file when it is first needed. Emoji are
// inserted as if they were typed, so that the browser can undo them. Compositions of an input method are left alone.

const RECENT = "jimmy-emoji";
const RECENT_MAX = 24;
const SUGGESTIONS = 8;
/** A colon at the start, after white space or after a Chinese, Japanese or Korean character, and at least two letters. */
const ASKED =
  /(?:^|[\s\p{sc=Han}\p{sc=Bopo}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65])[:：]([a-z][a-z_]{1,30})$/iu;
/** As in ui/ime.rs: a key within this time after the end of a composition is the key that ended it, in milliseconds. */
const NEXT_STROKE_MS = 50;

const words = document.getElementById("emoji-words").dataset;
const isChinese = document.documentElement.lang.startsWith("zh");

let table;
/** Groups of emoji, each a glyph with its English and Chinese words. A failed load is tried again. */
function groups() {
  table ??= fetch(new URL("./emoji.json", import.meta.url)).then((file) => file.json());
  return table.catch(() => ((table = undefined), []));
}

function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT));
    return Array.isArray(kept) ? kept.filter((glyph) => typeof glyph === "string").slice(0, RECENT_MAX) : [];
  } catch {
    return [];
  }
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const field = () => document.getElementById("composer");
const nameOf = ([, english, chinese]) => (isChinese ? chinese : english).split(" ")[0].replaceAll("_", " ");

/** Replaces the selection by a glyph. */
function write(glyph) {
  if (!document.execCommand("insertText", false, glyph)) {
    field().setRangeText(glyph, field().selectionStart, field().selectionEnd, "end");
    field().dispatchEvent(new Event("input", { bubbles: true }));
  }
  try {
    localStorage.setItem(RECENT, JSON.stringify([glyph, ...recent().filter((other) => other !== glyph)].slice(0, RECENT_MAX)));
  } catch {
    // A full or forbidden storage remembers no emoji.
  }
}

// Input methods.

let composing = false;
let ended = -Infinity;
document.addEventListener("compositionstart", () => ((composing = true), close()), true);
document.addEventListener("compositionend", (event) => ((composing = false), (ended = event.timeStamp), suggest()), true);
const isOwned = (event) => composing || event.isComposing || event.keyCode === 229 || event.timeStamp - ended < NEXT_STROKE_MS;

// Suggestions. `shown` holds the position of the colon, the matching emoji, and the chosen one; `walked` is whether an arrow key
// chose it.

let shown;
let refused = -1;

async function suggest() {
  const at = field();
  const asked = () => {
    if (!at || composing || document.activeElement !== at || at.selectionStart !== at.selectionEnd) return null;
    return ASKED.exec(at.value.slice(0, at.selectionEnd))?.[1].toLowerCase() ?? null;
  };
  const begun = asked();
  const all = begun && (await groups());
  const word = asked();
  if (word === null || !all) {
    refused = -1;
    return close();
  }
  const colon = at.selectionEnd - word.length - 1;
  if (colon === refused) return;
  const fits = (start) => ([, english]) => english.split(" ").slice(...start).some((name) => name.startsWith(word));
  const flat = all.flatMap((group) => group.all);
  const found = new Set([...flat.filter(fits([0, 1])), ...flat.filter(fits([1]))]);
  close();
  if (found.size > 0) open(at, colon, [...found].slice(0, SUGGESTIONS));
}

function open(at, colon, fitting) {
  const options = fitting.map((emoji, index) => {
    const option = make("li", { role: "option", id: `emoji-${index}` }, make("span", { "aria-hidden": "true" }, emoji[0]), nameOf(emoji));
    // The field keeps the focus.
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => (choose(index), take()));
    return option;
  });
  const list = make("ul", { role: "listbox", id: "emoji-list", "aria-label": words.name }, ...options);
  list.classList.add("suggestions");
  at.form.append(list);
  at.setAttribute("aria-controls", "emoji-list");
  shown = { at, colon, fitting, list, chosen: 0, walked: false };
  choose(0);
}

function choose(index) {
  shown.chosen = (index + shown.fitting.length) % shown.fitting.length;
  [...shown.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === shown.chosen)));
  shown.at.setAttribute("aria-activedescendant", `emoji-${shown.chosen}`);
}

function take() {
  const { at, colon, fitting, chosen } = shown;
  close();
  at.setSelectionRange(colon, at.selectionEnd);
  write(fitting[chosen][0]);
}

function close() {
  shown?.list.remove();
  shown?.at.removeAttribute("aria-controls");
  shown?.at.removeAttribute("aria-activedescendant");
  shown = undefined;
}

// In the capture phase, before the composer handles the keys.
document.addEventListener(
  "keydown",
  (event) => {
    if (!shown || event.target !== shown.at || isOwned(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, shiftKey } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      shown.walked = true;
      choose(shown.chosen + (key === "ArrowDown" ? 1 : -1));
    } else if (!shiftKey && (key === "Tab" || (key === "Enter" && shown.walked))) {
      take();
    } else if (key === "Escape") {
      refused = shown.colon;
      close();
    } else {
      // Sending removes the text without an input event.
      if (key === "Enter") close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
document.addEventListener("input", (event) => event.target === field() && !event.isComposing && suggest());
document.addEventListener("focusout", (event) => event.target === shown?.at && close());
document.addEventListener("selectionchange", () => shown && shown.at.selectionEnd <= shown.colon && close());
suggest();

// The picker.

// `autofocus` gives the picker the focus as soon as it is open: otherwise an Esc right after the click would go to the page.
const search = make("input", { type: "search", placeholder: words.find, "aria-label": words.find, autocomplete: "off", autofocus: "" });
const glyphs = make("div", {});
const picker = make("div", { popover: "auto", role: "dialog", "aria-label": words.name }, search, glyphs);
picker.classList.add("picker");
let opener;
search.classList.add("input");

function section(title, all) {
  const button = (emoji) => {
    const button = make("button", { type: "button", title: nameOf(emoji), "aria-label": nameOf(emoji), tabindex: "-1" }, emoji[0]);
    button.addEventListener("click", () => pick(emoji[0]));
    return button;
  };
  return all.length > 0 ? [make("h3", {}, title), make("div", {}, ...all.map(button))] : [];
}

function pick(glyph) {
  picker.hidePopover();
  field()?.focus();
  if (field()) write(glyph);
}

async function fill() {
  const asked = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  const all = await groups();
  const fits = ([, english, chinese]) =>
    asked.every((word) => chinese.includes(word) || english.split(/[ _]/).some((name) => name.startsWith(word)));
  const known = new Map(all.flatMap((group) => group.all).map((emoji) => [emoji[0], emoji]));
  const used = asked.length > 0 ? [] : recent().flatMap((glyph) => (known.has(glyph) ? [known.get(glyph)] : []));
  const sections = all.map((group) => section(isChinese ? group.zh : group.en, group.all.filter(fits)));
  glyphs.replaceChildren(...section(words.recent, used), ...sections.flat());
  if (!glyphs.hasChildNodes()) glyphs.append(make("p", { role: "status" }, words.none));
}

search.addEventListener("input", (event) => event.isComposing || fill());
search.addEventListener("compositionend", fill);
picker.addEventListener("keydown", (event) => {
  // Shortcuts of the page do not apply in the picker.
  if (isOwned(event)) return;
  const all = [...glyphs.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  const across = all.findIndex((button) => button.offsetTop > all[0].offsetTop);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : across, ArrowUp: -across }[event.key];
  if (event.key === "Escape") {
    picker.hidePopover();
    field()?.focus();
  } else if (event.key === "Enter" && at < 0) {
    all[0]?.click();
  } else if (step && (at >= 0 || event.key === "ArrowDown")) {
    (all[at + step] ?? (step < 0 ? search : all.at(-1)))?.focus();
  } else {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
});
picker.addEventListener("beforetoggle", ({ newState }) => {
  opener?.setAttribute("aria-expanded", String(newState === "open"));
  if (newState !== "open") return;
  const { left, top } = opener.getBoundingClientRect();
  picker.style.setProperty("left", `${left}px`);
  picker.style.setProperty("bottom", `${window.innerHeight - top + 8}px`);
  search.value = "";
  fill();
});

/** Handles the first click on a button. From the second click on the browser opens and closes the picker by itself. */
export function toggle(button) {
  if (button.popoverTargetElement === picker) return;
  opener = button;
  document.body.append(picker);
  picker.showPopover();
  button.popoverTargetElement = picker;
}
