// Reports what nothing uses, and what is used and missing: CSS classes, custom properties and keyframes; the words of
// app/src/ui/words.rs; the icons of public/icons.svg. `make lint` runs it.
//
//   node scripts/unused.mjs
//
// It reads text and compiles nothing: a name is used if it occurs where a class, a word or an icon does, outside of comments and
// tests. Names that are composed at run time are not found; COMPOSED lists them.
//
// Translations need no check: the macro `words!` takes both languages, so a missing one does not compile.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { code, literals, statementsOf } from "./unused/rust.mjs";

/** Prefixes of classes that are composed at run time, with the reason. */
const COMPOSED = {
  "hue-": "ui/avatar.rs puts the number of the account's hue behind it",
};

/** Files whose constants and match arms are classes, with the reason. A script may be their only user, so no style needs them. */
const CONSTANTS = {
  "app/src/presence/avatar.rs": "a function returns the classes of a state",
  "app/src/conversation/body_clicks.rs": "its constants are the classes that distinguish the buttons of a code block",
  "app/src/conversation/selection.rs": "its constants are classes of the message, the bar and the sheet, and ids",
  "app/src/conversation/day_chip.rs": "its constants are the class that shows the day, and an id",
};

/**
 * What future features need: neither used nor deleted. An entry is removed with its feature; a note names entries that are used by now, or
 * gone.
 */
const COMING = {
  "mentions and muted channels in the sidebar": [".badge", ".muted", "#bell-off"],
  menus: ["#ellipsis"],
};

const filesBelow = (folder, ending) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
const read = (path) => readFileSync(path, "utf8");
const all = (text, pattern) => [...text.matchAll(pattern)];

const rust = new Map([...filesBelow("app/src", ".rs"), ...filesBelow("server/src", ".rs")].map((path) => [path, code(read(path))]));
const scripts = new Map(filesBelow("public", ".js").map((path) => [path, read(path)]));
const styles = new Map(
  filesBelow("style", ".css").map((path) => [path, read(path).replace(/\/\*[\s\S]*?\*\//g, "")]),
);
const icons = read("public/icons.svg");

const complaints = [];
const coming = new Map(Object.entries(COMING).flatMap(([feature, names]) => names.map((name) => [name, feature])));
const seen = new Set();

/** Reports names in `there` (name → file) that are not in `used`, and names in `needed` (name → file) that are not in `there`. */
function compare(kind, there, used, { mark = "", needed = used } = {}) {
  for (const [name, file] of there) {
    if (used.has(name)) continue;
    if (coming.has(mark + name)) seen.add(mark + name);
    else complaints.push(`${file}: ${kind} ${mark}${name} is not used`);
  }
  for (const [name, file] of needed) {
    if (!there.has(name)) complaints.push(`${file}: ${kind} ${mark}${name} is used and missing`);
  }
}

// A missing brace: browsers silently ignore what follows.
for (const [file, text] of styles) {
  if (text.split("{").length !== text.split("}").length) complaints.push(`${file}: its braces do not match`);
}

// Classes. `classesUsed` holds those of views and scripts with the first file that uses them.
const classesThere = new Map();
const put = (map, name, file) => map.has(name) || map.set(name, file);
for (const [file, text] of styles) {
  const preludes = all(text.replace(/"[^"]*"/g, '""'), /([^{};]*)\{/g).map(([, prelude]) => prelude).filter((prelude) => !/^\s*@/.test(prelude));
  for (const prelude of preludes) for (const [, name] of all(prelude, /\.([A-Za-z_][\w-]*)/g)) put(classesThere, name, file);
}

const classesUsed = new Map();
const constants = new Map();
function classList(list, file) {
  for (const name of list.split(/\s+/).filter(Boolean)) {
    const prefix = /^([\w-]*)\{/.exec(name)?.[1];
    if (prefix === undefined) put(classesUsed, name, file);
    else if (prefix in COMPOSED) classesThere.forEach((_, name) => name.startsWith(prefix) && put(classesUsed, name, file));
    else if (prefix) complaints.push(`${file}: class ${prefix}… is composed: add the prefix to COMPOSED, with the reason`);
  }
}
for (const [file, text] of rust) {
  if (!file.startsWith("app/")) continue;
  for (const [, name] of all(text, /\bclass:([\w-]+)/g)) put(classesUsed, name, file);
  for (const [, list] of all(text, /\bclass\s*=\s*"([^"]*)"/g)) classList(list, file);
  for (const statement of statementsOf(text, "class")) literals(statement).forEach((list) => classList(list, file));
  // `("class", "a b")`, `("class", if … { "a" } else { "b" })`
  for (const [, value] of all(text, /"class",\s*([^)]*)\)/g)) literals(value).forEach((list) => classList(list, file));
  for (const [, name] of all(text, /\b(?:toggle|add_1|remove_1|class_list\(\)\.contains|elements_by_class_name)\("([\w-]+)"/g)) put(classesUsed, name, file);
  if (file in CONSTANTS) for (const [, list] of all(text, /(?:const \w+: &str =|=>) "([\w -]+)"/g)) for (const name of list.split(" ")) constants.set(name, file);
}
for (const [file, text] of scripts) {
  for (const [, selector] of all(text, /(?:matches|closest|querySelector(?:All)?)\(["'`]([^"'`]+)/g)) {
    for (const [, name] of all(selector, /\.([A-Za-z_][\w-]*)/g)) put(classesUsed, name, file);
  }
  for (const [, name] of all(text, /classList\.\w+\(["']([\w-]+)/g)) put(classesUsed, name, file);
}
compare("class", classesThere, new Map([...constants, ...classesUsed]), { mark: ".", needed: classesUsed });

// Custom properties and keyframes.
const text = [...styles.values()].join("\n");
const propertiesThere = new Map();
const propertiesUsed = new Map();
const keyframesThere = new Map();
for (const [file, css] of styles) {
  for (const [, name] of all(css, /(?<![\w-])(--[\w-]+)\s*:/g)) put(propertiesThere, name, file);
  for (const [, name] of all(css, /var\(\s*(--[\w-]+)/g)) put(propertiesUsed, name, file);
  for (const [, name] of all(css, /@keyframes\s+([\w-]+)/g)) put(keyframesThere, name, file);
}
for (const [file, source] of [...rust, ...scripts]) for (const [, name] of all(source, /["'`](--[\w-]+)/g)) put(propertiesUsed, name, file);
// A property with a default need not be set.
const needed = new Map([...propertiesUsed].filter(([name]) => text.includes(`var(${name})`)));
compare("property", propertiesThere, propertiesUsed, { needed });
const animated = new Set(all(text, /animation(?:-name)?\s*:([^;}]*)/g).flatMap(([, value]) => value.split(/[\s,]+/)));
compare("keyframes", keyframesThere, animated, { needed: new Map() });

// Words: the keys of each table, and functions of them. Inside the tables they are `self.name`.
const tables = ["app/src/ui/words.rs", ...(existsSync("app/src/ui/words") ? filesBelow("app/src/ui/words", ".rs") : [])].filter(existsSync);
const wordsThere = new Map();
for (const file of tables) {
  for (const [, body] of all(rust.get(file), /\bwords!\s*\{([\s\S]*?)\n\}/g)) for (const [, name] of all(body, /(\w+):\s*"/g)) put(wordsThere, name, file);
  for (const [, body] of all(rust.get(file), /\nimpl \w*Words \{([\s\S]*?)\n\}/g)) for (const [, name] of all(body, /\bpub fn (\w+)/g)) put(wordsThere, name, file);
}
const wordsUsed = new Map();
for (const [file, source] of rust) {
  const place = tables.includes(file) ? /\bself\s*\.\s*(\w+)/g : /(?:\b|_)(?:words|own)(?:\(\))?\s*\.\s*(\w+)/g;
  for (const [, name] of all(source, place)) put(wordsUsed, name, file);
  for (const [, name] of all(source, /\bWords::(\w+)/g)) put(wordsUsed, name, file);
}
compare("word", wordsThere, wordsUsed, { needed: new Map() });

// Icons and drawings.
const iconsThere = new Map(all(icons, /<symbol id="([^"]+)"/g).map(([, name]) => [name, "public/icons.svg"]));
const iconsUsed = new Map();
for (const [file, source] of rust) {
  for (const [, name] of all(source, /<(?:Small)?(?:Icon|Art)\s+name="([^"]+)"/g)) put(iconsUsed, name, file);
  for (const [, name] of all(source, /<Empty\b[^>]*?\bart="([^"]+)"/g)) put(iconsUsed, name, file);
  for (const [, name] of all(source, /\bsymbol\("([^"]+)"\)/g)) put(iconsUsed, name, file);
  for (const [, variable] of all(source, /<(?:Small)?(?:Icon|Art)\s+name=([a-z_]+)/g)) {
    for (const statement of statementsOf(source, variable)) literals(statement).forEach((name) => put(iconsUsed, name, file));
  }
}
for (const [file, source] of scripts) for (const [, name] of all(source, /["']#([a-z][\w-]*)["']/g)) put(iconsUsed, name, file);
compare("icon", iconsThere, iconsUsed, { mark: "#" });

const done = [...coming].filter(([name]) => !seen.has(name));
for (const [name, feature] of done) console.log(`note: ${name} of "${feature}" is used by now, or gone: it can leave COMING in scripts/unused.mjs`);
for (const complaint of [...new Set(complaints)].sort()) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
