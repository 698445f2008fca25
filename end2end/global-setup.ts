// Before the first test: the files that cargo-leptos does not put in place, and a server that answers.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FullConfig } from "@playwright/test";

const PATIENCE = 60_000; // ms

export default async function setUp(config: FullConfig): Promise<void> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  // The released page is whole as it lies there.
  if (!process.env.JIMMY_RELEASE_PAGE) execFileSync("node", ["scripts/site.mjs", "static"], { cwd: root, stdio: "inherit" });

  const url = config.projects[0]?.use.baseURL;
  if (!url) throw new Error("playwright.config.ts names no baseURL");
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      const response = await fetch(url, { redirect: "manual" });
      if (response.status < 500) return;
    } catch {
      // not listening yet
    }
    if (Date.now() > end) throw new Error(`No server answered at ${url} within ${PATIENCE / 1000} seconds.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
