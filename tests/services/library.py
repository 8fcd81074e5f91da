"""Messages in many scripts, seeded as if they had been said, and an oracle that reads them all."""

# ruff: noqa: RUF001

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from assistant.database import user_session
from assistant.models import Conversation, Message, SearchSignature
from assistant.services import contents, messages
from assistant.services.keys import vault_in
from assistant.services.signatures import bits_of
from assistant.services.titles import PLACE

LETTERS = {
    "latin": ("eaioué", "tnsrhldcmfpgwybvkßñz"),
    "cyrillic": ("оеаиёя", "нтсрвлкмдпйгбчш"),
    "greek": ("αοιεήύ", "ντσρκπλμγδθφχβς"),
    "arabic": ("اوي\u064eةأ", "لنمرتبعدسقفكحجشط"),
    "hebrew": ("יואה\u05b8", "לרתמבנשדקפעחגכצם"),
    "devanagari": ("ािे\u094dीुं", "करनसतमहपदलयबजवग"),
    "thai": ("าีะูัิ่้", "นรกงมยลวดทบคปสพ"),
    "korean": ("가나다라마바사", "아자차카하는을한국어람음"),
}
CJK = "天地人日月山水火木金土学校東京都大阪食事電車時間今日明日友達音楽映画漢字書店私猫犬花鳥風"
KANA = "あいうえおかがきぎくぐけげこごさざしじすずカガキギクグパピプペポー"
EMOJI = ["🙂", "👩\u200d👩\u200d👧", "🇵🇹", "❤️", "❤", "👍🏽", "🎉", "☕", "🧑\u200d🚀"]
JOINED = (" ", " ", " ", " ", "\n", ", ", ". ", "  ", "\u00a0", " **", "** ", "-")


def sayings(count: int, seed: int = 1) -> Iterator[str]:
    """So many messages of about 500 characters, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    words = {script: _vocabulary(chance, script) for script in LETTERS}
    scripts = [*(["latin"] * 12), *LETTERS, "cjk"]
    for _ in range(count):
        script = chance.choice(scripts)
        length = int(chance.lognormvariate(6, 0.7))
        if script == "cjk":
            said = "".join(chance.choices(CJK + KANA + "。、", k=length // 2))
        else:
            said = _sentence(chance, words[script], length)
        yield said + chance.choice(["", "", "", f" {chance.choice(EMOJI)}"])


def _vocabulary(chance: random.Random, script: str) -> list[str]:
    """4,000 words, common ones first and shorter."""
    vowels, others = LETTERS[script]
    return [_word(chance, vowels, others, 1 + rank // 1_000) for rank in range(4_000)]


def _word(chance: random.Random, vowels: str, others: str, least: int) -> str:
    turns = range(chance.randint(least, least + 3))
    weights = [1 / (rank + 2) for rank in range(len(others))]
    return "".join(chance.choices(others, weights)[0] + chance.choice(("", *vowels)) for _ in turns)


def _sentence(chance: random.Random, words: list[str], length: int) -> str:
    said = ""
    while len(said) < length:
        word = words[int(len(words) ** chance.random()) - 1]  # as in Zipf's law
        said += chance.choice((word, word, word.title(), word.upper())) + chance.choice(JOINED)
    return said


def queries(texts: list[str], count: int, seed: int = 2) -> Iterator[str]:
    """What people may look for: words, parts of them, phrases, and what is not there."""
    chance = random.Random(seed)  # noqa: S311
    for number in range(count):
        text = chance.choice(texts)
        words = text.replace('"', " ").split()
        word = chance.choice(words or ["a"])
        at = chance.randrange(max(len(text) - 12, 1))
        yield (
            word,
            word[: chance.randint(1, 4)],
            f"{word} {chance.choice(words or ['b'])}"[:200],
            f'"{text[at : at + 12]}"'.replace("\n", " "),
            word[::-1] + "q",
        )[number % 5][:200]


def oracle(plains: Iterable[str], query: str) -> set[int]:
    """The numbers of the texts that match, by reading all of them; they come through `plain`."""
    wanted = [plain(p or w).strip() for p, w in re.findall(r'"([^"]*)"?|([^\s"]+)', query)]
    wanted = [word for word in wanted if word]
    hits = {n for n, text in enumerate(plains) if all(word in text for word in wanted)}
    return hits if wanted else set()


def plain(text: str) -> str:
    """Compatibility forms, case, accents, invisible signs and runs of blanks taken away."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = re.sub("[\\s\x00-\x1f\x7f-\x9f]", " ", text.replace("ı", "i"))
    kept = [
        c
        for c in text
        if not 10 <= unicodedata.combining(c) <= 36
        and not 202 <= unicodedata.combining(c) <= 240
        and unicodedata.category(c) != "Cf"
        and not "\ufe00" <= c <= "\ufe0f"
        and not "\U000e0100" <= c <= "\U000e01ef"
        and c != "\u034f"
    ]
    return re.sub(" +", " ", "".join(kept))


async def entitle(user_id: UUID, names: list[str]) -> list[UUID]:
    """Begin a conversation of each title, the last one the newest. Returns their ids."""
    talks = [uuid4() for _ in names]
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        await session.execute(
            insert(Conversation),
            [
                _row(talk, at, title=vault.seal(PLACE, talk, name), touched_at=at, user_id=user_id)
                for number, (talk, name) in enumerate(zip(talks, names, strict=True))
                for at in [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=number)]
            ],
        )
    return talks


async def shelve(user_id: UUID, texts: list[str], *, signed: bool = True) -> list[UUID]:
    """Write the texts as messages, 50 to a conversation, one second apart. Returns their ids."""
    ids = [uuid4() for _ in texts]
    for start in range(0, len(texts), 1_000):
        some = slice(start, start + 1_000)
        await _shelve(user_id, list(zip(ids, texts, strict=True))[some], start, signed=signed)
    return ids


async def _shelve(user_id: UUID, said: list[tuple[UUID, str]], start: int, *, signed: bool) -> None:
    async with user_session(user_id) as session:
        vault = await vault_in(session)
        talks, rows, marks = [], [], []
        for number, (message_id, text) in enumerate(said):
            if number % 50 == 0:
                talk = uuid4()
                talks.append(
                    {"id": talk, "title": vault.seal(PLACE, talk, f"Talk {start + number}")}
                )
            sealed = messages.sealed(message_id, contents.words(text), vault)
            at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=start + number)
            rows.append(
                _row(message_id, at, conversation_id=talk, content=sealed, searchable=signed)
            )
            marks.append(_row(uuid4(), at, message_id=message_id, bits=bits_of(text, vault)))
        for table, values in ((Conversation, talks), (Message, rows), (SearchSignature, marks)):
            if table is not SearchSignature or signed:
                await session.execute(insert(table), [v | {"user_id": user_id} for v in values])


def _row(row_id: UUID, at: datetime, **values: Any) -> dict[str, Any]:
    said = {"role": "user", "status": "done"} if "content" in values else {}
    return {"id": row_id, "created_at": at, **said, **values}
