# SPDX-License-Identifier: MIT
"""The server's page for everybody: what axe-core finds, in the light, in the dark and on a phone; by keyboard alone;
360 pixels wide; without motion."""
import sys
import tempfile

from checking import check, finish
from chromium import ANSWER, Keys, Page, axe
from pictures import damaged, difference, photo
from serving import Server
from small_networks import initialised, with_labels

AUDIT = """
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((found) => done(
  found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`)),
  (error) => done([String(error)]));
"""
FOCUS = "const e = document.activeElement; return e.id || e.getAttribute('aria-label') || e.innerText.split('\\n')[0] || e.tagName"
OUTLINE = "return getComputedStyle(document.activeElement).outlineStyle"


def audit(page, what):
    found = page.browser.execute_async_script(AUDIT)
    check(f"axe: {what}", not found, "\n".join(["", *found]))
    check(f"no wider than the window: {what}", page.overflow() <= 0, page.overflow())


def audits(address, folder, text, kind, **how):
    """Every state of the page, with axe in it."""
    with Page(address, expected=["400 (Bad Request)"], **how) as page:
        page.wait("its facts", lambda: page.texts("#facts h2"))
        page.run(text)
        audit(page, f"{kind}, empty")
        page.hand_over("paste")
        page.choose(photo(f"{folder}/long name of a photograph without an end to it, of a boat.png"))
        page.settle(1)
        page.all(ANSWER)[0].click()
        page.settle()
        page.one("#facts details:last-of-type summary").click()
        audit(page, f"{kind}, a heat map")
        page.choose(damaged(f"{folder}/damaged.jpg"), photo(f"{folder}/second.png"))
        page.settle(3)
        audit(page, f"{kind}, a wall")
        page.select("other", "second")
        audit(page, f"{kind}, compared")
        page.select("network", "thousand")
        page.all(".more")[0].click()
        page.one(".all-labels summary").click()
        audit(page, f"{kind}, long labels")
        page.one("#photograph").click()
        audit(page, f"{kind}, the camera")


def tab_to(page, name, most=40):
    """Goes on by the tabulator until what is focused has this name; each stop on the way can be seen."""
    for _ in range(most):
        page.press(Keys.TAB)
        check("focus is visible", page.run(OUTLINE) not in ("none", ""), page.run(FOCUS))
        if page.run(FOCUS) == name:
            return
    check(f"reached: {name}", False, page.run(FOCUS))


def keyboard(address, folder):
    with Page(address) as page:
        page.wait("its facts", lambda: page.texts("#facts h2"))
        page.press(Keys.TAB)
        check("past the head", page.run(FOCUS) == "To the pictures" and page.run(OUTLINE) != "none")
        page.press(Keys.ENTER, Keys.TAB)
        check("first the way in", page.run(FOCUS) == "choose", page.run(FOCUS))
        page.run("window.asked = 0; document.querySelector('#files').click = () => window.asked++")
        page.press(Keys.ENTER)
        check("files are asked for", page.run("return window.asked") == 1)
        page.choose(photo(f"{folder}/one.png"), photo(f"{folder}/two.png"))
        page.settle(2)
        page.wait("said aloud", lambda: ".png: " in page.one("#announcer").get_attribute("textContent"))
        tab_to(page, "Remove one.png")
        page.press(Keys.TAB)
        label = page.run(FOCUS)
        page.press(Keys.SPACE)
        page.settle()
        check("a map by the space bar", len(page.all(".map")) == 1 and page.run(FOCUS) == label)
        page.wait("said aloud", lambda: f"Heat map of {label} shown" in page.one("#announcer").get_attribute("textContent"))
        before = page.pixels(".card .stage")
        while page.run("return document.activeElement.type") != "range":
            page.press(Keys.TAB)
        page.press(*[Keys.ARROW_LEFT] * 20)
        check("weaker by the arrow keys", difference(page.pixels(".card .stage"), before) > 2)
        tab_to(page, "Remove two.png")
        page.press(Keys.ENTER)
        check("on to what is left", page.texts(".card h3") == ["one.png"] and page.run(FOCUS) == "Remove one.png", page.run(FOCUS))
        page.press(Keys.ENTER)
        check("back to the beginning", not page.all(".card") and page.run(FOCUS) == "choose", page.run(FOCUS))


def still(address):
    with Page(address) as page:
        page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        moving = page.run("return [...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).transitionDuration !== '0s').length")
        check("nothing moves", moving == 0, moving)


def main():
    text = axe()
    with tempfile.TemporaryDirectory() as folder:
        names = ["aeroplane", "balloon of the Montgolfier brothers", "coach", "Rindfleischetikettierungsüberwachungsaufgabe"]
        second = with_labels(f"{folder}/second.safetensors", names)
        thousand = initialised(f"{folder}/thousand.safetensors", "--classes", "1000")
        with Server("builtin", f"second={second}", f"thousand={thousand}") as server:
            keyboard(server.address, folder)
            still(server.address)
            for kind, how in (("light", {}), ("dark", {"dark": True}), ("phone", {"width": 360, "height": 740})):
                if text:
                    audits(server.address, folder, text, kind, **how)
    if not text:
        print("axe-core is not installed: the package axe-playwright-python carries it")
        sys.exit(77)
    finish()


main()
