#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure densenet and the engines people would use instead, side by side.

    bench/run.py PROGRAM BUILD [--rounds N] [--only TEXT] ... [--photos FOLDER]

Every figure is the fastest of several rounds in which the program and its peers
take turns, so that a temporarily busy machine affects all. Prints the table, in
which every row names the precision of both; a whole run also writes
BUILD/results.json and a picture for each precision, BUILD/ratios-f32.svg, -bf16
and -int8. What cannot be measured is named. README.md says what peers need.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time

import engines
import photographs
import ratio_chart

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORKS = ("densenet121", "densenet169", "densenet201")
TRAININGS = (("densenet121", 16), ("densenet-bc-100-12", 64), ("densenet-bc-40-12", 64), ("densenet-40-12", 64))
PHOTOGRAPHS = 39
OWN_RUNS = 3


def measured(command):
    """Wall and processor milliseconds and peak bytes of a whole process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=engines.environment())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command}: status {child.returncode}")
    return ((time.perf_counter() - start) * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3,
            usage.ru_maxrss * 1024)


def counted(threads):
    return f"{threads} thread{'s' * (threads > 1)}"


class Bench:
    def __init__(self, options):
        self.options, self.rows, self.refused = options, [], {}
        self.environments = engines.Environments(options.build)
        self.compiling = int(not options.no_compile)
        self.files = os.path.join(options.build, "files")
        os.makedirs(self.files, exist_ok=True)

    def wanted(self, work):
        return not self.options.only or any(text in work for text in self.options.only)

    def add(self, group, work, precision, peer, own, other, unit):
        """A row: `precision` is the page's and ours, `peer` its name, precision and way of working.
        Without `own`, it is what the peer takes."""
        (page, mine), (name, theirs, way) = precision, peer
        row = {"group": group, "work": work, "page": page, "precision": mine, "peer": name,
               "peer_precision": theirs, "way": way, "own": own, "other": other, "unit": unit,
               "ratio": own and own / other}
        self.rows.append(row)
        figures = (f"{own:>9.1f} {other:>9.1f} {unit:<10} {row['ratio']:6.2f}" if own
                   else f"{'-':>9} {other:>9.1f} {unit:<10} {'-':>6}")
        print(f"{work:<50} {mine:<4}  {name:<13} {theirs:<4} {figures}  {way}".rstrip(), flush=True)

    # ---- the program ----

    def offers(self, precision, train=False):
        """Whether the program computes in a precision; if not, its own sentence is shown, once."""
        if precision == "f32":
            return True
        key = (precision, train)
        if key not in self.refused:
            done = self.bench("densenet-40-12", "--runs", 1, "--precision", precision, *["--train"] * train)
            self.refused[key] = done.returncode != 0
            if done.returncode:
                print(f"not measured: densenet, {'training' if train else 'forward'} in {precision}: "
                      f"{(done.stderr.strip() or 'refused').splitlines()[0]}", flush=True)
        return not self.refused[key]

    def bench(self, *arguments):
        return subprocess.run([self.options.program, "bench", *map(str, arguments), "--json"],
                              capture_output=True, text=True, env=engines.environment())

    def own(self, *arguments):
        """Milliseconds of the fastest run."""
        done = self.bench(*arguments, "--runs", OWN_RUNS)
        done.check_returncode()
        return json.loads(done.stdout)["ms_processor" if self.options.processor_time else "ms_min"]

    def peer_time(self, peer):
        return peer.processor if self.options.processor_time else peer.fastest

    # ---- the peers ----

    def peers(self, table, precision, threads, start):
        """The engines that can do a work in a precision, each started by start(name, engine)."""
        found = {}
        for name, engine in engines.ENGINES.items():
            modules = getattr(engine, table).get(precision)
            if modules is None or self.environments.lacking(name, modules):
                continue
            if self.options.engine and name not in self.options.engine:
                continue
            if threads > 1 or engine.one_thread:
                kind, arguments = start(name, engine)
                found[self.environments.label(name)] = engines.Peer(
                    self.environments.python[engine.environment], kind, *arguments)
        return found

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

    def network(self, name, engine, precision):
        """What an engine reads: in int8, what its own tool makes of the exported network."""
        onnx, _ = self.export(name)
        if precision != "int8":
            return onnx
        quantised = f"{self.files}/{name}-int8-{engine}." + ("xml" if engine == "openvino" else "onnx")
        if not os.path.exists(quantised):
            subprocess.run([self.environments.python[engines.ENGINES[engine].environment],
                            os.path.join(HERE, "quantise.py"), engine, onnx, quantised], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=engines.environment())
        return quantised

    # ---- what is measured ----

    def forward(self, name, batch, threads, precision):
        work = f"{name} forward, batch {batch}, {counted(threads)}"
        if not self.wanted(f"{work}, {precision}"):
            return
        peers = self.peers("forward", precision, threads, lambda key, engine: (
            (engine.kind, (name, batch, threads, precision, self.compiling)) if engine.kind == "pytorch" else
            (engine.kind, (self.network(name, key, precision), batch, threads, precision))))
        offered, own, floats = self.offers(precision), float("inf"), float("inf")
        turn = (name, "--batch", batch, "--threads", threads, "--precision")
        for _ in range(self.options.rounds):
            if offered:
                own = min(own, self.own(*turn, precision))
            if offered and precision != "f32":
                floats = min(floats, self.own(*turn, "f32"))
            for peer in peers.values():
                peer.turn()
        own = own / batch if offered else None
        if offered and precision != "f32":
            self.add("forward", work, (precision, precision), ("densenet", "f32", ""), own, floats / batch,
                     "ms/picture")
        for key, peer in peers.items():
            peer.close()
            self.add("forward", work, (precision, precision), (key, precision, peer.variant), own,
                     self.peer_time(peer) / batch, "ms/picture")

    def start(self, name):
        work = f"{name} from process start to first logits"
        if self.environments.lacking("onnxruntime", ("onnxruntime",)) or not self.wanted(f"{work}, f32"):
            return
        onnx, weights = self.export(name)
        python, input_ = self.environments.python["engines"], f"{self.files}/x.npy"
        code = ("import numpy, onnxruntime as ort, sys; s = ort.InferenceSession(sys.argv[1], providers="
                "['CPUExecutionProvider']); s.run(None, {'x': numpy.load(sys.argv[2])})")
        subprocess.run([python, "-c", "import numpy, sys; numpy.save(sys.argv[1], numpy.random"
                        ".default_rng(0).standard_normal((1, 3, 224, 224)).astype('f'))", input_], check=True)
        own_command = [self.options.program, "forward", "--weights", weights, "--input", input_, "--output",
                       f"{self.files}/y.npy"]
        pairs = []
        for _ in range(self.options.rounds + 2):
            pairs.append((measured(own_command), measured([python, "-c", code, onnx, input_])))
        own, other = zip(*pairs)
        floats, peer = ("f32", "f32"), ("onnxruntime", "f32", "")
        self.add("start of a process", work, floats, peer, min(o[0] for o in own), min(o[0] for o in other), "ms")
        self.add("memory of that process", f"{name}, peak memory of that process", floats, peer,
                 min(o[2] for o in own) / 1e6, min(o[2] for o in other) / 1e6, "MB")

    def train(self, name, batch, threads, precision):
        work = f"{name} training step, batch {batch}, {counted(threads)}"
        if not self.wanted(f"{work}, {precision}"):
            return
        peers = self.peers("training", precision, threads, lambda key, engine: (
            engine.kind + "_train", (name, batch, threads, precision, self.compiling)))
        mine = precision if self.offers(precision, train=True) else "f32"
        turn = (name, "--train", "--batch", batch, "--threads", threads, "--precision")
        kinds = list(dict.fromkeys((mine, "f32")))
        own = dict.fromkeys(kinds, float("inf"))
        for _ in range(self.options.rounds):
            for kind in kinds:
                own[kind] = min(own[kind], self.own(*turn, kind))
            for peer in peers.values():
                peer.turn()
        own_peak = {kind: measured([self.options.program, "bench", *map(str, turn), kind, "--runs", "2"])[2]
                    for kind in kinds}
        others = {("densenet", kind, ""): (own[kind], own_peak[kind]) for kind in kinds[1:]}
        for key, peer in peers.items():
            peer.close()
            others[key, precision, peer.variant] = self.peer_time(peer), peer.peak
        for theirs, (taken, peak) in others.items():
            self.add("training step", work, (precision, mine), theirs, own[mine], taken, "ms")
            self.add("memory of training", f"{name} training, peak memory", (precision, mine), theirs,
                     own_peak[mine] / 1e6, peak / 1e6, "MB")

    def photographs(self):
        """Pictures are decoded and resampled in bytes, and normalised in f32, by both."""
        folder = self.options.photos or os.path.join(self.files, "photographs")
        if not self.wanted("photographs, f32"):
            return
        if self.environments.lacking("torchvision", ("torchvision", "PIL")):
            print("not measured: photographs, whose peer is torchvision over Pillow")
            return
        if not self.options.photos:
            photographs.draw(folder, PHOTOGRAPHS)
        count = len(os.listdir(folder))
        for threads in (2, 1):
            peer = engines.Peer(sys.executable, "torchvision_preprocess", folder)
            own = float("inf")
            # The peer writes nothing either.
            command = [self.options.program, "preprocess", folder, "--output", "/dev/null",
                       "--threads", str(threads)]
            for _ in range(self.options.rounds):
                own = min(own, measured(command)[self.options.processor_time])
                peer.turn()
            self.add("decoding of pictures", f"decode, prepare {count} photographs, {counted(threads)}",
                     ("f32", "f32"), ("torchvision", "f32", ""), own, self.peer_time(peer), "ms")
            peer.close()

    def run(self):
        threads = (1,) if self.options.processor_time else (2, 1)
        print(f"{'':<50} {'ours':<4}  {'against':<18} {'densenet':>9} {'other':>9} {'':<10} {'ratio':>6}")
        for precision in engines.PRECISIONS:
            for count in threads:
                for name in NETWORKS:
                    for batch in (1, 8):
                        self.forward(name, batch, count, precision)
        self.start("densenet121")
        for precision in ("f32", "bf16"):
            for name, batch in TRAININGS:
                self.train(name, batch, threads[0], precision)
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


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="TEXT",
                        help="measure only work whose name, threads and precision contain this, as in "
                        "'batch 8, 1 thread, int8'; may be repeated")
    parser.add_argument("--engine", action="append", choices=[*engines.ENGINES],
                        help="measure only this peer, forward and in training; may be repeated")
    parser.add_argument("--photos", help="a folder of photographs; without it, pictures are drawn")
    parser.add_argument("--no-compile", action="store_true",
                        help="leave out torch.compile, which can take minutes for a row")
    parser.add_argument("--processor-time", action="store_true",
                        help="with one thread, processor time in place of time: on a machine that also does "
                        "other work")
    return parser.parse_args()


def main():
    options = arguments()
    bench = Bench(options)
    if bench.environments.lacking("system pytorch", engines.TORCH):
        sys.exit("densenet: PyTorch and torchvision are needed to write the peers' networks: "
                 "scripts/deps --test installs them")
    for sentence in bench.environments.absent():
        print(sentence)
    print(machine())
    print(bench.environments.setting())
    bench.run()
    if options.only or options.engine:
        return
    with open(os.path.join(options.build, "results.json"), "w", encoding="utf-8") as file:
        json.dump({"machine": machine(), "versions": bench.environments.versions, "rows": bench.rows}, file,
                  indent=1)
    print(f"{options.build}/results.json")
    for precision in engines.PRECISIONS:
        rows = [row for row in bench.rows if row["page"] == precision and row["ratio"]]
        path = os.path.join(options.build, f"ratios-{precision}.svg")
        if rows:
            ratio_chart.write(rows, precision, machine(), path)
            print(path)
        else:
            print(f"nothing was compared in {precision}: {path} is not written")


if __name__ == "__main__":
    main()
