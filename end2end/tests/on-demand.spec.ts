// Parts of the page whose code is loaded on demand: when they are first shown, over a slow line, and when it cannot be loaded.

import { type Request } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { unique, type Person } from "./people.ts";

const CHUNK = /\/split_on_demand\.[0-9a-f]{16}\.wasm$/;

/** The requests of chunks from here on. */
function chunksOf(person: Person): Request[] {
  const requests: Request[] = [];
  person.page.on("request", (request) => CHUNK.test(request.url()) && requests.push(request));
  return requests;
}

const opensSwitcher = (person: Person) => person.page.keyboard.press("Control+k");

test("the code of a part is loaded when the first part is shown, once", async ({ people }) => {
  const ming = await people.member("ming");
  const path = await ming.createsChannel(unique("parts"));
  const requests = chunksOf(ming);
  await ming.opens(path);
  await ming.says("hello");
  await ming.sees("hello");
  expect(requests).toHaveLength(0);

  await opensSwitcher(ming);
  await expect(ming.dialog).toBeVisible();
  const response = await requests[0].response();
  expect(response!.headers()["cache-control"]).toContain("immutable");
  expect(response!.headers()["content-type"]).toBe("application/wasm");
  await ming.page.keyboard.press("Escape");
  await expect(ming.dialog).toHaveCount(0);
  await expect(ming.composer).toBeFocused();

  await ming.link("1 member").first().click();
  await expect(ming.page.locator(".member")).toHaveCount(1);
  await ming.link(ming.words.close).click();
  await expect(ming.page.locator(".panel")).toHaveCount(0);
  await ming.sidebar.getByRole("link", { name: ming.words.browse, exact: true }).click();
  await expect(ming.page.locator(".item").first()).toBeVisible();
  await ming.link(ming.words.createChannel).last().click();
  await expect(ming.page.getByLabel(ming.words.name, { exact: true })).toBeFocused();
  expect(requests).toHaveLength(1);
});

test("a page that the server rendered with such a part is hydrated", async ({ people }) => {
  const ming = await people.member("ming");
  const path = await ming.createsChannel(unique("rendered"));
  for (const address of ["/channels", "/channels/new", `${path}?panel=members`]) {
    const requests = chunksOf(ming);
    await ming.opens(address);
    expect(requests).toHaveLength(1);
  }
  await ming.page.locator(".panel input").fill("no such name");
  await expect(ming.page.locator(".panel .none")).toBeVisible();
});

test("over a slow line the user reads that a part is loading, and keys are held back", async ({ people }) => {
  const ming = await people.member("ming");
  await ming.opens("/");
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await ming.page.route(CHUNK, async (route) => {
    await arrived;
    await route.continue();
  });
  await ming.composer.fill("a draft");
  await opensSwitcher(ming);
  await expect(ming.page.getByText(ming.words.loading)).toBeVisible();
  await ming.page.keyboard.type("x");
  arrive();
  await expect(ming.dialog).toBeVisible();
  await expect(ming.page.getByText(ming.words.loading)).toHaveCount(0);
  await expect(ming.page.getByRole("combobox", { name: ming.words.switcher })).toBeFocused();
  await ming.page.keyboard.press("Escape");
  await expect(ming.composer).toBeFocused();
  await expect(ming.composer).toHaveValue("a draft");
});

for (const locale of ["en-US", "zh-TW"]) {
  test(`a part that cannot be loaded says so and can be tried again (${locale})`, async ({ people }) => {
    const ming = await people.member("ming", { locale });
    await ming.opens("/");
    ming.watch.forgive(/split_on_demand|Failed to fetch|ERR_FAILED/);
    const requests = chunksOf(ming);
    await ming.page.route(CHUNK, (route) => route.abort());
    await opensSwitcher(ming);
    const failure = ming.page.getByRole("alert").filter({ hasText: ming.words.partFailed });
    await expect(failure).toBeVisible();
    await expect(ming.button(ming.words.tryAgain)).toBeFocused();
    await ming.page.keyboard.press("Enter");
    await expect.poll(() => requests.length).toBe(2);
    await expect(failure).toBeVisible();
    // Everything else works meanwhile.
    const text = unique("not affected");
    await ming.says(text);
    await ming.sees(text);

    await ming.page.unroute(CHUNK);
    await ming.button(ming.words.tryAgain).click();
    await expect(ming.dialog).toBeVisible();
    await expect(failure).toHaveCount(0);
    await ming.page.keyboard.press("Enter");
    await expect(ming.dialog).toHaveCount(0);
  });
}

test("a page whose rendered part cannot be loaded stays a page with links and forms", async ({ people }) => {
  const ming = await people.member("ming");
  const name = unique("plain");
  const path = await ming.createsChannel(name);
  ming.watch.forgive(/split_on_demand|Failed to fetch|ERR_FAILED|could not be loaded/);
  await ming.page.route(CHUNK, (route) => route.abort());
  const failed = ming.page.waitForEvent("pageerror");
  await ming.page.goto(`${ming.origin}/channels`);
  await failed;
  await expect(ming.page.getByRole("alert")).toContainText(ming.words.notAlive);
  await ming.page.getByLabel(ming.words.find).fill(name);
  await ming.page.keyboard.press("Enter");
  await expect(ming.page.locator(".item")).toHaveCount(1);
  await ming.page.locator(".item a").first().click();
  await expect(ming.page).toHaveURL(ming.origin + path);
  await ming.isAlive();
});
