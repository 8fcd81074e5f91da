// The files that the user has sent with a message.
import { FileLink } from "./file_link.jsx";

export function MessageFiles({ files }) {
  return (
    <ul className="message-files" aria-label="Attached files">
      {files.map((file) => (
        <li key={file.id}>
          <FileLink file={file} />
        </li>
      ))}
    </ul>
  );
}
