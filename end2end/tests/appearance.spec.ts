// Every page on a phone and on a desktop, in both languages and both themes.

import { expect, test } from "./fixtures.ts";
import { unique, type Looks, type Person } from "./people.ts";

const SIZES: Record<string, Looks> = {
  "390 × 844": { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  "360 × 640": { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true },
  "1440 × 900": { viewport: { width: 1440, height: 900 } },
};
const LONG = "一個名字很長很長的頻道 with-a-word-that-does";

/** Checks that nothing is wider than the window, with any colours of the system. */
async function fits(person: Person, path: string): Promise<void> {
  const colours = new Set<string>();
  for (const colorScheme of ["light", "dark"] as const) {
    await person.page.emulateMedia({ colorScheme });
    const look = await person.page.evaluate(() => ({
      over: document.documentElement.scrollWidth - window.innerWidth,
      zoomed: window.visualViewport!.scale,
      colour: getComputedStyle(document.documentElement).backgroundColor,
    }));
    expect(look, `${path}, ${colorScheme}`).toMatchObject({ over: 0, zoomed: 1 });
    colours.add(look.colour);
  }
  expect(colours.size, `${path} looks different at night`).toBe(2);
}

for (const [size, looks] of Object.entries(SIZES)) {
  for (const [locale, lang] of [["zh-TW", "zh-Hant-TW"], ["en-US", "en"]]) {
    test(`every page fits: ${size}, ${lang}`, async ({ people }) => {
      const ming = await people.stranger("王小明", { ...looks, locale });
      for (const path of ["/log-in?refused=wrong_credentials", "/sign-up?refused=name_taken&name=x"]) {
        await ming.page.goto(ming.origin + path);
        await expect(ming.page.locator("html")).toHaveAttribute("lang", lang);
        await fits(ming, path);
      }
      await ming.submits("sign_up", { name: ming.name, password: "correct horse battery staple" });
      const path = await ming.createsChannel(unique(LONG).slice(-40), "用途".repeat(100));
      await ming.isAlive();
      await ming.composer.fill(`${"https://example.org/".repeat(20)}\n${"字".repeat(300)}`);
      await ming.button(ming.words.send).click();
      await expect(ming.timeline.locator(".msg:not(.pending)")).toHaveCount(1);
      await fits(ming, path);
      const places = { [`${path}?panel=members`]: ".member", "/channels": ".item", "/channels/new": ".dialog", "/settings": ".set", "/": "#composer" };
      for (const [place, landmark] of Object.entries(places)) {
        // An event in place of a click, because on a phone the list is another pane and may be out of view.
        await ming.page.locator(`a[href="${place}"]:not(.jump)`).first().dispatchEvent("click");
        await expect(ming.page).toHaveURL(ming.origin + place);
        await expect(ming.page.locator(landmark).first()).toBeAttached();
        await fits(ming, place);
      }
      ming.watch.forgive(/404/);
      await ming.opens("/c/nothing");
      await expect(ming.page.locator("html")).toHaveAttribute("lang", lang);
      await fits(ming, "/c/nothing");
    });
  }
}

test("chosen theme overrides that of the system", async ({ people }) => {
  const ming = await people.member("王小明", { colorScheme: "dark", locale: "zh-TW" });
  const paper = () => ming.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await ming.opens("/settings");
  const [night, html] = [await paper(), ming.page.locator("html")];
  await ming.button(ming.words.paper).click();
  await expect(html).toHaveAttribute("data-theme", "light");
  await ming.isAlive();
  const day = await paper();
  expect(day).not.toBe(night);
  await ming.page.emulateMedia({ colorScheme: "light" });
  expect(await paper()).toBe(day);
  await ming.button(ming.words.inkstone).click();
  await expect(html).toHaveAttribute("data-theme", "dark");
  await ming.isAlive();
  expect(await paper()).toBe(night);
  await ming.button("English").click();
  await expect(html).toHaveAttribute("lang", "en");
  await ming.isAlive();
  await ming.opens("/");
  await expect(html).toHaveAttribute("lang", "en");
  expect(await paper()).toBe(night);
});
