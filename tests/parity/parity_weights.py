# SPDX-License-Identifier: MIT
"""Weight files of every origin, converted and compared tensor by tensor, exactly: networks
named and odd, code bases' names and none, wrappers, number formats, PyTorch's formats old and
new; and back into PyTorch's modules by strict loading."""
import json
import os
import pickle
import sys
import types
import zipfile

from weight_parity import (DIALECTS, NAMED, ODD, SMALL, check, compare, converted, main, prefixed,
                           refused, run, same, small)

import numpy
import torch
import torchvision

import weight_files as files
from reference_extended import DenseNet

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
    check("no ppv80 of that one", found["ppv80"] is None, str(found["ppv80"]))
    first = f"{folder}/nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt"
    os.rename(published, first)
    check("ppv80 in words", "ppv80          of the sigmoid, 0.46 to 0.99" in run("info", first).stdout, run("info", first).stdout)
    run("convert", first, f"{folder}/kept.safetensors")
    for path in (first, f"{folder}/kept.safetensors"):
        found = json.loads(run("info", "--json", path).stdout)
        check("published ppv80", len(found["ppv80"]) == 18 and abs(found["ppv80"][5] - 0.46127197) < 1e-7 and found["thresholds"], str(found["ppv80"]))
    print("whole modules: two kinds, TorchXRayVision three ways")


def chexpert(folder):
    """Networks of CheXpert's ensemble, of one logit or three for each task, and the archive of all."""
    path, tasks = f"{folder}/epoch_2.pth.tar", ["Atelectasis", "Pleural Effusion"]
    for outputs in (2, 6):
        model = torchvision.models.DenseNet(8, (1, 1), 8, num_classes=outputs)
        state = {f"module.model.{name}": value for name, value in model.state_dict().items()}
        torch.save({"ckpt_info": {"epoch": 2}, "model_name": "DenseNet121", "model_state": state,
                    "task_sequence": {name: i for i, name in enumerate(tasks)}}, path)
        if outputs == 6:
            refused("three logits a task", run("info", path), "epoch_2.pth.tar", "three logits for each of its 2 tasks")
        else:
            found = json.loads(run("info", "--json", path).stdout)
            check("one logit a task", found["labels"] == tasks and found["task"] == "labels", str(found["labels"]))
    with zipfile.ZipFile(f"{folder}/weights.zip", "w") as archive:
        archive.write(path, "CheXpert/epoch_2.pth.tar")
    refused("the ensemble", run("info", f"{folder}/weights.zip"), "weights.zip", "such as \"CheXpert/epoch_2.pth.tar\"")


# ------------------------------------------------------- decisions and refusals


main((named_networks, odd_networks, wrappers, number_formats, file_formats, whole_modules, chexpert))
