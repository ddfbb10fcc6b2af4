# SPDX-License-Identifier: MIT
"""What the pages say about the code is true: functions are defined in the files named before
them (a header may declare them), commands and their options exist, C compiles."""
import glob
import os
import re
import shutil
import subprocess

PROGRAM = os.environ["DENSENET"]
ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")
PAGES = sorted(glob.glob(os.path.join(ROOT, "*.md")) +
               glob.glob(os.path.join(ROOT, "docs", "**", "*.md"), recursive=True))
FOLDERS = ("include", "src", "tools", "tests", "examples")
SOURCES = {os.path.relpath(path, ROOT): open(path, encoding="utf-8").read() for folder in FOLDERS
           for path in glob.glob(os.path.join(ROOT, folder, "**", "*.[ch]"), recursive=True)}


def paragraphs(page):
    """(is a block of code, lines)"""
    for fence in re.split(r"^(```.*?^```)", page, flags=re.M | re.S):
        if fence.startswith("```"):
            yield True, fence.split("\n")[1:-1]
            continue
        for paragraph in re.split(r"\n\s*\n", fence):
            lines = paragraph.strip("\n").split("\n")
            yield all(line.startswith("    ") for line in lines), lines


def words_of_code(page):
    """The words in backticks, one list for each paragraph of prose."""
    return [re.findall(r"`([^`]+)`", " ".join(lines)) for code, lines in paragraphs(page) if not code]


def has_function(path, name):
    """Defined there, as a function or a macro; a header may only declare it."""
    end = r"[;{]" if path.endswith(".h") else r"\{"
    return re.search(r"^(\w[^;{}=#]*?\b%s\([^;{}]*\)\s*%s|#define %s\()" % (name, end, name), SOURCES[path], re.M)


def lost_functions(page):
    for words in words_of_code(page):
        path = None
        for word in words:
            path = word if word in SOURCES else path
            name = re.fullmatch(r"(\w+)\(\)", word)
            if not name:
                continue
            files = [path] if path else SOURCES
            if not any(has_function(file, name.group(1)) for file in files):
                yield "%s is not defined in %s" % (word, path or "the sources")


def lost_identifiers(page):
    for name in sorted(set(re.findall(r"\bdn_\w*\w\b", page, re.I))):
        if not any(re.search(r"\b%s\b" % name, source) for source in SOURCES.values()):
            yield "%s is not in the sources" % name


def lost_commands(page):
    lines = [word for words in words_of_code(page) for word in words]
    lines += [line.strip() for code, block in paragraphs(page) if code for line in block]
    for line in lines:
        command = re.match(r"densenet ([a-z]+(?:-[a-z]+)*)\b", line)
        if not command:
            continue
        shown = subprocess.run([PROGRAM, command.group(1), "--help"], capture_output=True, text=True)
        if shown.returncode:
            yield "no such command: " + line
            continue
        for option in re.findall(r"(?<=\s)--[a-z][\w-]*", line):
            if not re.search(option + r"\b", shown.stdout):
                yield "no %s: %s" % (option, line)


def broken_code(page):
    for block in re.findall(r"^```c\n(.*?)^```", page, re.M | re.S):
        done = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-xc",
                               "-I" + os.path.join(ROOT, "include"), "-"],
                              input=block, capture_output=True, text=True)
        if done.returncode:
            yield done.stderr


def main():
    faults = []
    for path in PAGES:
        with open(path, encoding="utf-8") as file:
            page = file.read()
        found = list(lost_functions(page)) + list(lost_identifiers(page)) + list(lost_commands(page))
        found += list(broken_code(page)) if shutil.which("cc") else []
        faults += ["%s: %s" % (os.path.relpath(path, ROOT), fault) for fault in found]
    assert not faults, "\n".join(faults)
    print("%d pages" % len(PAGES))


main()
