// What the browser loads on the first visit, as it travels; and its program (WASM and JavaScript) against the budget.
//
//   node scripts/size.mjs [FOLDER]

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotli, gzip } from "./compress.mjs";

const BUDGET = 310; // kB of program, brotli; 1 kB = 1,000 bytes. docs/decisions/0004 says why it is not 300.
const FIRST_VISIT = /\.(wasm|js|css|svg|ico|woff2)$/; // the PNG icons are for installing the page, later
const LATER = ["code.js", "code-worker.js", "login.js", "emoji.js", "highlight.js", "favicon-unread.svg", "mark.svg"]; // on other pages, or when they are wanted
const PROGRAM = /\.(wasm|js)$/;

const folder = process.argv[2] ?? "target/pkg/release";
const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
const line = (name, sizes) => console.log(name.padEnd(24) + sizes.map(kB).join(""));

const total = [0, 0, 0];
let used = 0;
console.log("kB".padEnd(24) + ["raw", "gzip", "brotli"].map((name) => name.padStart(9)).join(""));
for (const name of readdirSync(folder, { recursive: true }).filter((name) => FIRST_VISIT.test(name) && !LATER.includes(name)).sort()) {
  const raw = readFileSync(join(folder, name));
  const sizes = [raw.length, gzip(raw).length, brotli(raw).length];
  sizes.forEach((size, index) => (total[index] += size));
  if (PROGRAM.test(name)) used += sizes[2] / 1000;
  line(name, sizes);
}
line("first visit", total);

if (total[0] === 0) {
  console.error(`There is nothing in ${folder}: build it first with "make size".`);
  process.exitCode = 1;
} else if (used > BUDGET) {
  console.error(`The page's program is over its budget: ${used.toFixed(1)} kB of ${BUDGET} kB.`);
  process.exitCode = 1;
} else {
  console.log(`The page's program is within its budget: ${used.toFixed(1)} kB of ${BUDGET} kB.`);
}
