// Where the pictures go, and what they are called.

import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "@playwright/test";

export const FOLDER = fileURLToPath(new URL("../results/screenshots/", import.meta.url));
export const SIZES: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};
export const THEMES = ["light", "dark"] as const;
export const LOCALES: Record<string, string> = { zh: "zh-TW", en: "en-US" };

/** The file of a picture, in its folder. */
export const file = (size: string, theme: string, language: string, state: string) => `${size}-${theme}/${language}-${state}.png`;
