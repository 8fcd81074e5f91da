// Sends one file to the server, and tells how far it has come, which fetch cannot.
import { outcome } from "./api.js";
import { fetchSigned } from "./session.js";
import { isStillTheirs } from "./user_mark.js";

const AWAY = "The server does not answer, so this file was not kept. Try again in a moment.";
const OTHERS =
  "Somebody else has signed in here since, so this file was not uploaded. Load the page again.";
const BUSY = 429;
const AGAIN_MS = 1_500;
const TRIES = 8;

/**
 * The file as the server keeps it: {id, name, media, size}. Throws an error that says why it is
 * not kept, in words to show. onProgress(share): from 0 to 1. signal: gives up.
 */
export async function upload(file, { onProgress, signal }) {
  for (let tries = 1; ; tries++) {
    if (!isStillTheirs()) throw new Error(OTHERS);
    const sent = fetchSigned("/api/files", { body: file, onProgress, signal }, post);
    const response = await sent.catch(() => {
      throw new Error(AWAY); // the browser's own words say less
    });
    if (!isInTheWay(response) || tries === TRIES) return outcome(response, AWAY);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (signal.aborted) throw new Error(AWAY);
  }
}

/** Another file of the user is on its way, perhaps from another tab; a longer wait is named. */
const isInTheWay = ({ status, later }) => status === BUSY && !later;

/** As fetch, as far as it is needed here. */
function post(url, { body, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const give = () => request.abort();
    const end = (settle) => () => {
      signal.removeEventListener("abort", give);
      settle(answerOf(request));
    };
    signal.addEventListener("abort", give);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = end(resolve);
    request.onerror = request.onabort = end(reject);
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("File-Name", encodeURIComponent(body.name)); // proxies keep addresses
    request.send(body);
  });
}

const answerOf = (request) => ({
  status: request.status,
  ok: request.status >= 200 && request.status < 300,
  later: request.getResponseHeader("retry-after"),
  json: async () => JSON.parse(request.responseText),
});
