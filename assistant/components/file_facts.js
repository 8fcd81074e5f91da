// What there is to say about a file: its kind and its size.

const KINDS = [
  [/^image\//, "picture", "Picture"],
  [/^application\/pdf$/, "file", "PDF"],
  [/spreadsheet/, "sheet", "Sheet"],
  [/presentation/, "slides", "Slides"],
  [/wordprocessing|opendocument\.text/, "file", "Document"],
  [/^text\//, "file", "Text"],
];
const UNKNOWN = [, "file", "File"];

/** {icon, label}. media: as the server found it in the content, undefined before that. */
export function kindOf(media = "") {
  const [, icon, label] = KINDS.find(([pattern]) => pattern.test(media)) ?? UNKNOWN;
  return { icon, label };
}

const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "KB"],
];

/** 812 bytes, 12 KB, 3.4 MB: in units of a thousand, as the plans count. */
export function sizeOf(bytes) {
  const [unit, name] = UNITS.find(([size]) => bytes >= size) ?? [1, bytes === 1 ? "byte" : "bytes"];
  const amount = bytes / unit;
  const digits = unit > 1e3 && amount < 100 ? 1 : 0;
  return `${amount.toLocaleString("en", { maximumFractionDigits: digits })} ${name}`;
}
