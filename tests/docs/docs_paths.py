# SPDX-License-Identifier: MIT
"""Every file that README.md and docs/ mention exists, every link has a target, and a link that
names a file leads to that file."""
import glob
import os
import re

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")
FOLDERS = "src|include|tools|tests|examples|docs|scripts|cmake|bench"


def anchors(path):
    """The anchors of a page's headings, as a forge makes them."""
    with open(path, encoding="utf-8") as file:
        headings = re.findall(r"^#+ +(.*)$", file.read(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def faults(page):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for target in re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", text):
        target = target[0] or target[1]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        where = os.path.join(os.path.dirname(page), path) if path else page
        if not os.path.exists(where):
            yield target
        elif anchor and where.endswith(".md") and anchor not in anchors(where):
            yield target
    for name, target in re.findall(r"\[`((?:%s)/[^`]*)`\]\(([^)#]+)" % FOLDERS, text):
        if os.path.relpath(os.path.join(os.path.dirname(page), target), ROOT) != os.path.normpath(name):
            yield "%s leads to %s" % (name, target)
    for name in re.findall(r"`((?:%s)/[\w./*-]*)" % FOLDERS, text):
        if not glob.glob(os.path.join(ROOT, name)):
            yield name


def main():
    pages = glob.glob(os.path.join(ROOT, "*.md")) + glob.glob(os.path.join(ROOT, "docs", "**", "*.md"),
                                                              recursive=True)
    lost = ["%s: %s" % (os.path.relpath(page, ROOT), fault) for page in sorted(pages)
            for fault in faults(page)]
    assert not lost, "\n".join(lost)
    print("%d pages" % len(pages))


main()
