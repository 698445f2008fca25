// Puts together what the server hands out under /pkg: the page's WASM and its JavaScript, the stylesheet, and a copy of
// everything in public/ and of highlight.js. All of it lies in target/site/pkg.
//
//   node scripts/site.mjs dev       from the development build of the WASM
//   node scripts/site.mjs release   from its release build: optimised, and with compressed files beside the others
//   node scripts/site.mjs static    only the stylesheet and public/, after cargo-leptos has built the rest
//   node scripts/site.mjs watch     keeps the copy of public/ fresh while `cargo leptos watch` does the rest
//
// Each kind is put together in target/pkg/<kind> and stays there, so that going from one to the other costs nothing.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compressFolder } from "./compress.mjs";
import { writeStyle } from "./style.mjs";

const PKG = "target/site/pkg";
const NAME = "jimmy";
const HIGHLIGHT = "tools/highlight/node_modules/@highlightjs/cdn-assets";
const PROFILE = { dev: "debug", release: "wasm-release" };
const WASM_OPT = ["-Oz", "--converge", "--enable-bulk-memory", "--enable-nontrapping-float-to-int"];

/** The files below a folder, as paths relative to it. */
function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

/** The time a file was last changed, 0 for one that is not there. */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Copies a file and its time, unless the copy is there. */
function copy(from, to) {
  const source = statSync(from);
  const there = statSync(to, { throwIfNoEntry: false });
  if (there && there.size === source.size && Math.abs(there.mtimeMs - source.mtimeMs) < 2) return false;
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  copyFileSync(from, to);
  utimesSync(to, source.atime, source.mtime);
  return true;
}

/** A part of the page's program that is loaded on demand, as `tools/bindgen` names it. */
const CHUNK = /^(split|chunk)_.*\.wasm$/;

/** Turns the compiled page into what a browser loads, if it is newer than what is there. */
function wasm(kind, folder) {
  const input = `target/wasm32-unknown-unknown/${PROFILE[kind]}/frontend.wasm`;
  const tool = "target/debug/wasm-bindgen";
  const output = join(folder, `${NAME}.wasm`);
  if (!existsSync(input)) throw new Error(`${input} is missing: "make run" and "make release" build it`);
  if (changed(output) > Math.max(changed(input), changed(tool))) return;
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, "snippets"), { recursive: true, force: true });
  execFileSync(tool, ["--target=web", `--out-name=${NAME}`, `--out-dir=${folder}`, input], { stdio: "inherit" });
  const bound = join(folder, `${NAME}_bg.wasm`);
  if (kind === "release") {
    console.log("==> Optimising the WASM (about 20 seconds)");
    const chunks = filesIn(folder).filter((file) => CHUNK.test(file));
    for (const path of [bound, ...chunks.map((chunk) => join(folder, chunk))]) {
      execFileSync(".tools/bin/wasm-opt", [...WASM_OPT, path, "-o", path], { stdio: "inherit" });
    }
  }
  renameSync(bound, output);
}

/** Copies public/ into a folder, and what colours code. */
function assets(folder) {
  for (const file of filesIn("public")) copy(join("public", file), join(folder, file));
  highlighter(folder);
}

/** The prebuilt highlight.js with its common languages, under its licence. */
function highlighter(folder) {
  const [source, output] = [join(HIGHLIGHT, "es/highlight.min.js"), join(folder, "highlight.js")];
  if (!existsSync(source)) throw new Error(`${source} is missing: "make run" and "make release" fetch it`);
  const { mtime, mtimeMs } = statSync(source);
  if (changed(output) === mtimeMs) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(output, `/*!\n${readFileSync(join(HIGHLIGHT, "LICENSE"), "utf8")}*/\n${readFileSync(source, "utf8")}`);
  utimesSync(output, mtime, mtime);
}

/** Takes what a browser does not need out of the scripts of a folder. */
async function minify(folder) {
  const { minify: shorten } = await import(pathToFileURL(resolve(".tools/npm-terser/node_modules/terser/main.js")));
  for (const file of filesIn(folder).filter((file) => file.endsWith(".js"))) {
    const path = join(folder, file);
    const { code } = await shorten(readFileSync(path, "utf8"), { module: true, compress: { passes: 2 } });
    writeFileSync(path, code);
  }
}

/** Makes one folder the same as another. */
function mirror(from, to) {
  const files = filesIn(from);
  const wanted = new Set(files);
  for (const file of filesIn(to)) if (!wanted.has(file)) rmSync(join(to, file));
  for (const file of files) copy(join(from, file), join(to, file));
}

/** Takes away what neither the build nor public/ puts there any more. */
function prune(folder) {
  const known = new Set([`${NAME}.wasm`, `${NAME}.js`, "chunks.js", `${NAME}.css`, "highlight.js", ...filesIn("public")]);
  const isKnown = (file) => {
    const plain = file.replace(/\.(br|gz)$/, "");
    const isChunk = CHUNK.test(plain) && existsSync(join(folder, plain));
    return known.has(plain) || isChunk || file.startsWith("snippets/");
  };
  for (const file of filesIn(folder)) if (!isKnown(file)) rmSync(join(folder, file));
}

const kind = process.argv[2];
if (kind === "dev" || kind === "release") {
  const folder = `target/pkg/${kind}`;
  wasm(kind, folder);
  writeStyle(join(folder, `${NAME}.css`), { minify: kind === "release" });
  assets(folder);
  prune(folder);
  if (kind === "release") {
    await minify(folder);
    compressFolder(folder);
  }
  mirror(folder, PKG);
} else if (kind === "static") {
  writeStyle(join(PKG, `${NAME}.css`));
  assets(PKG);
} else if (kind === "watch") {
  // A look at a handful of files, often: cargo-leptos empties the folder when it starts, which no file watcher survives.
  setInterval(() => assets(PKG), 500);
} else {
  throw new Error("usage: node scripts/site.mjs dev | release | static | watch");
}
