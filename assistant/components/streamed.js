// A response that comes piece by piece. Read with fetch, because EventSource hides status codes.
import { fetchSigned } from "./session.js";

/** As piecesOf, of what stands at an address. Throws with `status` when refused. */
export async function readPieces(url, { headers, signal, ...reading }) {
  const response = await fetchSigned(url, { headers, signal, cache: "no-store" });
  if (!response.ok) throw Object.assign(new Error(url), { status: response.status });
  return piecesOf(response, reading);
}

/**
 * Reads pieces until the response ends; separator: what each of them ends with.
 * onBytes hears of everything that arrives.
 */
export async function piecesOf(response, { separator, onBytes = () => {}, onPiece }) {
  const decoder = new TextDecoderStream("utf-8", { ignoreBOM: true }); // words may begin with one
  const reader = response.body.pipeThrough(decoder).getReader();
  let rest = "";
  onBytes();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    onBytes();
    const pieces = (rest + value).split(separator);
    rest = pieces.pop();
    pieces.forEach(onPiece);
  }
}
