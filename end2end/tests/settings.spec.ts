// Settings: choices and sessions. Their content is plain forms; the sidebar beside it is hydrated.

import { expect, test } from "./fixtures.ts";
import { PASSWORD, SOON, unique } from "./people.ts";

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

test("logs another device out, which has to log in again", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW" });
  const path = await ming.createsChannel(unique("devices"));
  const phone = await people.elsewhere(ming, { userAgent: PHONE });
  const closed = phone.page.waitForEvent("websocket").then((socket) => socket.waitForEvent("close"));
  await phone.opens(path);
  await ming.sidebar.getByTitle(ming.words.settings).click();
  await ming.isAlive();
  const lines = ming.page.locator("#sessions .item");
  await expect(lines).toHaveCount(2);
  await expect(lines.first()).toContainText(ming.words.thisDevice);
  await expect(lines.first()).toContainText("Chrome · ");
  await expect(lines.last()).toContainText("Safari · iPhone");
  await expect(lines.last()).toContainText("127.0.0.1");
  await lines.last().getByRole("button").click();
  await expect(ming.page).toHaveURL(`${ming.origin}/settings#sessions`);
  await expect(lines).toHaveCount(1);
  await closed;
  await expect(phone.dialog).toContainText(phone.words.logInAgain, { timeout: SOON });
  // This page works on: the channel opens in place, and messages arrive.
  await ming.isAlive();
  await ming.sidebar.locator(`a[href="${path}"]`).click();
  await ming.says("still here");
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["still here"]);
});

test("page is hydrated beside the settings, and back restores them", async ({ people }) => {
  const ming = await people.member("王小明");
  const path = await ming.createsChannel(unique("beside"));
  const kevin = await people.member("Kevin");
  await kevin.opens(path);
  await kevin.button(kevin.words.joinChannel).click();
  await kevin.isAlive();
  await ming.opens("/settings");
  await kevin.says("are you there?");
  const row = ming.sidebar.locator(`a[href="${path}"]`);
  await expect(row).toHaveClass(/unread/, { timeout: SOON });
  await expect(ming.page).toHaveTitle(/^Settings · /);
  await row.click();
  await ming.sees("are you there?");
  await ming.page.goBack();
  await expect(ming.page.locator("#sessions .item")).toHaveCount(1);
  await expect(ming.button(ming.words.paper)).toBeVisible();
  await ming.isAlive();
  await ming.page.goForward();
  await ming.sees("are you there?");
});

test("shows times in the chosen format", async ({ people }) => {
  const ming = await people.member("王小明", { locale: "zh-TW", timezoneId: "Asia/Taipei" });
  const path = await ming.createsChannel(unique("clock"));
  await ming.isAlive();
  await ming.says("now");
  const time = ming.timeline.locator(".msg:not(.pending) .by time");
  await expect(time).toHaveText(ming.words.time);
  await ming.opens("/settings");
  await ming.button(ming.words.hours12).click();
  await expect(ming.button(ming.words.hours12)).toHaveAttribute("aria-pressed", "true");
  await ming.opens(path);
  await expect(time).toHaveText(/^[上下]午 \d{1,2}:\d\d$/);
  await ming.opens("/settings");
  await ming.button("English").click();
  await ming.isAlive();
  await ming.opens(path);
  await expect(time).toHaveText(/^\d{1,2}:\d\d [AP]M$/);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("everything in the settings works", async ({ people }) => {
    const ming = await people.member("王小明", { javaScriptEnabled: false });
    const other = await people.elsewhere(ming, { javaScriptEnabled: false, userAgent: "curl/8.14.1" });
    const { page, words } = ming;
    await page.goto(`${ming.origin}/settings`);
    await ming.button(words.inkstone).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await ming.button(words.hours24).click();
    await expect(ming.button(words.hours24)).toHaveAttribute("aria-pressed", "true");
    await page.locator("#sessions .item", { hasText: "curl" }).getByRole("button").click();
    await expect(page.locator("#sessions .item")).toHaveCount(1);
    await other.page.goto(`${ming.origin}/settings`);
    await expect(other.page).toHaveURL(`${ming.origin}/log-in?next=%2Fsettings`);
    await page.locator("#sessions .item").getByRole("button").click();
    await expect(page).toHaveURL(`${ming.origin}/log-in`);
    await page.goto(`${ming.origin}/settings`);
    await ming.logsIn(PASSWORD);
    await expect(page).toHaveURL(`${ming.origin}/settings`);
    await ming.button(words.logOutEverywhere).click();
    await expect(page).toHaveURL(`${ming.origin}/log-in`);
  });
});
