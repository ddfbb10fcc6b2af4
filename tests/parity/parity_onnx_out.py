# SPDX-License-Identifier: MIT
"""ONNX files that the program writes are read back to the bit, with all that was recorded: every stem, head and type,
folded in what can be folded. onnx's checker and shape inference accept them, if Debian's or another onnx is there."""
import json

from onnx_writing import (LINEAR, NEWEST, PUBLISHED, SMALL, STEMS, convert, distance, forward, inferred, onnx, pictures,
                          settle)
from weight_parity import check, main, refused, run

import numpy
import torch
from torch import nn

import weight_files as files
from head_networks import HEADS, Grid, Windows, base, network
from reference_extended import Arch

LABELS = "a b\n\"c\" ü\nd\ne\nf\n"


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def accepted(what, path, opset=17):
    if opset > NEWEST:
        return
    try:
        made = inferred(path)
        said = made.opset_import[0].version
        check(f"{what}: opset {opset}", said == opset, "" if said == opset else said)
        batch = made.graph.output[0].type.tensor_type.shape.dim[0]
        check(f"{what}: of any number of pictures", batch.dim_param == "batch", "" if batch.dim_param == "batch" else batch)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as fault:
        check(f"{what}: onnx accepts it", False, fault)


def comes_back(what, folder, path, options=(), written=()):
    """The file through ONNX and back is the file, and the graph of the graph the graph."""
    direct, out, back = f"{folder}/direct.safetensors", f"{folder}/net.onnx", f"{folder}/back.safetensors"
    if not all((convert(what, path, direct, *options), convert(what, path, out, *options, *written),
                convert(f"{what}, back", out, back), convert(f"{what}, again", out, f"{folder}/again.onnx", *written))):
        return
    accepted(what, out, 13 if "--opset" in written else 17)
    same = contents(direct) == contents(back)
    check(f"{what}: comes back", same, "" if same else difference(direct, back))
    same = contents(out) == contents(f"{folder}/again.onnx")
    check(f"{what}: the same graph", same, "" if same else "another one")


def difference(a, b):
    (first, said), (second, found) = files.load_safetensors(a)[:2], files.load_safetensors(b)[:2]
    wrong = [name for name in first if name not in second or not torch.equal(first[name], second[name])]
    return f"{wrong[:4]} {sorted(set(said.items()) ^ set(found.items()))[:6]}"


def plain(folder):
    for name, arch in {**STEMS, **PUBLISHED}.items():
        path = settle(arch, folder)
        function = LINEAR if name in ("deep stem", "one block") else ()
        comes_back(name, folder, path, function)
    for what in (("--stem-stride", 1), ("--stem-pool", "none"), ("--stem-pool", "blur")):
        comes_back(" ".join(map(str, what)), folder, settle(STEMS["deep stem"], folder), what)
    comes_back("an odd stem", folder, settle(SMALL, folder), ("--stem-stride", 3, "--stem-pool", "none"))


def described(folder):
    """Labels, pipeline, task, temperature, operating points, training, batches, an odd epsilon."""
    state = files.trained(SMALL, 3)
    state["op_threshs"] = torch.tensor([0.3, float("nan"), 0.8, 0.999, 0.01])
    state["temperature"] = torch.tensor(1.7)
    files.save_safetensors(state, f"{folder}/all.safetensors")
    with open(f"{folder}/labels.txt", "w", encoding="utf-8") as file:
        file.write(LABELS)
    said = ("--labels", f"{folder}/labels.txt", "--preprocess", "torchvision,resize=70,crop=64,mean=0.1:0.2:0.3", "--task", "labels")
    for written in ((), ("--probabilities",), ("--with-preprocessing",), ("--with-preprocessing", "--probabilities", "--opset", 13)):
        if convert("all that is known", f"{folder}/all.safetensors", f"{folder}/known.safetensors", *said):
            comes_back(f"all that is known {written}", folder, f"{folder}/known.safetensors", written=written)
    info = json.loads(run("info", "--json", f"{folder}/net.onnx").stdout)
    good = info["labels"] == LABELS.split("\n")[:-1]
    check("labels", good, "" if good else info["labels"])
    path = settle(SMALL, folder, "xray")
    grey = settle(SMALL._replace(channels=1), folder, "grey")
    comes_back("softmax", folder, path, ("--preprocess", "torchvision"), ("--probabilities", "--with-preprocessing"))
    comes_back("X-rays", folder, grey, ("--preprocess", "xrv"), ("--with-preprocessing",))
    odd = {"densenet.bn_epsilon": "1.2345678901e-05", "densenet.training": json.dumps({"epochs": 3})}
    known, metadata = files.load_safetensors(f"{folder}/known.safetensors")[:2]
    files.save_safetensors(known, f"{folder}/odd.safetensors", {**metadata, **odd})
    comes_back("an odd epsilon and a record of training", folder, f"{folder}/odd.safetensors")


def heads(folder):
    def whole(side):
        return nn.Sequential(base().features, nn.ReLU(), nn.AvgPool2d(side), nn.Flatten(), nn.Linear(16, 4))
    sized = {"a window": (lambda: whole(8), 64), "a grid of windows": (lambda: Grid(4), 96),
             "windows": (lambda: Windows(3, 3), 96)}
    for name, (build, side) in {**{name: (row[0], 64) for name, row in HEADS.items()}, **sized}.items():
        torch.save(network(folder, build, side)[0], f"{folder}/module.pt")
        comes_back(name, folder, f"{folder}/module.pt", ("--image-size", side) if name in sized else ())
    state = files.trained(SMALL, 3)
    for name in ("weight", "bias"):
        del state[f"classifier.{name}"]
    files.save_safetensors(state, f"{folder}/none.safetensors")
    comes_back("no head", folder, f"{folder}/none.safetensors")
    arch = Arch([2, 2], 4, 8, 4, 0.5, "imagenet", 3, 4)
    state = files.trained(arch, 3)
    state["classifier.weight"] = torch.randn(4, 6 * state["classifier.weight"].shape[1])
    files.save_safetensors(state, f"{folder}/grid.safetensors")
    comes_back("a grid", folder, f"{folder}/grid.safetensors", ("--grid", "2x3", "--preprocess", "none,resize=64x96"))
    comes_back("a grid of oblong windows", folder, f"{folder}/grid.safetensors",
               ("--grid", "2x3", "--preprocess", "none,resize=128x96"))


def contradicted(folder):
    """A record of what the graph does not compute is not believed."""
    torch.save(network(folder, HEADS["linear, ReLU, dropout, linear"][0])[0], f"{folder}/module.pt")
    convert("a head", f"{folder}/module.pt", f"{folder}/net.onnx")
    data = contents(f"{folder}/net.onnx")
    check("its head is recorded", data.count(b"=9,relu,dropout") == 1)
    shown = "mean,linear=9,relu,linear=4"
    for told, head in ((b"=9,relu,dropout", "mean,linear=9,relu,dropout,linear=4"), (b"=9,norm,dropout", shown),
                       (b"=9,dropout,relu", "mean,linear=9,dropout,relu,linear=4"), (b"=9,dropout,drop", shown)):
        with open(f"{folder}/net.onnx", "wb") as file:
            file.write(data.replace(b"=9,relu,dropout", told))
        info = json.loads(run("info", "--json", f"{folder}/net.onnx").stdout)
        good = info["head"] == head and ("metadata" in (info["warning"] or "")) == ("dropout" not in head)
        check(f"a record of {told.decode()}", good, "" if good else info)


def biased(folder):
    """Of convolutions, which the running means take up before anything is written."""
    state = files.trained(SMALL, 3)
    for name in [name for name in state if ".conv" in name and name.endswith(".weight")]:
        state[name.replace("weight", "bias")] = torch.randn(state[name].shape[0])
    files.save_safetensors(state, f"{folder}/biased.safetensors")
    comes_back("biases of convolutions", folder, f"{folder}/biased.safetensors")


def other_types(folder):
    path = settle(SMALL, folder)
    convert("f16", path, f"{folder}/half.safetensors", "--dtype", "f16")
    comes_back("f16", folder, f"{folder}/half.safetensors")
    if convert("f16", path, f"{folder}/half.onnx", "--dtype", "f16"):
        accepted("f16", f"{folder}/half.onnx")
        convert("f16, back", f"{folder}/half.onnx", f"{folder}/back.safetensors", "--dtype", "f16")
        same = contents(f"{folder}/half.safetensors") == contents(f"{folder}/back.safetensors")
        check("halves come back", same, "" if same else difference(f"{folder}/half.safetensors", f"{folder}/back.safetensors"))


def folded(folder):
    """What is folded is read as a norm that adds, and computes the same."""
    worst = 0
    for name, arch in STEMS.items():
        path, function = settle(arch, folder), LINEAR if name == "deep stem" else ()
        if convert(name, path, f"{folder}/net.onnx", "--fold", *function):
            accepted(f"{name}, folded", f"{folder}/net.onnx")
            for x in pictures(arch):
                worst = max(worst, distance(forward(folder, f"{folder}/net.onnx", x), forward(folder, path, x, *function)))
    check("folded", worst < 2e-6, f"{worst:.1e}")


def opsets(folder):
    path = settle(SMALL, folder)
    for opset in range(13, 29):
        convert(f"opset {opset}", path, f"{folder}/net.onnx", "--opset", opset, "--probabilities")
        accepted(f"opset {opset}", f"{folder}/net.onnx", opset)
        check(f"opset {opset} is read", run("info", f"{folder}/net.onnx").returncode == 0)


def quantised(folder):
    """A network in bytes is for engines: it says so of itself."""
    out = f"{folder}/int8.onnx"
    done = run("quantize", settle(SMALL, folder), "-o", out)
    check("quantize to ONNX", done.returncode == 0, done.stderr if done.returncode else "")
    accepted("int8", out)
    refused("a graph of bytes", run("info", out, "--check"), "int8.onnx", "as engines multiply it", ".safetensors")


def refusals(folder):
    path, out = settle(SMALL, folder), f"{folder}/no.onnx"

    def no(what, *words, of=path, to=out, options=()):
        refused(what, run("convert", of, to, *options), *words, absent=to)

    no("another opset", "13 to 28", options=("--opset", 12))
    no("bfloat16", "f32, f16 or int8", options=("--dtype", "bf16"))
    no("bytes", "not quantised", options=("--dtype", "int8"))
    no("the reference's names", "torchvision's names", options=("--naming", "reference"))
    no("no pipeline", "records none", options=("--with-preprocessing",))
    no("another format", ".onnx files only", to=f"{folder}/no.pth", options=("--fold",))
    state = {name: tensor for name, tensor in files.trained(SMALL, 3).items() if "classifier" not in name}
    files.save_safetensors(state, f"{folder}/none.safetensors")
    no("probabilities of no head", "no head", of=f"{folder}/none.safetensors", options=("--probabilities",))
    state = files.trained(SMALL, 3)
    state["classifier.weight"] = torch.randn(5, 4 * state["classifier.weight"].shape[1])
    files.save_safetensors(state, f"{folder}/grid.safetensors")
    no("a grid that does not divide", "do not divide", of=f"{folder}/grid.safetensors",
       options=("--preprocess", "none,resize=72x72"))
    no("a grid of any size", "does not fix", of=f"{folder}/grid.safetensors", options=("--preprocess", "none"))


if __name__ == "__main__":
    if not onnx:
        print("without onnx: its checker is not asked")
    main((plain, described, heads, contradicted, biased, other_types, folded, opsets, quantised, refusals))
