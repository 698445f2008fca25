// Takes the bodies of functions out of the release WASM that nothing calls, but that no optimiser can take away: the
// framework keeps a pointer to each in its tables of erased views. They bring a page alive piece by piece
// (`hydrate_lazy`), or from a `<template>` of the browser's own; ours is brought alive in one go, from what the server sent
// (`hydrate_body`), and never comes there; nor is an attribute ever copied onto several elements. If one of them were called
// all the same it would stop with "unreachable" on the console: `make test-release-page` looks.
//
// A twentieth of the page's size; docs/decisions/0004-what-the-page-weighs.md has the figures.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Names of functions of which every one belongs to the other ways of coming alive. */
const UNUSED = /hydrate_async|hydrate_from_async|async_value|hydrate_from_template|into_any_attr::clone/;
const NAME = /\$("(?:[^"\\]|\\.)*"|[^\s()]+)/;
const plain = (name) => name.replace(/^"|"$/g, "");

/** What the other functions call by name: of several that are the same the compiler keeps one, under any of their names. */
function calledByOthers(text) {
  const called = new Set();
  for (const body of text.split("\n (func ").slice(1)) {
    if (UNUSED.test(NAME.exec(body)[1])) continue;
    for (const [, name] of body.matchAll(new RegExp(`\\((?:return_)?call ${NAME.source}`, "g"))) called.add(plain(name));
  }
  return called;
}

/** Empties those functions of a WASM file that still has its names; says how many there were. */
export async function snip(path, binaryenFolder) {
  const { default: binaryen } = await import(pathToFileURL(join(binaryenFolder, "index.js")));
  const module = binaryen.readBinary(readFileSync(path));
  // What the compiler and wasm-bindgen use, and every browser has: with more allowed, more would be written.
  const { BulkMemory, BulkMemoryOpt, CallIndirectOverlong, MutableGlobals, Multivalue, NontrappingFPToInt, ReferenceTypes, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemory | BulkMemoryOpt | CallIndirectOverlong | MutableGlobals | Multivalue | NontrappingFPToInt | ReferenceTypes | SignExt);
  const called = calledByOthers(module.emitText());
  let count = 0;
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const reference = module.getFunctionByIndex(index);
    const { name } = binaryen.getFunctionInfo(reference);
    if (!UNUSED.test(name) || called.has(name)) continue;
    binaryen.Function(reference).body = module.unreachable();
    count++;
  }
  // Without the names of the functions nothing would be found, and the page would grow in silence.
  if (count === 0) throw new Error(`${path} has no function by a name that is looked for: does it say what they are called?`);
  writeFileSync(path, module.emitBinary());
  module.dispose();
  return count;
}
