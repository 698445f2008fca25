// Before the first test: waits until the server answers.

import type { FullConfig } from "@playwright/test";

const PATIENCE = 60_000; // ms

export default async function setUp(config: FullConfig): Promise<void> {
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
