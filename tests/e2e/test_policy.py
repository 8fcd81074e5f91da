"""The page's policy: the app works under it, and what would break it is stopped."""

import base64
import hashlib
import json
import re

import pytest
from playwright.async_api import Request, expect

from tests.e2e.app import App, keys_for
from tests.e2e.pages import Search, SignIn, until
from tests.e2e.payloads import EVIL, PAYLOADS
from tests.identity.server import Providers
from tests.services.archives import packed
from tests.vendors import Call, Say, Script

INLINE = re.compile(r"<script[^>]*>(.+?)</script>", re.DOTALL)
CODE = ("```python\nprint('a')\n", "```\n")
BROKEN = """
    window.broken = [];
    document.addEventListener("securitypolicyviolation",
        (each) => window.broken.push(each.effectiveDirective));
"""
ADD = """
    ([tag, given]) => {
        const element = Object.assign(document.createElement(tag), given);
        document.head.append(element);
        if (tag === "form") element.submit();
    }
"""
TRIES = {
    "script-src-elem": ("script", {"text": "window.ran = 1"}),
    "style-src-elem": ("style", {"textContent": "p { color: red }"}),
    "img-src": ("img", {"src": f"{EVIL}/a.png"}),
    "frame-src": ("iframe", {"src": EVIL}),
    "form-action": ("form", {"action": EVIL}),
    "base-uri": ("base", {"href": EVIL}),
}
WORDS = {
    "script-src": "setTimeout('window.ran = 1')",
    "script-src-attr": "document.body.setAttribute('onclick', '1')",
    "connect-src": f"fetch('{EVIL}').catch(() => {{}})",
}
ACTING = "script, iframe, object, embed, svg:not(.icon), style, link, meta, base, form, video, \
audio, math, input, img, [onerror], [onload], [onfocus], [ontoggle], [style]"
NEVER_OURS = "script, iframe, object, embed, style, link, meta, base, video, audio, math, img, \
[onerror], [onload], [onfocus], [ontoggle]"
NAMES = [f"{each.replace('/', '')[:90]}.txt" for each in PAYLOADS if each.startswith("<")]
SHOWN = ".row, .topbar .title, .me .title, .bubble, .words, .tool, .toast, [role=option]"


async def test_the_app_works_and_breaks_it_nowhere(person, app, vendors):
    alice = await person(app.url, signed_in=False)
    await alice.context.add_init_script(BROKEN)
    asked = _asked(alice.context)
    tab = await alice.open()
    chat = await SignIn(tab.page).as_(alice.name)
    await expect(chat.page.locator(".starter")).to_have_count(4)
    await chat.say("At length. [[tokens=2000 gap=20]]")
    await chat.streams("w0010")
    await chat.stop.click()
    await chat.ends("stopped")
    await chat.page.get_by_test_id("model-picker").click()
    await chat.page.get_by_role("menuitemradio").last.click()
    for vendor in ("anthropic", "openai", "google"):
        vendors.then(vendor, Script(blocks=(Say(CODE),)))
    await chat.say("Some code.")
    await expect(chat.words.locator("pre")).to_be_visible()
    await chat.ends("done")
    await chat.is_coloured()
    await chat.words.get_by_role("button", name="Copy").click()
    await chat.page.emulate_media(color_scheme="dark")
    await expect(chat.page.locator("html")).to_have_class(re.compile("dark"))
    search = await Search(chat.page).open()
    await search.field.fill("length")
    await expect(search.lines.first).to_be_visible()
    assert await chat.page.evaluate("window.broken") == []
    assert _foreign(asked, app) == []


async def test_the_other_pages_break_it_nowhere(alice, app):
    alice.forgiven = ["404"]
    await alice.context.add_init_script(BROKEN)
    tab = await alice.open()
    for path in ("/sign-in?again=1", "/nothing"):
        await tab.page.goto(app.url + path)
        await expect(tab.page.get_by_role("heading")).to_be_visible()
        assert await tab.page.evaluate("window.broken") == []


@pytest.mark.parametrize("directive", [*TRIES, *WORDS])
async def test_what_would_break_it_is_stopped(alice, directive):
    alice.forgiven = ["Content Security Policy", "violates"]
    await alice.context.add_init_script(BROKEN)
    asked = _asked(alice.context)
    chat = await alice.open()
    await expect(chat.page.locator(".starter")).to_have_count(4)
    if directive in WORDS:
        await chat.page.evaluate(WORDS[directive])
    else:
        await chat.page.evaluate(ADD, TRIES[directive])
    await until(chat.page, "name => window.broken.includes(name)", directive)
    assert set(await chat.page.evaluate("window.broken")) == {directive}
    assert await chat.page.evaluate("window.ran") is None
    assert _sent(asked, EVIL) == []


async def test_hostile_text_is_only_text_wherever_it_is_shown(person, app, seed, vendors):
    alice = await person(app.url, "<img src=x onerror=alert(1)>")
    await alice.context.add_init_script(BROKEN)
    asked = _asked(alice.context)
    said = []
    alice.context.on("dialog", lambda dialog: said.append(dialog.message))
    talks = [{"title": payload[:120], "days": at} for at, payload in enumerate(PAYLOADS[:30])]
    all_of_them = {str(at): payload for at, payload in enumerate(PAYLOADS)}
    whole = {"title": PAYLOADS[3], "count": len(PAYLOADS), "said": all_of_them}
    *_, conversation = await seed(alice, *talks, whole)
    chat = await alice.open(f"/chat/{conversation}")
    await expect(chat.rows).to_have_count(31)
    # No real click: to scroll to the button loads them, too, and takes it away.
    earlier = chat.page.get_by_role("button", name="Load earlier messages")
    await earlier.dispatch_event("click")
    await expect(chat.messages).to_have_count(len(PAYLOADS))
    await _stays_inert(chat.page)

    await _calls_hostile_tools(chat, vendors)
    await _stays_inert(chat.page)

    await chat.choose(talks[1]["title"], "Delete")
    await expect(chat.toast).to_be_visible()
    search = await Search(chat.page).open()
    for word in ("alert", "evil", "script", "img"):
        await search.field.fill(word)
        await expect(search.lines.locator("mark").first).to_contain_text(re.compile(word, re.I))
        await _stays_inert(chat.page)
    assert await chat.page.evaluate("window.broken") == []
    for address, place in (("/settings", ".setting"), ("/audit", ".audit-line")):
        await chat.page.goto(app.url + address)
        await expect(chat.page.locator(place).first).to_be_visible()
        assert await chat.page.evaluate("window.broken") == []
    assert _foreign(asked, app) == []
    assert said == []


async def test_hostile_names_of_files_are_only_text(alice, app):
    asked, said = await _watched(alice)
    chat = await (await alice.open()).listens()
    for name in NAMES[:5]:
        async with chat.page.expect_file_chooser() as opening:
            await chat.attach.click()
        file = {"name": name, "mimeType": "text/plain", "buffer": name.encode()}
        await (await opening.value).set_files(file)
    await expect(chat.chips.and_(chat.page.locator("[data-state=done]"))).to_have_count(5)
    await _is_no_more_than_text(chat.page)
    await chat.ask("Read them.")
    await expect(chat.sent_files).to_have_text([re.compile(re.escape(each)) for each in NAMES[:5]])
    await _is_no_more_than_text(chat.page)
    page = (await (await alice.open("/settings")).listens()).page
    await expect(page.get_by_test_id("stored-file")).to_have_count(5)
    await _is_no_more_than_text(page)
    assert (_foreign(asked, app), said) == ([], [])


async def test_hostile_words_of_an_archive_are_only_text(alice, app):
    asked, said = await _watched(alice)
    page = (await (await alice.open("/settings")).listens()).page
    broken = {f"conversations/{name}.json": "no json" for name in NAMES}
    chosen = {"instructions": "\n".join(PAYLOADS)[:4_000]}
    archive = packed(broken | {"settings.json": json.dumps(chosen)})
    file = {"name": "x.zip", "mimeType": "application/zip", "buffer": archive}
    await page.get_by_test_id("import").set_input_files(file)
    left = page.get_by_test_id("skipped").get_by_role("listitem")
    await expect(left).to_have_count(len(NAMES))
    offered = page.get_by_test_id("offered-instructions")
    await expect(offered).to_contain_text(PAYLOADS[0])
    await _is_no_more_than_text(page)
    await offered.get_by_role("button", name="Use these instructions").click()
    await expect(page.get_by_label("Instructions", exact=True)).not_to_have_value("")
    await _is_no_more_than_text(page)
    assert (_foreign(asked, app), said) == ([], [])


async def _watched(person):
    """What the person's browser asks for from now on, and the dialogs that open."""
    await person.context.add_init_script(BROKEN)
    said: list[str] = []
    person.context.on("dialog", lambda dialog: said.append(dialog.message))
    return _asked(person.context), said


async def _is_no_more_than_text(page) -> None:
    assert await page.locator("main").locator(NEVER_OURS).count() == 0
    assert await page.evaluate("window.broken") == []


async def _stays_inert(page) -> None:
    assert await page.locator(SHOWN).count() > 30
    assert await page.locator(SHOWN).locator(ACTING).count() == 0


async def _calls_hostile_tools(chat, vendors) -> None:
    """A call of a tool that is none, and one whose arguments are hostile."""
    hostile = f'{{"expression": "<img src={EVIL}/t.png onerror=alert(1)>"}}'
    calls = (
        Call("calculator", (hostile,), id="one"),
        Call("<img src=x onerror=alert(1)>", id="two"),
    )
    vendors.then("anthropic", Script(blocks=calls))
    vendors.then("anthropic", Script(blocks=(Say((PAYLOADS[2],)),)))
    await chat.say("Use them.")
    await expect(chat.tools).to_have_count(2)
    await chat.ends("done")
    for line in await chat.tools.get_by_role("button").all():
        await line.click()
    await expect(chat.tools.locator("dd")).to_have_count(4)


async def test_each_built_page_is_served_with_the_hashes_of_its_scripts(alice, app):
    for path in ("/", "/sign-in?again=1", "/chat/x", "/nothing/here"):
        answer = await alice.context.request.get(app.url + path, headers={"accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        scripts = INLINE.findall(re.sub(r"<script[^>]*></script>", "", await answer.text()))
        assert scripts
        for script in scripts:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"


async def test_what_reflex_and_the_server_answer_by_themselves_has_the_headers(alice, app):
    preflight = {"origin": app.url, "access-control-request-method": "POST"}
    evil = {"origin": "https://evil.example"}
    request = alice.context.request
    for answer in (
        await request.fetch(f"{app.url}/api/events", method="OPTIONS", headers=preflight),
        await request.fetch(f"{app.url}/api/x", method="OPTIONS", headers=preflight | evil),
        await request.post(f"{app.url}/auth/logout", headers=evil),
        await request.get(f"{app.url}/ping"),
        await request.get(f"{app.url}/nothing"),
        await request.get(f"{app.url}/assets/nothing.js"),
        await request.get(f"{app.url}/favicon.svg"),
    ):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["server"] == "assistant"
        assert "cache-control" in answer.headers


async def test_the_files_of_the_build_are_kept_for_ever(alice):
    kept = {}
    page = await alice.context.new_page()
    page.on("response", lambda each: kept.update({each.url: each.headers.get("cache-control")}))
    await page.goto(alice.url)
    await expect(page.locator(".starter")).to_have_count(4)
    assets = [said for url, said in kept.items() if "/assets/" in url]
    assert len(assets) > 5
    assert set(assets) == {"public, max-age=31536000, immutable"}


async def test_a_provider_is_reached_from_the_page_and_leads_back(person, vendors, new_data):
    user = {"id": 7, "login": "octo", "name": "Octo Cat"}
    mails = [{"email": "octo@example.org", "primary": True, "verified": True}]
    async with (
        Providers(claims={"sub": "octo"}, user=user, emails=mails) as providers,
        App(new_data(), {**keys_for(vendors), **providers.settings()}) as app,
    ):
        for way in ("google", "microsoft", "github"):
            alice = await person(app.url, signed_in=False)
            chat = await alice.open()
            await chat.page.get_by_test_id(f"sign-in-{way}").click()
            await expect(chat.page.locator(".starter")).to_have_count(4)
            await alice.context.close()


def _asked(context) -> list[Request]:
    """What the browser asks for from now on."""
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    return asked


def _foreign(asked: list[Request], app: App) -> list[str]:
    return [request.url for request in asked if not request.url.startswith(app.url)]


def _sent(asked: list[Request], where: str) -> list[str]:
    """What really left; the log has what the policy held back, too."""
    return [r.url for r in asked if r.url.startswith(where) and r.failure != "csp"]
