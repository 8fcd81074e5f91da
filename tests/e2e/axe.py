"""What axe finds on a page."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

SERIOUS = ("serious", "critical")
SETTLED = """
    Promise.all(
        document.getAnimations()
            .filter((each) => each.effect.getTiming().iterations !== Infinity)
            .map((each) => each.finished.catch(() => {})),
    )
"""


async def serious_faults(page: Page) -> list[str]:
    """What hinders people, with the element. Nothing moves any more when axe looks."""
    await page.evaluate(SETTLED)  # what is just fading in has no contrast yet
    results = await Axe().run(page)
    return [
        f"{found['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for found in results.response["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]
