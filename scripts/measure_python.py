# SPDX-License-Identifier: MIT
"""What a call from Python costs over the library's own: needs the installed package."""
import time

import numpy as np

import densenet
from densenet import _native


def best(functions, calls=500, rounds=100):
    """The fastest round of each, in microseconds per call; rounds of one and the other in turn."""
    found = [float("inf")] * len(functions)
    for _ in range(rounds):
        for i, function in enumerate(functions):
            started = time.perf_counter()
            for _ in range(calls):
                function()
            found[i] = min(found[i], (time.perf_counter() - started) / calls)
    return [1e6 * seconds for seconds in found]


def main():
    net = densenet.init("densenet-10-2", seed=3, threads=1)
    x, out = np.zeros((1, 3, 4, 4), np.float32), np.empty((1, 10), np.float32)
    session = _native.session_create(net._model, {"threads": 1}, None)
    inner, whole, given = best([lambda: _native.session_run(session, x, out), lambda: net(x), lambda: net(x, out)])
    print(f"the extension's function {inner:.1f} us, net(x) {whole:.1f} us, net(x, out) {given:.1f} us")


main()
