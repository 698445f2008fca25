// The pages before login load no program: they are fast on any connection.

import { expect, test, type People } from "./fixtures.ts";
import type { Person } from "./people.ts";

/** The files of the page's program. */
const PROGRAM = /\/(jimmy\.js|start\.js|[^/]*\.wasm)$/;

/** The files that a page loads, once the network is idle. */
async function loads(person: Person, path: string): Promise<string[]> {
  const asked: string[] = [];
  const note = (request: { url(): string }) => void asked.push(new URL(request.url()).pathname);
  person.page.on("request", note);
  const answer = await person.page.goto(person.origin + path, { waitUntil: "networkidle" });
  person.page.off("request", note);
  expect(answer!.status()).toBe(200);
  return asked;
}

const plain = (files: string[]) => {
  expect(files.filter((file) => PROGRAM.test(file))).toEqual([]);
  // The check above was made at the right time.
  expect(files.some((file) => file.endsWith("/jimmy.css"))).toBe(true);
};

async function owner(people: People): Promise<Person> {
  const server = await people.server();
  return people.member("第一個", { origin: server.origin });
}

for (const path of ["/log-in", "/log-in?refused=wrong_credentials", "/sign-up", "/sign-up?refused=name_taken&name=x"]) {
  test(`no program is loaded for ${path}`, async ({ people }) => {
    plain(await loads(await people.stranger("王小明"), path));
  });
}

test("set-up loads no program", async ({ people }) => {
  plain(await loads(await owner(people), "/set-up"));
});

test("chat loads the program", async ({ people }) => {
  const ming = await people.member("王小明");
  const files = await loads(ming, "/channels");
  expect(files.filter((file) => PROGRAM.test(file)).length).toBeGreaterThanOrEqual(3);
});
