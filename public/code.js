// Colours for code, by highlight.js. The text stays one node, as the page made it: what it finds becomes ranges that the style
// sheet colours, of those blocks alone that are on the screen. It comes with the first of them, see start.js.
import hljs from "./highlight.js";

/** Which of its scopes have which colour; what is not here is ink. */
const KINDS = {
  "code-note": ["comment", "quote", "meta", "deletion"],
  "code-string": ["string", "regexp", "addition"],
  "code-word": ["keyword", "literal", "name", "selector-tag", "section", "attr", "property"],
};

const highlights = new Map();
const kinds = new Map();
for (const [kind, scopes] of Object.entries(KINDS)) {
  highlights.set(kind, new Highlight());
  CSS.highlights.set(kind, highlights.get(kind));
  for (const scope of scopes) kinds.set(`hljs-${scope}`, kind);
}

/** The ranges of a block, with their kinds. */
function ranges(block) {
  const text = block.querySelector("code")?.firstChild;
  const language = block.querySelector(".lang")?.textContent.toLowerCase();
  if (!(text instanceof Text) || !hljs.getLanguage(language)) return [];
  const found = [];
  let at = 0;
  const walk = (parent, kind) => {
    for (const node of parent.childNodes) {
      if (!(node instanceof Text)) {
        walk(node, kinds.get(node.classList[0]) ?? kind);
        continue;
      }
      const end = Math.min(at + node.length, text.length);
      if (kind) {
        const range = new Range();
        range.setStart(text, at);
        range.setEnd(text, end);
        found.push([kind, range]);
      }
      at = end;
    }
  };
  // A document of its own, which nothing of is ever shown.
  const { value } = hljs.highlight(text.data, { language, ignoreIllegals: true });
  walk(new DOMParser().parseFromString(`<span>${value}</span>`, "text/html").body);
  return found;
}

const coloured = new Map();

/** What came on the screen gets its colours, what left it gives them back. */
export function look(entries) {
  for (const { target, isIntersecting } of entries) {
    for (const [kind, range] of coloured.get(target) ?? []) highlights.get(kind).delete(range);
    coloured.delete(target);
    if (!isIntersecting) continue;
    coloured.set(target, ranges(target));
    for (const [kind, range] of coloured.get(target)) highlights.get(kind).add(range);
  }
}
