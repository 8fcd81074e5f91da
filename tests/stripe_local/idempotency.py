"""Idempotency keys: the same request gets the same answer, another one of the same key none."""

from dataclasses import dataclass

from tests.stripe_local.periods import DAY
from tests.stripe_local.problems import Problem

Answer = tuple[int, bytes]
LONGEST = 255
KEPT = (402, 500)  # refusals that are answers; the others come before anything is done


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer. asked: the route and the body that it belongs to."""

    asked: tuple[str, str]
    answer: Answer
    at: int


class Keys:
    """The keys of the last day."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def known(self, key: str, asked: tuple[str, str], now: int) -> Answer | None:
        """The answer that this request had before. Raises Problem where it cannot have one."""
        if len(key) > LONGEST:
            raise Problem(400, f"Idempotency keys can have up to {LONGEST} characters.")
        kept = self._kept.get(key)
        if kept is None or now - kept.at >= DAY:
            return None
        if kept.asked != asked:
            words = (
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request."
            )
            raise Problem(400, words, type="idempotency_error")
        return kept.answer

    def keep(self, key: str, asked: tuple[str, str], answer: Answer, now: int) -> None:
        """Remember an answer that must not change."""
        if answer[0] < 400 or answer[0] in KEPT:
            self._kept[key] = Kept(asked, answer, now)
