// Colours code by highlight.js. Its grammars can take seconds for a short text, so it runs in a worker (code-worker.js), which is ended
// when it takes too long. The text stays one node, as the page made it: each token that is found becomes a range that the style sheet
// colours, of those blocks alone that are on the screen. start.js loads this file with the first of them.

/** Time that the worker has for one block, in milliseconds. A block that takes longer stays without colours. */
const BLOCK_MS = 100;
/** Length of the longest block that is coloured, in UTF-16 units. */
const LENGTH_MAX = 4_000;
/** Number of blocks whose tokens are remembered. */
const REMEMBERED_MAX = 200;

/** The ranges of each kind, which the style sheet colours. */
const highlights = new Map();
for (const kind of ["code-note", "code-string", "code-word"]) {
  highlights.set(kind, new Highlight());
  CSS.highlights.set(kind, highlights.get(kind));
}

/** The blocks on the screen, each with its ranges and their kinds. */
const onScreen = new Map();
/** The tokens of blocks that have been on the screen, by language and text: `[kind, start, end]`. None if the worker took too long. */
const remembered = new Map();
/** The blocks that wait for the worker. */
const waiting = new Set();

let worker = null;
let isReady = false;
/** What the worker is doing: the key of the block, and the timer that ends it. */
let job = null;

/** The code of a block. */
function read(block) {
  const text = block.querySelector("code")?.firstChild;
  const language = block.querySelector(".lang")?.textContent.toLowerCase();
  return text instanceof Text && text.length <= LENGTH_MAX ? { text, language, key: `${language}\n${text.data}` } : null;
}

function colour(block, text, tokens) {
  const ranges = tokens.map(([kind, start, end]) => {
    const range = new Range();
    range.setStart(text, start);
    range.setEnd(text, end);
    return [kind, range];
  });
  onScreen.set(block, ranges);
  for (const [kind, range] of ranges) highlights.get(kind).add(range);
}

function uncolour(block) {
  for (const [kind, range] of onScreen.get(block) ?? []) highlights.get(kind).delete(range);
  onScreen.delete(block);
  waiting.delete(block);
}

/** Gives waiting blocks to the worker, one after the other, or what is remembered of them. */
function proceed() {
  for (const block of waiting) {
    const code = read(block);
    const tokens = code ? remembered.get(code.key) : [];
    if (!tokens) {
      if (!worker) start();
      else if (isReady && !job) {
        job = { key: code.key };
        worker.postMessage({ language: code.language, text: code.text.data });
      }
      return;
    }
    waiting.delete(block);
    if (code) colour(block, code.text, tokens);
  }
}

/** Remembers what the worker has found, and goes on with the next block. */
function finish(tokens) {
  clearTimeout(job.timer);
  remembered.set(job.key, tokens);
  if (remembered.size > REMEMBERED_MAX) remembered.delete(remembered.keys().next().value);
  job = null;
  proceed();
}

function start() {
  const started = new Worker(new URL("./code-worker.js", import.meta.url), { type: "module" });
  worker = started;
  isReady = false;
  worker.onmessage = ({ data }) => {
    if (worker !== started) return; // it was ended after it had answered
    if (data === "ready") {
      isReady = true;
      proceed();
    } else if (data === "begun") {
      // If the page itself was busy, an answer has come in meanwhile and is taken first: hence the second turn.
      job.timer = setTimeout(() => (job.timer = setTimeout(stop)), BLOCK_MS);
    } else {
      finish(data);
    }
  };
  // It could not be loaded. The code stays as it is, and the page's next visit tries again.
  worker.onerror = (event) => {
    event.preventDefault();
    waiting.clear();
  };
}

/** Ends a worker that takes too long. */
function stop() {
  worker.terminate();
  worker = null;
  finish([]);
}

/** Takes the colours from blocks that have left the screen, and colours those that have come on it. */
export function look(entries) {
  for (const { target, isIntersecting } of entries) {
    uncolour(target);
    if (!isIntersecting) continue;
    onScreen.set(target, []);
    waiting.add(target);
  }
  proceed();
}
