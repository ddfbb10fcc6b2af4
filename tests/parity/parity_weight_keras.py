# SPDX-License-Identifier: MIT
"""Weights under keras.applications' names, in safetensors, with kernels in PyTorch's order of axes or
in TensorFlow's: tensor by tensor, exactly, and the epsilon that Keras has."""
import json

from weight_parity import NAMED, ODD, check, compare, main, refused, run

import torch

import weight_files as files
from reference_extended import Arch

PARTS = {"norm": {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"},
         "conv": {"weight": "kernel"}, "line": {"weight": "kernel", "bias": "bias"}}


def keras(state, separator="/", stem="conv1/", head="predictions", parts=True, windows_first=False, ins_first=True):
    """conv2_block1_0_bn/gamma, ..."""
    def named(place, kind, part):
        return f"{place.replace('/', separator)}{separator}{PARTS[kind][part] if parts else part}"

    result = {}
    plain = {k: v for k, v in state.items() if "num_batches_tracked" not in k}
    renamed = files.renamed(
        plain, lambda b, l, kind, u, part:
        named(f"conv{b + 2}_block{l + 1}_{u + (kind == 'conv')}_{'bn' if kind == 'norm' else 'conv'}", kind, part),
        lambda b, kind, part: named(f"pool{b + 2}_{'bn' if kind == 'norm' else 'conv'}", kind, part),
        {"features.conv0.": "conv.", "features.norm0.": "norm.", "features.norm5.": "end.", "classifier.": "line."})
    for name, tensor in renamed.items():
        place, part = name.rsplit(".", 1) if "." in name else ("", "")
        for short, (full, kind) in {"conv": (f"{stem}conv", "conv"), "norm": (f"{stem}bn", "norm"), "end": ("bn", "norm"),
                                    "line": (head, "line")}.items():
            if place == short:
                name = named(full, kind, part)
        if tensor.dim() == 4 and windows_first:
            tensor = tensor.permute(2, 3, 1, 0).contiguous()
        if tensor.dim() == 2 and ins_first:
            tensor = tensor.t().contiguous()
        result[name] = tensor
    return result


def names(folder):
    """Every form of names, in both orders of axes; the layers' norms have equal lengths in some."""
    path = f"{folder}/in.safetensors"
    archs = {name: ODD[name] for name in ("bottlenecks as wide as the stem", "five blocks")}
    archs["densenet121"] = NAMED["densenet121"]
    forms = ({}, {"stem": "conv1_"}, {"separator": "."}, {"head": "fc1000"}, {"ins_first": False},
             {"parts": False, "separator": ".", "stem": "conv1_", "ins_first": False})
    for name, arch in archs.items():
        state = files.trained(arch, seed=3)
        for windows_first in (False, True):
            for form in forms if name in ODD else forms[:1]:
                if windows_first and form.get("ins_first") is False:
                    continue
                files.save_safetensors(keras(state, windows_first=windows_first, **form), path)
                compare(f"{name} {form} {windows_first}", path, state)
                found = json.loads(run("info", "--json", path).stdout)
                check(f"what is said of {name} {form}", found["dialect"] == "Keras" and
                      found["bn_epsilon"] == (1.001e-5 if form.get("parts", True) else 1e-5) and
                      ("TensorFlow" in found["derived"]) == windows_first)
        files.save_safetensors({f"densenet/{k}:0": v for k, v in keras(state).items()}, path)
        compare(f"{name} with TensorFlow's endings", path, state)
    print(f"Keras: {len(archs)} networks, {len(forms)} forms, both orders")


def doubled(folder):
    """A layer's group before its names, as in HDF5, in a model or in one nested in another."""
    path, arch = f"{folder}/in.safetensors", ODD["five blocks"]
    state = files.trained(arch, seed=3)
    groups = {"a layer's": "{layer}/{name}:0", "a model's": "model_weights/{layer}/{name}:0",
              "a nested model's": "model_weights/densenet121/{name}:0",
              "a nested layer's": "model_weights/densenet121/{layer}/densenet121/{name}:0",
              "Keras 3's": "layers/{layer}/{layer}/{part}"}
    for stem in ("conv1/", "conv1_"):
        for what, form in groups.items():
            renamed = {form.format(layer=name.rsplit("/", 1)[0], name=name, part=name.rsplit("/", 1)[-1]): tensor
                       for name, tensor in keras(state, windows_first=True, stem=stem).items()}
            files.save_safetensors(renamed, path)
            compare(f"{what} group, {stem}", path, state)
            found = json.loads(run("info", "--json", path).stdout)
            check(f"what is said of {what} group, {stem}", found["dialect"] == "Keras" and found["bn_epsilon"] == 1.001e-5)
    print(f"Keras: {len(groups)} kinds of groups")


def squares(folder):
    """A classifier with as many inputs as outputs: the kernels tell, or nothing does."""
    path = f"{folder}/in.safetensors"
    arch = Arch([2, 2], 4, 8, 2, 0.5, "imagenet", 3, 16)
    state = files.trained(arch, seed=4)
    assert state["classifier.weight"].shape == (16, 16)
    files.save_safetensors(keras(state, windows_first=True), path)
    compare("a square classifier with TensorFlow's kernels", path, state)
    files.save_safetensors(keras(state), path)
    refused("a square classifier alone", run("convert", path, f"{folder}/no.pth"), path,
            'the shape of "predictions/kernel" does not tell', absent=f"{folder}/no.pth")
    print("square classifiers: read or refused")


def other_names(folder):
    """TensorFlow's order of axes under names of no known code base."""
    path = f"{folder}/in.pth"
    arch = ODD["five blocks"]
    state = files.trained(arch, seed=5)
    turned = {k: v.permute(2, 3, 1, 0).contiguous() if v.dim() == 4 else v.t().contiguous() if v.dim() == 2 else v
              for k, v in files.words(state, arch).items()}
    torch.save(turned, path)
    compare("words", path, state)
    for name in ("bottlenecks as wide as the stem", "norm after a CIFAR stem"):
        state = files.trained(ODD[name], seed=6)
        renamed = {k.replace("_block", "_unit").replace("conv", "stage"): v for k, v in keras(state).items()}
        files.save_safetensors(renamed, f"{folder}/in.safetensors")
        compare(f"{name}: norms of one length, told apart by statistics", f"{folder}/in.safetensors", state)


main((names, doubled, squares, other_names))
