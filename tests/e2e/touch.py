"""Whether a page fits a phone."""

from playwright.async_api import Page

THUMB = 44  # px: WCAG 2.5.5, and what phone makers ask for
MISSED = """
    thumb => {
        const steps = Array.from({ length: 2 * thumb }, (_, at) => at - thumb);
        const isHit = (element) => {
            element.scrollIntoView({ block: "center", behavior: "instant" });
            const box = element.getBoundingClientRect();
            const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
            const reaches = (right, down) =>
                element.contains(document.elementFromPoint(x + right, y + down));
            const wide = steps.filter((step) => reaches(step, 0)).length;
            const high = steps.filter((step) => reaches(0, step)).length;
            return !reaches(0, 0) || Math.min(wide, high) >= thumb - 1;
        };
        return [...document.querySelectorAll("button, a[href], input, textarea")]
            .filter((e) => e.checkVisibility() && isInView(e) && !isHit(e))
            .map((e) => e.outerHTML.slice(0, 160));
        function isInView(e) {
            const box = e.getBoundingClientRect();
            return box.right > 0 && box.left < innerWidth;
        }
    }
"""  # uncovered controls that a thumb may miss: the pixels around the middle are tried


async def fits(page: Page) -> None:
    """Nothing stands out at the side, and a thumb hits every control."""
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    missed = await page.evaluate(MISSED, THUMB)
    assert missed == []
