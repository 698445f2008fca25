// What screen readers announce of a conversation; and two parts of the hall that are new to a user.

import { expect, test } from "./fixtures.ts";
import { unique } from "./people.ts";

test("announces messages of others, the number of many, and own as sent", async ({ people }) => {
  const speaker = await people.program("怡君");
  const path = await speaker.createsChannel(unique("聽"));
  await speaker.says(path, "以前說的");
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens(path);
  await expect(ming.banner).toHaveCount(0);
  const lines = ming.page.locator("#announcements > p");
  await speaker.says(path, "午餐吃什麼");
  await expect(lines).toHaveCount(1);
  await expect(lines).toHaveText(new RegExp(`^${speaker.name}：午餐吃什麼，.*\\d{1,2}:\\d\\d$`));
  // All within the two seconds in which they are collected.
  await Promise.all([1, 2, 3, 4, 5].map((number) => speaker.says(path, `第 ${number} 句`)));
  await expect(lines).toHaveCount(2);
  await expect(lines.last()).toHaveText("5 則新訊息");
  await ming.says("我說的");
  await expect(lines.last()).toHaveText(ming.words.sent);
  await ming.page.waitForTimeout(2_500);
  await expect(lines).toHaveCount(3);
  await expect(ming.page.locator("#announcements")).toHaveAttribute("aria-live", "polite");
});

test("announces neither other channels nor loaded messages", async ({ people }) => {
  const speaker = await people.program("kevin");
  const [path, other] = [await speaker.createsChannel(unique("這裡")), await speaker.createsChannel(unique("那裡"))];
  for (let number = 1; number <= 70; number += 1) await speaker.says(path, `第 ${number} 則。`);
  const ming = await people.member("王小明", { locale: "zh-TW" });
  for (const joined of [path, other]) await ming.submits("join", { channel: joined.slice(3) });
  await ming.opens(path);
  await speaker.says(other, "在別處說的");
  await ming.timeline.evaluate((pane) => (pane.scrollTop = 0));
  await expect(ming.said).toHaveCount(70);
  await ming.page.waitForTimeout(2_500);
  await expect(ming.page.locator("#announcements > p")).toHaveCount(0);
});

test("three or more joins are one row that unfolds all names", async ({ people }) => {
  const speaker = await people.program("主人");
  const path = await speaker.createsChannel(unique("加入"));
  for (let number = 1; number <= 20; number += 1) await speaker.says(path, `第 ${number} 則`);
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.submits("join", { channel: path.slice(3) });
  const others = await Promise.all(["甲", "乙", "丙", "丁"].map((name) => people.program(name)));
  await others[0].joins(path);
  await ming.opens(path);
  const joins = ming.timeline.locator(".join").filter({ hasText: "加入了頻道" });
  // The creation of the channel is a row of its own; then two members join.
  await expect(joins).toHaveCount(3);
  for (const other of others.slice(1)) await other.joins(path);
  await expect(joins).toHaveCount(2);
  await expect(joins.last()).toContainText(" 等 5 人加入了頻道");
  const fold = joins.last().locator("summary");
  const top = async () => (await fold.boundingBox())!.y;
  const before = await top();
  await fold.click();
  for (const other of others) await expect(joins.last().locator("p")).toContainText(other.name);
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
});

test("shows a new user two first steps until they are done", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  await ming.opens(await (await people.program("kevin")).hall());
  const steps = ming.page.getByRole("list", { name: ming.words.firstSteps }).getByRole("listitem");
  await expect(steps).toHaveCount(2);
  await steps.first().getByRole("button").first().click();
  await expect(ming.composer).toBeFocused();
  await ming.says("嗨，大家好");
  await expect(steps).toHaveCount(1);
  await ming.reloads();
  await expect(steps).toHaveCount(1);
  await steps.getByRole("button", { name: ming.words.close }).click();
  await expect(steps).toHaveCount(0);
  await ming.reloads();
  await expect(ming.composer).toBeVisible();
  await ming.page.waitForTimeout(300);
  await expect(steps).toHaveCount(0);
});
