// Touch screens: the size of targets, and the navigation between panes.

import { expect, test } from "./fixtures.ts";
import { unique, type Looks, type Person } from "./people.ts";

const PHONE: Looks = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** The width and height of an element's touch target, in pixels. */
const reach = async (person: Person, selector: string) =>
  person.page.locator(`${selector}:visible`).evaluateAll((elements) =>
    elements.slice(0, 3).map((element) => {
      element.scrollIntoView({ block: "nearest" });
      const { left, top, width, height } = element.getBoundingClientRect();
      const hits = (x: number, y: number) => element.contains(document.elementFromPoint(x, y));
      const along = (dx: number, dy: number) => {
        let pixels = 0;
        while (pixels < 200 && hits(left + width / 2 + dx * (pixels + 0.5), top + height / 2 + dy * (pixels + 0.5))) pixels += 0.5;
        return pixels;
      };
      const name = element.getAttribute("aria-label") ?? element.textContent!.trim();
      return { name, width: along(-1, 0) + along(1, 0), height: along(0, -1) + along(0, 1) };
    }),
  );

const MAIN: Record<string, string[]> = {
  "/": [".sidebar .space", ".sidebar .sec .icon-btn", ".sidebar .ch", ".sidebar .me .icon-btn"],
  "/c": [".head .back", ".composer .send", ".head form .icon-btn", ".head h1 small a"],
  "/channels": [".page .back", ".page > header .btn", ".seg > a", ".item .btn"],
  "/channels/new": [".dialog .btn", ".dialog .icon-btn"],
  "/settings": [".page .back", ".choices .btn"],
};
for (const [path, buttons] of Object.entries(MAIN)) {
  test(`a thumb meets what it aims at: ${path}`, async ({ people }) => {
    const ming = await people.member("王小明", { ...PHONE, viewport: { width: 360, height: 640 } });
    const channel = await ming.createsChannel(unique("touch"));
    await ming.opens(path === "/c" ? channel : path);
    for (const selector of buttons) {
      const found = await reach(ming, selector);
      expect(found.length, selector).toBeGreaterThan(0);
      // A pixel is lost at edges between two pixels.
      const small = found.filter(({ width, height }) => width < 43 || height < 43);
      expect.soft(small, selector).toEqual([]);
    }
    for (const size of await ming.page.locator("input:visible, textarea:visible").evaluateAll((fields) =>
      fields.map((field) => Number.parseFloat(getComputedStyle(field).fontSize)),
    )) {
      expect(size, "smaller letters make a phone zoom in").toBeGreaterThanOrEqual(16);
    }
  });
}

test("on a phone: list, conversation, members, and back", async ({ people }) => {
  const ming = await people.member("王小明", { ...PHONE, locale: "zh-TW" });
  const name = unique("手機");
  const path = await ming.createsChannel(name);
  await ming.opens("/");
  await expect(ming.sidebar).toBeInViewport();
  await expect(ming.page.locator(".main")).not.toBeInViewport();
  await ming.sidebar.getByTitle(name).tap();
  await expect(ming.page).toHaveURL(ming.origin + path);
  await expect(ming.composer).toBeInViewport({ ratio: 1 });
  await expect(ming.composer, "the keyboard does not come up by itself").not.toBeFocused();
  await expect(ming.sidebar).not.toBeVisible();
  // With touch keyboards Enter breaks the line and the button sends.
  await ming.composer.tap();
  await ming.page.keyboard.type("一");
  await ming.page.keyboard.press("Enter");
  await ming.page.keyboard.type("二");
  await ming.button(ming.words.send).tap();
  await expect(ming.timeline.locator(".body")).toHaveText(["一\n二"], { useInnerText: true });
  await ming.link(ming.words.memberCount(1)).first().tap();
  const members = ming.page.getByRole("complementary", { name: ming.words.members });
  await expect(members.locator(".member")).toBeInViewport();
  await members.getByRole("link", { name: ming.words.back, exact: true }).tap();
  await expect(ming.composer).toBeInViewport({ ratio: 1 });
  await ming.link(ming.words.back).tap();
  await expect(ming.sidebar.getByTitle(name)).toBeInViewport({ ratio: 1 });
  await expect(ming.composer).not.toBeInViewport();
});
