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
    """Weights kept in two tensors, as PyTorch computes with them."""
    path, state = f"{folder}/in.pth", small()
    norms, prune = torch.nn.utils.weight_norm, torch.nn.utils.prune

    def module(name):
        made = DenseNet(SMALL)
        made.load_state_dict(files.reference(state, SMALL))
        return made.eval(), [m for m in made.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]

    def expected(model):
        weights = {k.replace("_orig", ""): v for k, v in model.state_dict().items() if "_mask" not in k}
        for name, part in model.named_modules():
            if hasattr(part, "weight_mask") or hasattr(part, "weight_v"):
                weights[f"{name}.weight"] = part.weight.detach()
        return {k: v for k, v in weights.items() if not k.endswith(("weight_g", "weight_v"))}

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

    model, layers = module("weight norm")
    for layer in layers:
        norms(layer)
        layer.weight_g.data *= 1.5
    model(torch.zeros(1, 3, 8, 8))  # which computes the weights anew
    torch.save(expected(model), f"{folder}/plain.pth")
    state_of = converted(f"{folder}/plain.pth", f"{folder}/plain.safetensors")
    renamed = {k.replace("weight_g", "parametrizations.weight.original0").replace(
        "weight_v", "parametrizations.weight.original1"): v for k, v in model.state_dict().items()}
    for what, saved in (("weight norm", model.state_dict()), ("weight norm as a parametrisation", renamed)):
        torch.save(saved, path)
        found = converted(path, f"{folder}/out.safetensors")
        wrong = [k for k, v in state_of.items() if not torch.allclose(found[k], v, rtol=1e-5, atol=1e-7)]
        check(what, not wrong, " ".join(wrong[:3]))

    model, layers = module("spectral norm")
    torch.nn.utils.spectral_norm(layers[1])
    torch.save(model.state_dict(), path)
    refused("spectral norm", run("convert", path, f"{folder}/no.pth"), "weight_orig", "reparametrised",
            absent=f"{folder}/no.pth")
    print("parametrised: pruning, weight norm")


main((states, company, parametrised))
