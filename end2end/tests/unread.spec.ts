// Unread messages: the same number on every device, and nothing is marked as read by accident.

import { expect, test, type People } from "./fixtures.ts";
import { COUNT, reader, scroll, text } from "./long-channel.ts";
import { SOON, unique, type Person } from "./people.ts";
import type { Program } from "./program.ts";

/** A channel with two members, one of whom is in the hall. */
async function pair(people: People): Promise<{ ming: Person; bob: Program; path: string; name: string }> {
  const bob = await people.program("bob");
  const name = unique("gossip");
  const path = await bob.createsChannel(name);
  const ming = await people.member("ming");
  await ming.submits("join", { channel: path.slice(3) });
  await ming.opens("/");
  await expect(ming.page.locator(".me")).toContainText("Online");
  return { ming, bob, path, name };
}

const row = (person: Person, name: string) => person.sidebar.locator(".ch", { hasText: name });
const divider = (person: Person) => person.timeline.locator(".new");

test("unread count is the same on all devices, also without scripts", async ({ people }) => {
  const { ming, bob, path, name } = await pair(people);
  const phone = await people.elsewhere(ming, { viewport: { width: 390, height: 844 } });
  await phone.opens("/");
  for (const word of ["one", "two", "three"]) await bob.says(path, word);
  for (const device of [ming, phone]) {
    await expect(row(device, name)).toHaveClass(/unread/);
    await expect(row(device, name)).toContainText("3 unread messages");
    await expect(device.page).toHaveTitle(/^• /);
  }
  const plain = await people.elsewhere(ming, { javaScriptEnabled: false });
  await plain.page.goto(plain.origin);
  await expect(row(plain, name)).toContainText("3 unread messages");
  await row(ming, name).click();
  await expect(ming.lines("three")).toBeInViewport();
  for (const device of [ming, phone]) {
    await expect(row(device, name)).not.toHaveClass(/unread/);
    await expect(device.page).not.toHaveTitle(/^• /);
  }
  await plain.page.reload();
  await expect(row(plain, name)).not.toContainText("unread");
  // Own messages are unread nowhere.
  await ming.says("mine");
  await ming.sees("mine");
  await plain.page.reload();
  await expect(row(plain, name)).not.toContainText("unread");
  await expect(row(phone, name)).not.toHaveClass(/unread/);
});

test("divider stays while reading and is removed by an own message", async ({ people }) => {
  const { ming, bob, path, name } = await pair(people);
  await bob.says(path, "news");
  await expect(row(ming, name)).toContainText("1 unread message");
  await row(ming, name).click();
  await expect(divider(ming)).toBeVisible();
  await expect(row(ming, name)).not.toHaveClass(/unread/);
  await bob.says(path, "more news");
  await ming.sees("more news");
  await expect(divider(ming)).toHaveCount(1);
  expect(await divider(ming).evaluate((line) => line.nextElementSibling?.textContent)).toContain("news");
  await ming.says("seen");
  await expect(divider(ming)).toHaveCount(0);
});

test("unfocused window reads nothing; new messages are below the divider", async ({ people }) => {
  const { ming, bob, path, name } = await pair(people);
  await row(ming, name).click();
  await ming.page.waitForURL(`**${path}`);
  await bob.says(path, "before");
  await ming.sees("before");
  await expect(row(ming, name)).not.toHaveClass(/unread/);
  await ming.page.evaluate(() => {
    document.hasFocus = () => false;
    window.dispatchEvent(new Event("blur"));
  });
  await bob.says(path, "meanwhile");
  await ming.sees("meanwhile");
  await expect(row(ming, name)).toHaveClass(/unread/);
  await ming.page.waitForTimeout(1_200); // longer than a message has to be in view to be read
  await expect(row(ming, name)).toHaveClass(/unread/);
  await ming.page.evaluate(() => {
    document.hasFocus = () => true;
    window.dispatchEvent(new Event("focus"));
  });
  await expect(divider(ming)).toHaveCount(1);
  expect(await divider(ming).evaluate((line) => line.nextElementSibling?.textContent)).toContain("meanwhile");
  await expect(row(ming, name)).not.toHaveClass(/unread/);
});

test("Esc marks the channel as read, Shift Esc all, which can be undone", async ({ people }) => {
  const { ming, bob, path, name } = await pair(people);
  const other = await people.elsewhere(ming);
  await other.opens("/");
  await bob.says(path, "one");
  await expect(row(ming, name)).toHaveClass(/unread/);
  await ming.page.keyboard.press("Shift+Escape");
  await expect(row(ming, name)).not.toHaveClass(/unread/);
  await ming.button("Undo").click();
  await expect(row(ming, name)).toContainText("1 unread message");
  await expect(row(other, name)).toContainText("1 unread message");
  await ming.page.keyboard.press("Shift+Escape");
  await expect(row(ming, name)).not.toHaveClass(/unread/);
  await ming.page.reload(); // it cannot be undone any more
  await expect(row(ming, name)).not.toHaveClass(/unread/);
  await expect(row(other, name)).not.toHaveClass(/unread/, { timeout: SOON });
});

test("link opens at its message and marks nothing skipped as read", async ({ people }) => {
  const { ming, path } = await reader(people);
  const channel = path.slice(3);
  const me = await people.elsewhere(ming, { locale: "zh-TW" });
  const page = await me.context.request.get(`${me.origin}/api/v1/channels/${channel}/messages?limit=100`);
  const { events } = await page.json();
  const event = events.find((event: { body?: string }) => event.body === text(60));
  for (const alive of [false, true]) {
    if (alive) await me.opens("/");
    if (alive) await me.page.evaluate((to) => Object.assign(document.createElement("a"), { href: to, id: "to" }) && (document.body.insertAdjacentHTML("beforeend", `<a id="to" href="${to}">to</a>`), document.getElementById("to")!.click()), `${path}?at=${event.pos}`);
    else await me.opens(`${path}?at=${event.pos}`);
    const line = me.lines(text(60));
    await expect(line).toBeInViewport();
    await expect(line).toHaveClass(/target/);
    const third = await line.evaluate((line) => {
      const pane = line.closest(".timeline")!.getBoundingClientRect();
      return (line.getBoundingClientRect().top - pane.top) / pane.height;
    });
    expect(third).toBeGreaterThan(0.2);
    expect(third).toBeLessThan(0.45);
    await expect(async () => {
      await scroll(me, -0.8);
      await expect(me.lines(text(1))).toBeInViewport({ timeout: 1 });
    }).toPass({ intervals: [20], timeout: SOON });
    await expect(async () => {
      await scroll(me, 0.8);
      await expect(me.lines(text(COUNT))).toBeInViewport({ timeout: 1 });
    }).toPass({ intervals: [20], timeout: SOON });
  }
});

test("opens at the first unread message; unreached ones stay unread", async ({ people }) => {
  const { ming, bob, path, name } = await pair(people);
  for (let number = 1; number <= 60; number += 1) await bob.says(path, text(number));
  await expect(row(ming, name)).toContainText("60 unread messages");
  await row(ming, name).click();
  await expect(divider(ming)).toBeInViewport();
  await expect(ming.lines(text(1))).toBeInViewport();
  await expect(ming.lines(text(60))).not.toBeInViewport();
  await expect(row(ming, name)).not.toContainText("60 unread");
  await expect(row(ming, name)).toContainText(/\d+ unread messages/);
  await ming.page.waitForTimeout(1_100); // markers are reported once a second
  const left = Number((await row(ming, name).textContent())!.match(/(\d+) unread/)![1]);
  expect(left).toBeGreaterThan(5);
  await ming.reloads();
  await expect(divider(ming)).toBeInViewport();
  // At the newest messages everything is read, and a button leads back.
  await ming.page.locator(".pill.latest").click();
  await expect(row(ming, name)).not.toHaveClass(/unread/);
  await expect(ming.lines(text(60))).toBeInViewport();
  await ming.button("Back to unread").click();
  await expect(divider(ming)).toBeInViewport();
});

test("restores the scroll position of a channel", async ({ people }) => {
  const { ming, path } = await reader(people);
  await scroll(ming, -1.4);
  await ming.page.waitForTimeout(100);
  const place = () =>
    ming.timeline.evaluate((pane) => {
      const top = pane.getBoundingClientRect().top;
      const first = [...pane.querySelectorAll(".msg")].find((line) => line.getBoundingClientRect().top >= top)!;
      return { id: first.id, from: Math.round(first.getBoundingClientRect().top - top) };
    });
  const before = await place();
  await ming.sidebar.locator(".ch").first().click();
  await expect(ming.page).not.toHaveURL(new RegExp(path));
  await ming.page.goBack();
  await expect(ming.page.locator(`#${before.id}`)).toBeInViewport();
  const after = await place();
  expect(after.id).toBe(before.id);
  expect(Math.abs(after.from - before.from)).toBeLessThanOrEqual(1);
});

test("keys switch channels, and the switcher finds them by name", async ({ people }) => {
  const { ming, bob, path, name } = await pair(people);
  const third = unique("zebra");
  const zebra = await ming.submits("create_channel", { name: third });
  await ming.opens("/");
  await bob.says(path, "news");
  await expect(row(ming, name)).toHaveClass(/unread/);
  await ming.page.keyboard.press("Alt+Shift+ArrowDown");
  await ming.page.waitForURL(`**${path}`);
  await ming.page.keyboard.press("Alt+ArrowDown");
  await ming.page.waitForURL(`**${zebra}`);
  await ming.page.keyboard.press("Control+k");
  await expect(ming.dialog).toBeVisible();
  await ming.page.keyboard.type("gossip");
  await expect(ming.page.getByRole("option", { selected: true })).toContainText(name);
  await ming.page.keyboard.press("Enter");
  await ming.page.waitForURL(`**${path}`);
  await expect(ming.dialog).toHaveCount(0);
  // Characters go to the composer; a question mark opens the list of shortcuts.
  await ming.page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await ming.page.keyboard.press("?");
  await expect(ming.page.locator("#keys")).toBeVisible();
  await ming.page.keyboard.press("Escape");
  await expect(ming.page.locator("#keys")).toBeHidden();
  await ming.page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await ming.page.keyboard.type("hello");
  await expect(ming.composer).toHaveValue("hello");
  await ming.page.keyboard.press("F6");
  expect(await ming.page.evaluate(() => document.activeElement!.id)).not.toBe("composer");
});
