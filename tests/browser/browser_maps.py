# SPDX-License-Identifier: MIT
"""Heat maps on the server's page: shown, hidden, as strong as the slider says, of any class; of networks with
labels, whether trained or not, and of such as have approximate maps only."""
import tempfile

from checking import check, finish
from chromium import ANSWER, Keys, Page
from pictures import difference, photo
from serving import Server
from small_networks import initialised, partly_trained, with_labels

PRESSED = f"{ANSWER}[aria-pressed=true]"


def shown(page):
    page.settle()
    return page.all(".map")


def strength(address, folder):
    with Page(address) as page:
        page.choose(photo(f"{folder}/boat.png"))
        page.settle(1)
        plain = page.pixels(".stage")
        first, second = page.all(ANSWER)[:2]
        first.click()
        check("a map", shown(page) and len(page.all(PRESSED)) == 1)
        check("with words for it", "Heat map" in page.one(".map").get_attribute("alt"))
        strong = page.pixels(".stage")
        slider = page.one(".opacity input")
        slider.send_keys(*[Keys.ARROW_LEFT] * 30)
        weak = page.pixels(".stage")
        slider.send_keys(Keys.HOME)
        none = page.pixels(".stage")
        seen = [difference(plain, drawn) for drawn in (none, weak, strong)]
        check("as strong as the slider says", seen[0] < 0.5 and seen[1] > 5 and seen[2] > seen[1] + 5, seen)
        slider.send_keys(Keys.END)
        full = page.pixels(".stage")
        page.all(ANSWER)[1].click()
        check("another class", shown(page) and difference(page.pixels(".stage"), full) > 5 and len(page.all(".map")) == 1)
        page.all(ANSWER)[1].click()
        check("hidden again", not shown(page) and not page.all(PRESSED) and difference(page.pixels(".stage"), plain) < 0.5)


def turned(address, folder):
    """A photograph that lies on its side and says so: the map lies on what is shown."""
    with Page(address) as page:
        page.choose(photo(f"{folder}/turned.jpg", size=(160, 80), turned=6))
        page.settle(1)
        page.all(ANSWER)[0].click()
        shown(page)
        sizes = page.run("return [...document.querySelectorAll('.stage img')].map((i) => i.naturalWidth / i.naturalHeight)")
        check("map and picture agree", len(sizes) == 2 and abs(sizes[0] - 0.5) < 0.02 and abs(sizes[1] - 0.5) < 0.02, sizes)


def thousand(address, folder):
    with Page(address) as page:
        page.select("network", "thousand")
        check("what it knows", "1,000 classes" in page.one("#facts").text and not page.all(".chips"))
        page.one(".all-labels summary").click()
        page.one("[type=search]").send_keys("tabby")
        check("found", page.texts(".chips li") == ["tabby"], page.texts(".chips li"))
        page.choose(photo(f"{folder}/boat.png"))
        page.settle(1)
        page.one(".more").click()
        check("ten of them", len(page.all(ANSWER)) == 10)
        page.one(".below input").send_keys("no such thing", Keys.ENTER)
        check("a class that it does not know", "knows no class “no such thing”" in page.one(".note").text)
        page.one(".below input").clear()
        page.one(".below input").send_keys("Tabby", Keys.ENTER)
        check("any class", shown(page) and "tabby" in page.one(PRESSED).text and "%" in page.one(PRESSED).text)


def labels(address, folder):
    with Page(address) as page:
        page.select("network", "labels")
        page.choose(photo(f"{folder}/boat.png"))
        page.settle(1)
        shares = [float(row.split()[-1].strip("%")) for row in page.texts(ANSWER)]
        check("each label by itself", "looks for 3 labels" in page.one("#facts").text and len(shares) == 3 and
              shares == sorted(shares, reverse=True) and any("Lung Lesion" in row for row in page.texts(ANSWER)), page.texts(ANSWER))
        page.select("network", "untrained")
        rows = page.texts(".answer")
        check("trained first", len(rows) == 4 and rows[-1].split() == ["2", "not", "trained"], rows)
        check("no map of what was not trained", len(page.all(ANSWER)) == 3)
        page.select("network", "xray")
        check("outputs without a name", "looks for 17 labels" in page.one("#facts").text and "Cardiomegaly" in page.texts(".chips li"))
        page.select("network", "maxima")
        page.all(ANSWER)[0].click()
        check("what kind of map", shown(page) and "gradient-weighted" in page.one(".note").text, page.one(".said").text)
        page.one("#facts details:last-of-type summary").click()
        check("said of the network", "gradient-weighted: approximate" in page.one("#facts").text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        networks = {"builtin": "builtin",
                    "thousand": initialised(f"{folder}/thousand.safetensors", "--classes", "1000"),
                    "labels": with_labels(f"{folder}/labels.safetensors", ["Effusion", "Mass", "Lung_Lesion"], "labels"),
                    "untrained": partly_trained(f"{folder}/untrained.safetensors", 4, 2),
                    "xray": partly_trained(f"{folder}/xray.safetensors", 18, 14),
                    "maxima": initialised(f"{folder}/maxima.safetensors", "--classes", "3", "--head-pool", "max")}
        with Server(*(f"{name}={file}" for name, file in networks.items())) as server:
            for part in (strength, turned, thousand, labels):
                part(server.address, folder)
    finish()


main()
