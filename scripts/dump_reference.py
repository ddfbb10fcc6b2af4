#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Dump the outputs of every layer of a PyTorch DenseNet for an input, for `densenet verify`.

    scripts/dump_reference.py MODULE:CALL WEIGHTS dump.npz [--input x.npy] [--size 224] [--batch 1]

CALL is a Python expression for the module, or for a function that builds it without arguments,
for example `torchvision.models:densenet121(num_classes=10)` or `torchvision.models:densenet121`.
MODULE is also searched for in the current folder. Without --input, the input is random.
"""
import argparse
import importlib
import os
import sys

import numpy
import torch


def build(expression):
    module, colon, call = expression.partition(":")
    if not module or not colon or not call:
        raise ValueError("MODULE:CALL is expected, such as torchvision.models:densenet121")
    sys.path.insert(0, os.getcwd())
    made = eval(call, dict(vars(importlib.import_module(module))))  # the user's own expression
    if callable(made) and not isinstance(made, torch.nn.Module):
        made = made()
    if not isinstance(made, torch.nn.Module):
        raise ValueError(f"it returns a {type(made).__name__}, a torch.nn.Module is expected")
    return made.eval()


def fill(model, weights):
    state = torch.load(weights, map_location="cpu")
    if isinstance(state, torch.nn.Module):
        state = state.state_dict()
    model.load_state_dict(state.get("state_dict", state))


def record_outputs(model, arrays):
    def hook_for(name):
        def hook(_module, _inputs, output):
            # In-place ReLUs overwrite their input later: keep a copy.
            if isinstance(output, torch.Tensor):
                arrays[name] = output.detach().clone().numpy()
        return hook

    for name, module in model.named_modules():
        if name:
            module.register_forward_hook(hook_for(name))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODULE:CALL")
    parser.add_argument("weights", metavar="WEIGHTS")
    parser.add_argument("output", metavar="dump.npz")
    parser.add_argument("--input")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=1)
    options = parser.parse_args()

    try:
        model = build(options.model)
    except Exception as fault:  # whatever the expression raises
        parser.error(f"{options.model}: {fault}")
    fill(model, options.weights)
    channels = next(p for p in model.parameters() if p.dim() == 4).shape[1]
    pictures = (torch.from_numpy(numpy.load(options.input)) if options.input
                else torch.randn(options.batch, channels, options.size, options.size))
    arrays = {"input": pictures.numpy()}
    record_outputs(model, arrays)
    with torch.no_grad():
        arrays["logits"] = model(pictures).numpy()
    numpy.savez(options.output, **arrays)
    print(f"{options.output}: {len(arrays)} arrays")


if __name__ == "__main__":
    main()
