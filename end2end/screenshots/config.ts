// For the pictures of `make screenshots`. Each language and size has a server of its own.

import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: "..",
  outputDir: "../results/screenshots-failed",
  globalSetup: undefined,
  fullyParallel: true,
  timeout: 300_000,
  reporter: [["line"]],
  use: { ...tests.use, screenshot: "off" },
  projects: [
    { name: "pictures", testMatch: "screenshots.ts", teardown: "sheets" },
    { name: "sheets", testMatch: "screenshots/sheets.ts" },
  ],
});
