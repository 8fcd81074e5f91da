import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetInvitation, forgetRefused, invitation } from "../../assistant/components/invitation.js";

const TOKEN = "a".repeat(42) + "_";

/** A tab at an address. storage: what it keeps, or an error of who may keep nothing. */
function opens(hash, kept = {}) {
  const replaced = [];
  globalThis.location = { hash, pathname: "/seat", search: "?a=1" };
  globalThis.history = { state: null, replaceState: (_, __, address) => replaced.push(address) };
  globalThis.sessionStorage = {
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => void (kept[key] = value),
    removeItem: (key) => delete kept[key],
  };
  return { kept, replaced };
}

test("a token leaves the address, and the tab finds it again", () => {
  const { kept, replaced } = opens(`#${TOKEN}`);
  assert.equal(invitation(), TOKEN);
  assert.deepEqual(replaced, ["/seat?a=1"]);
  opens("", kept);
  assert.equal(invitation(), TOKEN);
  forgetInvitation();
  assert.equal(invitation(), "");
});

test("a newer link takes the place of the older one", () => {
  const { kept } = opens(`#${TOKEN}`);
  invitation();
  opens(`#${"b".repeat(43)}`, kept);
  assert.equal(invitation(), "b".repeat(43));
});

test("a token that is refused is forgotten, and one that got no answer is not", () => {
  const { kept } = opens(`#${TOKEN}`);
  invitation();
  opens("", kept);
  for (const status of [undefined, 401, 403, 429, 500, 503]) {
    forgetRefused({ status });
    assert.equal(invitation(), TOKEN);
  }
  forgetRefused({ status: 422 });
  assert.equal(invitation(), "");
});

test("what is no token is left where it stands", () => {
  for (const hash of ["", "#top", `#${TOKEN}x`, `#${TOKEN.slice(1)}`, "#" + "é".repeat(43)]) {
    const { replaced } = opens(hash);
    assert.equal(invitation(), "");
    assert.deepEqual(replaced, []);
  }
});

test("a link that is cut off is not the one that was kept before", () => {
  const { kept } = opens(`#${TOKEN}`);
  invitation();
  opens(`#${TOKEN.slice(5)}`, kept);
  assert.equal(invitation(), "");
});

test("where a tab may keep nothing, the token stays in the address", () => {
  const { replaced } = opens(`#${TOKEN}`);
  globalThis.sessionStorage.setItem = () => {
    throw new Error("denied");
  };
  assert.equal(invitation(), TOKEN);
  forgetInvitation();
  assert.deepEqual(replaced, []);
});
