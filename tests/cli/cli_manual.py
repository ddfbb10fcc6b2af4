# SPDX-License-Identifier: MIT
"""The manual page: no warnings from groff, every command and option in it."""
import os
import re
import shutil
import subprocess
import sys

PROGRAM = os.environ["DENSENET"]


def output(*arguments, **options):
    return subprocess.run(arguments, check=True, capture_output=True, text=True, **options)


def check_width(name, text):
    """A terminal's width, except lines to copy."""
    for line in text.splitlines():
        assert len(line) <= 80 or line.startswith(("  densenet", "Usage:")), "%s: %d columns: %s" % (
            name, len(line), line)


def main():
    if not shutil.which("groff"):
        print("groff is not installed")
        sys.exit(77)
    source = output(PROGRAM, "manual").stdout
    page = output("groff", "-ww", "-man", "-Tutf8", "-P-cbou", input=source)
    assert page.stderr == "", page.stderr
    text = page.stdout.replace("\u2212", "-").replace("\u2010", "-")

    overview = output(PROGRAM, "--help").stdout
    commands = re.findall(r"^  (\S+) +\S", overview, re.M)
    assert "summary" in commands
    check_width("--help", overview)
    checked = 0
    for command in commands:
        help_text = output(PROGRAM, command, "--help").stdout
        assert help_text == output(PROGRAM, "help", command).stdout
        assert re.search(r"^   densenet %s " % command, text, re.M), command
        for line in help_text.split("\nOptions:\n")[1].split("\n\n")[0].splitlines():
            found = re.match(r"  (?:-\w, |    )(--\S+)", line)
            if found:
                assert found.group(1) in text, (command, found.group(1))
                checked += 1
        check_width(command + " --help", help_text)
    print("%d commands, %d options" % (len(commands), checked))


main()
