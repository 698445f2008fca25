// Several tabs of one person: one outbox. Whatever is written in whichever tab is sent once, in one order, and shown in all.

import { expect, test, type People } from "./fixtures.ts";
import type { OwnServer } from "./own-server.ts";
import { unique, type Person } from "./people.ts";
import { GONE } from "./watch.ts";

/** After a loss a page tries again within so long, if it was short. */
const BACK = 25_000;

/** Somebody with two tabs in one channel, and somebody else who looks on. */
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

/** All three see the same, each text once, in the order of the one who looks on; these come in this order. */
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

test("the tab that sends is closed while its messages wait: the other one sends them", async ({ people, ownServer }) => {
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

test("what is thrown away in one tab is gone from the other, and is not sent", async ({ people, ownServer }) => {
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

test("a tab in another channel shows what waits there when it comes there", async ({ people, ownServer }) => {
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

test("each tab has its own draft, whatever is sent from another one", async ({ people, ownServer }) => {
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

test("a draft that a new tab found is gone once it is sent from there", async ({ people, ownServer }) => {
  const { one, two } = await tabs(people, ownServer);
  await one.composer.fill("寫到一半");
  await two.reloads();
  await expect(two.composer).toHaveValue("寫到一半");
  await two.composer.press("Enter");
  await expect(two.said).toHaveText(["寫到一半"]);
  await two.reloads();
  await expect(two.composer).toHaveValue("");
});
