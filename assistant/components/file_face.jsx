// What one sees of a file: its kind or its picture, its name, and a note below it.
import { useState } from "react";
import { kindOf } from "./file_facts.js";
import { Icon } from "./icons.jsx";

const SMALL = 2_000_000; // bytes: larger pictures are not fetched just to be seen small

/** file: {id, name, media, size}. note: its size, or what has become of it. */
export function FileFace({ file: { id, name, media, size }, note }) {
  const { icon, label } = kindOf(media);
  const [broken, setBroken] = useState(false);
  const isSeen = icon === "picture" && id && size <= SMALL && !broken;
  return (
    <>
      <span className="file-mark">
        {isSeen ? (
          <img
            src={`/api/files/${id}`}
            alt=""
            width={40}
            height={40}
            loading="lazy"
            decoding="async"
            draggable={false}
            onError={() => setBroken(true)}
          />
        ) : (
          <Icon name={icon} size={18} />
        )}
      </span>
      <span className="file-words">
        <span className="file-name" dir="auto" title={name}>
          {name}
        </span>
        <small>
          <span className="unseen">{label}, </span>
          {note}
        </small>
      </span>
    </>
  );
}
