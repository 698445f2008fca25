// Several tabs of one user share one outbox. A message of any tab is sent once, in one order, and shown in all tabs.

import { expect, test, type People } from "./fixtures.ts";
import type { OwnServer } from "./own-server.ts";
import { unique, type Person } from "./people.ts";
import { GONE } from "./watch.ts";

/** Longest wait before a page reconnects after a short disconnect, in milliseconds. */
const BACK = 25_000;

/** A user with two tabs in one channel, and another user who reads it. */
async function tabs(people: People, { origin }: OwnServer, before = () => {}): Promise<{ one: Person; two: Person; other: Person }> {
  const one = await people.member("王小明", { origin, locale: "zh-TW" });
  await one.context.addInitScript(before);
  const path = await one.createsChannel(unique("分頁"));
  await one.isAlive();
  const other = await people.member("怡君", { origin });
  await other.submits("join", { channel: path.slice(3) });
  await other.opens(path);
  [one, other].forEach((person) => person.watch.forgive(GONE));
  return { one, two: await one.tab(), other };
}

const pending = (person: Person) => person.timeline.locator(".pending .body");

/** Expects all three to show each text once, in the order of the reader, with these sequences in it. */
async function agree(all: Person[], texts: string[], runs: string[][]): Promise<void> {
  for (const person of all) await expect(person.said).toHaveCount(texts.length, { timeout: BACK });
  const seen = await Promise.all(all.map((person) => person.said.allTextContents()));
  for (const one of seen) expect(one).toEqual(seen[0]);
  expect([...seen[0]].sort()).toEqual([...texts].sort());
  for (const run of runs) expect(seen[0].filter((text) => run.includes(text))).toEqual(run);
  for (const person of all) await expect(pending(person)).toHaveCount(0);
}

const BROWSERS: Record<string, () => void> = {
  "one tab sends": () => {},
  "without locks, as under plain http": () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }),
  "with a storage that is full": () => (Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError"); }),
};

for (const [browser, before] of Object.entries(BROWSERS)) {
  test(`both tabs write at once: each message once, in one order: ${browser}`, async ({ people, ownServer }) => {
    const { one, two, other } = await tabs(people, ownServer, before);
    const first = Array.from({ length: 12 }, (_, index) => `左 ${index}。`);
    const second = Array.from({ length: 12 }, (_, index) => `右 ${index}。`);
    await Promise.all([
      (async () => { for (const text of first) await one.says(text); })(),
      (async () => { for (const text of second) await two.says(text); })(),
    ]);
    await agree([other, one, two], [...first, ...second], [first, second]);
  });
}

test("another tab sends when the sending tab is closed", async ({ people, ownServer }) => {
  const { one, two, other } = await tabs(people, ownServer);
  await one.says("之前");
  await agree([other, one, two], ["之前"], []);
  await ownServer.kill();
  await one.says("左一");
  await two.says("右一");
  await one.says("左二");
  const waiting = ["左一", "右一", "左二"];
  for (const tab of [one, two]) await expect(pending(tab)).toHaveText(waiting);
  await one.page.close();
  await ownServer.startAgain();
  await agree([other, two], ["之前", ...waiting], [waiting]);
  await two.reloads();
  await agree([other, two], ["之前", ...waiting], [waiting]);
});

test("discarding in one tab discards in the other", async ({ people, ownServer }) => {
  const { one, two, other } = await tabs(people, ownServer);
  await ownServer.kill();
  await expect(one.banner).toContainText(one.words.reconnecting);
  for (const text of ["留著", "丟掉", "也留著"]) await one.says(text);
  await expect(pending(two)).toHaveText(["留著", "丟掉", "也留著"]);
  await two.lines("丟掉").hover();
  await two.lines("丟掉").getByRole("button", { name: two.words.discard }).click();
  for (const tab of [one, two]) await expect(pending(tab)).toHaveText(["留著", "也留著"]);
  await ownServer.startAgain();
  await agree([other, one, two], ["留著", "也留著"], [["留著", "也留著"]]);
});

test("tab shows pending messages of a channel it opens later", async ({ people, ownServer }) => {
  const { one, two, other } = await tabs(people, ownServer);
  const path = new URL(one.page.url()).pathname;
  await two.createsChannel(unique("別處"));
  await two.isAlive();
  await ownServer.kill();
  await one.says("等一下");
  await two.sidebar.locator(`a[href="${path}"]`).click();
  await expect(pending(two)).toHaveText(["等一下"]);
  await ownServer.startAgain();
  await agree([other, one, two], ["等一下"], []);
});

test("each tab keeps its own draft when another one sends", async ({ people, ownServer }) => {
  const { one, two } = await tabs(people, ownServer);
  await one.composer.fill("長長的草稿");
  await two.composer.fill("短短的");
  await two.composer.press("Enter");
  await expect(one.said).toHaveText(["短短的"]);
  await one.reloads();
  await expect(one.composer).toHaveValue("長長的草稿");
  await two.reloads();
  await expect(two.composer).toHaveValue("");
});

test("sending a draft from a new tab removes it", async ({ people, ownServer }) => {
  const { one, two } = await tabs(people, ownServer);
  await one.composer.fill("寫到一半");
  await two.reloads();
  await expect(two.composer).toHaveValue("寫到一半");
  await two.composer.press("Enter");
  await expect(two.said).toHaveText(["寫到一半"]);
  await two.reloads();
  await expect(two.composer).toHaveValue("");
});
