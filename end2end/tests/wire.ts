// A proxy between a page and its server: a test filters the frames, and sends frames as either of them.

import type { BrowserContext, WebSocketRoute } from "@playwright/test";

type Frame = { type: string; id?: string; body?: string; channel?: string; [key: string]: unknown };

export class Wire {
  /** Filters the frames of a page: false holds a frame back. */
  out: (frame: Frame, wire: Wire) => boolean = () => true;
  /** Filters the frames of a server: false holds a frame back. */
  in: (frame: Frame, wire: Wire) => boolean = () => true;
  private page?: WebSocketRoute;
  private server?: WebSocketRoute;
  private kept: (() => void)[] = [];

  /** Must be called before the page is opened. */
  static async of(context: BrowserContext): Promise<Wire> {
    const wire = new Wire();
    await context.routeWebSocket(/\/ws/, (page) => {
      const server = page.connectToServer();
      [wire.page, wire.server, wire.kept] = [page, server, []];
      page.onMessage((text) => wire.pass(wire.out, text, () => server.send(text)));
      server.onMessage((text) => wire.pass(wire.in, text, () => page.send(text)));
    });
    return wire;
  }

  /** Sends a frame as the server. */
  says(frame: Frame): void {
    this.page!.send(JSON.stringify(frame));
  }
  /** Ends the link. */
  async cut(code = 1001): Promise<void> {
    await this.page!.close({ code });
    await this.server!.close({ code: 1000 }).catch(() => {});
  }
  /** Lets everything pass from now on, the frames that were held back first. */
  passes(): void {
    this.out = this.in = () => true;
    this.kept.splice(0).forEach((pass) => pass());
  }

  private pass(may: (frame: Frame, wire: Wire) => boolean, text: string | Buffer, pass: () => void): void {
    if (may(JSON.parse(text.toString()), this)) pass();
    else this.kept.push(pass);
  }
}
