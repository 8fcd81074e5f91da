"""Bob cannot see Alice: not by her addresses, not over the socket, not after her on one browser."""

import uuid

from playwright.async_api import expect

from tests.e2e.pages import SignIn

SECRET = "the launch code is seventeen"
NOT_FOUND = ["404", "status of 404"]
TAPPED = """
    const Socket = window.WebSocket;
    window.sockets = [];
    window.WebSocket = class extends Socket {
        constructor(...given) { super(...given); window.sockets.push(this); }
    };
"""


async def test_another_users_conversation_does_not_exist(alice, bob):
    bob.forgiven = NOT_FOUND
    hers = await alice.open()
    await hers.ask(SECRET)
    chat = await bob.open(f"/chat/{hers.id}")
    await expect(chat.page.get_by_text("This conversation does not exist.")).to_be_visible()
    await expect(chat.page.locator("body")).not_to_contain_text("launch code")
    await chat.page.get_by_role("link", name="Begin a new conversation").click()
    await expect(chat.composer).to_be_visible()


async def test_another_users_ids_get_the_answer_of_ids_that_do_not_exist(alice, bob):
    hers = await alice.open()
    await hers.ask(SECRET)
    turn = (await alice.stored(hers))[1]["turn"]
    for path, known in (
        ("/api/turns/{}/events", turn),
        ("/api/conversations/{}/messages", hers.id),
    ):
        seen = await bob.get(path.format(known))
        unknown = await bob.get(path.format(uuid.uuid4()))
        assert seen.status == unknown.status == 404
        assert await seen.text() == await unknown.text()
        assert (await alice.get(path.format(known))).status == 200


async def test_another_users_ids_do_nothing_over_the_socket(alice, bob):
    hers = await alice.open()
    await hers.ask(SECRET)
    chat, sent = await _with_tapped_socket(bob)
    await chat.ask("mine")
    his = chat.id
    await chat.choose("mine", "Archive")
    await expect(chat.row("mine")).to_have_count(0)
    await chat.page.get_by_role("button", name="Show archive").click()
    await chat.choose("mine", "Delete")
    await expect(chat.toast).to_contain_text("Deleted")
    replayed = [frame for frame in sent if his in frame and "payload" in frame]
    assert len(replayed) >= 2
    for frame in replayed:
        await chat.page.evaluate(
            "frame => window.sockets.at(-1).send(frame)", frame.replace(his, hers.id)
        )
    await expect(chat.page.get_by_text("This conversation does not exist.").first).to_be_visible()
    await hers.page.reload()
    await expect(hers.row("the launch code is")).to_be_visible()
    await expect(hers.said).to_have_text(SECRET)


async def _with_tapped_socket(person):
    """A tab of this person's, and the frames that it sends, as they are sent."""
    await person.context.add_init_script(TAPPED)
    chat = await person.open()
    sent: list[str] = []
    chat.page.on(
        "websocket", lambda socket: socket.on("framesent", lambda data: sent.append(str(data)))
    )
    await chat.page.reload()
    await expect(chat.composer).to_be_visible()
    return chat, sent


async def test_after_signing_out_nothing_of_the_user_is_left_in_the_browser(alice, app):
    chat = await alice.open()
    await chat.ask(SECRET)
    await chat.composer.fill("and the draft is private too")
    address = chat.page.url
    received: list[str] = []
    chat.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda d: received.append(str(d)))
    )
    await chat.sign_out()
    await expect(SignIn(chat.page).form).to_be_visible()
    await chat.page.go_back()
    await expect(SignIn(chat.page).form).to_be_visible()
    alice.forgiven = NOT_FOUND
    await SignIn(chat.page).as_("Carol")  # and comes to the address that Back has led to
    await expect(chat.page.get_by_text("This conversation does not exist.")).to_be_visible()
    await chat.page.get_by_role("link", name="Begin a new conversation").click()
    await expect(chat.composer).to_have_value("")
    await expect(chat.rows.filter(has_text="launch")).to_have_count(0)
    await chat.page.goto(address)
    await expect(chat.page.get_by_text("This conversation does not exist.")).to_be_visible()
    kept = await chat.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "private" not in kept
    assert not [frame for frame in received if "launch code" in frame]
