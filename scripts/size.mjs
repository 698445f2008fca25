// What the browser loads on the first visit, as it travels; its program (WASM and JavaScript) against the budget; and each
// chunk of the program that is loaded on demand.
//
//   node scripts/size.mjs [FOLDER]

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotli, gzip } from "./compress.mjs";

const BUDGET = 300; // kB of program in the first view, brotli; 1 kB = 1,000 bytes
const FIRST_VISIT = /\.(wasm|js|css|svg|ico|woff2)$/; // the PNG icons are for installing the page, later
const LATER = ["code.js", "code-worker.js", "login.js", "emoji.js", "highlight.js", "favicon-unread.svg", "mark.svg"]; // on other pages, or when they are wanted
const CHUNK = /^(split|chunk)_.*\.wasm$/; // as in site.mjs
const PROGRAM = /\.(wasm|js)$/;

const folder = process.argv[2] ?? "target/pkg/release";
const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
const line = (name, sizes) => console.log(name.padEnd(40) + sizes.map(kB).join(""));
const sizesOf = (name) => {
  const raw = readFileSync(join(folder, name));
  return [raw.length, gzip(raw).length, brotli(raw).length];
};

const total = [0, 0, 0];
let used = 0;
const names = readdirSync(folder, { recursive: true }).filter((name) => FIRST_VISIT.test(name) && !LATER.includes(name)).sort();
console.log("kB".padEnd(40) + ["raw", "gzip", "brotli"].map((name) => name.padStart(9)).join(""));
for (const name of names.filter((name) => !CHUNK.test(name))) {
  const sizes = sizesOf(name);
  sizes.forEach((size, index) => (total[index] += size));
  if (PROGRAM.test(name)) used += sizes[2] / 1000;
  line(name, sizes);
}
line("first visit", total);
for (const name of names.filter((name) => CHUNK.test(name))) line(`on demand: ${name}`, sizesOf(name));

if (total[0] === 0) {
  console.error(`There is nothing in ${folder}: build it first with "make size".`);
  process.exitCode = 1;
} else if (used > BUDGET) {
  console.error(`The program of the first view is over its budget: ${used.toFixed(1)} kB of ${BUDGET} kB.`);
  process.exitCode = 1;
} else {
  console.log(`The program of the first view is within its budget: ${used.toFixed(1)} kB of ${BUDGET} kB.`);
}
