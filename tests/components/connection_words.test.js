// What is said of connections, word by word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cameBack, servesAs } from "../../assistant/components/connection_words.js";

const at = (search) => {
  globalThis.location = { search };
  return cameBack();
};
const one = (given) => servesAs({ kind: "google", uses: [], idle: [], withheld: [], ...given });

test("only the words that we send back have a sentence", () => {
  assert.equal(at(""), null);
  for (const word of ["", "x", "toString", "constructor", "__proto__"]) {
    assert.equal(at(`?google=${word}`), null);
  }
  assert.deepEqual(at("?google=connected"), { said: "Connected." });
  for (const word of ["cancelled", "nothing", "away", "refused"]) {
    assert.match(at(`?google=${word}`).problem, /othing was connected/);
  }
});

test("an account says what it serves as, and what not, and why", () => {
  assert.deepEqual(one({ uses: ["calendar", "mail"] }), ["Used as your calendar and mailbox."]);
  assert.deepEqual(one({ uses: ["calendar"], withheld: ["mail"] }), [
    "Used as your calendar.",
    "Your mailbox was not ticked at Google, so it stays closed.",
  ]);
  assert.deepEqual(one({ uses: ["calendar", "mail"], idle: ["calendar"] }), [
    "Used as your mailbox.",
    "Not used as your calendar: you have connected a newer one.",
  ]);
});

test("what is plain from its kind is not said", () => {
  assert.deepEqual(one({ kind: "caldav", uses: ["calendar"] }), []);
  assert.deepEqual(one({ kind: "caldav", uses: ["calendar"], idle: ["calendar"] }), [
    "Not used as your calendar: you have connected a newer one.",
  ]);
});
