// Takes the bodies of functions out of the release WASM that nothing calls, but that no optimiser can take away: the
// framework keeps a pointer to each in its tables of erased views. They bring a page alive piece by piece
// (`hydrate_lazy`), or from a `<template>` of the browser's own; ours is brought alive in one go, from what the server sent
// (`hydrate_body`), and never comes there; nor is an attribute ever copied onto several elements. If it did, it would stop with
// "unreachable" on the console, and every test in a browser with it.
//
// A twentieth of the page's size; docs/decisions/0004-what-the-page-weighs.md has the figures.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Names of functions, mangled, of which every one belongs to the other way of coming alive. */
const UNUSED = /hydrate_async|hydrate_from_async|async_value|hydrate_from_template|into_any_attr5clone/;

/** Empties those functions of a WASM file that still has its names; says how many there were. */
export async function snip(path, binaryenFolder) {
  const { default: binaryen } = await import(pathToFileURL(join(binaryenFolder, "index.js")));
  const module = binaryen.readBinary(readFileSync(path));
  // What the compiler and wasm-bindgen use, and every browser has: with more allowed, more would be written.
  const { BulkMemory, BulkMemoryOpt, CallIndirectOverlong, MutableGlobals, Multivalue, NontrappingFPToInt, ReferenceTypes, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemory | BulkMemoryOpt | CallIndirectOverlong | MutableGlobals | Multivalue | NontrappingFPToInt | ReferenceTypes | SignExt);
  let count = 0;
  let names = 0;
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const reference = module.getFunctionByIndex(index);
    const { name } = binaryen.getFunctionInfo(reference);
    if (name.length > 4) names++;
    if (!UNUSED.test(name)) continue;
    binaryen.Function(reference).body = module.unreachable();
    count++;
  }
  // Without the names of the functions nothing would be found, and the page would grow in silence.
  if (names < module.getNumFunctions() / 2) throw new Error(`${path} does not say what its functions are called`);
  writeFileSync(path, module.emitBinary());
  module.dispose();
  return count;
}
