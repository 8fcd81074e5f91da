// The files in what is dropped or pasted.

/** Whether something is dragged that holds files; of a text or a link nothing is taken. */
export const holdsFiles = (transfer) => Boolean(transfer?.types.includes("Files"));

/**
 * What was dropped, as files; a folder is one with `isFolder`, since nothing can be read of it.
 * To be asked at once: after the event a browser tells nothing more.
 */
export function droppedIn({ items, files }) {
  const folders = new Set(
    [...items]
      .filter((item) => item.kind === "file" && item.webkitGetAsEntry?.()?.isDirectory)
      .map((item) => item.getAsFile()?.name),
  );
  return [...files].map((file) =>
    folders.has(file.name) ? { name: file.name, size: 0, isFolder: true } : file,
  );
}

/** What was pasted, as files. Cells and words are copied with their picture; then the words count. */
export function pastedIn({ types, files }) {
  const isWords = types.includes("text/plain") && types.includes("text/html");
  return isWords ? [] : [...files];
}
