#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A model of a training step under mpirun, fitted to what bench/ranks.py measured, and what it predicts for many ranks.

    step = C + M + P + max(W - H C, W / buckets) + 2 L [+ norms]

C: a rank's computing. W = 2 (N - 1) / N B / R: bytes on the wire, each rank sending its part of B bytes to the others and a
sum back, at a rate R. H: the share of C during which buckets travel. P: each byte's way through the processor. M: each
message's, 2 (N - 1) sent and as many received for each bucket. L: latency; only the last bucket's is seen. With --sync-bn
each norm waits for two sums of its own, which nothing hides.

    scripts/model_ranks.py           both tables of docs/distributed.md"""
import itertools
import math

BYTES, SUMS, MEAN_SUM = 31.9e6, 243, 1362  # DenseNet-121: gradients; sums of --sync-bn in a step, and bytes of a usual one
FEW = 65536  # bytes of all ranks together that are sent to all at once, without a second phase
MESSAGE = 10e-6  # seconds of a processor to send or receive one over TCP, as bench/ranks.py messages finds

# bench/ranks.py links, DenseNet-121 of two classes: bit/s of the link, delay, ranks, buckets, fastest step; computing alone, of ranks on two cores.
ALONE, CORES, MEASURED_BYTES = 0.108, 2, 27.8e6
REACHED = {1e9: 0.85e9, 1e10: 2.2e9}  # by one TCP connection over links.py
MEASURED = [
    (1e9, 1e-4, 2, 7, 0.383), (1e9, 1e-4, 2, 1, 0.415), (1e9, 1e-4, 4, 7, 0.538), (1e9, 1e-4, 4, 1, 0.760),
    (1e9, 1e-3, 2, 7, 0.333), (1e9, 1e-3, 2, 1, 0.404), (1e9, 1e-3, 4, 7, 0.570), (1e9, 1e-3, 4, 1, 0.806),
    (1e10, 1e-4, 2, 7, 0.242), (1e10, 1e-4, 2, 1, 0.263), (1e10, 1e-4, 4, 7, 0.509), (1e10, 1e-4, 4, 1, 0.491),
    (1e10, 1e-3, 2, 7, 0.251), (1e10, 1e-3, 2, 1, 0.265), (1e10, 1e-3, 4, 7, 0.579), (1e10, 1e-3, 4, 1, 0.501),
]


def step(ranks, computing, rate, latency, hidden, per_byte, buckets=8, size=BYTES, shared=False):
    if ranks == 1:
        return computing
    sent = 2 * (ranks - 1) / ranks * size
    wire = sent * 8 / rate
    messages = 4 * (ranks - 1) * buckets * MESSAGE
    exposed = max(wire - (hidden * computing if buckets > 1 else 0), wire / buckets)
    norms = 0
    if shared:
        phases = 1 if MEAN_SUM <= FEW / ranks else 2
        norms = SUMS * phases * (latency + 2 * (ranks - 1) * MESSAGE)
    return computing + messages + 2 * sent * per_byte + exposed + 2 * latency + norms


def predicted(row, hidden, per_byte):
    """Ranks that share cores take turns on them, with the bytes' way too."""
    rate, delay, ranks, buckets, _ = row
    crowd = max(1, ranks / CORES)
    return step(ranks, ALONE * crowd, REACHED[rate], delay, hidden, per_byte * crowd, buckets, MEASURED_BYTES)


def fit():
    def error(pair):
        return sum(math.log(predicted(row, *pair) / row[-1]) ** 2 for row in MEASURED)
    return min(itertools.product([i / 20 for i in range(21)], [i * 1e-10 for i in range(41)]), key=error)


def show_fit(hidden, per_byte):
    print(f"H = {hidden:.2f}, P = {per_byte * 1e9:.1f} ns a byte\n")
    print("| link | delay | ranks | buckets | measured | model |\n|---|---|---|---|---|---|")
    for row in MEASURED:
        rate, delay, ranks, buckets, seconds = row
        print(f"| {rate / 1e9:g} Gbit/s | {delay * 1e3:g} ms | {ranks} | {buckets} | {seconds:.2f} s | "
              f"{predicted(row, hidden, per_byte):.2f} s |")
    errors = [abs(math.log(predicted(row, hidden, per_byte) / row[-1])) for row in MEASURED]
    print(f"\napart by {100 * sum(errors) / len(errors):.0f}% on average, {100 * max(errors):.0f}% at most\n")


def show_prediction(hidden, per_byte, computing=1.0, latency=1e-4):
    """The share of a step that is computing."""
    print("| ranks | way | 1 Gbit/s | 10 Gbit/s | 100 Gbit/s |\n|---|---|---|---|---|")
    ways = {"f32, 4 MiB": {}, "bf16, 4 MiB": {"size": BYTES / 2, "buckets": 8}, "f32, one bucket": {"buckets": 1},
            "f32, `--sync-bn`": {"shared": True}}
    for ranks in (4, 64, 1024):
        for name, way in ways.items():
            cells = [f"{100 * computing / step(ranks, computing, rate, latency, hidden, per_byte, **way):.0f}%"
                     for rate in (1e9, 1e10, 1e11)]
            print(f"| {ranks} | {name} | {' | '.join(cells)} |")


def main():
    hidden, per_byte = fit()
    show_fit(hidden, per_byte)
    show_prediction(hidden, per_byte)


if __name__ == "__main__":
    main()
