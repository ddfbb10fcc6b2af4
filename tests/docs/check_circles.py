# SPDX-License-Identifier: MIT
"""No two files of an archive call each other, directly or through others: check_circles.py ARCHIVE ...
reads the symbols of object files, as nm names them."""
import collections
import shutil
import subprocess
import sys


def calls(archive):
    """For each object file those whose symbols it uses."""
    said = subprocess.run(["nm", "--format=posix", archive], capture_output=True, text=True, check=True).stdout
    owner, wanted, file = {}, collections.defaultdict(set), None
    for line in said.splitlines():
        words = line.split()
        if line.endswith("]:"):
            file = line[line.rindex("[") + 1:-2]
        elif len(words) > 1 and words[1] in "TDRBV":
            owner[words[0]] = file
        elif len(words) > 1 and words[1] == "U":
            wanted[file].add(words[0])
    return {file: {owner[name] for name in names if owner.get(name, file) != file} for file, names in wanted.items()}


def reached(graph, start):
    seen, todo = set(), [start]
    while todo:
        for other in graph.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def main():
    if not shutil.which("nm"):
        print("skipped: there is no nm")
        sys.exit(77)
    circles = []
    for archive in sys.argv[1:]:
        graph = calls(archive)
        assert len(graph) > 20, f"{archive}: {len(graph)} object files"
        circles += sorted(file for file in graph if file in reached(graph, file))
        print(f"{archive}: {len(graph)} object files")
    print("in a circle of calls: " + ", ".join(circles) if circles else "no circle of calls")
    sys.exit(1 if circles else 0)


main()
