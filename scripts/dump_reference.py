#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Dump what every layer of a PyTorch DenseNet makes of an input, for `densenet verify`.

    scripts/dump_reference.py MODULE:CALL WEIGHTS dump.npz [--input x.npy] [--size 224] [--batch 1]

CALL is a Python expression that builds the module, for example
`torchvision.models:densenet121(num_classes=1000)`. Without --input, the input is random.
"""
import argparse
import importlib

import numpy
import torch


def build(expression, weights):
    module, call = expression.split(":", 1)
    model = eval(call, vars(importlib.import_module(module)))  # the user's own expression
    state = torch.load(weights, map_location="cpu")
    model.load_state_dict(state.get("state_dict", state))
    return model.eval()


def record_outputs(model, arrays):
    def hook_for(name):
        def hook(_module, _inputs, output):
            # In-place ReLUs write into their input later: keep a copy of this moment.
            arrays[name] = output.detach().clone().numpy()
        return hook

    for name, module in model.named_modules():
        if name:
            module.register_forward_hook(hook_for(name))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("weights")
    parser.add_argument("output")
    parser.add_argument("--input")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=1)
    options = parser.parse_args()

    model = build(options.model, options.weights)
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
