# SPDX-License-Identifier: MIT
"""Ways in to the server's page: chosen, dropped, pasted and photographed pictures, one and many, damaged ones,
and such as browsers do not show."""
import tempfile

from checking import check, finish
from chromium import ANSWER, Page
from pictures import damaged, photo
from serving import Server


def ways_in(address, folder):
    with Page(address) as page:
        page.wait("what the network knows", lambda: "automobile" in page.texts(".chips li"))
        check("an invitation", page.all("#choose") and not page.all("#pictures"))
        page.choose(photo(f"{folder}/chosen.png"))
        page.settle(1)
        check("five answers", len(page.all(ANSWER)) == 5 and "%" in page.texts(ANSWER)[0], page.texts(ANSWER))
        page.hand_over("dragover", photo(f"{folder}/dropped.jpg"))
        check("a place to land", page.all(".landing"))
        page.hand_over("drop", f"{folder}/dropped.jpg", photo(f"{folder}/second.png"))
        page.settle(3)
        check("which goes", not page.all(".landing"))
        page.hand_over("paste", photo(f"{folder}/pasted.png"))
        page.settle(4)
        names = page.texts(".card h3")
        check("in their order", names == ["chosen.png", "dropped.jpg", "second.png", "pasted.png"], names)
        check("three answers each", len(page.all(ANSWER)) == 12, len(page.all(ANSWER)))
        page.all(".more")[0].click()
        check("all of one", len(page.all(ANSWER)) == 19, len(page.all(ANSWER)))
        page.hand_over("paste")
        check("no picture", "no picture in what was pasted" in page.one("#intake-error").text)
        page.hand_over("drop")
        check("no file", "That was no file" in page.one("#intake-error").text)
        page.all(".remove")[1].click()
        check("one less", page.texts(".card h3") == [names[0], *names[2:]] and "3 pictures" in page.texts("#pictures-title")[0])
        check("a word about it", page.wait("said", lambda: "dropped.jpg was removed" in page.one("#announcer").get_attribute("textContent")))
        page.one("#clear").click()
        check("none", not page.all(".card") and not page.all("#pictures"))


def photographed(address):
    with Page(address) as page:
        page.one("#photograph").click()
        page.wait("the shutter", lambda: page.one("#shutter").is_enabled())
        page.one("#shutter").click()
        page.settle(1)
        name = page.one(".card h3").get_attribute("textContent")
        check("a photograph", name.startswith("photo ") and name.endswith(".jpg") and len(page.all(ANSWER)) == 5, name)
        check("the camera is let go", page.run("return document.querySelector('video').srcObject") is None)
        page.one("#photograph").click()
        page.one("#camera-cancel").click()
        check("none", len(page.all(".card")) == 1 and not page.all("dialog"))


def odd_files(address, folder):
    with Page(address, expected=["400 (Bad Request)"]) as page:
        page.choose(damaged(f"{folder}/damaged.jpg"), photo(f"{folder}/sound.png"))
        page.settle(2)
        cards = page.all(".card")
        error = cards[0].text
        check("a sentence where it belongs", page.texts(".card [role=alert]") and "damaged.jpg: " in error and "Try again" not in error, error)
        check("answers beside it", "%" in cards[1].text and not page.texts(".card:nth-child(2) [role=alert]"), cards[1].text)
        check("no empty frame", not page.all(".card:first-child .stage"))
    with Page(address) as page:
        page.choose(photo(f"{folder}/scan.tiff", size=(200, 100)))
        page.settle(1)
        page.wait("the server shows it", lambda: page.run("return document.querySelector('.picture').naturalWidth") > 0)
        width, height = page.run("const {naturalWidth, naturalHeight} = document.querySelector('.picture'); return [naturalWidth, naturalHeight]")
        check("as it is", width == 2 * height and not page.all(".blind"), (width, height))


def main():
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        ways_in(server.address, folder)
        photographed(server.address)
        odd_files(server.address, folder)
    finish()


main()
