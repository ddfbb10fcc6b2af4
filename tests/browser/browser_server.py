# SPDX-License-Identifier: MIT
"""The server's page where the server wants a key, is busy, or has gone; and what it asks at once."""
import tempfile

from checking import check, finish
from chromium import ANSWER, Keys, Page
from pictures import photo
from serving import Server

# The first two answers to /predict are that the server is busy.
BUSY = """
const send = window.fetch;
let left = 2;
window.fetch = (path, options) => path.startsWith("predict") && left-- > 0
  ? Promise.resolve(new Response('{"error": "busy"}', { status: left ? 429 : 503, headers: { "Retry-After": "2" } }))
  : send(path, options);
"""

# The second request to /predict waits for go().
HELD = """
const send = window.fetch;
const held = new Promise((resolve) => { window.go = resolve; });
let count = 0;
window.fetch = (path, options) => path.startsWith("predict") && ++count === 2
  ? held.then(() => send(path, options))
  : send(path, options);
"""

# Counts requests under way, and those that were given up.
COUNTED = """
const send = window.fetch;
window.most = window.now = window.left = 0;
window.fetch = (path, options) => {
  window.most = Math.max(window.most, ++window.now);
  options.signal?.addEventListener("abort", () => window.left++);
  return send(path, options).finally(() => window.now--);
};
"""


def key_file(folder, word):
    path = f"{folder}/key"
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{word}\n")
    return path


def key(folder):
    with Server("--api-key-file", key_file(folder, "open-sesame")) as server:
        with Page(server.address, expected=["401"]) as page:
            page.wait("a question", lambda: page.all("#key-dialog"))
            check("ready to type", page.run("return document.activeElement.id") == "key")
            page.press(Keys.ENTER)
            check("an empty one", "A key is needed" in page.one("#key-error").text)
            page.press("open-barley", Keys.ENTER)
            page.wait("a refusal", lambda: page.all("#key-error .error") and "did not accept" in page.one("#key-error").text)
            page.press("open-sesame", Keys.ENTER)
            page.wait("what it knows", lambda: page.texts("#facts h2"))
            page.choose(photo(f"{folder}/a.png"))
            page.settle(1)
            check("asked once", page.all(ANSWER) and not page.all("#key-dialog"))
            page.browser.refresh()
            page.wait("it is kept", lambda: page.texts("#facts h2"))
            check("only for this tab", page.run("return [sessionStorage.length, localStorage.length, document.cookie]") == [1, 0, ""])
        with Page(server.address, expected=["401"]) as page:
            page.wait("a question", lambda: page.all("#key-dialog"))
            page.press(Keys.ESCAPE)
            page.wait("what then", lambda: "only with a key" in page.one("#facts").text)
            page.one("#facts button").click()
            page.wait("again", lambda: page.all("#key-dialog"))


def no_key(folder):
    """Who gave none, or a wrong one, is asked again when pictures come; then all that came are answered."""
    def asked_again(page, *words):
        page.wait("a question", lambda: page.all("#key-dialog"))
        page.press(*words)

    with Server("--api-key-file", key_file(folder, "open-sesame")) as server:
        page = Page(server.address, expected=["401", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"])
        asked_again(page, "open-barley", Keys.ENTER)
        page.wait("a refusal", lambda: page.all("#key-error .error"))
        page.press(Keys.ESCAPE)
        page.wait("what then", lambda: "only with a key" in page.one("#facts").text)
        page.choose(photo(f"{folder}/a.png"))
        asked_again(page, Keys.ESCAPE)
        page.wait("what then", lambda: "only with a key" in page.one("#facts").text)
        page.choose(photo(f"{folder}/b.png"))
        asked_again(page, "open-sesame", Keys.ENTER)
        page.settle(2)
        check("both are answered", len(page.texts(ANSWER)) == 6 and not page.texts("[role=alert]"), page.one("#wall").text)
    with page, Server("--listen", server.host, "--api-key-file", key_file(folder, "open-wheat")):
        page.run(HELD)
        page.choose(photo(f"{folder}/c.png"), photo(f"{folder}/d.tiff"))
        asked_again(page, Keys.ESCAPE)
        page.wait("one refusal", lambda: "only with a key" in page.one("#wall").text)
        page.run("go()")
        page.wait("two refusals, without another question", lambda: page.one("#wall").text.count("only with a key") == 2)
        page.choose(photo(f"{folder}/e.png"))
        asked_again(page, "open-wheat", Keys.ENTER)
        page.settle(5)
        check("all are answered", len(page.texts(ANSWER)) == 15 and not page.texts("[role=alert]"), page.one("#wall").text)
        page.wait("the scan is shown", lambda: not page.all(".blind"))


def busy(address, folder):
    with Page(address, before=BUSY) as page:
        page.choose(photo(f"{folder}/a.png"))
        page.wait("a word about it", lambda: "busy. Asking again in 2 s" in page.one(".note").text)
        page.settle(1)
        check("an answer in the end", page.all(ANSWER) and not page.texts(".note"), page.one(".card").text)


def some_at_once(address, folder):
    with Page(address, before=COUNTED) as page:
        page.choose(*[photo(f"{folder}/{i}.png") for i in range(12)])
        page.settle(12)
        check("four at once", page.run("return window.most") == 4, page.run("return window.most"))
        page.run("""
            window.fetch = (path, options) => new Promise((resolve, reject) =>
              options.signal.addEventListener("abort", () => { window.left++; reject(options.signal.reason); }));""")
        page.choose(photo(f"{folder}/late.png"))
        page.wait("it is there", lambda: len(page.all(".card")) == 13)
        page.all(".remove")[-1].click()
        page.wait("given up", lambda: page.run("return window.left") == 1)
        check("without a word", len(page.all(".card")) == 12 and not page.texts("[role=alert]"))


def gone(folder):
    with Server() as server:
        page = Page(server.address, expected=["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"])
        page.wait("its facts", lambda: page.texts("#facts h2"))
    with page:
        page.choose(photo(f"{folder}/a.png"))
        page.settle(1)
        check("a sentence", "The server does not answer" in page.one(".card").text, page.one(".card").text)
        with Server("--listen", server.host):
            page.one(".card .error button").click()
            page.settle()
            check("again", len(page.all(ANSWER)) == 5 and not page.texts("[role=alert]"), page.one(".card").text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        key(folder)
        no_key(folder)
        with Server() as server:
            busy(server.address, folder)
            some_at_once(server.address, folder)
        gone(folder)
    finish()


main()
