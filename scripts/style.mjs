// The stylesheet in one file: style/main.css names the parts, in their order, with `@import "./part.css";`.
//
//   node scripts/style.mjs OUTPUT [--small]
//
// `--small` leaves out comments and indentation, for what is released.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const IMPORT = /^@import\s+(?:url\()?["']([^"']+)["']\)?\s*;[ \t]*$/gm;

/** The text of a stylesheet with its imports put in their place, each file once. */
export function bundle(file, seen = new Set()) {
  const path = resolve(file);
  if (seen.has(path)) return "";
  seen.add(path);
  if (!existsSync(path)) throw new Error(`${file} does not exist`);
  const text = readFileSync(path, "utf8").replace(IMPORT, (_, part) => bundle(resolve(dirname(path), part), seen).trimEnd());
  const left = /^\s*@import[^\n]*/m.exec(text);
  if (left) throw new Error(`${file}: only whole-line imports of own files are understood, not ${left[0].trim()}`);
  return text;
}

/** The same stylesheet without comments, indentation and empty lines. What stands in quotes is left as it is. */
export function small(css) {
  const parts = css.split(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/)/);
  const kept = parts.map((part, index) => {
    if (index % 2 === 0) return part.replace(/\s+/g, " ").replace(/ ?([{};,]) ?/g, "$1").replaceAll(";}", "}");
    return part.startsWith("/*") ? "" : part;
  });
  return kept.join("").trim() + "\n";
}

/** Writes the stylesheet, unless it is there already as it should be: its time then stays as it was. */
export function writeStyle(output, { minify = false } = {}) {
  const css = minify ? small(bundle("style/main.css")) : bundle("style/main.css");
  if (existsSync(output) && readFileSync(output, "utf8") === css) return;
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, css);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [output, flag] = process.argv.slice(2);
  if (!output) throw new Error("usage: node scripts/style.mjs OUTPUT [--small]");
  writeStyle(output, { minify: flag === "--small" });
}
