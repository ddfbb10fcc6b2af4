# SPDX-License-Identifier: MIT
"""coverage.py BUILD: what the programs run in the tree BUILD, compiled with --coverage, have reached,
as gcov counted it: a table of rooms, and BUILD/coverage.txt with files, functions never called and
lines never run."""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/..")
BUILD = os.path.abspath(sys.argv[1])


class Source:
    """Counts of one file, summed over everything that it was compiled into."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = collections.Counter()
        self.calls = collections.Counter()

    def add(self, told):
        for function in told["functions"]:
            self.calls[function["name"]] += function["execution_count"]
        for line in told["lines"]:
            self.lines[line["line_number"]] += line["count"]
            for index, branch in enumerate(line["branches"]):
                self.branches[line["line_number"], index] += branch["count"]


def counted(objects):
    """What gcov says of object files' counters, a dictionary for each."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--preserve-paths", *objects], cwd=folder,
                       check=True, capture_output=True)
        for path in glob.glob(f"{folder}/*.gcov.json.gz"):
            with gzip.open(path) as stream:
                yield json.load(stream)


def read_sources():
    """Path from the root -> Source, for src/ and tools/."""
    objects = sorted(glob.glob(f"{BUILD}/CMakeFiles/**/*.gcno", recursive=True))
    sources = collections.defaultdict(Source)
    for told in counted(objects):
        for file in told["files"]:
            path = os.path.relpath(os.path.join(told["current_working_directory"], file["file"]), ROOT)
            if path.startswith(("src/", "tools/")):
                sources[path].add(file)
    return sources


def share(counts):
    if not counts:
        return "      -"
    return f"{100 * sum(count > 0 for count in counts.values()) / len(counts):6.1f}%"


def table(groups):
    """A row for each name: lines, their share that ran, branches, their share that was taken."""
    width = max(len(name) for name in groups)
    yield f"{'':{width}}  {'lines':>6} {'run':>7}  {'branches':>8} {'taken':>7}"
    for name, (lines, branches) in groups.items():
        yield f"{name:{width}}  {len(lines):6} {share(lines)}  {len(branches):8} {share(branches)}"


def grouped(sources, names_of):
    """Name -> lines and branches of all files that go by it."""
    groups = collections.defaultdict(lambda: ({}, {}))
    for path, source in sources.items():
        for name in names_of(path):
            groups[name][0].update({(path, line): count for line, count in source.lines.items()})
            groups[name][1].update({(path, *branch): count for branch, count in source.branches.items()})
    return dict(sorted(groups.items()))


def by_room(sources):
    def names_of(path):
        first, second = path.split("/")[:2]
        return f"{first}/{second}" if first == "src" else first, "together"
    groups = grouped(sources, names_of)
    return {**{name: groups[name] for name in groups if name != "together"}, "together": groups["together"]}


def spans(numbers):
    """3, 4, 5, 9 as "3-5 9"."""
    found = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return " ".join(f"{first}-{last}" if last > first else str(first) for first, last in found)


def details(sources):
    yield from table(grouped(sources, lambda path: (path,)))
    yield "\nnever called"
    for path in sorted(sources):
        uncalled = sorted(name for name, count in sources[path].calls.items() if not count)
        if uncalled:
            yield f"{path}: {' '.join(uncalled)}"
    yield "\nlines never run"
    for path in sorted(sources):
        unrun = [line for line, count in sources[path].lines.items() if not count]
        if unrun:
            yield f"{path}: {spans(unrun)}"


def main():
    sources = read_sources()
    rooms = list(table(by_room(sources)))
    report = f"{BUILD}/coverage.txt"
    with open(report, "w", encoding="utf-8") as file:
        print(*rooms, "", *details(sources), sep="\n", file=file)
    print(*rooms, f"by file and line: {os.path.relpath(report)}", sep="\n")


main()
