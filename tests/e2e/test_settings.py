"""The settings: what is chosen shows at once, is still there later, and reaches the model."""

import json

import pytest
from playwright.async_api import expect

from tests.e2e.axe import serious_faults
from tests.e2e.pages import Settings
from tests.e2e.touch import fits

FRAMES = """
    window.seen = [];
    const look = () => {
        const { backgroundColor } = getComputedStyle(document.documentElement);
        if (document.body) seen.push(backgroundColor);
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""  # the background of each frame that is painted, from the first one on
CLEAR, LIGHT, DARK = "rgba(0, 0, 0, 0)", "rgb(251, 250, 248)", "rgb(24, 23, 21)"
BACKGROUND = "getComputedStyle(document.documentElement).backgroundColor"
BARS = """
    [...document.querySelectorAll("meta[name=theme-color]")]
        .filter((meta) => matchMedia(meta.media).matches)
        .map((meta) => meta.content)
"""
PHONES = [{"width": 360, "height": 740}, {"width": 390, "height": 844}]


async def settings_of(person) -> Settings:
    settings = Settings((await person.open("/settings")).page)
    await settings.opens()
    return settings


async def test_the_menu_at_the_users_name_leads_to_the_settings(alice):
    chat = await alice.open()
    await chat.ask("Hello.")
    await expect(chat.row("Hello.")).to_have_attribute("aria-current", "page")
    menu = await chat.account()
    await menu.get_by_role("menuitem", name="Settings").click()
    await expect(chat.page).to_have_url(f"{alice.url}/settings")
    await Settings(chat.page).opens()
    await expect(chat.row("Hello.")).to_have_attribute("aria-current", "false")
    await chat.row("Hello.").click()
    await chat.reads(await chat.words.inner_text())
    await expect(chat.said).to_have_text("Hello.")


async def test_each_way_at_the_top_leads_to_its_part_and_changes_nothing_else(alice):
    settings = await settings_of(alice)
    ways = settings.page.get_by_role("navigation", name="Settings").get_by_role("link")
    await expect(ways).to_have_count(10)
    await settings.instructions.fill("not saved yet")
    for way in await ways.all():
        await way.press("Enter")
        part = settings.page.get_by_role("heading", name=await way.inner_text(), exact=True)
        await expect(part).to_be_focused()
        await expect(part).to_be_in_viewport()
    await expect(settings.page).to_have_url(f"{alice.url}/settings")
    await expect(settings.instructions).to_have_value("not saved yet")


async def test_a_new_name_stands_in_the_sidebar_and_is_there_after_a_reload(alice):
    settings = await settings_of(alice)
    await settings.name.fill("Ada Lovelace")
    await settings.name.press("Enter")
    await expect(settings.outcome("name")).to_have_text("Saved.")
    account = settings.page.get_by_test_id("account")
    await expect(account).to_have_text("AAda Lovelace")
    await settings.page.reload()
    await expect(settings.name).to_have_value("Ada Lovelace")
    await expect(account).to_have_text("AAda Lovelace")


async def test_a_name_that_cannot_be_is_refused_and_the_old_one_holds(alice):
    settings = await settings_of(alice)
    await settings.name.fill("   ")
    await settings.language.focus()
    await expect(settings.outcome("name")).to_contain_text("What was saved before still holds.")
    await expect(settings.name).to_have_value("   ")
    await settings.page.reload()
    await expect(settings.name).to_have_value(alice.name)


async def test_instructions_and_language_reach_the_model(alice, vendors):
    settings = await settings_of(alice)
    await settings.instructions.fill("Call me Captain.\nNo jokes.")
    await settings.page.get_by_role("button", name="Save", exact=True).click()
    await expect(settings.outcome("instructions")).to_have_text("Saved.")
    await settings.language.select_option("pt-BR")
    await expect(settings.outcome("language")).to_have_text("Saved.")
    chat = await alice.open()
    await chat.ask("Who am I to you?")
    (system,) = [
        "\n\n".join(block["text"] for block in seen.body["system"])
        for seen in vendors.requests
        if "Who am I to you?" in json.dumps(seen.body.get("messages", []))
        and "Call me" in json.dumps(seen.body.get("system", ""))
    ]
    assert "Call me Captain.\nNo jokes." in system
    assert "Answer in this language: Portuguese of Brazil" in system
    await settings.page.reload()
    await expect(settings.instructions).to_have_value("Call me Captain.\nNo jokes.")
    await expect(settings.language).to_have_value("pt-BR")


async def test_words_are_saved_by_leaving_the_field_and_too_many_are_counted(alice):
    settings = await settings_of(alice)
    save = settings.page.get_by_role("button", name="Save", exact=True)
    await expect(save).to_be_disabled()
    await settings.instructions.fill("x" * 4_001)
    await expect(settings.page.get_by_text("4,001 of 4,000 characters")).to_be_visible()
    await expect(save).to_be_disabled()
    await settings.instructions.fill("x" * 4_000)
    await settings.page.get_by_test_id("new-chat").click()
    await expect(settings.page).to_have_url(f"{alice.url}/")
    again = await settings_of(alice)
    await expect(again.instructions).to_have_value("x" * 4_000)


async def test_the_model_that_is_chosen_answers_in_a_new_conversation(alice):
    settings = await settings_of(alice)
    label = (await settings.model.locator("option").last.inner_text()).strip()
    await settings.model.select_option(label=label)
    await expect(settings.outcome("model")).to_have_text("Saved.")
    await settings.page.get_by_test_id("new-chat").click()
    await expect(settings.page.get_by_test_id("model-picker")).to_contain_text(label)


@pytest.mark.parametrize(
    ("system", "chosen", "background"), [("light", "Dark", DARK), ("dark", "Light", LIGHT)]
)
async def test_a_theme_is_there_from_the_first_frame_on(person, app, system, chosen, background):
    alice = await person(app.url, color_scheme=system)
    settings = await settings_of(alice)
    assert await settings.page.evaluate(BACKGROUND) != background
    await settings.page.get_by_role("radio", name=chosen).check()
    await expect(settings.outcome("theme")).to_have_text("Saved.")
    assert await settings.page.evaluate(BACKGROUND) == background
    await settings.page.add_init_script(FRAMES)
    await settings.page.reload()
    await settings.opens()
    await expect(settings.page.get_by_role("radio", name=chosen)).to_be_checked()
    assert set(await settings.page.evaluate("seen")) - {CLEAR} == {background}
    assert await settings.page.evaluate(BARS) == [{"Dark": "#181715", "Light": "#fbfaf8"}[chosen]]


async def test_a_theme_follows_to_other_tabs_and_to_another_browser(person, app):
    alice = await person(app.url, color_scheme="light")
    tab = await alice.open()
    settings = await settings_of(alice)
    await settings.page.get_by_role("radio", name="Dark").check()
    await expect(settings.outcome("theme")).to_have_text("Saved.")
    await expect(tab.page.locator("html")).to_have_class("dark")
    elsewhere = await person(app.url, signed_in=False, color_scheme="light")
    elsewhere.name = alice.name
    await elsewhere.sign_in()
    chat = await elsewhere.open()
    await expect(chat.page.locator("html")).to_have_class("dark")


async def test_a_theme_is_chosen_by_arrow_keys(alice):
    settings = await settings_of(alice)
    await settings.page.get_by_role("radio", name="System").focus()
    await settings.page.keyboard.press("ArrowRight")
    await expect(settings.page.get_by_role("radio", name="Light")).to_be_checked()
    await expect(settings.outcome("theme")).to_have_text("Saved.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(person, app, scheme):
    alice = await person(app.url, color_scheme=scheme, reduced_motion="reduce")
    settings = await settings_of(alice)
    assert await serious_faults(settings.page) == []
    await settings.name.fill(" ")
    await settings.instructions.fill("x" * 4_001)
    await expect(settings.outcome("name")).to_contain_text("What was saved")
    await settings.page.get_by_test_id("account").click()
    assert await serious_faults(settings.page) == []


@pytest.mark.parametrize("size", PHONES, ids=lambda size: str(size["width"]))
async def test_the_settings_fit_a_phone_and_the_drawer_opens(person, app, size):
    alice = await person(app.url, viewport=size, has_touch=True, is_mobile=True)
    settings = await settings_of(alice)
    await fits(settings.page)
    account = settings.page.get_by_test_id("account")
    await expect(account).not_to_be_in_viewport()
    await settings.page.get_by_role("button", name="Conversations").tap()
    await expect(account).to_be_in_viewport(ratio=1)
    await account.tap()
    await fits(settings.page)
