// Two users on two servers of a running compose.yaml, while its services are restarted. For tools/containers/test.sh.
//
//   users.mjs talk URL FILE    they register and chat; chat-a is stopped and started, then every service is restarted, one by one.
//                              Acknowledged messages are written to FILE. PROJECT, GRACE_SECONDS and CLIENT_ADDRESS are in the
//                              environment
//   users.mjs read URL FILE    they log in again, and every message of FILE must be there, once, at its position

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { User, until } from "./user.mjs";

const PASSWORD = "correct horse battery staple";
/** How long a service may take to be healthy again. */
const HEALTHY_SECONDS = 180;
/** Well below the ten messages a second that anybody may send. */
const BETWEEN_MS = 250;
/** An address of no client (RFC 5737). */
const FORGED = "203.0.113.9";
/** The services in the order in which they are restarted. */
const SERVICES = ["redis", "postgres", "kafka", "chat-a", "chat-b", "proxy"];

const [, , what, url, file] = process.argv;
const { PROJECT, GRACE_SECONDS, CLIENT_ADDRESS } = process.env;

function insist(is, sentence) {
  if (!is) throw new Error(sentence);
}

async function podman(...args) {
  const { stdout } = await promisify(execFile)("podman", args, { timeout: HEALTHY_SECONDS * 1_000 });
  return stdout.trim();
}

async function container(service) {
  const labels = [`project=${PROJECT}`, `service=${service}`].flatMap((label) => ["--filter", `label=io.podman.compose.${label}`]);
  const id = await podman("ps", "--all", "--quiet", ...labels);
  insist(/^\w+$/.test(id), `there is not one container of ${service}, but: ${id || "none"}`);
  return id;
}

async function healthy(service) {
  const id = await container(service);
  const is = () => podman("healthcheck", "run", id).then(() => true, () => false);
  await until(is, HEALTHY_SECONDS, `${service} is not healthy again`);
}

/** Everything that was acknowledged stands in a history once, where the ack said, and nothing stands there that nobody said. */
function judge(history, said, whose) {
  let last = 0;
  for (const event of history) {
    insist(event.prev === last, `${whose} has a gap: ${event.pos} follows ${event.prev}, not ${last}`);
    last = event.pos;
  }
  const messages = history.filter((event) => event.kind === "message");
  const places = new Map(messages.map((event) => [event.id, event]));
  insist(places.size === messages.length, `${whose} has a message twice`);
  for (const { id, body, pos } of said) {
    const event = places.get(id);
    insist(event, `${whose} lacks what was acknowledged: ${body}`);
    insist(event.pos === pos && event.body === body, `${whose} has ${JSON.stringify(event)}, acknowledged was "${body}" at ${pos}`);
  }
  insist(messages.length === said.length, `${whose} has ${messages.length} messages, ${said.length} were said`);
}

async function talk() {
  const ann = new User(url, "ann", "a");
  const bob = new User(url, "bob", "b");
  const users = [ann, bob];
  for (const user of users) await user.register(PASSWORD);
  // Through a published port this machine is the network's gateway to the proxy.
  const addresses = await ann.addressesAfterForgery(PASSWORD, FORGED);
  const wrong = addresses.filter((address) => address !== CLIENT_ADDRESS);
  insist(addresses.length === 2 && wrong.length === 0, `sessions come from ${addresses.join(" and ")}, not from ${CLIENT_ADDRESS}`);
  console.log("    the servers know the client's address, and believe no forged one");
  for (const user of users) await user.stay();
  for (const { name, home, server } of users) insist(server === home, `${name} asked the proxy for ${home} and is on ${server}`);

  const said = [];
  const says = async (user, body) => {
    const message = await user.say(body);
    said.push(message);
    return message;
  };
  /** Each of them says something, and the other hears it. */
  const exchange = async (when) => {
    await bob.hears(await says(ann, `ann, ${when}`));
    await ann.hears(await says(bob, `bob, ${when}`));
  };
  /** Both talk on while something is done. */
  const whileTalking = async (when, act) => {
    let over = false;
    const speaker = async (user) => {
      for (let i = 1; !over; i++) {
        await says(user, `${user.name}, ${when}, ${i}`);
        await sleep(BETWEEN_MS);
      }
    };
    const speakers = users.map(speaker);
    try {
      await Promise.race([act(), Promise.all(speakers)]);
    } finally {
      over = true;
    }
    await Promise.all(speakers);
  };

  await exchange("at first");
  judge(await ann.history(), said, "the history");
  console.log("    two users on two servers hear each other");

  const chatA = await container("chat-a");
  const connections = ann.connections.length;
  await whileTalking("while chat-a is stopped", async () => {
    const begun = Date.now();
    await podman("stop", "--time", GRACE_SECONDS, chatA);
    const seconds = (Date.now() - begun) / 1_000;
    insist(seconds < Number(GRACE_SECONDS), `chat-a was not gone within ${GRACE_SECONDS} s of podman stop`);
    const code = await podman("inspect", "--format", "{{.State.ExitCode}}", chatA);
    insist(code === "0", `chat-a has ended with ${code} after podman stop`);
    await until(() => ann.connections.length > connections && ann.server === "b", 30, "ann is not led to chat-b");
    const { bye, code: close } = ann.connections[connections];
    insist(bye !== null && close === 4503, `ann was not told that chat-a goes: bye ${bye}, close code ${close}`);
    console.log(`    chat-a drains in ${seconds.toFixed(1)} s of ${GRACE_SECONDS}, and its users go on at chat-b`);
  });
  await exchange("without chat-a");
  await podman("start", chatA);
  await healthy("chat-a");
  await sleep(6_000); // the proxy leaves a server that was away alone for 5 s
  await ann.socket.close();
  await until(() => ann.server === "a", 30, "the proxy does not lead to chat-a again");
  await exchange("with chat-a again");

  for (const service of SERVICES) {
    const begun = Date.now();
    await whileTalking(`while ${service} is restarted`, async () => {
      // Not `podman restart`, which wants the service that makes the key, and has ended, to be running.
      const id = await container(service);
      await podman("stop", "--time", GRACE_SECONDS, id);
      await podman("start", id);
      await healthy(service);
    });
    await exchange(`after ${service}`);
    console.log(`    ${service} restarted, both are talking again: ${((Date.now() - begun) / 1_000).toFixed(1)} s, ${said.length} messages`);
  }
  await healthy("chat-a");
  await healthy("chat-b");

  judge(await bob.history(), said, "the history");
  for (const user of users) judge(user.events, said, `what ${user.name} heard`);
  for (const user of users) await user.leave();
  writeFileSync(file, JSON.stringify(said));
}

async function read() {
  const said = JSON.parse(readFileSync(file, "utf8"));
  for (const name of ["ann", "bob"]) {
    const user = new User(url, name, name[0]);
    await user.logIn(PASSWORD);
    judge(await user.history(), said, `the history that ${name} reads`);
    await user.stay();
    await user.hears(await user.say(`${name}, afterwards`).then((message) => (said.push(message), message)));
    await user.leave();
  }
}

try {
  await (what === "talk" ? talk() : read());
} catch (error) {
  // A sentence, and no trace: what failed is the product, not this program.
  console.error(`Failed: ${error.message}`);
  process.exit(1);
}
