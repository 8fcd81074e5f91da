"""What a reader feels: how late tokens are painted, and how busy the page is with it."""

import re
import time
from dataclasses import dataclass
from statistics import median

import uvloop
from playwright.async_api import CDPSession, Page

from tests.bench.browser import ANSWER, COMPOSER, SignedIn, new_tab, signed_in
from tests.bench.load import Bench
from tests.bench.machine import Others
from tests.bench.report import Row
from tests.bench.stamps import percentile

STAMPED = re.compile(r"w(\d{4}):(\d+\.\d{6})")
CLOCK_LOOKS = 20
HURRY_MS = 700  # what follows the last key stroke is over by then
LONG_TASK_MS = 100
PAINTED_GOAL_MS = 100
SLOWEST, SLACK_MS = 4, 30_000  # times the answer's own pace, and some more


@dataclass(frozen=True, slots=True)
class Kind:
    """An answer in Markdown, and the goals for it: painted late at p95 (ms), busy (percent)."""

    tokens: int
    gap_ms: int
    late_ms: float | None = None
    busy: float | None = None

    @property
    def name(self) -> str:
        """How the table calls it."""
        return f"{self.tokens:,} tokens at {1000 // self.gap_ms}/s"

    @property
    def prompt(self) -> str:
        """The message that makes the vendor answer so."""
        return f"Write. [[tokens={self.tokens} gap={self.gap_ms} stamp=1 markdown=1]]"


SHORT, SHORT_ONES = Kind(40, 25), 3
STEADY = Kind(1_000, 25, late_ms=60, busy=45)
LONG, QUICK_LONG = Kind(4_000, 10, late_ms=150), Kind(1_000, 10, late_ms=150)


@dataclass(frozen=True, slots=True)
class Painted:
    """One answer in the page. All in ms, busy in percent; late: each token, seen minus written."""

    to_first: float
    late: list[float]
    long_tasks: list[float]
    busy: float


def measure(bench: Bench) -> list[Row]:
    """A short answer twice, one at a reader's pace, and one long piece of Markdown."""
    return uvloop.run(_measure(bench))


async def _measure(bench: Bench) -> list[Row]:
    async with signed_in(bench.origin) as who:
        await bench.calm()
        rows = await _short(who)
        for kind in (QUICK_LONG,) if bench.quick else (STEADY, LONG):
            await bench.calm()
            rows += await _streamed(who, kind)
    return rows


async def _short(who: SignedIn) -> list[Row]:
    first, second, others = [], [], Others()
    async with new_tab(who) as tab:
        await tab.goto(who.origin)
        for _ in range(SHORT_ONES):
            await tab.get_by_test_id("new-chat").first.click()
            await tab.wait_for_url(f"{who.origin}/")
            await tab.locator(ANSWER).first.wait_for(state="detached")
            first.append(await _answer(tab, SHORT))
            second.append(await _answer(tab, SHORT))
    used = others.cores()
    return [_wait("new chat", first, used), _wait("second turn", second, used)]


async def _streamed(who: SignedIn, kind: Kind) -> list[Row]:
    async with new_tab(who) as tab:
        await tab.goto(who.origin)
        others = Others()
        return _rows(kind, await _answer(tab, kind), others.cores())


def _wait(name: str, answers: list[Painted], others: float) -> Row:
    waits = [answer.to_first for answer in answers]
    note = f"median of {', '.join(f'{wait:.0f}' for wait in waits)}"
    what = f"Enter to first token painted, {name}"
    return Row(what, median(waits), "ms", PAINTED_GOAL_MS, others=others, note=note)


def _rows(kind: Kind, painted: Painted, others: float) -> list[Row]:
    tasks, late = painted.long_tasks, painted.late

    def row(name: str, value: float, unit: str, goal: float | None, note: str = "") -> Row:
        return Row(f"{kind.name}: {name}", value, unit, goal, others=others, note=note)

    total = f"{len(tasks)} tasks over 50 ms, {sum(tasks):.0f} ms in all"
    spread = f"p50 {percentile(late, 50):.0f}, most {max(late):.0f}"
    return [
        row("longest task", max(tasks, default=0), "ms", LONG_TASK_MS, total),
        row("painted late, p95", percentile(late, 95), "ms", kind.late_ms, spread),
        row("main thread busy", painted.busy, "%", kind.busy),
    ]


async def _answer(tab: Page, kind: Kind) -> Painted:
    """Type a prompt, press Enter, and watch until the last token is painted."""
    await tab.locator(COMPOSER).fill(kind.prompt)
    await tab.wait_for_timeout(HURRY_MS)
    offset = await _clock_offset(tab)
    browser = await tab.context.new_cdp_session(tab)
    await browser.send("Performance.enable")
    await tab.evaluate("answers => __bench.watch(answers)", ANSWER)
    worked, began = await _worked(browser), time.monotonic()
    await tab.keyboard.press("Enter")
    await tab.wait_for_function(
        "last => __bench.painted.at(-1)?.[1] >= last",
        arg=kind.tokens - 1,
        polling=250,
        timeout=kind.tokens * kind.gap_ms * SLOWEST + SLACK_MS,
    )
    busy = (await _worked(browser) - worked) / (time.monotonic() - began) * 100
    await browser.detach()
    await tab.locator('[data-testid="send"]').wait_for()
    await tab.wait_for_timeout(HURRY_MS)
    return await _painted(tab, offset, busy)


async def _clock_offset(tab: Page) -> float:
    """Seconds from the page's clock to CLOCK_MONOTONIC, by the fastest of several looks."""
    best = (9.0, 0.0)
    for _ in range(CLOCK_LOOKS):
        before = time.monotonic()
        inside = await tab.evaluate("performance.now()")
        after = time.monotonic()
        best = min(best, (after - before, (before + after) / 2 - inside / 1000))
    return best[1]


async def _worked(browser: CDPSession) -> float:
    """Seconds that the page's main thread has worked so far."""
    metrics = (await browser.send("Performance.getMetrics"))["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


async def _painted(tab: Page, offset: float, busy: float) -> Painted:
    got = await tab.evaluate(
        """answers => {
          __bench.watching = false;
          const text = [...document.querySelectorAll(answers)].at(-1).textContent;
          return { ...__bench, text };
        }""",
        ANSWER,
    )
    written = {int(number): float(at) for number, at in STAMPED.findall(got["text"])}
    late, next_token = [], 0
    for at, newest in got["painted"]:
        tokens = [n for n in range(next_token, newest + 1) if n in written]  # a fence has none
        late += [(at / 1000 + offset - written[token]) * 1000 for token in tokens]
        next_token = newest + 1
    end = got["painted"][-1][0]
    tasks = [took for start, took in got["long"] if got["enter"] <= start <= end]
    return Painted(got["painted"][0][0] - got["enter"], late, tasks, busy)
