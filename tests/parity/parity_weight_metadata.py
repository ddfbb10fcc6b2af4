# SPDX-License-Identifier: MIT
"""What weight files say besides their tensors: the order of concatenation, misfits, metadata,
labels; and trained networks of other people."""
import json
import os

from weight_parity import DATA, SMALL, check, compare, converted, main, refused, run, same, small

import torch
import torchvision

import weight_files as files
from reference_extended import Arch


def concatenation(folder):
    """Statistics before metadata before --concat before names."""
    path, out = f"{folder}/in.pth", f"{folder}/out.safetensors"
    state = small()
    first = files.new_maps_first(state, SMALL)
    torch.save(first, path)  # torchvision's names, yet new maps first
    error = same(converted(path, out), state)
    check("statistics against names", not error, error)
    note = json.loads(run("info", "--json", path).stdout)
    check("which is said", note["concat"] == "first" and "contrary to the convention of its names" in note["warning"])
    done = run("convert", path, out, "--concat", "last")
    check("statistics against --concat", not same(files.load_safetensors(out)[0], state) and
          "overrule" in done.stderr)
    flat = {k: torch.zeros_like(v) if k.endswith("running_mean") else v for k, v in state.items()}
    unknown = files.words(flat, SMALL)
    torch.save(unknown, path)
    refused("neither names nor statistics", run("convert", path, f"{folder}/no.pth"), "--concat first",
            absent=f"{folder}/no.pth")
    compare("--concat last", path, flat, "--concat", "last")
    torch.save(files.words(files.new_maps_first(flat, SMALL), SMALL), path)
    compare("--concat first", path, flat, "--concat", "first")
    torch.save(flat, path)
    compare("names alone", path, flat)
    torch.save(files.reference(flat, SMALL), path)
    compare("the reference's names alone", path, flat)
    print("concatenation: statistics, metadata, request, names")


def misfits(folder):
    """Files that match in part: what is missing and what is left over, and nothing written."""
    path, out = f"{folder}/in.pth", f"{folder}/no.safetensors"
    state = small()

    def attempt(what, changed, *words):
        torch.save(changed, path)
        refused(what, run("convert", path, out), path, *words, absent=out)

    def without(*beginnings):
        return {k: v for k, v in state.items() if not k.startswith(beginnings)}

    attempt("one tensor missing", without("features.denseblock2.denselayer3.conv2."),
            "missing: features.denseblock2.denselayer3.conv2.weight", "left over: nothing")
    attempt("a whole block missing", without("features.denseblock2."), "missing")
    attempt("a block's last layers missing", without(*(f"features.denseblock2.denselayer{i}." for i in (10, 11, 12))),
            "transition 2 reads")
    attempt("a classifier of another network", {**state, "classifier.weight": torch.zeros(10, 7)},
            '"classifier" reads 7 values, which does not fit a head for')
    attempt("an attention module more", {**state, "attention.weight": torch.zeros(4, 4), "attention.bias": torch.zeros(4)},
            "left over: attention.weight, attention.bias", "missing: nothing")
    attempt("another shape", {**state, "features.norm5.weight": torch.zeros(7)}, '"features.norm5.weight" is 7')
    renamed = {k.replace("denselayer", "layer") if "block3" in k else k: v for k, v in state.items()}
    attempt("names half of another kind", {**renamed, "features.denseblock3.layer1.norm1.weight": torch.zeros(3)}, "missing")
    many = {**state, **{f"extra.{i}.weight": torch.zeros(2, 2) for i in range(30)}}
    attempt("a long list", many, "and 22 more")
    attempt("a ResNet", torchvision.models.resnet18().state_dict(), "is not where a DenseNet has one")
    for rank, what in ((5, "a 3D network"), (3, "a 1D network")):
        attempt(what, {k: v.expand(1, *v.shape).movedim(0, 2).contiguous() if rank == 5 and v.dim() == 4 else
                       v[..., 0].contiguous() if v.dim() == 4 else v for k, v in state.items()},
                f'is {what} ("features.conv0.weight" has {rank} dimensions), which is not of this family')
    attempt("no tensors", {"epoch": 3}, "holds no tensors")
    attempt("integers for weights", {k: v.int() if v.dim() == 4 else v for k, v in state.items()}, "has type i32")
    torch.save(torchvision.models.resnet18().state_dict(), path)
    listed = run("info", path)
    check("info on a ResNet", listed.returncode == 2 and "layer1.0.conv1.weight" in listed.stdout)
    nan = {k: v.clone() for k, v in state.items()}
    nan["features.denseblock1.denselayer1.conv1.weight"][3, 2] = float("nan")
    nan["features.norm5.running_var"][0] = -1
    torch.save(nan, path)
    done = run("convert", path, f"{folder}/nan.safetensors")
    check("NaN is a warning", done.returncode == 0 and "NaN" in done.stderr and "1 other" in done.stderr, done.stderr.strip())
    print("misfits: 13 kinds")


# ----------------------------------------------------------------- round trips

def metadata(folder):
    """Architecture, labels, preprocessing and task survive both formats and namings, and the
    same input gives the same bytes."""
    state = small()
    torch.save(state, f"{folder}/in.pth")
    labels = [f'class "{i}", \\ übér' for i in range(10)]
    with open(f"{folder}/labels.txt", "w") as file:
        file.write("\n".join(labels) + "\n")
    for naming in ("torchvision", "reference"):
        for out in ("metadata.safetensors", "metadata.pt", "metadata.pth"):
            path = f"{folder}/{out}"
            done = run("convert", f"{folder}/in.pth", path, "--naming", naming, "--labels", f"{folder}/labels.txt",
                       "--preprocess", "cifar10,mean=0.5:0.25:0.125", "--task", "labels")
            found = json.loads(run("info", "--json", path).stdout)
            check(f"metadata in {out} in {naming} names", done.returncode == 0 and found["labels"] == labels and
                  found["task"] == "labels" and "mean=0.5:0.25:0.125" in found["preprocess"] and
                  found["stem"] == "cifar-norm" and found["dialect"] == naming, done.stderr)
            again = f"{folder}/again-{out}"
            run("convert", path, again, "--naming", naming)
            with open(path, "rb") as first, open(again, "rb") as second:
                check(f"the same bytes again in {out}", first.read() == second.read())
    arch = Arch([3, 4, 2], 5, 9, 2, 0.6180339, "imagenet", 3, 4)
    torch.save(files.trained(arch), f"{folder}/in.pth")
    run("convert", f"{folder}/in.pth", f"{folder}/metadata.safetensors")
    tensors, metadata = files.load_safetensors(f"{folder}/metadata.safetensors")
    check("metadata", metadata["format"] == "pt" and metadata["densenet.blocks"] == "3,4,2" and
          metadata["densenet.growth"] == "5")
    width = tensors["features.norm5.weight"].numel()
    tensors["classifier.weight"], tensors["classifier.bias"] = torch.zeros(7, width), torch.zeros(7)
    files.save_safetensors(tensors, f"{folder}/edited.safetensors", metadata)
    found = json.loads(run("info", "--json", f"{folder}/edited.safetensors").stdout)
    check("a metadata of another network is passed over", found["classes"] == 7 and "ignored" in found["warning"])
    print("metadata: labels, preprocessing, task; both formats, both namings")


def other_labels(folder):
    path = f"{folder}/in.pth"
    names = [f"kind {i}" for i in range(10)]
    for extra in ({"classes": names}, {"class_to_idx": {name: i for i, name in enumerate(names)}}):
        torch.save({"state_dict": small(), **extra}, path)
        check(f"labels from {list(extra)[0]}", json.loads(run("info", "--json", path).stdout)["labels"] == names)


def strangers(folder):
    """Trained networks of other people, if available."""
    if not DATA or not os.path.isdir(f"{DATA}/data/weights"):
        print("strangers' networks: not here")
        return
    path = f"{DATA}/data/weights/bc-100-12_own-names.pth"
    own, found = torch.load(path, map_location="cpu"), converted(path, f"{folder}/own.safetensors")
    pairs = zip([v for v in own.values() if v.dim()], [v for k, v in found.items() if "num_batches" not in k])
    check("own names", all(torch.equal(a, b) for a, b in pairs))
    path = f"{DATA}/data/weights/bc-100-12_torchvision-names.pth"
    error = same(converted(path, f"{folder}/tv.pth"), torch.load(path, map_location="cpu"))
    check("torchvision's names", not error, error)
    print("strangers' networks: two")


main((concatenation, misfits, metadata, other_labels, strangers))
