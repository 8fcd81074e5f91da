// One response of server-sent events.
import { readPieces } from "./streamed.js";

/**
 * Reads events until the response ends.
 * after: the last event id seen, "" for all. onEvent gets {id, type, data}, all text.
 * onBytes hears of everything that arrives, comments too. Throws with `status` when refused.
 */
export function readEvents(url, { after, signal, onBytes, onEvent }) {
  const headers = { Accept: "text/event-stream", ...(after && { "Last-Event-ID": after }) };
  const onPiece = (frame) => {
    const event = eventOf(frame);
    if (event.data) onEvent(event);
  };
  return readPieces(url, { headers, separator: "\n\n", signal, onBytes, onPiece });
}

function eventOf(frame) {
  const event = { id: "", type: "message", data: "" };
  for (const line of frame.split("\n")) {
    if (line.startsWith("data: ")) event.data += line.slice(6);
    else if (line.startsWith("id: ")) event.id = line.slice(4);
    else if (line.startsWith("event: ")) event.type = line.slice(7);
  }
  return event;
}
