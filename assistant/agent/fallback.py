"""Several providers behind one face: when one cannot answer, or breaks off, the next goes on."""

from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from assistant.agent.breaker import Breaker
from assistant.agent.catalog import thinks
from assistant.agent.deadlines import Limits, timed
from assistant.agent.funds import paid_for
from assistant.agent.history import BYTES_PER_TOKEN
from assistant.agent.prompt import continuation
from assistant.agent.request_size import request_size
from assistant.agent.sight import seen_by
from assistant.agent.types import (
    Alive,
    Asked,
    Continued,
    Message,
    MessageDone,
    ModelEvent,
    Provider,
    ProviderFailed,
    Request,
    Sent,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
    VendorSearch,
)
from assistant.errors import (
    CeilingReached,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    RequestNotSent,
)

ALL_DOWN = (
    "None of the models can be reached right now. Your message is kept; try again in a moment."
)
BROKEN_OFF = (
    "The answer broke off, and no other model could go on with it. What was written so far is kept."
)
NO_END = "The model stopped in the middle of its answer."


class Fallback:
    """A Provider that asks the providers in order, and leaves out for a while those that fail.

    Before the first words it moves on in silence. After them the next provider writes the rest,
    once in an answer, and only while no tool is in play: what a tool did must not be done twice.
    Where one vendor has searched the web, the next does not.
    limits: how long each may stay silent.
    """

    def __init__(self, *providers: Provider, breaker: Breaker, limits: Limits) -> None:
        self._providers = providers
        self._breaker = breaker
        self._limits = limits

    @property
    def name(self) -> str:
        """The vendor that will be asked first."""
        return self._next.name

    @property
    def model(self) -> str:
        """The model that will be asked first."""
        return self._next.model

    @property
    def _next(self) -> Provider:
        closed = (each for each in self._providers if not self._breaker.is_open(_key(each)))
        return next(closed, self._providers[0])

    async def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """See `Provider.stream`. Each attempt is told as Asked before it is made, each failure as
        ProviderFailed, and the place where another model goes on as Continued.

        Raises ProviderUnavailable when nobody may or can go on, ProviderRejected at once, and
        CeilingReached when nobody goes on, and one because it would cost more than there is left.
        """
        begun = _Begun(request)
        for attempt in self._attempts(begun):
            provider = attempt.provider
            try:
                async with aclosing(attempt.events(self._limits)) as told:
                    async for event in told:
                        yield event
                self._breaker.succeeded(_key(provider))
                return
            except ProviderRejected as error:
                self._breaker.succeeded(_key(provider))  # who refuses is there
                yield attempt.failure(error)
                raise
            except ProviderUnavailable as error:
                if not isinstance(error, RequestNotSent):
                    self._breaker.failed(_key(provider))
                yield attempt.failure(error)
                if not attempt.may_be_followed:
                    raise
            begun.went_to(attempt)
        raise begun.too_costly or ProviderUnavailable(BROKEN_OFF if begun.partial else ALL_DOWN)

    def _attempts(self, begun: "_Begun") -> Iterator["_Attempt"]:
        """What can be paid, one at a time; at last those that the breaker left out."""
        left_out = []
        for provider in self._providers:
            # The breaker is asked last: a yes of its may be the only one for some time.
            if (attempt := begun.attempt(provider)) and self._breaker.lets_through(_key(provider)):
                yield attempt
            elif attempt:
                left_out.append(provider)
        yield from filter(None, map(begun.attempt, left_out))


@dataclass
class _Begun:
    """What is asked, and how far it has come. too_costly: why the last one was not asked."""

    request: Request
    partial: str = ""
    too_costly: CeilingReached | None = None

    def attempt(self, provider: Provider) -> "_Attempt | None":
        """The provider's try at the rest; None where it would cost more than there is left."""
        try:
            return _Attempt(provider, self.request, self.partial)
        except CeilingReached as error:
            self.too_costly = error
            return None

    def went_to(self, attempt: "_Attempt") -> None:
        """It failed: the next one goes on from where it ended."""
        self.partial = self.partial or attempt.text
        may_search = self.request.search and not attempt.searches
        self.request = replace(self.request, search=may_search)


class _Attempt:
    """One provider's try at an answer that already has its beginning (partial, or "")."""

    def __init__(self, provider: Provider, request: Request, partial: str) -> None:
        self._pieces: list[str] = []
        self.provider = provider
        self._partial = partial
        self._tools_ran = request.messages[-1].role == "tool"
        self._sent = Sent()
        messages = seen_by(provider.model, request.messages)
        request = replace(request, messages=messages, sent=self._sent)
        whole = _rest_of(request, partial) if partial.strip() else request
        self._read = request_size(whole)
        self._request = paid_for(whole, provider.name, provider.model, self._read)
        self._announced = self._called = False
        self.searches = 0  # of its vendor's own

    async def events(self, limits: Limits) -> AsyncGenerator[ModelEvent, None]:
        """The provider's events, made part of the whole answer. Raises ProviderError."""
        who, most = self.provider, self._request.max_output_tokens
        yield Asked(who.name, who.model, self._read, self._sent, most)
        source = self.provider.stream(self._request)
        async with aclosing(timed(source, limits, thinks=thinks(self.provider.model))) as events:
            async for event in events:
                self._sent.left = True
                for told in self._told(event):
                    yield told
                if isinstance(event, MessageDone):
                    return
        raise ProviderUnavailable(NO_END, provider=self.provider.name)

    def _told(self, event: ModelEvent) -> Iterator[ModelEvent]:
        if isinstance(event, Alive):
            return
        if self._partial and not self._announced and not isinstance(event, ThinkingDelta):
            self._announced = True
            yield Continued(self.provider.name, self.provider.model)
        match event:
            case TextDelta(text):
                self._pieces.append(text)
            case ToolCallDelta():
                self._called = True
            case VendorSearch(result=None):
                self.searches += 1
            case MessageDone(message=message) if self._partial:
                event = replace(event, message=_whole(self._partial, message))
        yield event

    @property
    def text(self) -> str:
        """What this attempt has written so far."""
        return "".join(self._pieces)

    @property
    def may_be_followed(self) -> bool:
        """Whether another provider may go on after this one failed."""
        if self._called:
            return False
        return not self._pieces or not (self._partial or self._tools_ran)

    def failure(self, error: ProviderError) -> ProviderFailed:
        """What is told of the failure, with its cost: the vendor's figures, else our estimate."""
        usage = error.usage if isinstance(error.usage, Usage) else None
        if usage is None and self._sent.left:
            usage = self._sent.so_far() if self._sent.so_far else self._estimate()
        usage = usage and replace(usage, ended=usage.ended or "failed")
        return ProviderFailed(self.provider.name, self.provider.model, str(error), usage)

    def _estimate(self) -> Usage:
        return Usage(
            self.provider.name,
            self.provider.model,
            input_tokens=self._read,
            output_tokens=-(-len(self.text.encode(errors="replace")) // BYTES_PER_TOKEN),
            estimated=True,
            searches=self.searches,
        )


def _key(provider: Provider) -> Hashable:
    """By what the breaker knows it: one model that is missing says nothing of the others."""
    return provider.name, provider.model


def _rest_of(request: Request, partial: str) -> Request:
    begun = Message("assistant", (Text(partial),))
    return replace(request, messages=(*request.messages, begun, continuation(partial)))


def _whole(partial: str, rest: Message) -> Message:
    """The answer from its first word: the beginning by one model, the rest by another."""
    return Message("assistant", (Text(partial), *rest.parts))
