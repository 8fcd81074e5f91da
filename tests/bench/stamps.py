"""Tokens that carry the time at which the vendor wrote them: `w0042:123.456789`.

The time is CLOCK_MONOTONIC's, one clock for all processes of a machine, so whoever sees the token
can subtract. The vendor adds it where a prompt says `[[stamp=1]]`.
"""

import re
from dataclasses import dataclass, field
from math import nan

STAMPED = re.compile(rb"w(\d{4}):(\d+\.\d{6})")
LONGEST = 32  # bytes that a token, cut in two by a chunk's end, may have left behind


@dataclass(slots=True)
class Stamps:
    """When each token of an answer was written and when it was seen, in seconds, in order."""

    written: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    _rest: bytes = b""

    def take(self, chunk: bytes, now: float) -> None:
        """Note the tokens of the next bytes of a stream. Raises ValueError when one is missing."""
        text, end = self._rest + chunk, 0
        for token in STAMPED.finditer(text):
            if int(token[1]) != len(self.seen):
                raise ValueError(f"token {int(token[1])} came as number {len(self.seen)}")
            self.written.append(float(token[2]))
            self.seen.append(now)
            end = token.end()
        self._rest = text[max(end, len(text) - LONGEST) :]

    def late_ms(self) -> list[float]:
        """How long each token was under way."""
        pairs = zip(self.seen, self.written, strict=True)
        return [(seen - written) * 1000 for seen, written in pairs]


def percentile(values: list[float], percent: float) -> float:
    """By nearest rank; no number of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))] if ordered else nan
