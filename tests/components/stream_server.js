// A server of event streams on loopback, which a test writes to and cuts.
import { createServer } from "node:http";
import { after } from "node:test";
import { serveFrom, until } from "./page.js";

/**
 * Serves until the tests of the file are over. open: the streams that somebody reads now, each
 * {path, after, write(frames), cut()}. asked: all requests there ever were, {method, path, after}.
 * refuse: the statuses to answer the next requests with, first first; 0 is none. renewal: the status
 * of an answer to who wants the session renewed, which is counted in renewals and not in asked.
 * told: what that answer says besides; refusal: what a refusal says.
 */
export async function streamServer() {
  const server = { open: [], asked: [], refuse: [], headers: {}, renewal: 401, renewals: 0 };
  const http = createServer((request, response) => answer(server, request, response));
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  serveFrom(`http://127.0.0.1:${http.address().port}`);
  after(() => {
    http.closeAllConnections();
    http.close();
  });
  return server;
}

function answer(server, { method, url: path, headers }, response) {
  if (path === "/auth/refresh") {
    server.renewals += 1;
    return response.writeHead(server.renewal).end(JSON.stringify({ seconds: 540, ...server.told }));
  }
  const counted = path.match(/\?after=(\d+)$/)?.[1];
  const asked = { method, path, after: counted ?? headers["last-event-id"] ?? "" };
  server.asked.push(asked);
  const status = server.refuse.shift();
  if (status) return response.writeHead(status, server.headers).end(JSON.stringify(server.refusal));
  if (method === "POST") return response.writeHead(204).end();
  if (path === "/api/approvals") return response.writeHead(200).end('{"waiting":[]}');
  response.writeHead(200).write(counted ? "\n" : ": beat\n\n");
  const stream = { ...asked, write: (text) => response.write(text), cut: () => response.destroy() };
  server.open.push(stream);
  response.on("close", () => server.open.splice(server.open.indexOf(stream), 1));
}

/** Waits for the one stream that is open, beside this one. */
export async function opened(server, before = null) {
  await until(() => server.open.length === 1 && server.open[0] !== before);
  return server.open[0];
}

export const frame = ({ id, data }) => `id: ${id}\ndata: ${data}\n\n`;

/** The lines of a turn's words. */
export const words = (texts) => texts.map((text) => `${text}\n`).join("");
