// Sessions: how long they last, and how they end.

import { expect, test } from "./fixtures.ts";
import { PASSWORD, SOON, unique } from "./people.ts";
import { GONE } from "./watch.ts";

test("session survives a reload and a restart of the server", async ({ people, ownServer }) => {
  const ming = await people.signUp("王小明", { origin: ownServer.origin });
  const path = new URL(ming.page.url()).pathname;
  await ming.isAlive();
  await ming.reloads();
  await ming.says("before");
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["before"]);
  ming.watch.forgive(GONE);
  await ownServer.stop();
  await ownServer.startAgain();
  await ming.says("after");
  await expect(ming.timeline.locator(".msg:not(.pending) .body")).toHaveText(["before", "after"], { timeout: 15_000 });
  await ming.opens(path);
  await expect(ming.timeline.locator(".body")).toHaveText(["before", "after"]);
});

test("log out everywhere ends sessions in other browsers", async ({ people }) => {
  const ming = await people.member("王小明");
  const path = await ming.createsChannel(unique("everywhere"));
  const other = await people.elsewhere(ming, { locale: "zh-TW" });
  const closed = other.page.waitForEvent("websocket").then((socket) => socket.waitForEvent("close"));
  await other.opens(path);
  await ming.isAlive();
  await ming.says("both are here");
  await other.sees("both are here");
  await other.composer.fill("寫到一半");
  await other.composer.press("End");

  await ming.opens("/settings");
  await ming.button(ming.words.logOutEverywhere).click();
  await ming.page.waitForURL("**/log-in");
  await closed;
  await expect(other.dialog).toContainText(other.words.logInAgain, { timeout: SOON });
  // The user can finish a sentence: no key goes elsewhere.
  await other.page.keyboard.type("的話");
  await other.page.keyboard.press("Enter");
  await expect(other.timeline.locator(".pending .body")).toHaveText(["寫到一半的話"]);
  await other.button(other.words.close).click();
  await expect(other.dialog).toHaveCount(0);
  await expect(other.banner).toHaveText(new RegExp(other.words.logInAgain));
  await other.composer.fill("草稿");
  await other.banner.getByRole("link", { name: other.words.logIn, exact: true }).click();
  await other.page.waitForURL((url) => url.pathname === "/log-in" && url.searchParams.get("next") === path);
  await other.logsIn();
  await other.page.waitForURL(`**${path}`);
  await other.isAlive();
  // The draft is kept, and messages written meanwhile are sent.
  await expect(other.composer).toHaveValue("草稿");
  await expect(other.said).toHaveText(["both are here", "寫到一半的話"]);
  await expect(other.banner).toHaveCount(0);
  await expect(other.dialog).toHaveCount(0);
});

test("other tabs notice a log-out", async ({ people }) => {
  const ming = await people.member("王小明");
  const path = await ming.createsChannel(unique("tabs"));
  await ming.isAlive();
  // The page may check for a new session before there is one.
  ming.watch.forgive(/status( of)? 401/);
  const tab = await ming.context.newPage();
  await tab.goto(`${ming.origin}/settings`);
  await tab.getByRole("button", { name: ming.words.logOut, exact: true }).click();
  await tab.waitForURL("**/log-in");
  await expect(ming.dialog).toContainText(ming.words.logInAgain, { timeout: SOON });
  await ming.composer.evaluate((field: HTMLTextAreaElement) => (field.value = "still here"));
  await tab.goto(ming.origin + path);
  expect(new URL(tab.url()).searchParams.get("next")).toBe(path);
  // After a login in that tab this one continues by itself.
  await tab.getByLabel(ming.words.account, { exact: true }).fill(ming.name);
  await tab.getByLabel(ming.words.password, { exact: true }).fill(PASSWORD);
  await tab.getByRole("button", { name: ming.words.logIn, exact: true }).click();
  await tab.waitForURL(`**${path}`);
  await expect(ming.dialog).toHaveCount(0, { timeout: SOON });
  await expect(ming.composer).toHaveValue("still here");
  await ming.composer.press("Enter");
  await expect(ming.said).toHaveText(["still here"]);
});

test("without a session every page leads to login and back", async ({ people }) => {
  const stranger = await people.stranger("nobody", { javaScriptEnabled: false });
  for (const page of ["/c/0123", "/channels?search=a%26b", "/channels/new", "/settings", "/c/0123?panel=members"]) {
    await stranger.page.goto(stranger.origin + page);
    const { pathname, searchParams } = new URL(stranger.page.url());
    expect(pathname).toBe("/log-in");
    expect(searchParams.get("next")).toBe(page);
    await expect(stranger.page.locator('input[name="next"]')).toHaveValue(page);
  }
  await stranger.page.goto(`${stranger.origin}/`);
  expect(new URL(stranger.page.url()).pathname + new URL(stranger.page.url()).search).toBe("/log-in");
});

const ELSEWHERE = [
  "//evil.example",
  "/\\evil.example",
  "https://evil.example/",
  "javascript:alert(1)",
  "/\t/evil.example",
  "\\\\evil.example",
  " //evil.example",
  "/log-in?next=//evil.example",
  "/do/log_out",
];

test("login never leads to another site", async ({ people }) => {
  const ming = await people.member("王小明");
  const credentials = { name: ming.name, password: PASSWORD };
  const home = await ming.submits("log_in", credentials);
  expect(home).toMatch(/^\/c\/\w+$/);
  for (const next of ELSEWHERE) {
    // By a forged form, by a forged address, and by what the form takes from it.
    expect(await ming.submits("log_in", { ...credentials, next }), next).toBe(home);
    const there = `${ming.origin}/log-in?next=${encodeURIComponent(next)}`;
    const answer = await ming.context.request.get(there, { maxRedirects: 0 });
    expect(answer.headers()["location"], next).toBe(home);
    const door = await (await fetch(there)).text();
    expect(/<input[^>]*name="next"[^>]*>/.exec(door)?.[0], next).toMatch(/ value(="")?[ >/]/);
  }
  const victim = await people.stranger("-", { javaScriptEnabled: false });
  await victim.page.goto(`${victim.origin}/log-in?next=${encodeURIComponent("//evil.example")}`);
  await victim.fillsDoor(ming.name, PASSWORD);
  await victim.button(victim.words.logIn).click();
  await expect(victim.page).toHaveURL(victim.origin + home);
});
