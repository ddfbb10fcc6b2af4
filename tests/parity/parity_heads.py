# SPDX-License-Identifier: MIT
"""Networks whose head is not one linear with bias, against PyTorch: as pickled modules, which say
everything, as state dicts and TorchScript; what is assumed is said; converted files give the same
answers without a warning."""
import os

import weight_parity
from weight_parity import main, refused, run

import numpy
import torch
from torch import nn
from PIL import Image

import weight_files as files
from head_networks import (HEADS, FUNCTIONAL, LOG, MISTAKEN, WIDTH, Grid, Windows, answers, base, check, info, near,
                           network)


def same_answer(found, expected, log_softmax):
    if log_softmax and found is not None:
        found = torch.log_softmax(torch.tensor(found).double(), 1).numpy()
    return near(found, expected)


def logits(folder):
    for name, (build, text, assumed) in HEADS.items():
        net, picture, expected = network(folder, build)
        log = name in LOG
        torch.save(net, f"{folder}/module.pt")
        torch.jit.save(torch.jit.trace(net, picture), f"{folder}/script.pt")
        torch.save(net.state_dict(), f"{folder}/state.pth")
        files.save_safetensors(net.state_dict(), f"{folder}/state.safetensors")
        table = run("summary", "-w", f"{folder}/module.pt").stdout
        count = sum(p.numel() for p in net.parameters())
        check(f"{name}: its summary", f"Total params: {count:,}" in table and
              ("BatchNorm1d" in table) == (",norm" in text) and
              ("AdaptiveConcatPool2d" in table) == ("max+mean" in text), table)
        for file in ("module.pt", "script.pt", "state.pth", "state.safetensors"):
            path = f"{folder}/{file}"
            state, said = file.startswith("state"), info(path)
            differs = state and name in MISTAKEN
            check(f"{name}: {file}'s head", said["head"] == (assumed if state and assumed else text), said["head"])
            guessed = (assumed and state) or name in FUNCTIONAL
            check(f"{name}: what {file} leaves open is said",
                  bool(guessed) == ("is taken for" in (said["warning"] or "")), said["warning"])
            found, error = answers(folder, path)
            check(f"{name}: {file}", differs or same_answer(found, expected, log), error)
            for out in ("out.safetensors", "out.pth"):
                run("convert", path, f"{folder}/{out}")
                again, error = answers(folder, f"{folder}/{out}")
                check(f"{name}: {file} as {out}", again is not None and (again == found).all() and
                      info(f"{folder}/{out}")["warning"] is None and info(f"{folder}/{out}")["head"] == said["head"], error)
                run("convert", f"{folder}/{out}", f"{folder}/{out}.again.{out[-3:]}", "--naming", "reference")
            again, error = answers(folder, f"{folder}/out.pth.again.pth")
            check(f"{name}: in the reference's names", near(again, found), error)
    print(f"heads: {len(HEADS)}, as modules, TorchScript and state dicts")


def objectives(folder):
    """A sigmoid at the end makes labels, a softmax classes, however deep in what Sequential."""
    ends = {
        "labels": (lambda: base(nn.Sequential(nn.Linear(WIDTH, 4), nn.Sigmoid())),
                   lambda: nn.Sequential(base(), nn.Sigmoid()),
                   lambda: base(nn.Sequential(nn.Sequential(nn.Linear(WIDTH, 9), nn.ReLU()),
                                              nn.Sequential(nn.Linear(9, 4), nn.Identity()), nn.Sigmoid()))),
        "classes": (lambda: base(nn.Sequential(nn.Linear(WIDTH, 4), nn.LogSoftmax(1))),
                    lambda: nn.Sequential(base(), nn.Softmax(1)), base)}
    for task, builds in ends.items():
        for number, build in enumerate(builds):
            net, picture, expected = network(folder, build)
            torch.save({"net": net}, f"{folder}/module.pt")
            torch.jit.save(torch.jit.script(net.eval()) if number != 1 else torch.jit.trace(net, picture), f"{folder}/script.pt")
            for file in ("module.pt", "script.pt"):
                said = info(f"{folder}/{file}")
                check(f"{task} {number} in {file}", said.get("task") == task and said["warning"] is None, said)
                run("convert", f"{folder}/{file}", f"{folder}/out.pth")
                check(f"{task} {number} of {file} converted", info(f"{folder}/out.pth").get("task") == task)
                found, error = answers(folder, f"{folder}/{file}")
                found = torch.tensor(found).double()
                found = found.sigmoid() if task == "labels" else found.softmax(1) if number == 1 else \
                    found.log_softmax(1) if number == 0 else found
                check(f"{task} {number}: the answer of {file}", near(found.numpy(), expected), error)
    print("objectives: sigmoid, softmax and log-softmax as modules")


def without_head(folder):
    """Features, info and training's start; answers are refused in a sentence."""
    cut = lambda: nn.Sequential(*list(base().children())[:-1])
    builds = {"Identity": lambda: base(nn.Identity()), "children": cut, "features": lambda: base().features}
    for name, build in builds.items():
        net, picture, expected = network(folder, build)
        torch.save(net, f"{folder}/module.pt")
        torch.save(net.state_dict(), f"{folder}/state.pth")
        for file in ("module.pt", "state.pth"):
            path = f"{folder}/{file}"
            said = info(path)
            check(f"{name} in {file}", said["head"] == "none" and said["classes"] == 0, said)
            feature = "pool" if name == "Identity" else "final"
            found, error = answers(folder, path, "--features", feature)
            check(f"{name} in {file}: {feature}", near(found, expected) or (file, name) == ("state.pth", "features"), error)
            refused(f"{name}: logits", run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/no.npy"),
                    "has no head", absent=f"{folder}/no.npy") if file == "module.pt" else None
            run("convert", path, f"{folder}/out.safetensors")
            again, _ = answers(folder, f"{folder}/out.safetensors", "--features", feature)
            check(f"{name} of {file} converted", again is not None and (again == found).all() and
                  info(f"{folder}/out.safetensors")["warning"] is None)
            check(f"{name}: the summary", "Linear" not in run("summary", "-w", path).stdout)
    print(f"without a head: {len(builds)} kinds, as modules and state dicts")


def flat_grids(folder):
    """Four means may be 2x2 or 1x4, eight 1x8 or 2x4: a module says it, a person may, tensors do not."""
    for rows, columns in ((1, 4), (4, 1), (2, 4), (1, 2)):
        net, _, expected = network(folder, lambda: Windows(rows, columns))
        text = f"grid={rows}x{columns},linear=4"
        torch.save(net, f"{folder}/module.pt")
        found, error = answers(folder, f"{folder}/module.pt")
        check(f"{text} of a module", near(found, expected) and info(f"{folder}/module.pt")["head"] == text, error)
        torch.jit.script(net).save(f"{folder}/script.pt")
        check(f"{text} of TorchScript", near(answers(folder, f"{folder}/script.pt")[0], expected))
        torch.save(net.state_dict(), f"{folder}/state.pth")
        found, error = answers(folder, f"{folder}/state.pth", "--grid", f"{rows}x{columns}")
        check(f"{text} by request", near(found, expected), error)
        run("convert", f"{folder}/state.pth", f"{folder}/out.safetensors", "--grid", f"{rows}x{columns}")
        check(f"{text} converted", near(answers(folder, f"{folder}/out.safetensors")[0], expected) and
              info(f"{folder}/out.safetensors")["warning"] is None)
    refused("a grid of another number of means", run("info", f"{folder}/state.pth", "--grid", "3x2"), "reads 2 values of each map")
    for columns, words in ((8, "is not in the file (option grid)"), (4, "is known of square ones only (option grid)")):
        net, _, expected = network(folder, lambda: Windows(1, columns))
        torch.save(net.state_dict(), f"{folder}/state.pth")
        picture = torch.randn(1, 3, 64, 128)
        numpy.save(f"{folder}/x.npy", picture.numpy())
        refused(f"{columns} means of maps that are not square",
                run("forward", "-w", f"{folder}/state.pth", "-i", f"{folder}/x.npy", "-o", f"{folder}/no.npy"), words,
                absent=f"{folder}/no.npy")
        with torch.no_grad():
            expected = net.double()(picture.double()).numpy()
        found, error = answers(folder, f"{folder}/state.pth", "--grid", f"1x{columns}")
        check(f"1x{columns} means of maps that are not square", near(found, expected), error)


def grids(folder):
    """Windows of the means follow from the picture's size, which must give the grid."""
    for build, size, side in ((lambda: Grid(2), 48, "6x6"), (lambda: Grid(4), 96, "12x12")):
        net, _, expected = network(folder, build, size)
        torch.save(net.state_dict(), f"{folder}/state.pth")
        found, error = answers(folder, f"{folder}/state.pth")
        check(f"a grid of {side}", near(found, expected) and "is taken for grid=3,linear=4" in error, error)
        run("convert", f"{folder}/state.pth", f"{folder}/out.pth")
        check("it keeps its head", near(answers(folder, f"{folder}/out.pth")[0], expected) and
              info(f"{folder}/out.pth")["warning"] is None)
    # New maps first: the classifier's columns change places by channel.
    arch = weight_parity.SMALL
    state = files.trained(arch, seed=3)
    width = state["classifier.weight"].shape[1]
    state["classifier.weight"] = torch.randn(10, width * 4).view(10, width, 4)
    first = files.new_maps_first(state, arch)
    flat = {name: tensor.flatten(1) if name == "classifier.weight" else tensor for name, tensor in state.items()}
    torch.save({name: tensor.flatten(1) if name == "classifier.weight" else tensor for name, tensor in first.items()},
               f"{folder}/first.pth")
    weight_parity.compare("a grid, new maps first", f"{folder}/first.pth", flat)
    numpy.save(f"{folder}/x.npy", numpy.zeros((1, 3, 40, 48), "float32"))
    refused("a picture that does not give the grid",
            run("forward", "-w", f"{folder}/out.pth", "-i", f"{folder}/x.npy", "-o", f"{folder}/no.npy"),
            "pictures 48 wide and 40 high leave last maps 6 wide and 5 high, which do not divide into the 3 columns and 3 rows of means", absent=f"{folder}/no.npy")
    flat_grids(folder)
    print("grids: two sizes, new maps first, a picture of another size")


def unknown_names(folder):
    """Heads of networks whose names say nothing."""
    for name in ("no bias", "1x1 convolution", "1x1 convolution without bias", "linear, ReLU, dropout, linear",
                 "linear, norm, ReLU, linear", "two linears side by side"):
        net, _, expected = network(folder, HEADS[name][0])
        state = files.words(net.state_dict(), None)
        torch.save(state, f"{folder}/in.pth")
        files.save_safetensors(state, f"{folder}/in.safetensors")
        ordered = name == "1x1 convolution without bias"  # which only its place tells from a transition
        for file in ("in.pth", "in.safetensors")[:1 if ordered else 2]:
            found, error = answers(folder, f"{folder}/{file}", "--concat", "last")
            check(f"{name} under other names in {file}", near(found, expected), error)
    print("heads of unknown names: six, in order and sorted")


def left_open(folder):
    """Where neither module nor metadata says it: whether a missing bias was ever there, whether a
    sigmoid follows a Sequential's last linear."""
    lost, sigmoid = "has no bias in the file", "whether a sigmoid follows the classifier is not in the file"
    closing = lambda: base(nn.Sequential(nn.Linear(WIDTH, 4), nn.Sigmoid()))
    for what, build, said, quiet in (
            ("a linear without bias", HEADS["no bias"][0], lost, sigmoid), ("a sigmoid", closing, sigmoid, lost),
            ("a plain head", base, None, lost), ("one output", lambda: base(nn.Sequential(nn.Linear(WIDTH, 1))), None, sigmoid),
            ("a norm after it", lambda: base(nn.Sequential(nn.Linear(WIDTH, 9, bias=False), nn.BatchNorm1d(9), nn.Linear(9, 4))),
             sigmoid, lost)):
        net, _, _ = network(folder, build)
        torch.save(net, f"{folder}/module.pt")
        torch.save(net.state_dict(), f"{folder}/state.pth")
        files.save_safetensors(net.state_dict(), f"{folder}/state.safetensors")
        for file in ("state.pth", "state.safetensors"):
            found = info(f"{folder}/{file}")["warning"] or ""
            check(f"{what} in {file}", found.count(said or "\n") == (said is not None) and quiet not in found, found)
        task = ("--task", "labels") if said == sigmoid else ()
        done = run("convert", f"{folder}/state.pth", f"{folder}/out.pth", *task)
        check(f"{what}: --task says it", sigmoid not in done.stderr, done.stderr)
        for file in ("module.pt", "out.pth"):
            check(f"{what} in {file}", info(f"{folder}/{file}")["warning"] is None, info(f"{folder}/{file}")["warning"])
    Image.fromarray(numpy.zeros((64, 64, 3), "uint8")).save(f"{folder}/a.png")
    torch.save(closing().state_dict(), f"{folder}/state.pth")
    for task in ("labels", "classes"):
        done = run("predict", "-w", f"{folder}/state.pth", f"{folder}/a.png", "--task", task, "--json")
        check(f"predict --task {task}", done.returncode == 0 and sigmoid not in done.stderr, done.stderr)
    check("predict without --task", sigmoid in run("predict", "-w", f"{folder}/state.pth", f"{folder}/a.png").stderr)
    data = f"{folder}/data"
    for name in "abcd":
        os.makedirs(f"{data}/{name}")
        Image.fromarray(numpy.zeros((64, 64, 3), "uint8")).save(f"{data}/{name}/1.png")
    for task, code, said in (((), 0, sigmoid), (("--task", "classes"), 0, None),
                             (("--task", "labels"), 2, "which gives classes; --task labels is for a CSV")):
        done = run("eval", data, "-w", f"{folder}/state.pth", *task)
        check(f"eval {task}", done.returncode == code and (said in done.stderr if said else sigmoid not in done.stderr), done.stderr)
    done = run("train", data, "--init", f"{folder}/state.pth", "--epochs", "1", "--batch-size", "4", "--val-split", "0",
               "--image-size", "32", "-o", f"{folder}/run")
    check("the data says what a training is of", done.returncode == 0 and sigmoid not in done.stderr, done.stderr)
    half = base().state_dict()
    del half["classifier.bias"]
    torch.save(half, f"{folder}/half.pth")
    check("a lost bias", lost in run("convert", f"{folder}/half.pth", f"{folder}/out.pth").stderr)
    print("left open: a bias, a sigmoid")


def misfits(folder):
    """What is not a head is refused with what was found."""
    def attempt(what, net, *words, module=True):
        torch.save(net if module else net.state_dict(), f"{folder}/in.pth")
        refused(what, run("convert", f"{folder}/in.pth", f"{folder}/no.pth"), f"{folder}/in.pth: ", *words, absent=f"{folder}/no.pth")

    attempt("an activation of another kind", base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Tanh(), nn.Linear(9, 4))),
            'its head has a module of class Tanh, "classifier.1", which is not supported')
    attempt("something after the sigmoid", base(nn.Sequential(nn.Linear(WIDTH, 4), nn.Sigmoid(), nn.ReLU())),
            'of class ReLU, "classifier.2"')
    attempt("a sigmoid between linears", base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Sigmoid(), nn.Linear(9, 4))),
            'a sigmoid or softmax before "classifier.2"')
    attempt("a mean of what was rectified", nn.Sequential(base().features, nn.ReLU(), nn.Conv2d(WIDTH, 4, 1), nn.ReLU(),
                                                          nn.AdaptiveAvgPool2d(1)), 'of class AdaptiveAvgPool2d, "4"')
    apart = base(nn.Sequential(nn.Linear(WIDTH, 9), nn.Linear(8, 4)))
    attempt("linears that do not fit", apart, "2 linears and norms, which do not follow one another",
            '"classifier.1" reads 8 values where there are 9', module=False)
    attempt("a linear of other maps", base(nn.Linear(WIDTH + 1, 4)), f'"classifier" reads {WIDTH + 1} values', module=False)
    attempt("a norm alone", base(nn.Sequential(nn.BatchNorm1d(WIDTH))), "a norm, but no linear", module=False)
    print("misfits: 7 kinds")


main((logits, objectives, without_head, grids, unknown_names, left_open, misfits))
