// Two users, one reading Chinese and one English, from sign-up to log-out.

import { expect, test } from "./fixtures.ts";
import { SOON, unique } from "./people.ts";

test("new user is in the hall with the focus in the composer", async ({ people }) => {
  for (const locale of ["zh-TW", "en-US"]) {
    const person = await people.signUp("小明", { locale });
    await person.isAlive();
    await expect(person.page.getByRole("heading", { level: 1 })).toContainText(person.words.hall);
    await expect(person.sidebar.getByRole("link", { name: person.words.hall, exact: true })).toHaveAttribute("aria-current", "page");
    await expect(person.composer).toBeFocused();
    await person.page.keyboard.type("大家好");
    await expect(person.composer).toHaveValue("大家好");
  }
});

test("one creates a channel, the other joins it, and both write", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const kevin = await people.member("Kevin", { locale: "en-US" });
  const name = unique("午餐");
  const path = await ming.createsChannel(name, "今天吃什麼 / lunch");
  await expect(ming.sidebar.getByTitle(name)).toHaveAttribute("aria-current", "page");
  await expect(ming.timeline).toContainText(`${ming.name} 建立了這個頻道`);

  await kevin.opens("/channels");
  await kevin.page.getByLabel(kevin.words.find).fill(name);
  await kevin.page.getByLabel(kevin.words.find).press("Enter");
  const found = kevin.page.locator(".item", { hasText: name });
  await expect(found).toContainText("今天吃什麼 / lunch");
  await expect(found).toContainText("1 member");
  await found.getByRole("button", { name: kevin.words.join, exact: true }).click();
  await kevin.page.waitForURL(`**${path}`);
  await kevin.isAlive();
  await expect(kevin.page.locator(".topic")).toHaveText("今天吃什麼 / lunch");

  // The page of the other user is updated by itself.
  await ming.isAlive();
  await expect(ming.timeline).toContainText(ming.words.joined(kevin.name), { timeout: SOON });
  await expect(ming.link(ming.words.memberCount(2)).first()).toBeVisible({ timeout: SOON });

  await ming.says("牛肉麵？");
  await ming.sees("牛肉麵？", 5_000);
  await expect(ming.composer).toHaveValue("");
  await expect(ming.composer).toBeFocused();
  await kevin.sees("牛肉麵？");
  await kevin.says("Yes, at noon");
  await kevin.sees("Yes, at noon", 5_000);
  await ming.sees("Yes, at noon");
  await kevin.says("by the gate");
  await ming.sees("by the gate");

  // One heading for the messages of one author, another for those of the next.
  for (const reader of [ming, kevin]) {
    await expect(reader.lines("牛肉麵？").locator(".by bdi")).toHaveText(ming.name);
    await expect(reader.lines("Yes, at noon").locator(".by bdi")).toHaveText(kevin.name);
    await expect(reader.lines("Yes, at noon").locator(".by time")).toHaveText(reader.words.time);
    await expect(reader.lines("by the gate").locator(".by")).toHaveCount(0);
    await expect(reader.timeline.locator(".pending")).toHaveCount(0);
    await expect(reader.timeline.locator(".body")).toHaveText(["牛肉麵？", "Yes, at noon", "by the gate"]);
  }

  // The server's HTML contains all of it already.
  const html = await (await kevin.page.request.get(kevin.origin + path)).text();
  const page = html.replace(/<template[^]*?<\/template>/g, "");
  for (const text of ["牛肉麵？", "Yes, at noon", "by the gate", ming.name]) expect(page).toContain(text);
  await kevin.reloads();
  await expect(kevin.timeline.locator(".body")).toHaveText(["牛肉麵？", "Yes, at noon", "by the gate"]);
  await ming.says("好");
  await kevin.sees("好");
});

test("second tab of the same user is updated", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const path = await ming.createsChannel(unique("分頁"));
  await ming.isAlive();
  const tab = await ming.context.newPage();
  await tab.goto(ming.origin + path);
  await ming.says("第一個分頁說的");
  await expect(tab.locator(".body")).toHaveText(["第一個分頁說的"], { timeout: SOON });
  await tab.locator("#composer").fill("第二個分頁說的");
  await tab.locator("#composer").press("Enter");
  await ming.sees("第二個分頁說的");
  // And a channel that was opened in the other tab.
  const name = unique("新的");
  await tab.close();
  const other = await people.elsewhere(ming);
  await other.createsChannel(name);
  await expect(ming.sidebar.getByTitle(name)).toBeVisible({ timeout: SOON });
});

test("members list shows both until one leaves", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const kevin = await people.member("Kevin");
  const name = unique("成員");
  const path = await ming.createsChannel(name);
  await ming.isAlive();
  expect(await kevin.submits("join", { channel: path.slice(3) })).toBe(path);
  await ming.link(ming.words.memberCount(2)).last().click();
  const list = ming.page.getByRole("complementary", { name: ming.words.members });
  await expect(list.locator(".member")).toHaveCount(2);
  for (const { name } of [ming, kevin]) await expect(list.locator(".member b").getByText(name, { exact: true })).toBeVisible();

  await kevin.opens(path);
  await kevin.button(kevin.words.leave).click();
  await kevin.page.waitForURL((url) => url.pathname !== path);
  await kevin.isAlive();
  await expect(kevin.page.getByRole("heading", { level: 1 })).toContainText(kevin.words.hall);
  await expect(kevin.sidebar.getByTitle(name)).toHaveCount(0);
  await expect(ming.timeline).toContainText(ming.words.left(kevin.name), { timeout: SOON });
  await expect(list.locator(".member")).toHaveCount(1, { timeout: SOON });
  await list.getByRole("link", { name: ming.words.close }).click();
  await expect(list).toHaveCount(0);
  expect(new URL(ming.page.url()).search).toBe("");

  // A user who is not a member can read the channel, and join it in place of writing.
  await kevin.opens(path);
  await expect(kevin.composer).toHaveCount(0);
  await kevin.button(kevin.words.joinChannel).click();
  await expect(kevin.composer).toBeVisible();
});

test("after log-out a page leads to login and back", async ({ people }) => {
  const kevin = await people.member("Kevin");
  const path = await kevin.createsChannel(unique("back"));
  await kevin.opens("/settings");
  await kevin.button(kevin.words.logOut).click();
  await kevin.page.waitForURL("**/log-in");
  await kevin.page.goto(`${kevin.origin}${path}?panel=members`);
  expect(new URL(kevin.page.url()).pathname).toBe("/log-in");
  await kevin.logsIn();
  await kevin.page.waitForURL(`**${path}?panel=members`);
  await kevin.isAlive();
  await expect(kevin.page.locator(".member")).toContainText([kevin.name]);
});
