# SPDX-License-Identifier: MIT
"""Shared by the scripts that run the program: they continue after a failed check, and fail at the end."""
import sys

failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    if not good:
        print(f"{what}: FAILED {figure}")


def finish():
    sys.exit(failures > 0)
