import { test } from "/work/main/end2end/tests/fixtures.ts";
test("t", async ({ people }) => {
  const t = (l: string, s: number) => console.log(l, Date.now() - s);
  let s = Date.now();
  const m = await people.member("x"); t("member", s); s = Date.now();
  await m.opens("/"); t("opens", s); s = Date.now();
  await m.opens("/"); t("opens again", s); s = Date.now();
  await m.opens("/settings"); t("opens again", s); s = Date.now();
  await m.reloads(); t("reload", s); s = Date.now();
});
