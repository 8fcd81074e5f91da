import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, piecesOf, piecesOfName } from "../../assistant/components/hidden_signs.js";

const signsIn = (pieces) => pieces.filter((_, at) => at % 2).map(codeOf);

const HIDDEN = {
  "a blank without width": ["bob\u200b@example.com", "U+200B"],
  "a turn of direction": ["invoice\u202egpj.exe", "U+202E"],
  "an isolate": ["\u2066bob\u2069", "U+2066"],
  "a letter that is a tag": ["Hi\u{e0041}", "U+E0041"],
  "a soft hyphen": ["pay\u00adpal.com", "U+00AD"],
  "a Hangul filler": ["a\u3164b", "U+3164"],
  "a Braille blank": ["a\u2800b", "U+2800"],
  "a control sign": ["a\u0007b", "U+0007"],
  "a line separator": ["a\u2028b", "U+2028"],
  "half a symbol": ["a\ud800b", "U+D800"],
};

for (const [what, [text, code]] of Object.entries(HIDDEN))
  test(`${what} is made visible, in words and in names`, () => {
    assert.equal(signsIn(piecesOf(text))[0], code);
    assert.equal(signsIn(piecesOfName(text))[0], code);
    assert.equal(piecesOf(text).join(""), text);
  });

test("plain words are one piece: lines, tabs, accents, other scripts, whole emoji", () => {
  for (const text of ["one\n\ttwo", "Żółć été", "שלום عربى", "👩🏽‍💻 👨‍👩‍👧 ❤️ 1️⃣", "10\u00a0€"])
    assert.deepEqual(piecesOf(text), [text]);
});

test("in a name a line, a strange blank and a joiner are made visible, too", () => {
  assert.deepEqual(signsIn(piecesOfName("a\nb\u00a0c\u200dd e")), ["U+000A", "U+00A0", "U+200D"]);
});

test("a joiner that joins nothing is made visible", () => {
  assert.deepEqual(signsIn(piecesOf("pay\u200dpal")), ["U+200D"]);
});
