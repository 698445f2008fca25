// Pictures of every page and state, in both languages and themes, on a desk and a phone: `make screenshots` puts them into
// end2end/results/screenshots. A state is a few lines in STATES; what it needs to be seen it does as a person would.

import { expect, test } from "@playwright/test";
import { FOLDER, LOCALES, SIZES, THEMES, file } from "./screenshots/places.ts";
import { Scene, Workspace } from "./screenshots/scene.ts";
import { STORIES } from "./screenshots/story.ts";

/** Makes the state visible; "absent" if the product does not have it (yet). */
type State = (scene: Scene) => Promise<void | "absent">;

/** Before log-in. */
const OUTSIDE: Record<string, State> = {
  "log-in": (scene) => scene.goes("/log-in"),
  "log-in-wrong": (scene) => scene.goes(`/log-in?refused=wrong_credentials&name=${scene.story.people.me.name}`),
  "sign-up": (scene) => scene.goes("/sign-up"),
  "sign-up-name-taken": (scene) => scene.goes(`/sign-up?refused=name_taken&name=${scene.story.people.kevin.name}`),
  "sign-up-weak-password": (scene) => scene.goes(`/sign-up?refused=weak_password&name=${scene.story.sign_up}`),
};

/** After it; the reader owns the workspace. */
const INSIDE: Record<string, State> = {
  "set-up": async (scene) => ((await scene.me.page.goto(`${scene.me.origin}/set-up`))!.status() === 200 ? undefined : "absent"),
  // On a phone that is the list, on a desk the hall beside it.
  home: (scene) => scene.opensAt("/"),
  hall: (scene) => scene.opens("hall"),
  conversation: async (scene) => {
    const { me, wire, story } = scene;
    let refused = 0;
    wire.out = (frame) => {
      if (frame.type === "send" && (refused += 1) === 1) wire.says({ type: "nack", id: frame.id!, code: "not_member", final: true });
      return frame.type !== "send";
    };
    await scene.opens("design");
    await scene.sends(story.refused);
    await expect(me.timeline.locator(".failed")).toHaveCount(1);
    for (const text of story.waits) await scene.sends(text);
    await expect(me.timeline.locator(".pending")).toHaveCount(story.waits.length);
    await me.composer.fill(story.draft);
  },
  "conversation-plain": (scene) => scene.opens("design"),
  "conversation-code": async (scene) => {
    await scene.opens("design");
    await scene.me.timeline.locator(".code").scrollIntoViewIfNeeded();
    await scene.me.timeline.locator(".code").hover();
  },
  "conversation-top": async (scene) => {
    await scene.opens("design");
    await scene.me.timeline.evaluate((pane) => (pane.scrollTop = 0));
  },
  empty: (scene) => scene.opens("quiet"),
  "unread-divider": async (scene) => {
    await scene.opens("lunch");
    await scene.me.opens(scene.path(scene.story.news[0][0]));
    return (await scene.me.timeline.locator(".new").count()) > 0 ? undefined : "absent";
  },
  "scrolled-up": async (scene) => {
    const { me } = scene;
    await scene.opens("design");
    await me.timeline.evaluate((pane) => (pane.scrollTop -= 1.4 * pane.clientHeight));
    await expect(me.page.locator(".pill.latest")).toBeVisible();
  },
  members: (scene) => scene.opens("design", "?panel=members"),
  channels: ({ me }) => me.opens("/channels"),
  "channels-nothing": ({ me, story }) => me.opens(`/channels?search=${encodeURIComponent(story.nowhere)}`),
  "new-channel": ({ me }) => me.opens("/channels/new"),
  "new-channel-filled": async ({ me, story: { new_channel: [name, topic] } }) => {
    await me.opens("/channels/new");
    await me.page.getByLabel(me.words.name, { exact: true }).fill(name);
    await me.page.getByLabel(me.words.topic).fill(topic);
  },
  "new-channel-taken": ({ me, story }) =>
    me.opens(`/channels/new?refused=name_taken&name=${encodeURIComponent(story.channels.lunch.name)}&topic=`),
  settings: ({ me }) => me.opens("/settings"),
  offline: async (scene) => {
    await scene.opens("design");
    await scene.me.context.setOffline(true);
    await scene.wire.cut();
    await expect(scene.me.banner).toHaveText(scene.me.words.offline);
    await scene.sends(scene.story.waits[0]);
    await expect(scene.me.timeline.locator(".pending")).toHaveCount(1);
  },
  reconnecting: async (scene) => {
    await scene.opens("design");
    scene.wire.in = () => false;
    await scene.wire.cut();
    await expect(scene.me.banner).toHaveText(scene.me.words.reconnecting);
  },
  "retry-in": async (scene) => {
    await scene.opens("design");
    scene.wire.says({ type: "bye", retry_after: 60 });
    await scene.wire.cut(4503);
    await expect(scene.me.banner.getByRole("button")).toBeVisible();
  },
  "log-in-again": async (scene) => {
    await scene.opens("design");
    await scene.me.composer.fill(scene.story.draft);
    await scene.wire.cut(4403);
    await expect(scene.me.dialog).toBeVisible();
  },
  "not-found": (scene) => scene.goes("/c/nothing"),
  preview: (scene) => scene.opens("hiking"),
  // The last one: what is said here is in the story from then on.
  "scrolled-up-new": async (scene) => {
    const { me, workspace } = scene;
    await scene.opens("lunch");
    await me.opens(scene.path("design"));
    await me.timeline.evaluate((pane) => (pane.scrollTop -= 1.4 * pane.clientHeight));
    await workspace.says("design", "jun", "👌");
    await expect(me.link(me.words.newMessages(1))).toBeVisible();
  },
};

/** With scripts switched off. */
const PLAIN: Record<string, State> = {
  "no-scripts": (scene) => scene.goes(`${scene.path("design")}#latest`),
};

const KINDS = [
  { states: OUTSIDE, loggedIn: false },
  { states: PLAIN, loggedIn: true, javaScriptEnabled: false },
  { states: INSIDE, loggedIn: true },
];
/** The states to picture, of all: `STATES=settings,hall make screenshots`. */
const wanted = process.env.STATES?.split(",");

process.env.JIMMY_NO_RATE_LIMITS = "true"; // all of the story is told in a second

for (const [language, locale] of Object.entries(LOCALES)) {
  for (const [size, looks] of Object.entries(SIZES)) {
    test(`${size}, ${language}`, async ({ browser }) => {
      const workspace = await Workspace.of(STORIES[language]);
      for (const { states, loggedIn, javaScriptEnabled = true } of KINDS) {
        for (const [name, show] of Object.entries(states)) {
          if (wanted && !wanted.includes(name)) continue;
          const scene = await Scene.of(workspace, browser, { ...looks, locale, javaScriptEnabled }, { loggedIn });
          try {
            if ((await show(scene)) === "absent") {
              console.log(`${language}, ${size}: there is no ${name} yet`);
              continue;
            }
            await scene.me.page.waitForTimeout(500); // signs of waiting show after 400 ms
            for (const colorScheme of THEMES) {
              await scene.me.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
              const path = file(size, colorScheme, language, name);
              await scene.me.page.screenshot({ path: FOLDER + path, caret: "initial" });
              console.log(path);
            }
          } catch (error) {
            // The others are made all the same.
            expect.soft(error, `${name}: ${error}`).toBeUndefined();
          } finally {
            await scene.me.context.close();
          }
        }
      }
      await workspace.server.end();
    });
  }
}
