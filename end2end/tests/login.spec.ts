// The pages before the chat itself load nothing of it: they are there at once, on any line.

import { expect, test, type People } from "./fixtures.ts";
import type { Person } from "./people.ts";

/** What the page's program is made of. */
const PROGRAM = /\/(jimmy\.js|start\.js|[^/]*\.wasm)$/;

/** The files that a page loads, once nothing more comes. */
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
  // It has been looked at the right moment.
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

test("no program is loaded for the set-up", async ({ people }) => {
  plain(await loads(await owner(people), "/set-up"));
});

test("it is loaded for the chat", async ({ people }) => {
  const ming = await people.member("王小明");
  const files = await loads(ming, "/channels");
  expect(files.filter((file) => PROGRAM.test(file)).length).toBeGreaterThanOrEqual(3);
});
