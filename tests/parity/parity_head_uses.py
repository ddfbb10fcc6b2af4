# SPDX-License-Identifier: MIT
"""What is done with networks of other heads, or of none: heat maps, compared with autograd, and the
beginning of a training."""
import os
import subprocess

from weight_parity import main, run

import numpy
import torch
from torch import nn
from PIL import Image

import weight_files as files
from head_networks import (BOUND, CURVED, HEADS, LOG, MISTAKEN, AdaptiveConcatPool2d, Grid, Windows, base, check, info,
                           near, network, norm_drop)


def maps_of(net, picture):
    """The heat maps of every output, from autograd: pixels times gradient times map, which is exact
    if the head is linear on means; of maxima the gradients of a channel are added up first."""
    body = net[0] if isinstance(net, nn.Sequential) else net.features
    kept = []
    hook = body.register_forward_hook(lambda module, given, made: (kept.append(made), made.clone())[1])
    outputs = net.double()(picture.double())
    hook.remove()
    made, maxima = kept[0], any(isinstance(m, AdaptiveConcatPool2d) for m in net.modules())
    values = made if maxima else made.relu()
    found = []
    for image in range(len(picture)):
        for output in range(outputs.shape[1]):
            gradient, = torch.autograd.grad(outputs[image, output], made, retain_graph=True)
            gradient, value = gradient[image], values[image]
            if maxima:
                weights = gradient.sum((1, 2), keepdim=True)
                found.append((weights * value).sum(0))
            else:
                found.append(value[0].numel() * (gradient * value).sum(0))
    return torch.stack(found).detach().numpy()


def heat_maps(folder):
    """Exact where the head is linear on means; elsewhere weighted by gradients, and called so."""
    driver = os.environ["DENSENET_CAM_DRIVER"]
    cases = {name: build for name, (build, _, _) in HEADS.items() if name not in MISTAKEN + LOG}
    cases["plain"], cases["grid"] = base, lambda: Grid(2)
    cases["grid of one row"] = lambda: Windows(1, 4)
    cases["norms without ReLU"] = lambda: base(norm_drop())
    for name, build in cases.items():
        size = 48 if name == "grid" else 64
        net, picture, _ = network(folder, build, size)
        torch.save(net, f"{folder}/module.pt")
        picture.numpy().tofile(f"{folder}/x")
        done = subprocess.run([driver, f"{folder}/module.pt", f"{folder}/x", "2", str(size), str(size), f"{folder}/maps"],
                              capture_output=True, text=True, check=True)
        expected = maps_of(net, picture)
        found = numpy.fromfile(f"{folder}/maps", "float32").reshape(expected.shape)
        exact = done.stdout.strip() == "exact"
        check(f"heat maps: {name}", near(found, expected), abs(found - expected).max() / abs(expected).max())
        with torch.no_grad():
            logits = net.double()(picture.double()).flatten().numpy()
        sums = found.mean((1, 2)).reshape(2, -1)
        differences = logits.reshape(2, -1) - sums
        constant = abs(differences[0] - differences[1]).max() < BOUND * abs(logits).max()
        check(f"heat maps: {name} are called exact or not", exact == (name not in CURVED), done.stdout)
        check(f"heat maps: {name} are what they are called", constant or not exact, done.stdout)
    print(f"heat maps: {len(cases)} heads")


def called_by_name(folder):
    """Where the program shows a gradient-weighted map, it says so."""
    Image.fromarray(numpy.random.default_rng(0).integers(0, 255, (64, 64, 3), "uint8")).save(f"{folder}/a.png")
    for name, exact in (("no bias", True), ("fc1, fc2", False)):
        net, _, _ = network(folder, HEADS[name][0])
        torch.save(net, f"{folder}/module.pt")
        for form in ((), ("--json",)):
            done = run("predict", "-w", f"{folder}/module.pt", f"{folder}/a.png", "--cam", f"{folder}/heat", *form)
            check(f"predict {form} with {name}", done.returncode == 0 and
                  ("gradient" in done.stdout) != exact, done.stdout + done.stderr)
    print("gradient-weighted maps are called so")


def trainings(folder):
    """A network without a head gets one; a head of as many classes is trained on, in all its parts."""
    random = numpy.random.default_rng(1)
    for number in range(12):
        os.makedirs(f"{folder}/data/{'ab'[number % 2]}", exist_ok=True)
        Image.fromarray(random.integers(0, 255, (32, 32, 3), "uint8")).save(f"{folder}/data/{'ab'[number % 2]}/{number}.png")
    two = lambda: base(nn.Sequential(nn.Linear(16, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 2)))
    cases = {"none": (lambda: base(nn.Identity()), "mean,linear=2"), "kept": (two, "mean,linear=9,norm,relu,linear=2"),
             "replaced": (HEADS["fastai"][0], "mean,linear=2"), "frozen": (two, "mean,linear=9,norm,relu,linear=2")}
    for name, (build, text) in cases.items():
        net, _, _ = network(folder, build)
        torch.save(net, f"{folder}/start.pt")
        done = run("train", f"{folder}/data", "--init", f"{folder}/start.pt", "--epochs", "1", "--batch-size", "4",
                   "--preprocess", "resize=32,crop=32", "-o", f"{folder}/{name}",
                   *(("--freeze", "features") if name == "frozen" else ()))
        path = f"{folder}/{name}/last.safetensors"
        said = info(path)
        check(f"training from {name}", done.returncode == 0 and said["head"] == text and not said.get("warning"),
              done.stderr + str(said))
        made, before = files.load_safetensors(path)[0], net.state_dict()
        kept = {key for key in made if key in before and torch.equal(made[key].float(), before[key].float())}
        moved = {key for key in made if key.startswith("classifier") and "num_batches" not in key} - kept
        check(f"the head of {name} has learnt", moved and (text == "mean,linear=2" or len(moved) == 8), moved)
        weights = {key for key in made if key.startswith("features") and key.endswith("weight")}
        check(f"the features of {name}", bool(weights - kept) == (name != "frozen"), weights - kept)
    net, _, _ = network(folder, two)
    torch.save(net, f"{folder}/start.pt")
    done = run("train", f"{folder}/data", "--init", f"{folder}/start.pt", "--epochs", "1", "--batch-size", "1",
               "--preprocess", "resize=32,crop=32", "-o", f"{folder}/one")
    check("a norm needs two pictures", done.returncode == 2 and "the head has a norm" in done.stderr, done.stderr)
    torch.save(base(nn.Identity()), f"{folder}/none.pt")
    for command in (("predict", f"{folder}/data/a/0.png"), ("eval", f"{folder}/data")):
        done = run(*command, "-w", f"{folder}/none.pt")
        check(f"{command[0]} without a head", done.returncode == 2 and "has no head" in done.stderr, done.stderr)
    print(f"trainings: {len(cases)}")


main((heat_maps, called_by_name, trainings))
