# SPDX-License-Identifier: MIT
"""What /openapi.json says of the server is so: schemathesis sends requests that fit it and such as do not, and
compares each answer with it; and it has every address that the server's tables have.
DENSENET_SCHEMATHESIS names that program, if it is not on the path."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from serving import Server

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")
SCHEMATHESIS = os.environ.get("DENSENET_SCHEMATHESIS") or shutil.which("schemathesis")
# Names of its own are never a network's; a body that is too large is refused as such.
CONFIGURATION = """
[parameters]
network = "builtin"
version = "1"
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 415]
"""


def in_tables():
    """(method, path) of each row, with question marks for names."""
    rows = set()
    for path in glob.glob(f"{ROOT}/server/routes/*.c"):
        with open(path, encoding="utf-8") as file:
            rows |= set(re.findall(r'\{"(GET|POST)", "(/[^"]*)"', file.read()))
    return rows - {("GET", "/page/?")}


def described(description):
    return {(method.upper(), re.sub(r"\{\w+\}", "?", path)) for path, item in description["paths"].items()
            for method in item if method != "parameters"}


def main():
    with tempfile.TemporaryDirectory() as folder, Server("builtin", "--max-body", "4") as server:
        status, headers, body = server.ask("GET", "/openapi.json")
        assert status == 200 and headers["Content-Type"] == "application/json", headers
        rows, found = in_tables(), described(json.loads(body))
        assert len(rows) > 15 and rows == found, rows ^ found
        if not SCHEMATHESIS:
            print("schemathesis is not installed")
            sys.exit(77)
        with open(f"{folder}/configuration.toml", "w", encoding="ascii") as file:
            file.write(CONFIGURATION)
        # Which bytes are a picture, and which arrays a tensor, no schema can say: so valid requests may be refused.
        done = subprocess.run([SCHEMATHESIS, "--config-file", f"{folder}/configuration.toml", "run", f"{server.address}/openapi.json",
                               "--url", server.address, "--phases", "examples,coverage,fuzzing", "--max-examples", "12",
                               "--exclude-checks", "positive_data_acceptance", "--continue-on-failure", "--no-shrink",
                               "--generation-database", "none", "--seed", "1"],
                              capture_output=True, text=True, cwd=folder, timeout=600, check=False)
        assert done.returncode == 0, "\n".join(line[:400] for line in (done.stdout + done.stderr).splitlines())
        tested = re.search(r"Tested: (\d+)", done.stdout)
        assert int(tested[1]) >= len(found) - 1, done.stdout[-3000:]  # it passes over the description itself


main()
