// The set-up of the workspace by its first user.

import { expect, test } from "./fixtures.ts";
import { PASSWORD, type Person } from "./people.ts";

/** Signs up as the first user, and is at the set-up. */
async function comesFirst(person: Person): Promise<void> {
  await person.page.goto(person.origin);
  await expect(person.page).toHaveURL(`${person.origin}/sign-up`);
  await person.fillsDoor(person.name, PASSWORD);
  await person.button(person.words.signUp).click();
  await expect(person.page).toHaveURL(`${person.origin}/set-up`);
}

for (const javaScriptEnabled of [true, false]) {
  test(`the first one names the workspace: ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ people, ownServer }) => {
    const { origin } = ownServer;
    const ming = await people.stranger("王小明", { origin, javaScriptEnabled, locale: "zh-TW" });
    const loaded: string[] = [];
    ming.page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await comesFirst(ming);
    const { words, page } = ming;
    await expect(page.getByLabel(words.workspaceName, { exact: true })).toHaveValue("Jimmy Chat");
    await expect(page.getByLabel(words.workspaceLanguage, { exact: true })).toHaveValue("zh");
    await expect(page.getByLabel(words.anybody)).toBeChecked();
    expect(loaded.filter((path) => path.endsWith(".wasm"))).toEqual([]);

    // Direction overrides are invisible: the error is below the field, and the choices stay.
    await page.getByLabel(words.workspaceName, { exact: true }).fill("a\u202eb");
    await page.getByLabel(words.nobody).check();
    await ming.button(words.begin).click();
    await expect(page.locator(".field", { has: page.locator("#workspace-name") }).locator(".error")).toHaveText(words.invalidName);
    await expect(page.getByLabel(words.nobody)).toBeChecked();
    await page.getByLabel(words.workspaceName, { exact: true }).fill("小島工作室");
    await ming.button(words.begin).click();
    await page.waitForURL(/\/c\/\w+$/);
    await expect(ming.sidebar).toContainText("小島工作室");
    await expect(page).toHaveTitle(`#${words.hall} · 小島工作室`);

    const stranger = await people.stranger("-", { origin, javaScriptEnabled, locale: "fr-FR" });
    await stranger.page.goto(`${origin}/log-in`);
    await expect(stranger.page.getByRole("heading", { level: 1 })).toHaveText("登入小島工作室");
    await stranger.page.goto(`${origin}/sign-up`);
    await expect(stranger.page.locator("#name")).toHaveCount(0);

    // It can be changed in the settings.
    await ming.page.goto(`${origin}/settings`);
    await page.getByLabel(words.workspaceName, { exact: true }).fill("Island & Co");
    await page.getByLabel(words.anybody).check();
    await ming.button(words.save).click();
    await expect(page).toHaveURL(`${origin}/settings#workspace`);
    await expect(ming.sidebar).toContainText("Island & Co");
    const kevin = await people.signUp("Kevin", { origin, javaScriptEnabled });
    await expect(kevin.page).toHaveTitle("#Hall · Island & Co");
    await kevin.page.goto(`${origin}/settings`);
    await expect(kevin.page.locator("#workspace")).toHaveCount(0);
    kevin.watch.forgive(/404/);
    await kevin.page.goto(`${origin}/set-up`);
    await expect(kevin.page.locator("#workspace-name")).toHaveCount(0);
    await expect(kevin.page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
  });
}
