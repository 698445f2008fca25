// A server of a test's own, which it may stop, kill and restart at the same address with the same data.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = process.env.JIMMY_TEST_BINARY ?? join(ROOT, "target/debug/jimmy-chat");

export class OwnServer {
  origin = "";
  private process?: ChildProcess;
  /** The data directory, for changes while the server is stopped. */
  readonly data = mkdtempSync(join(tmpdir(), "jimmy-"));

  static async start(): Promise<OwnServer> {
    const server = new OwnServer();
    await server.run("127.0.0.1:0");
    return server;
  }

  /** Stops it like a service manager. */
  stop(): Promise<void> {
    return this.signal("SIGTERM");
  }
  /** Kills it like a power cut. */
  kill(): Promise<void> {
    return this.signal("SIGKILL");
  }
  startAgain(): Promise<void> {
    return this.run(new URL(this.origin).host);
  }
  async end(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill(signal);
    await exited;
  }

  private async run(listen: string): Promise<void> {
    const { JIMMY_PUBLIC_URL, JIMMY_SIGN_UP, LEPTOS_WATCH, ...env } = process.env;
    const flags = ["--data", this.data, "--listen", listen];
    const child = spawn(BINARY, flags, { cwd: ROOT, env: { ...env, RUST_LOG: "error" }, stdio: ["ignore", "pipe", "inherit"] });
    this.process = child;
    this.origin = await new Promise<string>((found, failed) => {
      child.once("error", failed);
      child.once("exit", (code) => failed(new Error(`${BINARY} ended with ${code}`)));
      createInterface(child.stdout!).on("line", (line) => {
        const address = /^Jimmy Chat is at (\S+)$/.exec(line)?.[1];
        if (address) found(address);
      });
    });
  }
}
