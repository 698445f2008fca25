// Lost events are loaded before later ones are shown; and nothing is loaded for channels that are not open.

import { expect, test, type People } from "./fixtures.ts";
import { PASSWORD, SOON, unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";
import { Wire } from "./wire.ts";

async function listener(people: People): Promise<{ ming: Person; wire: Wire; reader: Program; path: string; id: string }> {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const reader = await people.program("kevin");
  const wire = await Wire.of(ming.context);
  const path = await reader.createsChannel(unique("聽"));
  await reader.says(path, "第一句");
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await reader.says(path, "聽得到");
  await expect(ming.said).toHaveText(["第一句", "聽得到"]);
  return { ming, wire, reader, path, id: path.slice(3) };
}

test("loads a lost event before the one after it", async ({ people }) => {
  const { ming, wire, reader, path } = await listener(people);
  wire.in = (frame) => frame.body !== "丟了";
  await reader.says(path, "丟了");
  await reader.says(path, "之後");
  await expect(ming.said).toHaveText(["第一句", "聽得到", "丟了", "之後"]);
});

test("notices a lost last event with the next heartbeat", async ({ people }) => {
  const { ming, wire, reader, path, id } = await listener(people);
  wire.in = (frame) => frame.body !== "丟了";
  await reader.says(path, "丟了");
  const { head } = await ming.page.evaluate(async (id) => (await fetch(`/api/v1/channels/${id}`)).json(), id);
  wire.says({ type: "heartbeat", heads: { [id]: head } });
  await expect(ming.said).toHaveText(["第一句", "聽得到", "丟了"]);
});

test("retries a failed load", async ({ people }) => {
  const { ming, wire, reader, path } = await listener(people);
  ming.watch.forgive(/status( of)? 503/);
  let asked = 0;
  await ming.page.route(/messages\?after=/, (route) => ((asked += 1) <= 2 ? route.fulfill({ status: 503 }) : route.continue()));
  wire.in = (frame) => frame.body !== "丟了";
  await reader.says(path, "丟了");
  for (const text of ["一", "二", "三"]) await reader.says(path, text);
  await expect(ming.said).toHaveText(["第一句", "聽得到", "丟了", "一", "二", "三"]);
  expect(asked, "one load at a time, however many events show the gap").toBeLessThanOrEqual(4);
});

test("retries the first page of a channel", async ({ people }) => {
  const { ming, reader } = await listener(people);
  ming.watch.forgive(/status( of)? 503/);
  const other = await reader.createsChannel(unique("另一個"));
  await reader.says(other, "在那裡");
  await ming.submits("join", { channel: other.slice(3) });
  let asked = 0;
  await ming.page.route(/\/messages$/, (route) => ((asked += 1) <= 2 ? route.fulfill({ status: 503 }) : route.continue()));
  await ming.sidebar.locator(`a[href="${other}"]`).click();
  await expect(ming.said).toHaveText(["在那裡"]);
  expect(asked).toBe(3);
});

test("makes no request for channels that are not open", async ({ people }) => {
  const { ming, wire, reader, path } = await listener(people);
  const others: string[] = [];
  for (let number = 0; number < 6; number += 1) {
    const other = await reader.createsChannel(unique("忙"));
    await ming.submits("join", { channel: other.slice(3) });
    others.push(other);
  }
  await ming.reloads();
  // The page is hydrated; now its link is open, too.
  await reader.says(path, "還在嗎");
  await expect(ming.said.last()).toHaveText("還在嗎");
  const asked: string[] = [];
  ming.page.on("request", (request) => /\/messages/.test(request.url()) && asked.push(request.url()));
  for (const other of others) await reader.says(other, "忙著");
  await expect(ming.sidebar.locator(".unread")).toHaveCount(others.length);
  await wire.cut();
  await reader.says(path, "回來了");
  await expect(ming.said.last()).toHaveText("回來了", { timeout: SOON });
  expect(asked).toEqual([]);
  await ming.sidebar.locator(`a[href="${others[3]}"]`).click();
  await expect(ming.said).toHaveText(["忙著"]);
  expect(asked).toHaveLength(1);
});

test("does not send messages as another user of the same browser", async ({ people }) => {
  const { ming, wire, reader, path } = await listener(people);
  const other = await people.member("怡君");
  await other.submits("join", { channel: path.slice(3) });
  wire.out = (frame) => frame.type !== "send";
  await ming.says("小明的話");
  await expect(ming.timeline.locator(".pending .body")).toHaveText(["小明的話"]);
  // Another user logs in in another tab; this page notices when its link is lost.
  await ming.submits("log_in", { name: other.name, password: PASSWORD });
  wire.out = () => true;
  await wire.cut();
  await expect(ming.dialog).toContainText(ming.words.logInAgain, { timeout: SOON });
  expect(await reader.reads(path)).toEqual(["第一句", "聽得到"]);
  await ming.submits("log_in", { name: ming.name, password: PASSWORD });
  await ming.reloads();
  await expect(ming.said).toHaveText(["第一句", "聽得到", "小明的話"]);
  expect(await reader.reads(path)).toEqual(["第一句", "聽得到", "小明的話"]);
});
