// All pictures of a theme and size on one sheet, the languages side by side.

import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { test } from "@playwright/test";
import { FOLDER, LOCALES, SIZES, THEMES, file } from "./places.ts";

const WIDTH: Record<string, number> = { desktop: 480, phone: 200 };

for (const size of Object.keys(SIZES)) {
  for (const theme of THEMES) {
    test(`sheet ${size}-${theme}`, async ({ page }) => {
      const folder = `${FOLDER}${size}-${theme}`;
      if (!existsSync(folder)) return;
      const states = [...new Set(readdirSync(folder).map((name) => name.replace(/^\w+-|\.png$/g, "")))];
      const image = (path: string) => (existsSync(FOLDER + path) ? `<img src="${path}">` : "");
      const figure = (state: string) =>
        `<figure>${Object.keys(LOCALES).map((language) => image(file(size, theme, language, state))).join("")}<figcaption>${state}</figcaption></figure>`;
      const html = `<!DOCTYPE html><meta charset="utf-8"><title>${size}, ${theme}</title><style>
        body { display: flex; flex-wrap: wrap; gap: 24px; margin: 24px; background: #888; font: 14px sans-serif }
        figure { margin: 0 } img { width: ${WIDTH[size]}px; margin-right: 6px; vertical-align: top }
      </style>${states.map(figure).join("")}`;
      const sheet = `${FOLDER}${size}-${theme}`;
      writeFileSync(`${sheet}.html`, html);
      await page.setViewportSize({ width: 2060, height: 1000 });
      await page.goto(pathToFileURL(`${sheet}.html`).href, { waitUntil: "load" });
      await page.screenshot({ path: `${sheet}.png`, fullPage: true });
      console.log(`${size}-${theme}.html, .png: the contact sheet`);
    });
  }
}
