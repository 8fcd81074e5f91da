// A file that is kept, as a link that downloads it. What is not there any more says so here: no
// browser can show that, since a download has no page.
import { useState } from "react";
import { announce } from "./announcements.js";
import { signedOut } from "./api.js";
import { FileFace } from "./file_face.jsx";
import { sizeOf } from "./file_facts.js";
import { fetchSigned } from "./session.js";

const GONE = "Deleted, so it cannot be downloaded";
const AWAY = "The server does not answer. Try again in a moment.";
const OUTCOMES = { 401: "Please sign in.", 404: GONE };

/** file: {id, name, media, size}. note: more to be said beside its size. */
export function FileLink({ file, note }) {
  const [problem, setProblem] = useState("");
  const address = `/api/files/${file.id}`;
  const download = async (event) => {
    event.preventDefault();
    const why = await hindrance(address);
    setProblem(why);
    if (why) announce(`${file.name}: ${why}`);
    else Object.assign(document.createElement("a"), { href: address, download: file.name }).click();
  };
  return (
    <a
      className="file-chip"
      href={address}
      data-testid="file-link"
      data-problem={problem !== ""}
      onClick={download}
    >
      <span className="unseen">Download</span>
      <FileFace file={file} note={problem || <>{sizeOf(file.size)}{note && " · "}{note}</>} />
    </a>
  );
}

/** Why it cannot be downloaded now, "" where it can. */
async function hindrance(address) {
  const options = { method: "HEAD", headers: { Accept: "application/json" }, cache: "no-store" };
  const response = await fetchSigned(address, options).catch(() => ({ ok: false, status: 0 }));
  if (response.status === 401) signedOut();
  return response.ok ? "" : (OUTCOMES[response.status] ?? AWAY);
}
