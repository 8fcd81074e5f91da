import assert from "node:assert/strict";
import { test } from "node:test";
import { isLong, isTall, labelOf, typedInto, written } from "../../assistant/components/call_fields.js";

const VALUES = {
  subject: "Lunch",
  guests: ["a@example.com", "b@example.com"],
  days: 3,
  when: { from: "12:00" },
  none: null,
};

test("what was not typed in stays what it was, to the byte", () => {
  const typed = Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [name, written(value)]));
  const odd = { ...VALUES, guests: [" a ", ""] };
  assert.deepEqual(typedInto(VALUES, {}), { values: VALUES, faults: {} });
  assert.deepEqual(typedInto(VALUES, typed), { values: VALUES, faults: {} });
  assert.deepEqual(typedInto(odd, { guests: written(odd.guests) }).values, odd);
});

test("each form is read back: words as they are, a list by its lines, the rest as JSON", () => {
  const typed = { subject: " Late lunch", guests: "c@example.com\n\n d@example.com ", days: "4", none: '"x"' };
  assert.deepEqual(typedInto(VALUES, typed).values, {
    ...VALUES,
    subject: " Late lunch",
    guests: ["c@example.com", "d@example.com"],
    days: 4,
    none: "x",
  });
});

test("what is no JSON is told by its field, and the value stays", () => {
  const { values, faults } = typedInto(VALUES, { when: "{from: 12}", days: "5" });
  assert.deepEqual(Object.keys(faults), ["when"]);
  assert.deepEqual(values, { ...VALUES, days: 5 });
});

test("a name is read as words, and only short words fit into one line", () => {
  assert.equal(labelOf("note_id"), "Note id");
  assert.deepEqual(["a", "a\nb", "a".repeat(81), ["a"], 1].map(isLong), [false, true, true, true, false]);
  assert.deepEqual(["a", "a\n".repeat(8), "a".repeat(601), ["a"]].map(isTall), [false, true, true, false]);
});
