// Finds names in Rust source text.

/** Strings, raw strings, character literals, and both kinds of comments: everything that can hold a quotation mark. */
const PIECES = /(r(#*)"[\s\S]*?"\2|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\\n]|\\[^\n]{1,9}?)')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** Returns a source without its comments and tests. */
export function code(source) {
  const plain = source.replace(PIECES, (piece, literal) => (literal === undefined ? "" : piece));
  return plain.replace(/#\[cfg\(test\)\]\s*mod \w+ \{[\s\S]*?\n\}/g, "");
}

/** Returns the contents of the string literals in a piece of code. */
export function literals(source) {
  return [...source.matchAll(/"((?:[^"\\]|\\[\s\S])*)"/g)].map(([, text]) => text);
}

/** Returns the right side of each `let name = …;`. */
export function statementsOf(source, name) {
  return [...source.matchAll(new RegExp(`\\blet (?:mut )?${name}(?:: [^=;]+)? = `, "g"))].map((found) => {
    let depth = 0;
    const start = found.index + found[0].length;
    for (let at = start; at < source.length; at += 1) {
      if (source[at] === '"') {
        for (at += 1; at < source.length && source[at] !== '"'; at += 1) if (source[at] === "\\") at += 1;
      } else if ("([{".includes(source[at])) depth += 1;
      else if (")]}".includes(source[at])) depth -= 1;
      else if (source[at] === ";" && depth === 0) return source.slice(start, at);
    }
    return source.slice(start);
  });
}
