// The worker of code.js: finds the tokens of one block of code. It answers `{language, text}` with "begun", and then with the tokens,
// `[kind, start, end]` in UTF-16 units. It says "ready" as soon as it can be asked.
import hljs from "./highlight.js";

/** The kind of each scope of highlight.js that has a colour. */
const KINDS = new Map(
  Object.entries({
    "code-note": ["comment", "quote", "meta", "deletion"],
    "code-string": ["string", "regexp", "addition"],
    "code-word": ["keyword", "literal", "name", "selector-tag", "section", "attr", "property"],
  }).flatMap(([kind, scopes]) => scopes.map((scope) => [`hljs-${scope}`, kind])),
);
/** The parts of its answer: the beginning of a span with its first class, the end of one, an escaped character, text. */
const PART = /<span class="([^" ]*)[^>]*>|<\/span>|&[#\w]+;|[^<&]+/g;

// The time that its grammar takes grows with the third power of the text's length.
hljs.unregisterLanguage("markdown");

function tokens(language, text) {
  const found = [];
  const kinds = [];
  let at = 0;
  for (const [part, scope] of hljs.highlight(text, { language, ignoreIllegals: true }).value.matchAll(PART)) {
    if (scope !== undefined) kinds.push(KINDS.get(scope) ?? kinds.at(-1));
    else if (part === "</span>") kinds.pop();
    else {
      const end = at + (part.startsWith("&") ? 1 : part.length);
      const [kind, last] = [kinds.at(-1), found.at(-1)];
      if (kind && last?.[0] === kind && last[2] === at) last[2] = end;
      else if (kind) found.push([kind, at, end]);
      at = end;
    }
  }
  return found;
}

onmessage = ({ data: { language, text } }) => {
  const isKnown = hljs.getLanguage(language);
  // The grammar is compiled with its first text. This is not part of the block's time: it does not depend on the block.
  if (isKnown) hljs.highlight("", { language });
  postMessage("begun");
  postMessage(isKnown ? tokens(language, text) : []);
};
postMessage("ready");
