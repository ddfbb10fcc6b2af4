# SPDX-License-Identifier: MIT
"""The folders are as CONTRIBUTING.md's table says: which may include which, no two
files of one name, and no flag in a sentence of the library. Needs only Python."""
import collections
import os
import re
import sys

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def files(folder):
    """Every C file below a folder, as its path from the root."""
    for base, _, names in os.walk(os.path.join(ROOT, folder)):
        for name in names:
            if name.endswith((".c", ".h")):
                yield os.path.relpath(os.path.join(base, name), ROOT)


def rooms():
    """Each room's row: | `src/room/` | what it holds | `room`, `room` |."""
    found = {}
    for folder, may in re.findall(r"^\| `((?:src|tools|server)/\w*/?)` \|[^|]*\|([^|]*)\|$", read("CONTRIBUTING.md"), re.M):
        found[folder.strip("/").split("/")[-1]] = set(re.findall(r"`(\w+)`", may))
    return found


def inclusions(path):
    return re.findall(r'^#include "([^"]+)"', read(path), re.M)


def wrong_inclusions(allowed):
    for path in files("src"):
        room = path.split("/")[1]
        for target in inclusions(path):
            other = target.split("/")[0]
            if target != "densenet.h" and other != room and other not in allowed[room]:
                yield f"{path} includes {target}: {room} may include {', '.join(sorted(allowed[room])) or 'nothing'}"
    # The program and the server stand side by side; the one opens the other by its door.
    for folder, doors in (("tools", {"densenet.h", "server.h"}), ("server", {"densenet.h"})):
        own = set(os.listdir(os.path.join(ROOT, folder)))
        for path in files(folder):
            for target in inclusions(path):
                if target not in doors and target.split("/")[0] not in own | allowed[folder]:
                    yield f"{path} includes {target}: {folder} may include {doors} and {', '.join(allowed[folder])}"


def circles(allowed):
    """Rooms that come to include themselves."""
    for room in allowed:
        seen, todo = set(), [room]
        while todo:
            for other in allowed.get(todo.pop(), ()):
                if other == room:
                    yield f"{room} may include itself through others"
                if other not in seen:
                    seen.add(other)
                    todo.append(other)


def doubled_names():
    counted = collections.Counter(os.path.basename(path) for folder in ("src", "tools", "server") for path in files(folder))
    return [f"two files are called {name}" for name, count in counted.items() if count > 1]


def flags_in_sentences():
    """The library's sentences name options: flags are the program's."""
    rows = re.compile(r'^ *\{"([a-z0-9-]+)", (?:0|\'.\'), OPTION_', re.M)
    flags = {name for folder in ("tools", "server") for path in files(folder) for name in rows.findall(read(path))}
    for path in files("src"):
        for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', read(path)):
            if flags.intersection(re.findall(r"(?<![\w-])--([a-z0-9-]+)", text)):
                yield f"{path} speaks of a flag of the program: {text}"


def main():
    allowed = rooms()
    missing = [f"no row for src/{room}/" for room in os.listdir(os.path.join(ROOT, "src")) if room not in allowed]
    faults = missing or [*wrong_inclusions(allowed), *circles(allowed), *doubled_names(), *flags_in_sentences()]
    print("\n".join(faults) or f"{len(allowed)} rooms as they should be")
    sys.exit(1 if faults else 0)


main()
