# SPDX-License-Identifier: MIT
"""Two networks on the server's page: chosen, described, compared for the same pictures."""
import tempfile

from checking import check, finish
from chromium import ANSWER, Page
from pictures import photo
from serving import Server
from small_networks import with_labels

PANE = ".card:first-child .pane"


def choice(address):
    with Page(address) as page:
        page.wait("two to choose from", lambda: page.all("#other"))
        offered = page.run("return [...document.querySelectorAll('#other option')].map((option) => option.value)")
        check("all but the first", offered == ["", "second"], offered)
        page.select("network", "second")
        check("what the other knows", page.texts(".chips li")[-1] == "zeppelin" and page.texts("#facts h2") == ["second knows 10 classes"])
        page.one("#facts details:last-of-type summary").click()
        facts = page.one("#facts dl").text
        check("its facts", all(word in facts for word in ("densenet", "f32", "cifar10", "exact")), facts)


def comparison(address, folder):
    with Page(address) as page:
        page.choose(photo(f"{folder}/a.png"), photo(f"{folder}/b.png", size=(100, 200)))
        page.settle(2)
        page.all(ANSWER)[0].click()
        page.settle()
        page.select("other", "second")
        panes = page.all(PANE)
        check("side by side", len(panes) == 2 and panes[0].location["y"] == panes[1].location["y"] and
              panes[0].location["x"] + panes[0].size["width"] <= panes[1].location["x"])
        check("each by its name", page.texts(f"{PANE} h4") == ["builtin", "second"], page.texts(f"{PANE} h4"))
        first, second = (page.all(f"{PANE}:nth-child({i}) {ANSWER}")[0].text.split("\n")[0] for i in (1, 2))
        verdict = page.texts(".verdict")[0]
        check("a sentence", verdict.startswith(f"They differ: {first} (") and f" and {second} (" in verdict, verdict)
        check("what was shown stays", len(page.all(f"{PANE}:first-child .map")) == 1)
        page.all(f"{PANE}:nth-child(2) {ANSWER}")[1].click()
        page.settle()
        check("a map for each", len(page.all(f"{PANE} .map")) == 2)
        page.select("network", "second")
        check("not with itself", page.run("return document.querySelector('#other').value") == "" and len(page.all(PANE)) == 1)
        check("one again", not page.all(".verdict") and len(page.all(ANSWER)) == 6)


def main():
    with tempfile.TemporaryDirectory() as folder:
        names = "aeroplane balloon coach dinghy engine ferry glider hearse moped zeppelin".split()
        second = with_labels(f"{folder}/second.safetensors", names)
        with Server("builtin", f"second={second}") as server:
            choice(server.address)
            comparison(server.address, folder)
        with Server() as server, Page(server.address) as page:
            page.wait("its facts", lambda: page.texts("#facts h2"))
            check("nothing to choose", not page.all("#choice"))
    finish()


main()
