// Words with their hidden signs made visible.
import { codeOf, piecesOf, piecesOfName } from "./hidden_signs.js";

/** name: the words are an address or a name. */
export function Revealed({ text, name }) {
  const pieces = (name ? piecesOfName : piecesOf)(text);
  return pieces.map((piece, at) => (at % 2 ? <Sign key={at} sign={piece} /> : piece));
}

function Sign({ sign }) {
  return (
    <bdi className="hidden-sign" dir="ltr" title="A sign that cannot be seen stands here">
      ‹{codeOf(sign)}›
    </bdi>
  );
}
