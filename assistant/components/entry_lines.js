// The log of a turn, a line for each entry, which are counted here: see api/entry_lines.py.
import { readPieces } from "./streamed.js";

const TOLD = /^:(\w+) (\d*) (.*)$/s;
const JSON_BEGINS = new Set(['"', "["]);

/** As `readEvents` of sse.js, with the same events. */
export function readEntries(url, { after, signal, onBytes, onEvent }) {
  let number = Number(after);
  const onPiece = (line) => {
    if (line === "") return; // a beat
    const event = eventOf(line, number);
    number = Number(event.id);
    onEvent(event);
  };
  const place = `${url}?after=${number}`;
  return readPieces(place, { separator: "\n", signal, onBytes, onPiece });
}

function eventOf(line, number) {
  if (line.startsWith(":")) {
    const [, type, id, data] = line.match(TOLD);
    return { id, type, data };
  }
  const data = JSON_BEGINS.has(line[0]) ? line : JSON.stringify(line);
  return { id: String(number + 1), type: "message", data };
}
