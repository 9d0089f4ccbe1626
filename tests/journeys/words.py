"""Which English a Thai page shows: to the eye, and to those who listen."""

import re

#: What Thai offices write in Latin letters too.
TERMS = {
    *("OTOP", "OPC", "SME", "GI", "TCPS", "HACCP", "LINE", "SWOT", "Quadrant"),
    *("Excel", "XLSX", "CSV", "PDF", "JPEG", "PNG", "WebP", "AVIF", "MB"),
}
WORD = re.compile(r"[A-Za-z]{2,}")

COLLECT = """() => {
    const said = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const skipped = "script, style, noscript, [lang='en'], .empty-form";
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent.closest(skipped)) said.push(walker.currentNode.data);
    }
    const names = ["alt", "aria-label", "title", "placeholder"];
    for (const each of document.body.querySelectorAll("*")) {
        if (each.closest(skipped)) continue;
        for (const name of names) said.push(each.getAttribute(name) || "");
        const presses = each.matches("input[type=submit], input[type=button]");
        if (presses) said.push(each.value || "");
    }
    return said.join("\\n");
}"""


def english_words(page):
    """Return the English words of a page, but for known terms.

    What is marked as English (``lang="en"``) may be, and what people typed stands
    in boxes, not in the text.
    """
    return set(WORD.findall(page.evaluate(COLLECT))) - TERMS
