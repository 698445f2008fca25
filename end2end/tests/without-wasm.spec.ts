// The whole product with scripts disabled: forms and pages.

import { expect, test } from "./fixtures.ts";
import { PASSWORD, unique } from "./people.ts";
import { messageId } from "./program.ts";

test.use({ javaScriptEnabled: false });
const plain = { javaScriptEnabled: false };

test("sign up, create a channel, post, leave, rejoin, log out", async ({ people }) => {
  const ming = await people.signUp("王小明", { ...plain, locale: "zh-TW" });
  await expect(ming.page.getByRole("heading", { level: 1 })).toContainText(ming.words.hall);
  const name = unique("紙本");
  await ming.sidebar.getByRole("link", { name: ming.words.createChannel, exact: true }).click();
  await ming.page.getByLabel(ming.words.name, { exact: true }).fill(name);
  await ming.page.getByLabel(ming.words.topic).fill("沒有程式也能聊");
  await ming.button(ming.words.create).click();
  await expect(ming.page.getByRole("heading", { level: 1 })).toContainText(name);
  const path = new URL(ming.page.url()).pathname;
  await ming.composer.fill("第一句\n兩行");
  await ming.button(ming.words.send).click();
  await expect(ming.timeline.locator(".body")).toHaveText(["第一句\n兩行"], { useInnerText: true });
  await expect(ming.composer).toHaveValue("");
  await ming.page.reload();
  await expect(ming.timeline.locator(".body")).toHaveCount(1);

  const kevin = await people.member("Kevin", plain);
  await kevin.page.goto(`${kevin.origin}/channels?search=${encodeURIComponent(name)}`);
  await kevin.page.locator(".item", { hasText: name }).getByRole("button", { name: kevin.words.join, exact: true }).click();
  await expect(kevin.page).toHaveURL(kevin.origin + path);
  await expect(kevin.timeline).toContainText("第一句");
  await kevin.composer.fill("me too");
  await kevin.button(kevin.words.send).click();
  await ming.page.reload();
  await expect(ming.timeline.locator(".body")).toHaveText(["第一句 兩行", "me too"]);
  await kevin.link("2 members").first().click();
  await expect(kevin.page.locator(".member")).toHaveCount(2);
  await kevin.button(kevin.words.leave).click();
  await expect(kevin.page.getByRole("heading", { level: 1 })).toContainText(kevin.words.hall);
  await expect(kevin.sidebar.getByTitle(name)).toHaveCount(0);

  await kevin.page.goto(`${kevin.origin}/settings`);
  await kevin.button(kevin.words.logOut).click();
  await expect(kevin.page).toHaveURL(`${kevin.origin}/log-in`);
  await kevin.page.goto(kevin.origin + path);
  await kevin.logsIn();
  await expect(kevin.page).toHaveURL(kevin.origin + path);
});

test("the same form sent twice is one message", async ({ people }) => {
  const ming = await people.member("王小明", plain);
  const path = await ming.createsChannel(unique("twice"));
  const id = await ming.page.locator('.composer input[name="id"]').getAttribute("value");
  const form = { channel: path.slice(3), id: id!, body: "once" };
  await ming.composer.fill("once");
  await ming.button(ming.words.send).click();
  await expect(ming.timeline.locator(".body")).toHaveText(["once"]);
  expect(await ming.submits("send", form)).toBe(path);
  await ming.page.reload();
  await expect(ming.timeline.locator(".body")).toHaveText(["once"]);
  expect(await ming.page.locator('.composer input[name="id"]').getAttribute("value")).not.toBe(id);
  // Back to the page before, and the same form again.
  await ming.page.goBack();
  await ming.page.goForward();
  await expect(ming.timeline.locator(".body")).toHaveText(["once"]);
  // The same text under another id is another message.
  await ming.submits("send", { ...form, id: messageId() });
  await ming.page.reload();
  await expect(ming.timeline.locator(".body")).toHaveText(["once", "once"]);
});

test("too long text stays in the composer with an error", async ({ people }) => {
  const ming = await people.member("王小明", plain);
  await ming.createsChannel(unique("long"));
  const text = `${"字".repeat(8_000)}\n尾`;
  await ming.composer.fill(text);
  await ming.button(ming.words.send).click();
  await expect(ming.page.getByRole("alert")).toHaveText(ming.words.tooLong);
  await expect(ming.composer).toHaveValue(text);
  await ming.composer.fill("短");
  await ming.button(ming.words.send).click();
  await expect(ming.timeline.locator(".body")).toHaveText(["短"]);
  await expect(ming.page.getByRole("alert")).toHaveCount(0);
});

test("language and theme can be chosen before and after login", async ({ people }) => {
  const ming = await people.stranger("王小明", plain);
  const html = ming.page.locator("html");
  await ming.page.goto(`${ming.origin}/log-in?next=/settings`);
  await ming.button("繁體中文").click();
  await expect(html).toHaveAttribute("lang", "zh-Hant-TW");
  await ming.button("跟隨系統").click();
  await expect(html).toHaveAttribute("data-theme", "light");
  await expect(ming.page.locator('input[name="next"]')).toHaveValue("/settings");
  await ming.link("建立帳號").click();
  await ming.page.getByLabel("帳號", { exact: true }).fill(ming.name);
  await ming.page.getByLabel("密碼", { exact: true }).fill(PASSWORD);
  await ming.button("建立帳號").click();
  await expect(ming.page).toHaveURL(`${ming.origin}/settings`);
  await expect(ming.button("宣紙（淺色）")).toHaveAttribute("aria-pressed", "true");
  await ming.button("硯台（深色）").click();
  await expect(html).toHaveAttribute("data-theme", "dark");
  await ming.button("English").click();
  await expect(html).toHaveAttribute("lang", "en");
  await expect(ming.button(ming.words.inkstone)).toHaveAttribute("aria-pressed", "true");
});

test("shows the error beside the field and keeps the name", async ({ people }) => {
  const taken = await people.member("taken", plain);
  const ming = await people.stranger("王小明", plain);
  const { words, page } = ming;
  const beside = (id: string) => page.locator(".field", { has: page.locator(`#${id}`) }).locator(".error");
  await page.goto(`${ming.origin}/sign-up`);
  await ming.fillsDoor(taken.name.toUpperCase(), PASSWORD);
  await ming.button(words.signUp).click();
  await expect(beside("name")).toHaveText(words.nameTaken);
  await expect(page.locator("#name")).toHaveValue(taken.name.toUpperCase());
  await expect(beside("password")).toHaveCount(0);
  await ming.fillsDoor(ming.name, "password");
  await ming.button(words.signUp).click();
  await expect(beside("password")).toHaveText(words.weakPassword);
  await expect(page.locator("#name")).toHaveValue(ming.name);
  await page.goto(`${ming.origin}/log-in`);
  for (const name of [taken.name, ming.name]) {
    await ming.fillsDoor(name, "not the password");
    await ming.button(words.logIn).click();
    await expect(page.getByRole("alert")).toHaveText([words.wrongCredentials]);
    await expect(page.locator("#name")).toHaveValue(name);
    await expect(page.locator("#password")).toHaveValue("");
  }
});
