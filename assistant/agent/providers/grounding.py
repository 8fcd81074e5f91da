"""Gemini's own searches in one answer, and the pages on which the answer is grounded."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from uuid import uuid4

from google.genai.types import GroundingMetadata
from google.genai.types import ToolCall as GoogleCall

from assistant.agent.providers.searched import found, search_call
from assistant.agent.types import Part, Replay, ToolCall, VendorSearch


@dataclass(slots=True)
class _Search:
    call: ToolCall
    place: int
    begun: float
    seconds: float | None = None


@dataclass(slots=True)
class Grounding:
    """Reads what is told of searches. Their pages come at the end, and for all of them at once.

    parts: of the answer; a search stands among them in its place. count: of the queries, each of
    which Google charges for.
    """

    provider: str
    parts: list[Part]
    count: int = 0
    _searches: list[_Search] = field(default_factory=list)
    _told: GroundingMetadata = field(default_factory=GroundingMetadata)

    def begin(self, asked: GoogleCall, replay: Replay) -> VendorSearch:
        """A search begins."""
        given = asked.args or {}
        queries = given.get("queries") or filter(None, [given.get("query")])
        return self._begin(asked.id or uuid4().hex, [str(query) for query in queries], replay)

    def answered(self) -> None:
        """The last search has its answer, of which Gemini tells nothing yet."""
        last = self._searches[-1]
        last.seconds = monotonic() - last.begun

    def note(self, told: GroundingMetadata) -> None:
        """What a piece of the answer is grounded on; later ones tell more, or nothing new."""
        if told.web_search_queries:
            self._told.web_search_queries = told.web_search_queries
        if told.grounding_chunks:
            self._told.grounding_chunks = told.grounding_chunks

    def end(self) -> Iterator[VendorSearch]:
        """The searches with their results; the pages of all stand at the last one."""
        queries = self._told.web_search_queries or []
        if queries and not self._searches:
            yield self._begin(uuid4().hex, queries, None)
        chunks = self._told.grounding_chunks or []
        pages = [(each.web.title or "", each.web.uri or "") for each in chunks if each.web]
        for search in self._searches:
            is_last = search is self._searches[-1]
            seconds = monotonic() - search.begun if search.seconds is None else search.seconds
            over = found(search.call, pages if is_last else (), seconds)
            self.parts[search.place] = over
            yield over
        self._searches = []

    def _begin(self, call_id: str, queries: list[str], replay: Replay | None) -> VendorSearch:
        call = replace(search_call(call_id, self.provider, queries), replay=replay)
        self._searches.append(_Search(call, len(self.parts), monotonic()))
        self.parts.append(VendorSearch(call))
        self.count += len(queries)
        return VendorSearch(call)
