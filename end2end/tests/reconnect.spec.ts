// The server dies and comes back: no message is lost, and none is sent twice.

import { expect, test, type People } from "./fixtures.ts";
import type { OwnServer } from "./own-server.ts";
import { unique } from "./people.ts";
import { GONE } from "./watch.ts";

/** Longest wait before the page reconnects after a short disconnect, in milliseconds. */
const BACK = 20_000;

async function two(people: People, { origin }: OwnServer) {
  const ming = await people.member("王小明", { origin, locale: "zh-TW" });
  const path = await ming.createsChannel(unique("斷線"));
  await ming.isAlive();
  const reader = await people.program("kevin", origin);
  await ming.says("第一句");
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["第一句"]);
  ming.watch.forgive(GONE);
  return { ming, path, reader };
}

test("messages written without a server are sent once it returns", async ({ people, ownServer }) => {
  const { ming, path, reader } = await two(people, ownServer);
  await ming.composer.fill("寫到一");
  await ownServer.kill();
  await ming.page.keyboard.type("半的");
  await ming.composer.press("Enter");
  await ming.sees("寫到一半的");
  await expect(ming.timeline.locator(".pending")).toHaveCount(1);
  await expect(ming.banner).toContainText(ming.words.reconnecting);
  await expect(ming.composer).toBeEnabled();
  await ming.says("再一句");
  await ming.composer.fill("草稿");

  await ownServer.startAgain();
  await expect(ming.banner).toHaveCount(0, { timeout: BACK });
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["第一句", "寫到一半的", "再一句"], { timeout: BACK });
  await expect(ming.timeline.locator(".pending")).toHaveCount(0);
  await expect(ming.composer).toHaveValue("草稿");
  expect(await reader.reads(path)).toEqual(["第一句", "寫到一半的", "再一句"]);
  await ming.reloads();
  await expect(ming.timeline.locator(".body")).toHaveText(["第一句", "寫到一半的", "再一句"]);
});

test("killing the server while sending loses and repeats nothing", async ({ people, ownServer }) => {
  const { ming, path, reader } = await two(people, ownServer);
  const other = await people.member("怡君", { origin: ownServer.origin, locale: "zh-TW" });
  await other.submits("join", { channel: path.slice(3) });
  await other.opens(path);
  other.watch.forgive(GONE);
  const texts = Array.from({ length: 30 }, (_, index) => `句 ${index + 1}。`);
  for (const [index, text] of texts.entries()) {
    await ming.says(text);
    // Some are durable by now, some in flight, some not sent.
    if (index === 14) await ownServer.kill();
    if (index === 22) await ownServer.startAgain();
  }
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["第一句", ...texts], { timeout: BACK });
  expect(await reader.reads(path)).toEqual(["第一句", ...texts]);
  await expect(other.said).toHaveText(["第一句", ...texts], { timeout: BACK });
  await ming.says("live again");
  await other.sees("live again");
  await expect(ming.timeline.locator(".msg:not(.pending) .body").last()).toHaveText("live again");
});

test("loads what others sent meanwhile; a click ends the wait", async ({ people, ownServer }) => {
  const { ming, path, reader } = await two(people, ownServer);
  await reader.joins(path);
  await ownServer.kill();
  await expect(ming.banner).toContainText(ming.words.reconnecting);
  // Only their author is connected while these are sent.
  await ming.context.setOffline(true);
  await ownServer.startAgain();
  for (const text of ["a", "b", "c"]) await reader.says(path, text);
  await ming.context.setOffline(false);
  await expect(async () => {
    // The page may have reconnected already.
    await ming.banner.getByRole("button").click({ timeout: 300 }).catch(() => {});
    await expect(ming.timeline.locator(".body")).toHaveText(["第一句", "a", "b", "c"], { timeout: 1_000 });
  }).toPass({ timeout: BACK });
  await expect(ming.banner).toHaveCount(0);
});

test("a reopened page sends what it had when it was closed", async ({ people, ownServer }) => {
  const { ming, path, reader } = await two(people, ownServer);
  await ownServer.kill();
  await ming.says("關掉之前");
  await expect(ming.timeline.locator(".pending")).toHaveCount(1);
  await ming.page.close();
  await ownServer.startAgain();
  const again = await ming.context.newPage();
  await again.goto(ownServer.origin + path);
  await expect(again.locator(".msg:not(.pending) .body")).toHaveText(["第一句", "關掉之前"]);
  await again.reload();
  await expect(again.locator("html")).toHaveAttribute("data-alive", "");
  await expect(again.locator(".body")).toHaveText(["第一句", "關掉之前"]);
  expect(await reader.reads(path)).toEqual(["第一句", "關掉之前"]);
});
