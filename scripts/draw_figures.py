#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws every figure of docs/ into docs/figures, identically each time.

usage: draw_figures.py [FOLDER]
"""
import os
import sys

sys.dont_write_bytecode = True  # the tree stays as it is
from figures import agreement, dense, layers, measures, network, rounding, speed

FIGURES = {
    "dense-block": dense.dense_block,
    "block-buffer": dense.block_buffer,
    "concatenation-order": dense.concatenation_order,
    "residual-or-dense": dense.residual_or_dense,
    "bottleneck": layers.bottleneck,
    "transition": layers.transition,
    "pre-activation": layers.pre_activation,
    "network": network.network,
    "growth": network.growth,
    "class-activation": network.class_activation,
    "memory": measures.memory,
    "parameter-efficiency": measures.parameter_efficiency,
    "roofline": speed.roofline,
    "cost": speed.cost,
    "agreement": agreement.agreement,
    "rounding": rounding.rounding,
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "docs", "figures")
    os.makedirs(folder, exist_ok=True)
    for name, draw in FIGURES.items():
        with open(os.path.join(folder, name + ".svg"), "w", encoding="utf-8", newline="\n") as file:
            file.write(draw().svg())


if __name__ == "__main__":
    main()
