// One response of server-sent events. Read with fetch, because EventSource hides status codes.
import { fetchSigned } from "./session.js";

/**
 * Reads events until the response ends.
 * after: the last event id seen, "" for all. onEvent gets {id, type, data}, all text.
 * onBytes hears of everything that arrives, comments too. Throws with `status` when refused.
 */
export async function readEvents(url, { after, signal, onBytes, onEvent }) {
  const headers = { Accept: "text/event-stream", ...(after && { "Last-Event-ID": after }) };
  const response = await fetchSigned(url, { headers, signal, cache: "no-store" });
  if (!response.ok) throw Object.assign(new Error(url), { status: response.status });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  onBytes();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    onBytes();
    const frames = (rest + value).split("\n\n");
    rest = frames.pop();
    frames.map(eventOf).forEach((event) => event.data && onEvent(event));
  }
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
