// Reading back through a long conversation: everything once, in order, and nothing moves.

import { expect, test, type People } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";

const COUNT = 140;
const text = (number: number) => `第 ${String(number).padStart(3, "0")} 則${number % 7 ? "" : "，長一點".repeat(40)}`;

/** A channel with a long history, and somebody who has opened it. */
async function reader(people: People): Promise<{ ming: Person; path: string; speaker: Program }> {
  // One person may say so many at once.
  const speakers = await Promise.all(["甲", "乙", "丙"].map((name) => people.program(name)));
  const path = await speakers[0].createsChannel(unique("歷史"));
  await Promise.all(speakers.map((speaker) => speaker.joins(path)));
  for (let number = 1; number <= COUNT; number += 1) await speakers[Math.floor(number / 4) % 3].says(path, text(number));
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await expect(ming.lines(text(COUNT))).toBeInViewport();
  return { ming, path, speaker: speakers[0] };
}

/** The numbers of the messages on the page, from top to bottom. */
const numbers = (person: Person) =>
  person.timeline.locator(".body").evaluateAll((bodies) => bodies.map((body) => Number(body.textContent!.slice(2, 5))));

/** Scrolls by a share of what is in view. */
const scroll = (person: Person, screens: number) =>
  person.timeline.evaluate((pane, screens) => pane.scrollBy({ top: screens * pane.clientHeight }), screens);

/** How far down the message is in the window, or null. */
const place = (person: Person, number: number) =>
  person.lines(text(number)).evaluate((line) => line.getBoundingClientRect().top);

/** Scrolls until a message is in view; all that was on the page meanwhile. */
async function reads(person: Person, towards: number, screens: number): Promise<Set<number>> {
  const seen = new Set<number>();
  await expect(async () => {
    await scroll(person, screens);
    const shown = await numbers(person);
    expect(shown).toEqual(Array.from(shown, (_, index) => shown[0] + index));
    shown.forEach((number) => seen.add(number));
    await expect(person.lines(text(towards))).toBeInViewport({ timeout: 1 });
  }).toPass({ intervals: [20], timeout: 20_000 });
  return seen;
}

test("scrolling up reads everything once and in order, and down again", async ({ people }) => {
  const { ming, speaker, path } = await reader(people);
  const all = Array.from({ length: COUNT }, (_, index) => index + 1);
  expect([...(await reads(ming, 1, -0.6))].sort((a, b) => a - b)).toEqual(all);
  await expect(ming.timeline).toContainText("建立了這個頻道");
  await expect(ming.link(ming.words.older)).toHaveCount(0);
  expect((await numbers(ming)).length).toBeLessThanOrEqual(120);
  // Meanwhile somebody says something, far below.
  await speaker.says(path, text(COUNT + 1));
  const down = await reads(ming, COUNT + 1, 0.6);
  expect(Math.max(...down)).toBe(COUNT + 1);
  expect((await numbers(ming)).length).toBeLessThanOrEqual(121);

  await reads(ming, 1, -0.6);
  await ming.link(ming.words.latest).click();
  await expect(ming.lines(text(COUNT + 1))).toBeInViewport();
  await expect(ming.page.locator(".pill.latest")).toHaveCount(0);
  // And live from there on.
  await speaker.says(path, text(COUNT + 2));
  await ming.sees(text(COUNT + 2));
});

test("what is put in above moves nothing", async ({ people }) => {
  const { ming } = await reader(people);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await ming.page.route(/messages\?before=/, async (route) => {
    await held;
    await route.continue();
  });
  const asked = ming.page.waitForRequest(/messages\?before=/);
  const first = (await numbers(ming))[0];
  await ming.timeline.evaluate((pane) => (pane.scrollTop = 300));
  await asked;
  const watched = (await numbers(ming)).slice(3, 6);
  const before = await Promise.all(watched.map((number) => place(ming, number)));
  release();
  await expect.poll(async () => (await numbers(ming))[0]).toBeLessThan(first);
  await expect(ming.lines(text(watched[0]))).toBeInViewport();
  const after = await Promise.all(watched.map((number) => place(ming, number)));
  after.forEach((top, index) => expect(Math.abs(top - before[index])).toBeLessThanOrEqual(1));
});

test("while one reads above, new messages move nothing and are counted", async ({ people }) => {
  const { ming, path, speaker } = await reader(people);
  await scroll(ming, -0.8);
  await expect(ming.lines(text(COUNT))).not.toBeInViewport();
  const number = (await numbers(ming)).length > 0 ? COUNT - 12 : 0;
  const before = await place(ming, number);
  for (const more of [1, 2, 3]) {
    await speaker.says(path, text(COUNT + more));
    await expect(ming.link(ming.words.newMessages(more))).toBeVisible();
    expect(Math.abs((await place(ming, number)) - before)).toBeLessThanOrEqual(1);
  }
  await ming.link(ming.words.newMessages(3)).click();
  await expect(ming.lines(text(COUNT + 3))).toBeInViewport();
  await expect(ming.page.locator(".pill.latest")).toHaveCount(0);
  await speaker.says(path, text(COUNT + 4));
  await ming.sees(text(COUNT + 4));
});

test("what one says oneself goes to the newest, from wherever one reads", async ({ people }) => {
  const { ming } = await reader(people);
  await scroll(ming, -0.8);
  await ming.says("從上面一點說的");
  await ming.sees("從上面一點說的");
  await reads(ming, 1, -0.6);
  await ming.says("從最上面說的");
  await ming.sees("從最上面說的");
  await expect(ming.lines(text(COUNT))).toBeInViewport();
});

test("without scripts a link leads to what was said before", async ({ people }) => {
  const { ming, path } = await reader(people);
  const plain = await people.elsewhere(ming, { javaScriptEnabled: false });
  await plain.page.goto(plain.origin + path);
  const seen: number[] = await numbers(plain);
  while (!seen.includes(1)) {
    await plain.link("Earlier messages").click();
    const page = await numbers(plain);
    expect(page.at(-1)).toBe(seen[0] - 1);
    seen.unshift(...page);
  }
  expect(seen).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
});
