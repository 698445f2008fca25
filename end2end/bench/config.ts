// For the measurements of `make bench-scroll`: one thing at a time, and nothing is a gate.

import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../results/bench-failed",
  globalSetup: undefined,
  workers: 1,
  timeout: 900_000,
  reporter: [["list"]],
});
