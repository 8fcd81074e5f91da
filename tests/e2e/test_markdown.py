"""An answer's markdown: the same however it came, and code in colours once it is complete."""

import pytest
from playwright.async_api import expect

from tests.vendors import Say, Script

RICH = """
# A title with `code`

Some **bold words**, *others*, ~~gone~~, and a [link](https://example.org/a) of 20~25 letters.
The second line:
```none
for each in all:

    print("it")
```
1. One
2. Two, with <b>words</b> that are no HTML

   More of two.
   - [ ] open
   - [x] done

> A quote
that goes on.

| Left | Right |
|------|------:|
| a    |   1.5 |
| b    |    12 |

Setext
------

    indented
***
<div>
A block of it.
</div>

{end}
"""
ENDS = {
    "alone": "The end.",
    "with a reference": "The end of [it][1], and [it] again.\n\n[1]: https://example.org\n[it]: /x",
    "with a footnote": "The end[^1].\n\n[^1]: Of it all.",
    "open": "The **end\n\n```none\nof it all",
}
# Each second piece looks like the beginning of a block, and is not.
TRAPS = (
    *("Words\n", "```", "`are` words.\n\n- An item\n", "</", "b> of a list\n\n"),
    *("1. One\n\n", "2", ". Two\n\nMore\n\n", "#", "1\n\n"),
)


def _in_pieces(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + 7] for at in range(0, len(text), 7))


GROWING = {end: _in_pieces(RICH.replace("{end}", ENDS[end])) for end in ENDS} | {"in traps": TRAPS}


@pytest.mark.parametrize("pieces", GROWING.values(), ids=GROWING)
async def test_an_answer_that_grew_looks_like_one_that_was_read(alice, vendors, pieces):
    script = Script(blocks=(Say(pieces),), gap_seconds=1.5 / len(pieces))
    vendors.then("anthropic", script)
    chat = await alice.open()
    await chat.ask("Grow.")
    grown = await chat.words.inner_html()
    await chat.page.reload()
    await chat.ends("done")
    assert await chat.words.inner_html() == grown


async def test_an_answer_shows_what_markdown_can_say(alice, vendors):
    vendors.then("anthropic", Script(blocks=(Say((RICH.replace("{end}", "The end."),)),)))
    chat = await alice.open()
    await chat.ask("Dress it.")
    drawn = await chat.words.inner_html()
    for seen in ("<h1>", "<h2>", "<del>", "<table>", "<blockquote>", "&lt;div&gt;", "<ol>", "<hr>"):
        assert seen in drawn
    await expect(chat.words.get_by_role("img")).to_have_count(2)
    await expect(chat.words.get_by_role("link")).to_have_attribute("href", "https://example.org/a")


async def test_code_gets_colours_when_it_is_complete(alice, vendors):
    lines = tuple(f"x{n} = 'é' + str({n})\n" for n in range(160))
    fence = ("```py\n", *lines, "```\n\n", "Done.")
    vendors.then("anthropic", Script(blocks=(Say(fence),), gap_seconds=0.03))
    chat = await alice.open()
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    await chat.say("Write code.")
    await chat.streams("x40 = 'é'")
    assert await chat.words.locator("pre span").count() == 0
    assert [url for url in asked if "/colours-" in url or "/python-" in url] == []
    await chat.ends("done")
    await chat.is_coloured()
    await expect(chat.words.locator("pre .hljs-string").first).to_have_text("'é'")
    await expect(chat.words.locator("pre")).to_have_js_property("textContent", "".join(lines))
    assert [url for url in asked if "/python-" in url] != []


PLAIN = {
    "of no language": "```\nx = 1\n```",
    "of an unknown one": "```constructor\nx = 1\n```",
    "that is long": "```py\n" + "x = 1\n" * 4_000 + "```",
}


@pytest.mark.parametrize("code", PLAIN.values(), ids=PLAIN)
async def test_some_code_stays_plain(alice, vendors, code):
    vendors.then("anthropic", Script(blocks=(Say((code, "\n\n```js\nlet x = 1;\n```")),)))
    chat = await alice.open()
    await chat.ask("Write code.")
    await expect(chat.words.locator("pre").last.locator(".hljs-keyword")).to_have_text("let")
    assert await chat.words.locator("pre").first.locator("span").count() == 0
