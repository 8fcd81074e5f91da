import assert from "node:assert/strict";
import { test } from "node:test";
import * as dates from "../../assistant/components/dates.js";

test("the day stands before the month, and there are 24 hours", () => {
  const moment = new Date(2026, 11, 4, 13, 5, 9);
  const written = [
    [dates.dayOf, "4 December 2026"],
    [dates.dayOfYear, "4 December"],
    [dates.shortDayOf, "4 Dec 2026"],
    [dates.shortDayOfYear, "4 Dec"],
    [dates.timeOf, "13:05"],
    [dates.minuteOf, "4 Dec, 13:05"],
    [dates.weekdayOf, "Fri 4 Dec, 13:05"],
    [dates.exactOf, "4 Dec 2026, 13:05:09"],
  ];
  for (const [write, words] of written) {
    assert.equal(write(moment), words);
    assert.equal(write(moment.toISOString()), words);
  }
});

test("a time of a clock is shown as it is there, and what is none stays", () => {
  assert.equal(dates.clockOf("2026-12-03T12:00"), "Thu 3 Dec 2026, 12:00");
  assert.equal(dates.clockOf("2026-03-29T01:30"), "Sun 29 Mar 2026, 01:30"); // left out where summer begins
  for (const text of ["2026-12-03", "2026-02-31T12:00", "2026-12-03T25:00", "2026-12-03T12:00Z", "noon", ""])
    assert.equal(dates.clockOf(text), "");
});

test("thousands are told apart by a comma", () => {
  assert.equal(dates.counted(1204), "1,204");
});
