// Lighthouse's opinion of the log-in page and of a conversation, on a server of its own. It needs no network.
//
//   node audit.mjs BINARY gate          accessibility and best practices: 100, or it names what fails and ends with 1
//   node audit.mjs BINARY performance   performance: the median of five, printed; not a gate
//
// The numbers of the first do not depend on the build; those of the second mean something for a release only.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";

const RUNS = 5;
const AIM = 95;
const PASSWORD = "correct horse battery staple";
const TEXTS = [
  "大家早，這個頻道之後放所有介面的討論。",
  "Three things have changed:\n\n1. Rows are 44 high\n2. Unread is **bold**, *not* colour alone\n3. `--weight-strong` is 600",
  "> 按鈕是動詞：傳送、加入頻道。\n\nhttps://example.org/wording",
  "```rust\nfn main() {\n    println!(\"quite right\");\n}\n```",
  "👍",
];

const [binary, task] = process.argv.slice(2);
if (!binary || !["gate", "performance"].includes(task)) throw new Error("usage: node audit.mjs BINARY gate|performance");

/** A UUIDv7, the id of a message. */
function messageId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

async function startServer(data) {
  const { JIMMY_PUBLIC_URL, JIMMY_SIGN_UP, ...env } = process.env;
  const flags = ["--data", data, "--listen", "127.0.0.1:0", "--no-rate-limits"];
  const server = spawn(binary, flags, { env: { ...env, RUST_LOG: "error" }, stdio: ["ignore", "pipe", "inherit"] });
  const origin = await new Promise((found, failed) => {
    server.once("error", failed);
    server.once("exit", (code) => failed(new Error(`${binary} ended with ${code}`)));
    createInterface(server.stdout).on("line", (line) => {
      const address = /^Jimmy Chat is at (\S+)$/.exec(line)?.[1];
      if (address) found(address);
    });
  });
  return { server, origin };
}

/** Signs up as people do and says what is to be looked at; the conversation's address. */
async function conversation(page, origin) {
  await page.goto(`${origin}/sign-up`);
  await page.type("#name", "怡君");
  await page.type("#password", PASSWORD);
  await Promise.all([page.waitForNavigation(), page.click("form[action='/do/sign_up'] button.primary")]);
  // Whatever page comes first: the hall is in the list of everybody.
  await page.goto(`${origin}/`);
  const path = await page.$eval("nav a.ch", (link) => link.getAttribute("href"));
  for (const body of TEXTS) {
    const form = new URLSearchParams({ channel: path.slice(3), id: messageId(), body });
    const status = await page.evaluate(async (form) => {
      const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
      return (await fetch("/do/send", { method: "POST", headers, body: form })).status;
    }, form.toString());
    if (status !== 200) throw new Error(`saying something: ${status}`);
  }
  return origin + path;
}

/** One look; the result of each category, and the audits that failed. */
async function look(page, url, categories, isDesk) {
  const flags = { onlyCategories: categories, disableStorageReset: true, logLevel: "error", output: "json" };
  const result = await lighthouse(url, flags, isDesk ? desktopConfig : undefined, page);
  const { lhr } = result;
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.code} ${lhr.runtimeError.message}`);
  // Without the session it would be the log-in that was looked at.
  if (new URL(lhr.finalDisplayedUrl).pathname !== new URL(url).pathname) throw new Error(`${url} leads to ${lhr.finalDisplayedUrl}`);
  return lhr;
}

/** What of a category was not as it should be. */
function failures(lhr, category) {
  const refs = lhr.categories[category].auditRefs.filter(({ weight }) => weight > 0);
  return refs.map(({ id }) => lhr.audits[id]).filter(({ score }) => score !== null && score < 1);
}

function where({ details }) {
  return (details?.items ?? []).map((item) => item.node?.snippet ?? item.description ?? item.url ?? JSON.stringify(item)).slice(0, 5);
}

async function gate(page, places) {
  let fine = true;
  for (const [name, url] of places) {
    for (const isDesk of [false, true]) {
      const lhr = await look(page, url, ["accessibility", "best-practices"], isDesk);
      const scores = Object.values(lhr.categories).map(({ title, score }) => `${title} ${Math.round(score * 100)}`);
      console.log(`${name}, ${isDesk ? "desk" : "phone"}: ${scores.join(", ")}`);
      for (const [id, { score }] of Object.entries(lhr.categories)) {
        if (score === 1) continue;
        fine = false;
        for (const audit of failures(lhr, id)) {
          console.error(`  ${audit.id}: ${audit.title}`);
          for (const place of where(audit)) console.error(`    ${place}`);
        }
      }
    }
  }
  if (!fine) process.exitCode = 1;
}

async function performance(page, places) {
  const METRICS = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];
  for (const [name, url] of places) {
    for (const isDesk of [false, true]) {
      const looks = [];
      for (let run = 0; run < RUNS; run += 1) looks.push(await look(page, url, ["performance"], isDesk));
      const score = (lhr) => Math.round(lhr.categories.performance.score * 100);
      looks.sort((a, b) => score(a) - score(b));
      const median = looks[Math.floor(RUNS / 2)];
      const metrics = METRICS.map((id) => `${id} ${median.audits[id].displayValue}`);
      console.log(`${name}, ${isDesk ? "desk" : "phone"}: ${score(median)} of ${looks.map(score).join(" ")} (aim ${AIM}); ${metrics.join(", ")}`);
    }
  }
}

const data = mkdtempSync(join(tmpdir(), "jimmy-"));
const { server, origin } = await startServer(data);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  const places = [["log-in", `${origin}/log-in`]];
  const work = task === "gate" ? gate : performance;
  await work(page, places);
  await work(page, [["conversation", await conversation(page, origin)]]);
} finally {
  await browser.close();
  server.removeAllListeners("exit");
  server.kill("SIGKILL");
  rmSync(data, { recursive: true, force: true });
}
