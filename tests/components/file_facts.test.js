import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf, sizeOf } from "../../assistant/components/file_facts.js";

test("a size is said in the unit in which it is short", () => {
  const sizes = [0, 1, 999, 1_000, 12_345, 999_499, 1_000_000, 3_440_000, 120_000_000, 5e9];
  assert.deepEqual(sizes.map(sizeOf), [
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1 KB",
    "12 KB",
    "999 KB",
    "1 MB",
    "3.4 MB",
    "120 MB",
    "5 GB",
  ]);
});

test("each kind that the server takes has its name and its picture, and any other has one, too", () => {
  const office = "application/vnd.openxmlformats-officedocument.";
  const open = "application/vnd.oasis.opendocument.";
  const kinds = {
    "text/plain": "file Text",
    "application/pdf": "file PDF",
    "image/webp": "picture Picture",
    [`${office}wordprocessingml.document`]: "file Document",
    [`${office}spreadsheetml.sheet`]: "sheet Sheet",
    [`${office}presentationml.presentation`]: "slides Slides",
    [`${open}text`]: "file Document",
    [`${open}spreadsheet`]: "sheet Sheet",
    [`${open}presentation`]: "slides Slides",
    "application/zip": "file File",
    "": "file File",
  };
  for (const [media, said] of Object.entries(kinds)) {
    const { icon, label } = kindOf(media);
    assert.equal(`${icon} ${label}`, said);
  }
  assert.equal(kindOf(undefined).label, "File");
});
