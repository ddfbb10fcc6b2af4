# SPDX-License-Identifier: MIT
"""Weight files of every origin, converted and compared tensor by tensor, exactly: networks
named and odd, code bases' names and none, wrappers, number formats, PyTorch's formats old and
new; and back into PyTorch's modules by strict loading."""
import json
import os
import pickle
import subprocess
import sys
import tempfile
import types
import zipfile

try:
    import numpy
    import torch
    import torchvision
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import weight_files as files
from reference_extended import Arch, DenseNet, cifar, imagenet

DENSENET = os.environ["DENSENET"]
DATA = os.environ.get("DENSENET_DATA")
failures = 0

NAMED = {f"densenet{depth}": imagenet(depth) for depth in (121, 169, 201, 264, 161)}
NAMED["densenet-40-12"], NAMED["densenet-bc-100-12"] = cifar(40, 12, False), cifar(100, 12, True)
ODD = {
    "two blocks, grey": Arch([3, 4], 7, 13, 3, 0.7, "cifar", 1, 5),
    "five blocks": Arch([1, 2, 1, 2, 1], 9, 10, 2, 0.5, "imagenet", 3, 11),
    "norm after a CIFAR stem": Arch([2, 12, 2], 12, 24, 4, 0.5, "cifar-norm", 3, 10),
    "deep stem": Arch([2, 3], 8, 16, 4, 0.5, "deep", 3, 4),
    "bottlenecks as wide as the stem": Arch([4, 5, 3], 8, 32, 4, 0.5, "imagenet", 3, 6),
    "one block": Arch([5], 6, 12, 4, 0.5, "imagenet", 3, 1),
    "plain, uncompressed": Arch([11, 3, 2], 6, 16, 0, 1.0, "cifar-norm", 3, 10),
}
SMALL = ODD["norm after a CIFAR stem"]


def check(what, good, figure=""):
    global failures
    failures += not good
    if figure or not good:
        print(f"{what}: {figure}{'' if good else '   FAILED'}")


def run(*arguments):
    return subprocess.run([DENSENET, *map(str, arguments)], capture_output=True, text=True)


def converted(path, out, *options):
    """The file's tensors in torchvision's names, or the sentence that refuses it."""
    done = run("convert", path, out, *options)
    if done.returncode:
        return done.stderr
    return torch.load(out, weights_only=True) if out.endswith(".pth") else files.load_safetensors(out)[0]


def same(found, expected):
    """Exactly: names (the counters apart), shapes, types and bits."""
    if isinstance(found, str):
        return found
    parts = [{k: v for k, v in state.items() if "num_batches_tracked" not in k} for state in (found, expected)]
    if parts[0].keys() != parts[1].keys():
        return f"other names: {sorted(parts[0].keys() ^ parts[1].keys())[:6]}"
    for name in parts[0]:
        a, b = parts[0][name], parts[1][name]
        if a.dtype != b.dtype or a.shape != b.shape or not torch.equal(a, b):
            return f"{name} differs"
    return ""


def compare(what, path, expected, *options):
    error = same(converted(path, f"{os.path.dirname(path)}/out.safetensors", *options), expected)
    check(what, not error, error)


# ------------------------------------------------------------------- networks

DIALECTS = {"torchvision": lambda state, arch: state, "reference": files.reference,
            "torchvision 2017": files.torchvision_2017, "efficient_densenet": files.efficient}


def named_networks(folder):
    """Every dialect; then strict loading into torchvision's and the reference module."""
    for name, arch in NAMED.items():
        state = files.trained(arch, seed=len(name))
        for dialect, rename in DIALECTS.items():
            torch.save(rename(state, arch), f"{folder}/in.pth")
            compare(f"{name} in {dialect} names", f"{folder}/in.pth", state)
            found = json.loads(run("info", "--json", f"{folder}/in.pth").stdout)
            check(f"info on {name} in {dialect} names",
                  (found["architecture"], found["dialect"], found["concat_from"]) == (name, dialect, "statistics"))
        target = f"{folder}/strict.pth"
        loaded = converted(f"{folder}/in.pth", target, "--naming", "reference")
        model = DenseNet(arch)
        model.load_state_dict(loaded, strict=True)
        check(f"{name} strictly into the reference module", not same(loaded, files.reference(state, arch)))
        if arch.stem == "imagenet" and name != "densenet264":
            model = torchvision.models.get_model(name) if hasattr(torchvision.models, "get_model") \
                else getattr(torchvision.models, name)()
            model.load_state_dict(converted(f"{folder}/in.pth", target), strict=True)
        print(f"{name}: {len(DIALECTS)} dialects, strict loading")


def odd_networks(folder):
    """Every dialect and every kind of unknown names, in files that keep the order and in
    safetensors, which sort."""
    keep_order = [files.words, files.kinds_first, files.sequential, files.numbered, files.hashed,
                  files.lettered, files.kuangliu]
    sorting = [files.words, files.kinds_first, files.sequential, files.numbered, files.lettered, files.kuangliu]
    for name, arch in {**ODD, "densenet121": NAMED["densenet121"], "densenet-40-12": NAMED["densenet-40-12"]}.items():
        state = files.trained(arch, seed=len(name))
        for dialect, rename in {**DIALECTS, "efficient 2017": files.efficient_2017}.items():
            if dialect == "efficient 2017" and not arch.bottleneck:
                continue
            files.save_safetensors(rename(state, arch), f"{folder}/in.safetensors")
            compare(f"{name} in {dialect} names", f"{folder}/in.safetensors", state)
        for rename in keep_order:
            torch.save(rename(state, arch), f"{folder}/in.pth")
            compare(f"{name} in {rename.__name__} names, in order", f"{folder}/in.pth", state)
        for rename in sorting:
            files.save_safetensors(rename(state, arch), f"{folder}/in.safetensors")
            compare(f"{name} in {rename.__name__} names, sorted", f"{folder}/in.safetensors", state)
        print(f"{name}: {len(DIALECTS) + 1} dialects, {len(keep_order)} kinds of names in order, {len(sorting)} sorted")


# ------------------------------------------------------ wrappers and formats

def small():
    return files.trained(SMALL, seed=1)


def prefixed(state, prefix):
    return {prefix + name: tensor for name, tensor in state.items()}


def wrappers(folder):
    """Dictionaries and prefixes around the state; which of several states is taken."""
    state, other = small(), files.trained(SMALL, seed=2)
    optimizer = {"state": {i: {"step": torch.tensor(3.), "exp_avg": t.clone(), "momentum_buffer": None}
                           for i, t in enumerate(state.values())},
                 "param_groups": [{"lr": 0.1, "params": list(range(len(state)))}]}
    cases = {
        "state_dict": {"state_dict": state, "epoch": 3, "best_acc1": 93.5, "arch": "densenet"},
        "model and optimizer": {"optimizer": optimizer, "model": state, "args": {"lr": [0.1, "cosine"]}},
        "model_state_dict": {"model_state_dict": state, "optimizer_state_dict": optimizer},
        "net": {"net": state, "acc": 95.1},
        "model before its average": {"model_ema": other, "model": state},
        "only an average": {"state_dict_ema": state, "epoch": 1},
        "three levels": {"checkpoint": {"student": {"weights": state}}, "loss": 0.1},
        "module.": prefixed(state, "module."),
        "_orig_mod.": prefixed(state, "_orig_mod."),
        "module.densenet121.": prefixed(state, "module.densenet121."),
        "Lightning": {"state_dict": {**prefixed(state, "model."), "criterion.weight": torch.ones(10)},
                      "best": numpy.float64(93.5), "monitor": numpy.float32(1), "callbacks": {"a": [1, 2]}, "hparams_name": "kwargs"},
        "AveragedModel": {"n_averaged": torch.tensor(5), **prefixed(state, "module.")},
        "thop's counters": {**state, "features.total_ops": torch.zeros(1, dtype=torch.float64),
                            "total_params": torch.zeros(1, dtype=torch.float64)},
        "CheXNet's head": {name.replace("classifier.", "classifier.0."): t for name, t in state.items()},
        "a head of its own": {name.replace("classifier.", "my_head.fc."): t for name, t in state.items()},
        "in two dictionaries": {"features": {k[9:]: t for k, t in state.items() if k.startswith("features")},
                                "classifier": {k[11:]: t for k, t in state.items() if k.startswith("classifier")}},
    }
    for name, wrapped in cases.items():
        torch.save(wrapped, f"{folder}/in.pth")
        compare(name, f"{folder}/in.pth", state)
    for prefix in ("model.", "module.net.backbone."):
        files.save_safetensors(prefixed(state, prefix), f"{folder}/in.safetensors")
        compare(f"{prefix} in safetensors", f"{folder}/in.safetensors", state)
    print(f"wrappers: {len(cases) + 2}")


def number_formats(folder):
    """f16, bf16 and f64 in both directions; rounding is PyTorch's."""
    state = small()
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        cast = {k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}
        expected = {k: v.float() if v.is_floating_point() else v for k, v in cast.items()}
        files.save_safetensors(cast, f"{folder}/in.safetensors")
        torch.save(cast, f"{folder}/in.pth")
        torch.save(cast, f"{folder}/old.pth", _use_new_zipfile_serialization=False)
        for name in ("in.safetensors", "in.pth", "old.pth"):
            compare(f"{dtype} in {name}", f"{folder}/{name}", expected)
    special = {k: v.clone() for k, v in state.items()}
    weight = special["features.conv0.weight"].view(-1)
    weight[:12] = torch.tensor([0., -0., 1e-45, 6e-8, 2.98e-8, 2.99e-8, 6.1e-5, 65504., 65519., 1e-40, 1 + 2**-11, 1 + 3 * 2**-11])
    torch.save(special, f"{folder}/in.pth")
    for option, dtype in {"f16": torch.float16, "bf16": torch.bfloat16}.items():
        for out in ("out.safetensors", "out.pth"):
            found = converted(f"{folder}/in.pth", f"{folder}/{out}", "--dtype", option)
            expected = {k: v.to(dtype) if v.is_floating_point() else v for k, v in special.items()}
            error = same(found, expected)
            check(f"--dtype {option} into {out}", not error, error)
    special["features.conv0.weight"].view(-1)[0] = 65520.
    torch.save(special, f"{folder}/in.pth")
    refused("65520 as f16", run("convert", f"{folder}/in.pth", f"{folder}/no.pth", "--dtype", "f16"),
            "features.conv0.weight", "too large for f16", absent=f"{folder}/no.pth")
    print("number formats: f16, bf16, f64, both ways")


class Namespace(types.SimpleNamespace):
    """A class that the reader does not know."""


def file_formats(folder):
    """PyTorch's old format, every protocol, TorchScript, deflated archives, arrays of NumPy."""
    state = small()
    path = f"{folder}/in.pth"
    for protocol in (2, 3, 4, 5):
        torch.save(state, path, pickle_protocol=protocol)
        compare(f"zip, protocol {protocol}", path, state)
        torch.save({"state_dict": state, "args": Namespace(lr=0.1)}, path, pickle_protocol=protocol,
                   _use_new_zipfile_serialization=False)
        compare(f"old format, protocol {protocol}", path, state)
        with open(path, "wb") as file:
            pickle.dump({k: v.numpy() for k, v in state.items()}, file, protocol)
        compare(f"NumPy arrays, protocol {protocol}", path, state)
    torch.save(state, f"{folder}/stored.pth")
    with zipfile.ZipFile(f"{folder}/stored.pth") as stored, \
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as deflated:
        for name in stored.namelist():
            deflated.writestr(name, stored.read(name))
    compare("deflated", path, state)
    model = DenseNet(SMALL)
    model.load_state_dict(files.reference(state, SMALL))
    torch.jit.save(torch.jit.trace(model.eval(), torch.zeros(1, 3, 8, 8)), path)
    compare("TorchScript", path, state)
    flat = torch.cat([t.reshape(-1) for t in state.values() if t.is_floating_point()])
    views, at = {}, 0
    for name, tensor in state.items():
        if tensor.is_floating_point():
            views[name], at = flat[at:at + tensor.numel()].view(tensor.shape), at + tensor.numel()
    for new in (True, False):
        torch.save(views, path, _use_new_zipfile_serialization=new)
        compare(f"views of one storage, {'zip' if new else 'old format'}", path, state)
        turned = {k: t.permute(tuple(range(t.dim()))[::-1]).contiguous().permute(tuple(range(t.dim()))[::-1])
                  for k, t in state.items()}
        torch.save(turned, path, _use_new_zipfile_serialization=new)
        compare(f"other strides, {'zip' if new else 'old format'}", path, state)
    print("file formats: zip, old, TorchScript, deflated, NumPy, views, strides")


def fake_module(name, **classes):
    """Classes under a module name, as their library has them."""
    module = types.ModuleType(name)
    for short, parent in classes.items():
        made = type(short, (parent,), {"__module__": name})
        setattr(module, short, made)
    package = name.split(".")[0]
    sys.modules.update({name: module, package: sys.modules.get(package, types.ModuleType(package))})
    return module


def whole_modules(folder):
    """Pickled nn.Modules; TorchXRayVision's with its operating points."""
    path = f"{folder}/whole.pt"
    state = small()
    model = DenseNet(SMALL)
    model.load_state_dict(files.reference(state, SMALL))
    for norm in model.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.eps = 1.001e-5
    for new in (True, False):
        torch.save(model, path, _use_new_zipfile_serialization=new)
        compare("a whole module", path, state)
        torch.save({"net": torch.nn.DataParallel(model), "epoch": 4}, path, _use_new_zipfile_serialization=new)
        compare("a whole module in DataParallel in a dictionary", path, state)
    found = json.loads(run("info", "--json", path).stdout)
    check("epsilon of a whole module", abs(found["bn_epsilon"] - 1.001e-5) < 1e-12, str(found["bn_epsilon"]))

    xrv = fake_module("torchxrayvision.models", DenseNet=torchvision.models.DenseNet)
    model = xrv.DenseNet(32, (6, 12, 24, 16), 64, num_classes=18)
    model.features.conv0 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    torch.save(model, path)
    found = json.loads(run("info", "--json", path).stdout)
    check("TorchXRayVision", (found["architecture"], found["dialect"], found["channels"], found["task"],
                              found["preprocess"].split(",")[0], found["labels"][3], found["thresholds"],
                              found["parameters"]) ==
          ("densenet121", "TorchXRayVision", 1, "labels", "xrv", "Pneumothorax", None, 6966034), "6,966,034 parameters")
    model.register_buffer("op_threshs", torch.tensor([0.25, float("nan")] + 16 * [0.5]))
    model.pathologies = ["Mass", ""] + [f"finding {i}" for i in range(16)]
    torch.save(model, path)
    found = json.loads(run("info", "--json", path).stdout)
    check("operating points", found["thresholds"] == [0.25, None] + 16 * [0.5] and
          found["labels"][:2] == ["Mass", ""] and found["task"] == "labels")
    for out in ("kept.safetensors", "kept.pth"):
        run("convert", path, f"{folder}/{out}")
        kept = json.loads(run("info", "--json", f"{folder}/{out}").stdout)
        check(f"operating points kept in {out}", all(
            kept[k] == found[k] for k in ("thresholds", "labels", "task", "preprocess", "channels")))
    published = f"{folder}/nih-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt"
    del model.op_threshs, model.pathologies
    torch.save(model, published)
    found = json.loads(run("info", "--json", published).stdout)
    check("published operating points", found["thresholds"][0] == 0.0391175523 and found["labels"][13:15] == ["Hernia", ""],
          str(found["thresholds"][0]))
    print("whole modules: two kinds, TorchXRayVision three ways")


# ------------------------------------------------------- decisions and refusals

def refused(what, done, *words, absent=None):
    missing = [word for word in words if word not in done.stderr]
    lines = done.stderr.strip().split("\n")
    good = done.returncode == 2 and not missing and len(lines) == 1 and not (absent and os.path.exists(absent))
    check(f"refused: {what}", good, "" if good else f"status {done.returncode}, {done.stderr}")


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
    attempt("no classifier", without("classifier."), "the classifier is missing")
    attempt("an attention module more", {**state, "attention.weight": torch.zeros(4, 4), "attention.bias": torch.zeros(4)},
            "left over: attention.weight, attention.bias", "missing: nothing")
    attempt("another shape", {**state, "features.norm5.weight": torch.zeros(7)}, '"features.norm5.weight" is 7')
    renamed = {k.replace("denselayer", "layer") if "block3" in k else k: v for k, v in state.items()}
    attempt("names half of another kind", {**renamed, "features.denseblock3.layer1.norm1.weight": torch.zeros(3)}, "missing")
    many = {**state, **{f"extra.{i}.weight": torch.zeros(2, 2) for i in range(30)}}
    attempt("a long list", many, "and 22 more")
    attempt("a ResNet", torchvision.models.resnet18().state_dict(), "is not where a DenseNet has one")
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
    print("misfits: 11 kinds")


# ----------------------------------------------------------------- round trips

def cards(folder):
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
    print("cards: labels, preprocessing, task; both formats, both namings")


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


TESTS = (named_networks, odd_networks, wrappers, number_formats, file_formats, whole_modules,
         concatenation, misfits, cards, other_labels, strangers)


def main():
    fast = "/dev/shm" if os.path.isdir("/dev/shm") else None  # no waiting for the disk's fsync
    with tempfile.TemporaryDirectory(dir=fast) as folder:
        for test in TESTS:
            if len(sys.argv) == 1 or test.__name__ in sys.argv[1:]:
                test(folder)
    sys.exit(failures > 0)


main()
