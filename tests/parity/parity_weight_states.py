# SPDX-License-Identifier: MIT
"""Several networks in one file, and what frameworks keep beside a network: which is taken, tensor
by tensor, and what is said."""
import json

from weight_parity import SMALL, check, compare, converted, main, prefixed, refused, run, small

import torch
import torch.nn.utils.prune

import weight_files as files
from reference_extended import DenseNet


def states(folder):
    """By the beginning of names, in dictionaries and in flat files."""
    path, state, other = f"{folder}/in.pth", small(), files.trained(SMALL, seed=2)
    for first, second in (("encoder_q.", "encoder_k."), ("student.", "teacher."), ("model.", "model_ema.module."),
                          ("online.net.", "target.net."), ("module.encoder_q.", "module.encoder_k."),
                          ("net.", "ema.shadow.")):
        for wrap in (lambda both: both, lambda both: {"state_dict": both, "epoch": 1}):
            for names in (lambda s: s, lambda s: files.kuangliu(s, SMALL)):
                torch.save(wrap({**prefixed(names(other), second), **prefixed(names(state), first)}), path)
                compare(f"{first} before {second}", path, state)
                compare(f"--state {second}", path, other, "--state", second)
                found = json.loads(run("info", "--json", path).stdout)
                check("which is said", first.startswith(found["state"].replace("state_dict.", "")) and
                      "as likely" not in str(found["warning"]))
                check("the rest of it, too", run("info", path, "--state", second.split(".")[0]).returncode == 0)
    both = {**prefixed(state, "a."), **prefixed(other, "b.")}
    torch.save(both, path)
    compare("the first of two", path, state)
    compare("the other", path, other, "--state", "b")
    found = json.loads(run("info", "--json", path).stdout)
    check("two as likely", 'that of "a"; as likely: "b"' in found["warning"], str(found["warning"]))
    files.save_safetensors(both, f"{folder}/in.safetensors")
    compare("in safetensors", f"{folder}/in.safetensors", other, "--state", "b.")
    torch.save({"G": state, "D": other}, path)
    compare("two dictionaries", path, other, "--state", "D")
    check("are said", '"D"' in json.loads(run("info", "--json", path).stdout)["warning"])
    print("states: by prefix and dictionary")


def company(folder):
    """Queues, metrics and heads beside a network; but never a module that changes what it computes."""
    path, state = f"{folder}/in.pth", small()
    beside = {
        "MoCo": {"queue": torch.randn(128, 64), "queue_ptr": torch.tensor([5])},
        "FID": {"fid.inception.Conv2d_1a_3x3.conv.weight": torch.randn(32, 3, 3, 3), "fid.real_sum": torch.randn(7)},
        "losses": {"loss.weight": torch.ones(10), "criterion.margin": torch.ones(2)},
        "torchmetrics": {"val_acc.tp": torch.zeros(10).long(), "train_confmat.confmat": torch.zeros(10, 10).long(),
                         "metrics.mean": torch.zeros(3), "confusion_matrix": torch.zeros(10, 10)},
        "a projection head": {"projector.0.weight": torch.randn(8, 8), "projector.0.bias": torch.randn(8),
                              "projector.1.running_mean": torch.randn(8), "predictor.weight": torch.randn(8, 8)},
    }
    for what, extra in {**beside, "all": {k: v for e in beside.values() for k, v in e.items()}}.items():
        for prefix in ("", "model.", "module.backbone."):
            torch.save({"state_dict": {**extra, **prefixed(state, prefix)}}, path)
            compare(f"{what} beside {prefix}", path, state)
    torch.save({**state, "features.denseblock1.gate.weight": torch.randn(4, 4)}, path)
    refused("a gate inside", run("convert", path, f"{folder}/no.pth"), "left over: features.denseblock1.gate.weight",
            absent=f"{folder}/no.pth")
    print(f"company: {len(beside) + 1} kinds")


def parametrised(folder):
    """Weights kept in two or three tensors, as PyTorch computes with them."""
    path, state = f"{folder}/in.pth", small()
    norms, prune = torch.nn.utils.weight_norm, torch.nn.utils.prune

    def module(name):
        made = DenseNet(SMALL)
        made.load_state_dict(files.reference(state, SMALL))
        return made.eval(), [m for m in made.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]

    def expected(model):
        weights = {k.replace("_orig", ""): v for k, v in model.state_dict().items() if "_mask" not in k}
        for name, part in model.named_modules():
            if hasattr(part, "weight_mask"):
                weights[f"{name}.weight"] = part.weight.detach()
        return weights

    model, layers = module("pruned")
    for layer in layers:
        prune.l1_unstructured(layer, "weight", 0.3)
    prune.l1_unstructured(layers[-1], "bias", 0.5)
    plain = expected(model)
    plain["fc.bias"] = layers[-1].bias.detach()
    torch.save(plain, f"{folder}/plain.pth")
    state_of = converted(f"{folder}/plain.pth", f"{folder}/plain.safetensors")
    for what, saved in (("pruned", model.state_dict()), ("a pruned module", model)):
        torch.save(saved, path)
        compare(what, path, state_of)
        check(f"{what}, said", "pruning masks were applied" in run("info", path).stdout)

    new = torch.nn.utils.parametrizations
    kinds = {  # what is done to a layer, and the file's names in place of PyTorch 1's
        "weight norm": (norms, {}),
        "weight norm as a parametrisation": (norms, {"weight_g": "parametrizations.weight.original0",
                                                     "weight_v": "parametrizations.weight.original1"}),
        "weight norm of inputs": (lambda layer: norms(layer, dim=1), {}),
        "weight norm of a whole": (lambda layer: norms(layer, dim=None), {}),
        "spectral norm": (torch.nn.utils.spectral_norm, {}),
        "spectral norm as a parametrisation": (new.spectral_norm, {}),
    }
    for what, (norm, names) in kinds.items():
        model, layers = module(what)
        for layer in layers:
            norm(layer)
            if hasattr(layer, "weight_g"):
                layer.weight_g.data *= 1.5
        model.train()(torch.randn(4, 3, 32, 32))  # which finds singular vectors
        model.eval()(torch.zeros(1, 3, 8, 8))  # which computes the weights anew
        made = model.state_dict()
        state_of = {name: tensor for name, tensor in made.items() if name in plain}
        state_of.update({f"{name}.weight": part.weight.detach() for name, part in model.named_modules()
                         if isinstance(part, (torch.nn.Conv2d, torch.nn.Linear))})
        torch.save(state_of, f"{folder}/plain.pth")
        state_of = converted(f"{folder}/plain.pth", f"{folder}/plain.safetensors")
        for old, name in names.items():
            made = {key.replace(old, name): tensor for key, tensor in made.items()}
        torch.save(made, path)
        found = converted(path, f"{folder}/out.safetensors")
        wrong = [k for k, v in state_of.items() if not torch.allclose(found[k], v, rtol=1e-5, atol=1e-7)]
        check(what, not wrong, " ".join(wrong[:3]))
        check(f"{what}, said", "norms were applied" in run("info", path).stdout)

    for trivialised in (True, False):
        model, layers = module("orthogonal")
        new.orthogonal(layers[-1], use_trivialization=trivialised)
        torch.save(model.state_dict(), path)
        refused("an orthogonal weight", run("convert", path, f"{folder}/no.pth"), "parametrizations.weight", "reparametrised",
                absent=f"{folder}/no.pth")
    print("parametrised: pruning, weight and spectral norm")


main((states, company, parametrised))
