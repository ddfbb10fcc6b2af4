# SPDX-License-Identifier: MIT
"""Networks of people's own classes, saved in each form and answered by the program and PyTorch."""
import sys

import numpy
import torch

from head_networks import check, near, trained_like
from weight_parity import run

RIGHT = None
RECORDED, ALL = ("module", "trace", "script"), ("module", "trace", "script", "state")


def own(made):
    """Pickled by its name; tests may be run from anywhere."""
    sys.modules["__main__"].__dict__[made.__name__] = made
    made.__module__, made.__qualname__ = "__main__", made.__name__
    return made


def save(net, form, picture, path):
    if form == "script":
        torch.jit.save(torch.jit.script(net), path)
    elif form == "trace":
        torch.jit.save(torch.jit.trace(net, picture), path)
    else:
        torch.save(net if form == "module" else net.state_dict(), path)


def compare(folder, name, build, said, forms, size=64):
    """said: RIGHT, or words of the sentence; of a dictionary those of each form."""
    net = trained_like(build(), size).eval()
    picture = torch.randn(2, 3, size, size)
    numpy.save(f"{folder}/x.npy", picture.numpy())
    with torch.no_grad():
        right = net(picture).numpy()
    for form in said if isinstance(said, dict) else forms:
        words = said[form] if isinstance(said, dict) else said
        path = f"{folder}/{form}.pt"
        save(net, form, picture, path)
        done = run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy")
        if words is not RIGHT:
            check(f"{name}, {form}: said", words in done.stderr and done.stderr.count("\n") <= 2, done.stderr)
            continue
        found = numpy.load(f"{folder}/y.npy") if done.returncode == 0 else None
        check(f"{name}, {form}", near(found, right) and (form == "state" or done.stderr == ""), done.stderr)


def compare_all(folder, cases, forms=ALL):
    for name, (build, said) in cases.items():
        compare(folder, name, build, said, forms)
    print(f"{len(cases)} kinds")
