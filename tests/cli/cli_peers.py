# SPDX-License-Identifier: MIT
"""bench/run.py and its pictures: peers that are missing are named, ratios are those measured. Needs
nothing but Python, and the program."""
import json
import os
import subprocess
import sys
import tempfile
import types
from xml.etree import ElementTree

from checking import check, finish

PROGRAM = os.environ["DENSENET"]
BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench")
sys.path.insert(0, BENCH)
sys.dont_write_bytecode = True
import engines  # noqa: E402
import ratio_chart  # noqa: E402
import run as bench_run  # noqa: E402


def options(folder, **changed):
    return types.SimpleNamespace(**{"program": PROGRAM, "build": folder, "rounds": 1, "only": None, "engine": None,
                                    "no_compile": True, "processor_time": True, **changed})


def processor_time(folder):
    arguments = ("bench", "--blocks", "2", "--growth", "4", "--size", "32", "--runs", "3", "--threads", "1", "--json")
    for more in ((), ("--train",), ("--train", "--precision", "bf16")):
        done = subprocess.run([PROGRAM, *arguments, *more], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        check(f"processor time {more}", 0 < found["ms_processor"] <= found["ms_median"] + 1, found)
        check(f"precision {more}", found["precision"] == ("bf16" if "bf16" in more else "f32"), found)
    done = subprocess.run([PROGRAM, *arguments, "--train", "--precision", "int8"], capture_output=True, text=True)
    check("no training in bytes", done.returncode == 2 and not done.stdout and
          'precision "int8": f32 or bf16 is expected' in done.stderr, done)


def missing_peers(folder):
    """One sentence for each work, with what is lacking and where it is said how to install it."""
    sentences = list(engines.Environments(folder).absent())
    for name in ("onnxruntime", "openvino", "pytorch"):
        for precision in engines.ENGINES[name].forward:
            found = [s for s in sentences if s.startswith(f"not measured: {name}, forward in {precision}: ")]
            check(f"{name} {precision}", len(found) == 1 and "bench/README.md" in found[0], sentences)
    check("nncf is named", any("openvino, forward in int8" in s and "lacks openvino, nncf" in s for s in sentences))


def precisions(folder):
    """What the program refuses is asked once; then only its peers are measured."""
    bench = bench_run.Bench(options(folder))
    check("f32 and bf16", all(bench.offers(name, train) for name in ("f32", "bf16") for train in (False, True)))
    done = bench.bench("densenet-40-12", "--runs", 1, "--precision", "int7")
    check("a precision that is none", done.returncode == 2 and not bench.offers("int7") and
          bench.refused == {("bf16", False): False, ("bf16", True): False, ("int7", False): True}, bench.refused)
    bench.add("forward", "a network", ("int7", "int7"), ("openvino", "int8", ""), None, 20.0, "ms")
    check("a row without ours", bench.rows[0]["ratio"] is None and bench.rows[0]["other"] == 20, bench.rows)


def charts(folder):
    """Median, best and worst of a kind of work, each peer by itself."""
    bench = bench_run.Bench(options(folder))
    for peer, others in (("onnxruntime", (20, 10, 50, 40)), ("pytorch 2 & more", (100,))):
        for batch, other in enumerate(others):
            bench.add("forward", f"net, batch {batch}", ("bf16", "bf16"), (peer, "bf16", ""), 10.0, other, "ms")
    ratio_chart.write(bench.rows, "bf16", "a <machine>", f"{folder}/chart.svg")
    words = [text.text for text in ElementTree.parse(f"{folder}/chart.svg").iter("{http://www.w3.org/2000/svg}text")]
    for wanted in ("onnxruntime bf16", "pytorch 2 & more bf16", "0.38", "best 0.20 net, batch 2: 10.0 (bf16) to 50.0 ms",
                   "worst 1.00 net, batch 1: 10.0 (bf16) to 10.0 ms", "0.10 net, batch 0: 10.0 (bf16) to 100 ms"):
        check(wanted, wanted in words, words)
    check("a heading", any(w.startswith("bf16: ") for w in words) and any(w.startswith("a <machine>") for w in words))


with tempfile.TemporaryDirectory() as scratch:
    for test in (processor_time, missing_peers, precisions, charts):
        test(scratch)
        print(test.__name__)
finish()
