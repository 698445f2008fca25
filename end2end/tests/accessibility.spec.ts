// Accessibility as far as axe can check it: the rules of WCAG 2.2 AA and axe's best practices, on every page in both themes.

import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./fixtures.ts";
import { unique, type Looks, type Person } from "./people.ts";

const SIZES: Record<string, Looks> = {
  "a phone": { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: "en-US" },
  "a desk": { viewport: { width: 1440, height: 900 }, locale: "zh-TW" },
};

async function passes(person: Person, place: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await person.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page: person.page }).analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }));
    expect(found, `${place}, ${colorScheme}`).toEqual([]);
  }
}

for (const [size, looks] of Object.entries(SIZES)) {
  test(`no page keeps anybody out: ${size}`, async ({ people }) => {
    test.slow(); // axe takes about a second for each check
    const ming = await people.stranger("王小明", looks);
    for (const path of ["/log-in", "/log-in?refused=wrong_credentials", "/sign-up", "/sign-up?refused=name_taken&name=x"]) {
      await ming.page.goto(ming.origin + path);
      await passes(ming, path);
    }
    await ming.submits("sign_up", { name: ming.name, password: "correct horse battery staple" });
    const channel = await ming.createsChannel(unique("kitchen"), "who cooks");
    await ming.isAlive();
    await passes(ming, "a channel in which nothing was said");
    await ming.composer.fill("rice is on\nhttps://example.org/");
    await ming.button(ming.words.send).click();
    await expect(ming.timeline.locator(".msg:not(.pending)")).toHaveCount(1);
    for (const path of [channel, `${channel}?panel=members`, "/channels", "/channels/new", "/settings"]) {
      await ming.opens(path);
      await passes(ming, path);
    }
    ming.watch.forgive(/404/);
    await ming.opens("/c/nothing");
    await passes(ming, "a channel that is not there");
  });

  test(`nor does anything that opens over it, or comes before it: ${size}`, async ({ people, ownServer }) => {
    test.slow();
    const ming = await people.stranger("王小明", { ...looks, origin: ownServer.origin });
    await ming.submits("sign_up", { name: ming.name, password: "correct horse battery staple" });
    await ming.page.goto(`${ming.origin}/set-up`);
    await passes(ming, "the set-up");
    const bob = await people.program("bob", ming.origin);
    const path = await bob.createsChannel(unique("kitchen"));
    await ming.submits("join", { channel: path.slice(3) });
    await ming.opens("/");
    await bob.says(path, "dinner at **seven**");
    await expect(ming.sidebar.locator(".ch.unread")).toHaveCount(1);
    await passes(ming, "something unread, and first steps in the hall");
    await ming.opens(path);
    await expect(ming.timeline.locator(".new")).toHaveCount(1);
    await passes(ming, "the line above what is new");
    await ming.page.keyboard.press("Control+k");
    await expect(ming.dialog).toBeVisible();
    await passes(ming, "the switcher");
    await ming.page.keyboard.press("Escape");
    await ming.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await ming.page.keyboard.press("?");
    await expect(ming.page.locator("#keys")).toBeVisible();
    await passes(ming, "the list of keys");
    await ming.page.keyboard.press("Escape");
    await ming.timeline.focus();
    await ming.page.keyboard.press("ArrowUp");
    await ming.page.keyboard.press("c");
    await passes(ming, "a message's actions, and what was just done");
  });
}
