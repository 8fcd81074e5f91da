"""A tool in an answer is one line, which opens to what went in and what came out."""

from playwright.async_api import expect


async def test_a_calculation_is_one_line_that_opens(alice):
    chat = await alice.open()
    await chat.ask("What is it? [[tool=calculator expression=2+2]]")
    await expect(chat.tools).to_have_count(1)
    await expect(chat.tools).to_have_attribute("data-status", "done")
    line = chat.tools.get_by_role("button")
    await expect(line).to_contain_text("Calculated · 2+2")
    await expect(line).to_have_attribute("aria-expanded", "false")
    await line.click()
    asked, answered = chat.tools.locator("dd").first, chat.tools.locator("dd").last
    await expect(asked).to_contain_text('"expression": "2+2"')
    await expect(answered).to_have_text("4")
    await expect(chat.words.last).to_have_text("The tool says: 4")
    await chat.page.reload()
    await expect(chat.tools).to_contain_text("Calculated · 2+2")


async def test_a_tool_that_is_turned_off_says_that_it_is_not_allowed(alice):
    page = (await alice.open("/settings")).page
    await page.get_by_label("Calculator", exact=True).select_option("off")
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    chat = await alice.open()
    await chat.ask("What is it? [[tool=calculator expression=2+2]]")
    await expect(chat.tools).to_have_attribute("data-state", "denied")
    await expect(chat.tools).to_have_text("Not allowed: calculator · 2+2")
    await expect(chat.words.last).to_contain_text("The user has turned this tool off")


async def test_a_tool_that_fails_says_so_and_the_answer_goes_on(alice):
    chat = await alice.open()
    await chat.ask('What is it? [[tool=calculator expression="1/0"]]')
    await expect(chat.tools).to_have_attribute("data-status", "failed")
    await expect(chat.tools).to_contain_text("Could not use calculator")
    await expect(chat.words.last).to_contain_text("The tool says:")


async def test_a_search_of_the_models_vendor_is_a_line_with_its_sources(alice):
    chat = await alice.open()
    await chat.ask('What is green tea? [[search="green tea"]]')
    await expect(chat.tools).to_have_attribute("data-status", "done")
    await expect(chat.tools).to_contain_text("Searched the web · green tea")
    await expect(chat.tools).to_contain_text("from others")
    source = chat.tools.get_by_role("link")
    await expect(source).to_have_text("1tea.example")
    await expect(source).to_have_attribute("href", "https://tea.example/all")
    await chat.tools.get_by_role("button").click()
    await expect(chat.tools.locator("dd").first).to_contain_text('"engine": "Anthropic"')
    await chat.page.reload()
    await expect(chat.tools).to_contain_text("Searched the web · green tea")
    await chat.ask('And black tea? [[search="black tea"]]')
    await expect(chat.tools).to_have_count(1)
