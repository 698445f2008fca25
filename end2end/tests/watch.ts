// Errors of a browser that are not visible. A test fails with them unless it has forgiven them beforehand.

import type { BrowserContext, Page } from "@playwright/test";

/** The errors of a browser for a server that is down, or goes down during a request. */
export const GONE = new RegExp(
  ["INTERNET_DISCONNECTED", "CONNECTION_REFUSED", "CONNECTION_RESET", "EMPTY_RESPONSE", "SOCKET_NOT_CONNECTED"]
    .map((code) => `ERR_${code}`)
    .concat("Connection closed before receiving a handshake response")
    .join("|"),
);

export class Watch {
  private complaints: string[] = [];
  private forgiven: RegExp[] = [];
  private pages: Page[] = [];

  constructor(context: BrowserContext) {
    context.on("page", (page) => this.over(page));
  }

  /** Ignores such errors from now on. */
  forgive(pattern: RegExp): void {
    this.forgiven.push(pattern);
  }

  /** All errors that were not forgiven. */
  async end(): Promise<string[]> {
    // A round trip to each page, so that its errors up to now have arrived.
    await Promise.all(this.pages.filter((page) => !page.isClosed()).map((page) => page.evaluate(() => 0)));
    return this.complaints.splice(0);
  }

  private complain(text: string): void {
    if (!this.forgiven.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  private over(page: Page): void {
    this.pages.push(page);
    page.on("console", (message) => {
      const kind = message.type();
      // Violations of the policy and failures of hydration are reported here, too.
      if (kind === "error" || kind === "warning" || kind === "assert") {
        this.complain(`console ${kind}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.complain(`page error: ${error.message}`));
    page.on("crash", () => this.complain("the page has crashed"));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "?";
      // The user has opened another page meanwhile.
      if (why !== "net::ERR_ABORTED") this.complain(`request failed: ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.complain(`status ${response.status()}: ${response.url()}`);
    });
  }
}
