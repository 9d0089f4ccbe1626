"""Looks at pages as axe does: WCAG 2.2 AA, at every width, in both languages."""

from axe_playwright_python.sync_playwright import Axe
from django.urls import translate_url

AXE = Axe().axe_script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Without ``preload``: to read style sheets anew, axe breaks the content policy.
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
HEIGHT = 844
PHONE = 390
#: The narrowest that must do and a desk in Thai; in English a usual phone.
WIDTHS = (320, 1280)

LOOK = """async (options) => {
    const found = await axe.run(options);
    const faults = found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, html }) => `${id}: ${target} ${html.slice(0, 120)}`));
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) faults.push(`sideways: ${scrollWidth} wide`);
    return faults;
}"""


def faults_at(page, width):
    """Return what is wrong with the open page at a width."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return [f"{width}: {fault}" for fault in page.evaluate(LOOK, OPTIONS)]


def faults_of(page, address, act=None):
    """Open a page, do something on it, look at it in Thai and in English.

    :param act: what a person does there, given the page; the result is looked at.
    """
    found = []
    for language, widths in (("th", WIDTHS), ("en", (PHONE,))):
        page.set_viewport_size({"width": widths[0], "height": HEIGHT})
        page.goto(translate_url(address, language))
        if act:
            act(page)
            page.wait_for_load_state()
        page.evaluate(AXE)
        here = [fault for width in widths for fault in faults_at(page, width)]
        found += [f"{language} {address} {fault}" for fault in here]
        if page.locator("html").get_attribute("lang") != language:
            found.append(f"{language} {address} is in another language")
    return found
