// Reading back through a long conversation: every message once, in order, and nothing moves.

import { expect, test } from "./fixtures.ts";
import { unique } from "./people.ts";
import { COUNT, numbers, reader, reads, scroll, text, watchPlaces } from "./long-channel.ts";

test("scrolls up and down through all messages once, in order", async ({ people }) => {
  const { ming, speaker, path } = await reader(people);
  const all = Array.from({ length: COUNT }, (_, index) => index + 1);
  expect([...(await reads(ming, 1, -0.6))].sort((a, b) => a - b)).toEqual(all);
  await expect(ming.timeline).toContainText("建立了這個頻道");
  await expect(ming.link(ming.words.older)).toHaveCount(0);
  expect((await numbers(ming)).length).toBeLessThanOrEqual(120);
  // Meanwhile a message is posted, far below.
  await speaker.says(path, text(COUNT + 1));
  const down = await reads(ming, COUNT + 1, 0.6);
  expect(Math.max(...down)).toBe(COUNT + 1);
  expect((await numbers(ming)).length).toBeLessThanOrEqual(121);

  await reads(ming, 1, -0.6);
  await ming.link(ming.words.latest).click();
  await expect(ming.lines(text(COUNT + 1))).toBeInViewport();
  await expect(ming.page.locator(".pill.latest")).toHaveCount(0);
  // From there on it is live.
  await speaker.says(path, text(COUNT + 2));
  await ming.sees(text(COUNT + 2));
});

test("messages inserted above move nothing", async ({ people }) => {
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
  const moved = await watchPlaces(ming);
  release();
  await expect.poll(async () => (await numbers(ming))[0]).toBeLessThan(first);
  expect(await moved()).toBeLessThanOrEqual(1);
});

test("counts new messages above the end and moves nothing", async ({ people }) => {
  const { ming, path, speaker } = await reader(people);
  await scroll(ming, -0.8);
  await expect(ming.lines(text(COUNT))).not.toBeInViewport();
  const moved = await watchPlaces(ming);
  for (const more of [1, 2, 3]) {
    await speaker.says(path, text(COUNT + more));
    await expect(ming.link(ming.words.newMessages(more))).toBeVisible();
    expect(await moved()).toBeLessThanOrEqual(1);
  }
  await ming.link(ming.words.newMessages(3)).click();
  await expect(ming.lines(text(COUNT + 3))).toBeInViewport();
  await expect(ming.page.locator(".pill.latest")).toHaveCount(0);
  await speaker.says(path, text(COUNT + 4));
  await ming.sees(text(COUNT + 4));
});

test("own message scrolls to the end from a little above", async ({ people }) => {
  const { ming } = await reader(people);
  await scroll(ming, -0.8);
  await expect(ming.lines(text(COUNT))).not.toBeInViewport();
  await ming.says("從上面一點說的");
  await ming.sees("從上面一點說的");
});

test("own message scrolls to the end from deep in the history", async ({ people }) => {
  const { ming } = await reader(people);
  await reads(ming, 1, -0.6);
  await ming.says("從最上面說的");
  await ming.sees("從最上面說的");
  await expect(ming.lines(text(COUNT))).toBeInViewport();
});

test("after midnight no older day is called today", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.page.clock.install({ time: new Date().setHours(23, 59, 30, 0) });
  await ming.createsChannel(unique("午夜"));
  await ming.isAlive();
  await ming.says("昨天說的");
  await ming.sees("昨天說的");
  const today = ming.timeline.locator(".day").filter({ hasText: "今天" });
  await expect(today).toHaveCount(1);
  await ming.page.clock.runFor(60_000);
  await expect(today).toHaveCount(0);
  await expect(ming.timeline.locator(".day")).toHaveCount(1);
});

test("without scripts a link leads to earlier messages", async ({ people }) => {
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
