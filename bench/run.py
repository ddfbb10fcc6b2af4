#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure densenet and the engines people would use instead, side by side.

    bench/run.py PROGRAM BUILD [--rounds N] [--only TEXT] ... [--photos FOLDER]

Every figure is the fastest of several rounds in which the program and its peer
take turns, so that a temporarily busy machine affects both. Prints the table; a
whole run also writes BUILD/results.json and a picture for each precision,
BUILD/ratios-f32.svg and BUILD/ratios-bf16.svg. Engines that cannot be installed
are named.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time

import photographs
import ratio_chart

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORKS = ("densenet121", "densenet169", "densenet201")
PHOTOGRAPHS = 39
# In bf16 engines run as they come: OpenVINO chooses for the processor, PyTorch by autocast.
FORWARD_PEERS = {"f32": ("onnxruntime", "openvino", "pytorch"), "bf16": ("openvino", "pytorch")}


class Peer:
    """A process of peers.py, ready to take turns."""

    def __init__(self, python, kind, *arguments):
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "peers.py"), kind, *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{kind} could not be started")
        self.fastest, self.peak = float("inf"), 0

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        milliseconds, peak = map(float, self.process.stdout.readline().split())
        self.fastest, self.peak = min(self.fastest, milliseconds), max(self.peak, peak)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def environment():
    """The environment without settings that slow a peer down."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "OMP_", "MKL_"))}


def measured(command):
    """Wall milliseconds and peak bytes of a whole process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command}: status {child.returncode}")
    return (time.perf_counter() - start) * 1e3, usage.ru_maxrss * 1024


class Bench:
    def __init__(self, options):
        self.options, self.rows, self.missing = options, [], []
        self.files = os.path.join(options.build, "files")
        os.makedirs(self.files, exist_ok=True)

    def wanted(self, work):
        return not self.options.only or any(text in work for text in self.options.only)

    def add(self, work, peer, own, other, unit, precision="f32"):
        row = {"work": work, "precision": precision, "peer": peer, "own": own, "other": other, "unit": unit,
               "ratio": own / other}
        self.rows.append(row)
        print(f"{work:<54} {peer:<13} {own:>9.1f} {other:>9.1f} {unit:<10} {row['ratio']:6.2f}", flush=True)

    def own(self, *arguments):
        done = subprocess.run([self.options.program, "bench", *map(str, arguments), "--json"],
                              capture_output=True, text=True, check=True, env=environment())
        return json.loads(done.stdout)

    # ---- forward ----

    def export(self, name):
        """The same random network as .safetensors and .onnx."""
        onnx, weights = f"{self.files}/{name}.onnx", f"{self.files}/{name}.safetensors"
        if not (os.path.exists(onnx) and os.path.exists(weights)):
            import torch
            import torchvision
            torch.manual_seed(0)
            model = getattr(torchvision.models, name)(weights=None).eval()
            torch.save(model.state_dict(), f"{self.files}/{name}.pth")
            torch.onnx.export(model, torch.zeros(1, 3, 224, 224), onnx, input_names=["x"],
                              dynamic_axes={"x": {0: "n"}})
            subprocess.run([self.options.program, "convert", f"{self.files}/{name}.pth", weights], check=True)
        return onnx, weights

    def forward(self, name, batch, threads, precision):
        work = f"{name} forward {precision}, batch {batch}, {threads} thread{'s' * (threads > 1)}"
        if not self.wanted(work):
            return
        onnx, _ = self.export(name)
        # At one thread PyTorch leaves 1x1 convolutions to BLAS, and Debian's is the slow reference.
        kinds = [kind for kind in FORWARD_PEERS[precision]
                 if kind not in self.missing and (kind != "pytorch" or threads > 1)]
        peers = {kind: Peer(self.options.python, kind, name if kind == "pytorch" else onnx, batch, threads,
                            precision) for kind in kinds}
        own, floats = float("inf"), float("inf")
        for _ in range(self.options.rounds):
            turn = (name, "--batch", batch, "--threads", threads, "--runs", 3, "--precision")
            own = min(own, self.own(*turn, precision)["ms_min"])
            if precision != "f32":
                floats = min(floats, self.own(*turn, "f32")["ms_min"])
            for peer in peers.values():
                peer.turn()
        if precision != "f32":
            self.add(work, "densenet f32", own / batch, floats / batch, "ms/picture", precision)
        for kind, peer in peers.items():
            peer.close()
            self.add(work, kind, own / batch, peer.fastest / batch, "ms/picture", precision)

    def start(self, name):
        work = f"{name}, process start to first logits"
        if "onnxruntime" in self.missing or not self.wanted(work):
            return
        onnx, weights = self.export(name)
        input_ = f"{self.files}/x.npy"
        code = ("import numpy, onnxruntime as ort, sys; s = ort.InferenceSession(sys.argv[1], providers="
                "['CPUExecutionProvider']); s.run(None, {'x': numpy.load(sys.argv[2])})")
        subprocess.run([self.options.python, "-c", "import numpy, sys; numpy.save(sys.argv[1], numpy.random"
                        ".default_rng(0).standard_normal((1, 3, 224, 224)).astype('f'))", input_], check=True)
        own_command = [self.options.program, "forward", "--weights", weights, "--input", input_, "--output",
                       f"{self.files}/y.npy"]
        pairs = []
        for _ in range(self.options.rounds + 2):
            pairs.append((measured(own_command), measured([self.options.python, "-c", code, onnx, input_])))
        own, other = zip(*pairs)
        self.add(work, "onnxruntime", min(o[0] for o in own), min(o[0] for o in other), "ms")
        self.add(f"{name}, peak memory of that process", "onnxruntime", min(o[1] for o in own) / 1e6,
                 min(o[1] for o in other) / 1e6, "MB")

    # ---- training, pictures ----

    def train(self, name, batch):
        work = f"{name} training step, batch {batch}, 2 threads"
        if not self.wanted(work):
            return
        peer = Peer(self.options.python, "pytorch_train", name, batch, 2)
        own, own_peak = float("inf"), 0
        command = [self.options.program, "bench", name, "--train", "--batch", str(batch), "--threads", "2",
                   "--runs", "2", "--json"]
        for _ in range(self.options.rounds):
            own = min(own, self.own(*command[2:-1])["ms_min"])
            peer.turn()
        own_peak = measured(command)[1]
        peer.close()
        self.add(work, "pytorch", own, peer.fastest, "ms")
        self.add(f"{name} training, peak memory", "pytorch", own_peak / 1e6, peer.peak / 1e6, "MB")

    def photographs(self):
        if not self.wanted("photographs"):
            return
        folder = self.options.photos or os.path.join(self.files, "photographs")
        if not self.options.photos:
            photographs.draw(folder, PHOTOGRAPHS)
        count = len(os.listdir(folder))
        for threads in (2, 1):
            peer = Peer(self.options.python, "torchvision_preprocess", folder)
            own = float("inf")
            # The peer writes nothing either.
            command = [self.options.program, "preprocess", folder, "--output", "/dev/null",
                       "--threads", str(threads)]
            for _ in range(self.options.rounds):
                own = min(own, measured(command)[0])
                peer.turn()
            self.add(f"decode and preprocess {count} photographs, {threads} thread{'s' * (threads > 1)}",
                     "torchvision", own, peer.fastest, "ms")
            peer.close()

    def run(self):
        print(f"{'':<54} {'against':<13} {'densenet':>9} {'other':>9} {'':<10} {'ratio':>6}")
        for precision in FORWARD_PEERS:
            for threads in (2, 1):
                for name in NETWORKS:
                    for batch in (1, 8):
                        self.forward(name, batch, threads, precision)
        self.start("densenet121")
        self.train("densenet121", 16)
        for name in ("densenet-bc-100-12", "densenet-bc-40-12", "densenet-40-12"):
            self.train(name, 64)
        self.photographs()


def machine():
    """The processor and its number of cores."""
    name = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            name = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores"


def versions(python):
    code = ("import importlib\nfor n in ('onnxruntime', 'openvino', 'torch', 'torchvision', 'PIL'):\n"
            "    try: print(n, importlib.import_module(n).__version__.split('-')[0])\n"
            "    except Exception: print(n, '-')")
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return dict(line.split(None, 1) for line in done.stdout.splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="TEXT",
                        help="measure only work whose name contains this; may be repeated")
    parser.add_argument("--photos", help="a folder of photographs; without it, pictures are drawn")
    options = parser.parse_args()
    options.python = sys.executable
    bench = Bench(options)
    found = versions(options.python)
    if "-" in (found["torch"], found["torchvision"]):
        sys.exit("densenet: PyTorch and torchvision are needed to write the peers' networks: "
                 "scripts/deps --test installs them")
    for kind in ("onnxruntime", "openvino"):
        if found.get(kind, "-") == "-":
            bench.missing.append(kind)
            print(f"not measured: {kind} is not installed")
    setting = f"{machine()}, with " + ", ".join(f"{k} {v}" for k, v in found.items() if v != "-")
    print(setting)
    bench.run()
    if options.only:
        return
    with open(os.path.join(options.build, "results.json"), "w", encoding="utf-8") as file:
        json.dump({"setting": setting, "rows": bench.rows}, file, indent=1)
    print(f"{options.build}/results.json")
    for precision in FORWARD_PEERS:
        path = os.path.join(options.build, f"ratios-{precision}.svg")
        ratio_chart.write([row for row in bench.rows if row["precision"] == precision], setting, path)
        print(path)


if __name__ == "__main__":
    main()
