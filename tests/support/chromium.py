# SPDX-License-Identifier: MIT
"""The server's page in a headless Chromium. Whatever a script does with it, the page must have asked nobody but
the server, and the console must be empty but for what the script expects."""
import base64
import contextlib
import importlib.util
import json
import os
import shutil
import sys
import time

from checking import check

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select
except ImportError:
    print("selenium is not installed")
    sys.exit(77)

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not DRIVER or not CHROMIUM:
    print("Chromium or its driver is not installed")
    sys.exit(77)

SETTLED = "return !document.querySelector('[aria-busy]') && [...document.images].every((image) => image.complete)"
DRAWN = """return Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
  .then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true)))));"""
ANSWER = "button.answer"
VISIBLE = "[...document.querySelectorAll(arguments[0])].filter((element) => element.checkVisibility({ visibilityProperty: true }))"

DROP = """
const [kind, files] = arguments;
const transfer = new DataTransfer();
for (const [name, type, text] of files) {
  transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type }));
}
document.querySelector("main").dispatchEvent(kind === "paste"
  ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
  : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
"""


def axe():
    """The text of axe-core, of the package that carries it; None without it."""
    package = importlib.util.find_spec("axe_playwright_python")
    if not package:
        return None
    with open(os.path.join(package.submodule_search_locations[0], "axe.min.js"), encoding="utf-8") as file:
        return file.read()


def driver(width, height):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("headless=new", "hide-scrollbars", "disable-dev-shm-usage", "disable-background-networking",
                 "no-first-run", "force-device-scale-factor=1", f"window-size={width},{height}",
                 "use-fake-device-for-media-stream", "use-fake-ui-for-media-stream"):
        options.add_argument(f"--{flag}")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # which refuses root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=webdriver.chrome.service.Service(DRIVER), options=options)


class Page:
    """expected: words of which each line of the console must have one."""

    def __init__(self, address, width=1280, height=900, dark=False, expected=(), before=""):
        self.address, self.expected = address, expected
        self.browser = driver(width, height)
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        if dark:
            self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        if before:
            self.command("Page.addScriptToEvaluateOnNewDocument", source=before)
        self.browser.get(address)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.check_console()
                self.check_requests()
        finally:
            self.browser.quit()

    def check_console(self):
        lines = [entry["message"] for entry in self.browser.get_log("browser")]
        odd = [line for line in lines if not any(word in line for word in self.expected)]
        check("an empty console", not odd, odd)

    def check_requests(self):
        events = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        asked = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
        foreign = [url for url in asked if not url.startswith((f"{self.address}/", "blob:", "data:"))]
        check("nobody else is asked", asked and not foreign, foreign)

    def command(self, name, **parameters):
        return self.browser.execute_cdp_cmd(name, parameters)

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    # ---- what a person does ----
    def choose(self, *paths):
        self.one("#files").send_keys("\n".join(paths))

    def hand_over(self, kind, *paths):
        """A drop or a paste of these files."""
        files = []
        for path in paths:
            with open(path, "rb") as file:
                files.append((os.path.basename(path), "", base64.b64encode(file.read()).decode()))
        self.run(DROP, kind, files)

    def press(self, *keys):
        for key in keys:
            self.browser.switch_to.active_element.send_keys(key)

    def select(self, name, value):
        Select(self.one(f"#{name}")).select_by_value(value)
        self.settle()

    # ---- what a person sees ----
    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        """Those that can be seen."""
        return self.run(f"return {VISIBLE}", selector)

    def texts(self, selector):
        return self.run(f"return {VISIBLE}.map((element) => element.innerText)", selector)

    def wait(self, what, holds, seconds=60):
        """Whether it came to hold."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(StaleElementReferenceException):
                if holds():
                    return True
            time.sleep(0.05)
        check(what, False, f"not within {seconds} s")
        return False

    def settle(self, pictures=None):
        """Waits until every answer is there, and every picture is drawn."""
        if pictures:
            self.wait(f"{pictures} cards", lambda: len(self.all(".card")) == pictures)
        self.wait("answers", lambda: self.run(SETTLED))
        self.run(DRAWN)

    def pixels(self, selector):
        """An element's picture as PNG."""
        return base64.b64decode(self.one(selector).screenshot_as_base64)

    def overflow(self):
        """How far the page is wider than the window."""
        return self.run("return document.documentElement.scrollWidth - innerWidth")
