# SPDX-License-Identifier: MIT
"""A stem that blurs, as timm's densenetblur121d has one: whatever says so, answers are those of its definition
in PyTorch, and of timm itself where it is installed; what blurs otherwise is refused."""
import copy
import json
import os
import shutil

from weight_parity import check, main, refused, run

import numpy
import torch
from PIL import Image
from torch import nn

from blur_modules import BlurPool2d, blurred
from onnx_parity import UNFOLDED, compare, export, settle

OPTION = ("--stem-pool", "blur")
SIZE = (45, 58)


def settled(seed=1, **options):
    torch.manual_seed(seed)
    return settle(blurred(**options), (64, 64))


def answers(folder, path, *options, size=SIZE, batch=3):
    x = torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(7))
    numpy.save(f"{folder}/x.npy", x.numpy())
    done = run("forward", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy", *options)
    return x, numpy.load(f"{folder}/y.npy") if done.returncode == 0 else numpy.zeros((1, 1)), done.stderr


def same(what, net, folder, path, *options, tolerance=1e-5, **more):
    x, found, said = answers(folder, path, *options, **more)
    with torch.no_grad():
        right = net(x).numpy()
    error = numpy.abs(found - right).max() / numpy.abs(right).max()
    check(what, error < tolerance, f"relative error {error:.1e}{' ' + said if error >= tolerance else ''}")
    return said


def sources(folder):
    """An option, the file's name, config.json, modules and code, metadata: each says it."""
    net = settled()
    state, named = f"{folder}/state.pth", f"{folder}/densenetblur121d_ra.pth"
    torch.save(net.state_dict(), state)
    shutil.copy(state, named)
    x, found, said = answers(folder, state)
    check("nothing says it: a warning", "if this is timm's densenetblur121d, answers will be wrong" in said and
          "stem_pool blur says" in said, said)
    check("a maximum is another answer", not numpy.allclose(found, net(x).detach().numpy(), atol=1e-3))
    for what, said in (("an option", same("by an option", net, folder, state, *OPTION)),
                       ("its name", same("by its name", net, folder, named))):
        check(f"{what} leaves no doubt about the stem", "timm's" not in said and "stem" not in said, said)
    small = settle(blurred((3,)), (32, 32))
    torch.save(small.state_dict(), f"{folder}/small.pth")
    for size in ((3, 3), (3, 50), (4, 5), (5, 7), (9, 6)):
        same(f"pictures of {size[0]}x{size[1]}", small, folder, f"{folder}/small.pth", *OPTION, size=size)
    said = answers(folder, f"{folder}/small.pth", *OPTION, size=(2, 5))[2]
    check("of two rows none can be reflected", "at least one of 3x3 is expected" in said, said)
    os.makedirs(f"{folder}/hub")
    shutil.copy(state, f"{folder}/hub/pytorch_model.bin")
    with open(f"{folder}/hub/config.json", "w", encoding="ascii") as file:
        json.dump({"architecture": "densenetblur121d", "num_classes": 5}, file)
    same("by config.json", net, folder, f"{folder}/hub")
    for ending in ("safetensors", "pth", "npz"):
        done = run("convert", state, f"{folder}/copy.{ending}", *OPTION)
        said = same(f"kept in .{ending}", net, folder, f"{folder}/copy.{ending}")
        check(f"a .{ending} is not doubted", done.returncode == 0 and not said, said)
    found = json.loads(run("info", "--json", f"{folder}/copy.safetensors").stdout)
    check("info", found["stem_pool"] == "blur" and found["function"] == "metadata", found)


def recorded(folder):
    """A pickled module, a script and a trace say it by their parts."""
    net = settled(2)
    torch.save(net, f"{folder}/module.pt")
    said = same("a module", net, folder, f"{folder}/module.pt")
    check("a module is not doubted", "stem" not in said and "blur" not in said, said)
    torch.jit.script(net).save(f"{folder}/script.pt")
    torch.jit.trace(net, torch.randn(1, 3, 48, 48), check_trace=False).save(f"{folder}/trace.pt")
    for name in ("script", "trace"):
        same(f"a {name}", net, folder, f"{folder}/{name}.pt")
    wrong = {"a blur of stride 1": ("stride", 1), "a blur of zeros around": ("pad_mode", "constant"),
             "a blur of 5x5": ("filt_size", 5)}
    for what, (name, value) in wrong.items():
        other = copy.deepcopy(net)
        setattr(other.features.pool0[1], name, value)
        torch.save(other, f"{folder}/other.pt")
        refused(what, run("info", f"{folder}/other.pt"), "other.pt", "features.pool0.1 is a blur elsewhere")
    other = copy.deepcopy(net)
    other.features.pool0[1].filt = other.features.pool0[1].filt * 2
    torch.save(other, f"{folder}/other.pt")
    refused("another filter", run("info", f"{folder}/other.pt"), "other.pt", "is an anti-aliased network")
    other = copy.deepcopy(net)
    other.features.transition1.pool = BlurPool2d(16)
    torch.save(other, f"{folder}/other.pt")
    refused("a blur in a transition", run("info", f"{folder}/other.pt"), "other.pt", "is an anti-aliased network")
    other = blurred(pool=nn.MaxPool2d(3, 1, 1))
    torch.save(other, f"{folder}/other.pt")
    refused("maxima alone", run("info", f"{folder}/other.pt"), "other.pt", "a maximum with stride 1, without a blur")


class Other(BlurPool2d):
    """What a graph may have instead."""

    def __init__(self, channels, mode="reflect", stride=2, factor=1, kernel=(1, 2, 1)):
        super().__init__(channels)
        self.mode, self.stride = mode, stride
        taps = torch.tensor([float(tap) for tap in kernel])
        self.filt = (taps[:, None] * taps / taps.sum() ** 2 * factor)[None, None].repeat(channels, 1, 1, 1)
        self.side = len(kernel) // 2

    def forward(self, x):
        padded = nn.functional.pad(x, (self.side,) * 4, self.mode)
        return nn.functional.conv2d(padded, self.filt, stride=self.stride, groups=x.shape[1])


def graphs(folder):
    net, path = settled(3, blocks=(2, 1), growth=4), f"{folder}/net.onnx"
    for opset in (9, 11, 13, 17):
        for how, options in (("folded", {}), ("unfolded", UNFOLDED)):
            export(net, path, opset, **options)
            compare(f"opset {opset}, {how}", net, path, size=SIZE if opset == 11 else (64, 64), stem_pool="blur", stem="deep")
    cases = {"zeros": {"mode": "constant"}, "edges": {"mode": "replicate"}, "stride 1": {"stride": 1}, "twice as much": {"factor": 2},
             "5x5": {"kernel": (1, 4, 6, 4, 1)}, "other taps": {"kernel": (1, 1, 1)}}
    for what, options in cases.items():
        other = blurred((2, 1), pool=nn.Sequential(nn.MaxPool2d(3, 1, 1), Other(8, **options)))
        export(other, path)
        done = run("info", path)
        check(f"a graph with {what} is refused", done.returncode == 2 and "is not a DenseNet: its node" in done.stderr, done.stderr)
    other = blurred((2, 1), pool=nn.MaxPool2d(3, 1, 1))
    export(other, path)
    refused("maxima alone", run("info", path), "net.onnx", "reads maxima with stride 1, which only a blur may")


def precisions(folder):
    """bfloat16 and bytes round what float32 computes."""
    net, path = settled(4, blocks=(2, 3), growth=8), f"{folder}/net.safetensors"
    torch.save(net.state_dict(), f"{folder}/net.pth")
    run("convert", f"{folder}/net.pth", path, *OPTION)
    same("bfloat16", net, folder, path, "--precision", "bf16", tolerance=0.03)
    for dtype in ("f32", "f16"):
        done = run("convert", path, f"{folder}/{dtype}.onnx", "--dtype", dtype)
        check(f"written in ONNX, {dtype}", done.returncode == 0, done.stderr)
        same(f"ONNX, {dtype}", net, folder, f"{folder}/{dtype}.onnx", tolerance=1e-5 if dtype == "f32" else 0.01)
    for kind, options in (("norms", ()), ("pictures", ("--data", f"{folder}/pictures"))):
        os.makedirs(f"{folder}/pictures", exist_ok=True)
        for i in range(6):
            pixels = numpy.random.default_rng(i).integers(0, 255, (64, 64, 3), dtype=numpy.uint8)
            Image.fromarray(pixels).save(f"{folder}/pictures/{i}.png")
        done = run("quantize", path, "-o", f"{folder}/{kind}.safetensors", *options)
        check(f"quantised by {kind}", done.returncode == 0, done.stderr)
        refused(f"bytes, by {kind}, in ONNX", run("convert", f"{folder}/{kind}.safetensors", f"{folder}/{kind}.onnx"),
                "a stem that blurs is not written in bytes")
        same(f"bytes, by {kind}", net, folder, f"{folder}/{kind}.safetensors", "--precision", "int8", tolerance=0.3)


def real_timm(folder):
    """timm's own, if it is installed: logits, and each form in which it can be saved."""
    try:
        import timm
    except ImportError:
        print("timm is not installed: its own network is not compared")
        return
    torch.manual_seed(5)

    def trained_a_little(name, classes):
        net = timm.create_model(name, num_classes=classes).train()
        with torch.no_grad():
            net(torch.randn(4, 3, 64, 64))
        return net.eval()

    net = trained_a_little("densenetblur121d", 7)
    torch.save(net.state_dict(), f"{folder}/densenetblur121d.pth")
    torch.save(net, f"{folder}/module.pt")
    torch.jit.trace(net, torch.randn(1, 3, 64, 64), check_trace=False).save(f"{folder}/trace.pt")
    for name in ("densenetblur121d.pth", "module.pt", "trace.pt"):
        same(f"timm's, {name}", net, folder, f"{folder}/{name}", size=(97, 120))
    export(net, f"{folder}/net.onnx")
    compare("timm's, net.onnx", net, f"{folder}/net.onnx", stem_pool="blur", architecture="densenetblur121d")
    large = trained_a_little("densenet264d", 3)
    torch.save(large.state_dict(), f"{folder}/large.pth")
    same("timm's densenet264d", large, folder, f"{folder}/large.pth", size=(33, 40), batch=1)
    check("its name", run("info", f"{folder}/large.pth").stdout.split("\n")[0].endswith("densenet264d"))


if __name__ == "__main__":
    main((sources, recorded, graphs, precisions, real_timm))
