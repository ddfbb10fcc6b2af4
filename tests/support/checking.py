# SPDX-License-Identifier: MIT
"""What the scripts over the program share: they go on after a failed check, and end with it."""
import sys

failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    if not good:
        print(f"{what}: FAILED {figure}")


def finish():
    sys.exit(failures > 0)
