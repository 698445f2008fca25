// The browser tests. `make test-browser` starts the server they run against and says where it is.

import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  globalSetup: "./global-setup.ts",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000, // twice what the longest takes on two busy cores
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "results/report.json" }]],
  use: {
    baseURL: process.env.JIMMY_TEST_URL ?? "http://127.0.0.1:3000",
    locale: "en",
    screenshot: "only-on-failure",
    trace: "off", // it makes every page take twice as long; ARGS="--trace on" to see what happened
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage", // /dev/shm is small in containers, and a page that does not find room there crashes
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
