# SPDX-License-Identifier: MIT
"""The engines that densenet is compared with: where each is installed, and what it computes.

README.md says what to install into which environment.
"""
import json
import os
import subprocess
import sys
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
PRECISIONS = ("f32", "bf16", "int8")


class Engine(NamedTuple):
    environment: str
    kind: str      # in peers.py
    forward: dict  # precisions of a forward pass, and the modules that each needs
    training: dict = {}
    one_thread: bool = True


TORCH = ("torch", "torchvision")
ENGINES = {
    "onnxruntime": Engine("engines", "onnxruntime",
                          {"f32": ("onnxruntime",), "int8": ("onnxruntime", "onnx", "sympy")}),
    "openvino": Engine("engines", "openvino", {"f32": ("openvino",), "bf16": ("openvino",),
                                               "int8": ("openvino", "nncf")}),
    # With one thread Debian's PyTorch leaves 1x1 convolutions to BLAS, the slow reference.
    "system pytorch": Engine("system", "pytorch", {"f32": TORCH, "bf16": TORCH}, {"f32": TORCH, "bf16": TORCH}, False),
    "pytorch": Engine("pytorch", "pytorch", {"f32": TORCH, "bf16": TORCH}, {"f32": TORCH, "bf16": TORCH}),
    "torchvision": Engine("system", "torchvision_preprocess", {}),
}
MODULES = ("onnxruntime", "openvino", "nncf", "onnx", "sympy", "torch", "torchvision", "PIL")
NEEDED = {engine.environment for engine in ENGINES.values()}


def environment():
    """The environment without settings that slow a peer down."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "OMP_", "MKL_"))}
    return {**kept, "PYTHONWARNINGS": "ignore"}


class Environments:
    """Python interpreters by name, with the versions of the modules that each finds."""

    def __init__(self, folder):
        self.python = {name: os.path.join(folder, name, "bin", "python") for name in NEEDED}
        self.python["system"] = sys.executable
        self.versions = {name: self.find(python) for name, python in self.python.items()}

    @staticmethod
    def find(python):
        code = ("import importlib, json, sys\nfound = {}\nfor name in sys.argv[1:]:\n"
                "    try: found[name] = importlib.import_module(name).__version__.split('-')[0]\n"
                "    except Exception: pass\nprint(json.dumps(found))")
        if not os.path.exists(python):
            return {}
        done = subprocess.run([python, "-c", code, *MODULES], capture_output=True, text=True,
                              env=environment())
        return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}

    def lacking(self, engine, modules):
        """The modules that an engine's environment lacks."""
        return [name for name in modules if name not in self.versions[ENGINES[engine].environment]]

    def label(self, engine):
        """An engine's name, with a version where two of one name are compared."""
        if not engine.endswith("pytorch"):
            return engine
        version = self.versions[ENGINES[engine].environment].get("torch", "")
        return "pytorch " + ".".join(version.split(".")[:2])

    def setting(self):
        """All versions, one environment after the other."""
        return "; ".join(f"{name}: " + ", ".join(f"{k} {v}" for k, v in found.items())
                         for name, found in sorted(self.versions.items()) if found)

    def absent(self):
        """One sentence for each engine and precision that cannot be measured."""
        for name, engine in ENGINES.items():
            for work, table in (("forward", engine.forward), ("training", engine.training)):
                for precision, modules in table.items():
                    lacking = self.lacking(name, modules)
                    if lacking:
                        yield (f"not measured: {name}, {work} in {precision}: the environment "
                               f"{engine.environment} lacks {', '.join(lacking)} (bench/README.md)")


class Peer:
    """A process of peers.py, ready to take turns."""

    def __init__(self, python, kind, *arguments):
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "peers.py"), kind, *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        ready, _, self.variant = self.process.stdout.readline().strip().partition(" ")
        if ready != "ready":
            raise RuntimeError(f"{kind} could not be started")
        self.fastest, self.processor, self.peak = float("inf"), float("inf"), 0

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        milliseconds, processor, peak = map(float, self.process.stdout.readline().split())
        self.fastest, self.peak = min(self.fastest, milliseconds), max(self.peak, peak)
        self.processor = min(self.processor, processor)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
