# SPDX-License-Identifier: MIT
"""make_seeds_weights.py DIR: seeds for fuzz_weights, fuzz_pickle, fuzz_safetensors, fuzz_metadata
and fuzz_script, sound and hostile; whole networks by the program itself, and PyTorch's pickles where it is installed."""
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile

import onnx_graphs as graphs
import script_bytes as scripts
import weight_bytes as files

try:
    import torch
except ImportError:
    torch = None
    print("no seeds by PyTorch: it is not installed")


def save(target, name, data):
    folder = os.path.join(sys.argv[1], target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name.replace(" ", "-").replace("/", "-")), "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def networks(folder):
    """The smallest networks of each kind, by the program."""
    for stem in ("imagenet", "cifar", "cifar-norm", "deep"):
        for end in ("safetensors", "npz", "pth"):
            path = f"{folder}/net.{end}"
            subprocess.run([os.environ["DENSENET"], "init", "--blocks", "1,2", "--growth", "1", "--stem-channels", "2",
                            "--bottleneck", "2" if stem != "cifar" else "0", "--channels", "1", "--classes", "2",
                            "--stem", stem, "-o", path], check=True)
            save("weights", f"{stem}.{end}", read(path))
            if end == "safetensors":
                save("safetensors", stem, files.header(read(path)))
                subprocess.run([os.environ["DENSENET"], "quantize", path, "--preprocess", "none,channels=1",
                                "-o", f"{folder}/bytes.safetensors"], check=True, stdout=subprocess.DEVNULL)
                save("weights", f"{stem}-bytes.safetensors", read(f"{folder}/bytes.safetensors"))
            elif end == "pth":
                with zipfile.ZipFile(path) as archive:
                    save("pickle", stem, archive.read("densenet/data.pkl"))
                save("weights", f"{stem}-bundle.zip", files.bundle({"models/model.pt": read(path)}))


def bundles():
    """Archives of MONAI bundles: of no network, of two, of an archive."""
    sound = files.bundle({"models/model.pt": files.SOUND_ZIP})
    for name, entries in {"sound": {"models/model.ts": files.SOUND_ZIP}, "none": {}, "inner": {"models/model.pt": sound},
                          "two": {"models/model.pt": b"", "a/configs/metadata.json": b"{}", "a/models/model.pt": b""}}.items():
        save("weights", f"bundle-{name}.zip", files.bundle(entries))


def graphs_of_operators():
    for form in ("unsqueeze", "broadcast", "shaped"):
        save("weights", f"zoo-{form}.onnx", graphs.zoo(form, growth=1, layers=(1, 1)))


METADATA = {"format": "pt", "densenet.arch": "densenet", "densenet.blocks": "1", "densenet.growth": "1",
            "densenet.stem_channels": "2", "densenet.bottleneck": "1", "densenet.channels": "3", "densenet.classes": "2",
            "densenet.compression": "1", "densenet.bn_epsilon": "1e-05", "densenet.stem": "cifar", "densenet.concat": "last",
            "densenet.task": "classes", "densenet.preprocess": "cifar10", "densenet.labels": '["one","two"]'}


def metadata():
    """Of the network in fuzz_metadata.c, and of others."""
    for name, changes in {
            "sound": {}, "labels": {"densenet.task": "labels", "densenet.thresholds": "[0.5,null]", "densenet.labels": '["one",null]'},
            "function": {"densenet.stem_kernel": "3", "densenet.stem_stride": "1", "densenet.stem_pool": "none",
                         "densenet.transition_relu": "no", "densenet.final_relu": "no"},
            "temperature": {"densenet.temperature": "1.5"}, "cold": {"densenet.temperature": "-0"},
            "head": {"densenet.head": "norm,mean,linear 2"}, "pipeline": {"densenet.preprocess": "imagenet,resize=20x30,crop=16"},
            "name": {"densenet.arch": "densenet121"}, "blocks": {"densenet.blocks": "6,12,24,16"},
            "huge": {"densenet.growth": "1000000", "densenet.classes": "99999999999999999999"},
            "thresholds": {"densenet.thresholds": "[0,1e400]"}, "numbers": {"densenet.compression": "nan"}}.items():
        save("metadata", name, json.dumps({**METADATA, **changes}).encode())
    save("metadata", "list", b"[]")


def classes():
    """The code of TorchScript's classes."""
    for kind in scripts.FILES:
        for how in scripts.FORMS:
            save("script", f"{kind}-{how}", scripts.lines(kind, how, 3, 2, 1e-05).encode())
    save("script", "own", b'''  def forward(self: __torch__.Own, x: Tensor) -> Tensor:
    _0 = __torch__.torch.nn.functional.adaptive_avg_pool2d
    if torch.gt(torch.len("torch.no(\\"x"), 0):
      y = torch.avg_pool2d(torch.relu_(x), [7, 7], annotate(List[int], []), [0, 0], False, True, None)
    else:
      y = torch.mean(_0(x, [1, 1], ), [2, -1])
    return torch.add((self.net).forward(y, ), 1)
''')
    save("script", "frozen", b'''  def forward(self: __torch__.Own,
    x: Tensor) -> Tensor:
    a = torch.conv2d(x, CONSTANTS.c1, None, [2, 2], [3, 3])
    b = [torch.relu_(a)]
    _0 = torch.dim(a)
    if torch.ne(_0, 4):
      ops.prim.RaiseException(torch.format("{}", _0), "builtins.ValueError")
    else:
      pass
    _1 = torch.append(b, torch.batch_norm(torch.cat(b, 1), CONSTANTS.c1, None, CONSTANTS.c1, CONSTANTS.c1, False, 0.1, 1e-05, True))
    c, d, = torch.max_pool2d_with_indices((b)[1], [3, 3], [2, 2], [1, 1])
    e: Tensor = torch.mean(torch.pad(c, [1, 1, 1, 1], "reflect"), annotate(List[int], [2, 3]), True, dtype=None)
    f = torch.addmm(CONSTANTS.c1, torch.view(e, [torch.size(e, 0), -1]), torch.t(CONSTANTS.c2), beta=1)
    return {"out": torch.softmax(torch.div(f, 2.5), -1)}
''')


def packed(state):
    """The other way round."""
    entries, body = {}, b""
    for name, (shape, data) in state.items():
        entries[name] = files.tensor(len(body), len(body) + len(data), shape)
        body += data
    return files.safetensors(entries, body)


def forms(folder):
    """One network as other programs keep it: in two tensors a weight, twice, with biases, with company,
    in TensorFlow's order of axes under Keras' names."""
    path = f"{folder}/form.safetensors"
    subprocess.run([os.environ["DENSENET"], "init", "--blocks", "1,1", "--growth", "2", "--stem-channels", "2",
                    "--bottleneck", "2", "--channels", "1", "--classes", "2", "--stem", "imagenet", "-o", path], check=True)
    state = files.tensors(read(path))
    stem = "features.conv0.weight"
    shape, data = state[stem]
    rest = {name: entry for name, entry in state.items() if name != stem}
    rows = ([shape[0], 1, 1, 1], struct.pack("<2f", 1, -2))
    saved = {
        "mask": {"features.conv0.weight_orig": (shape, data), "features.conv0.weight_mask": (shape, data), **rest},
        "norm": {"features.conv0.weight_g": rows, "features.conv0.weight_v": (shape, data), **rest},
        "parametrised": {"features.conv0.parametrizations.weight.original0": rows,
                         "features.conv0.parametrizations.weight.original1": (shape, data), **rest},
        "spectral": {"features.conv0.weight_orig": (shape, data), "features.conv0.weight_u": rows, **rest},
        "bias": {**state, "features.conv0.bias": ([2], struct.pack("<2f", 3, -4))},
        "two": {prefix + name: entry for prefix in ("encoder_k.", "encoder_q.") for name, entry in state.items()},
        "company": {**state, "queue": ([2], bytes(8)), "projector.weight": ([2, 1], bytes(8))},
        "warm": {**state, "temperature": ([], struct.pack("<f", 1.5))},
        "volumes": {name: (entry[0] + [1] * (len(entry[0]) == 4), entry[1]) for name, entry in state.items()},
    }
    parts = {"running_mean": "moving_mean", "running_var": "moving_variance"}
    keras = {}
    for name, (shape, data) in state.items():
        place, part = name.rsplit(".", 1)
        for old, new in (("features.", ""), ("denseblock1.denselayer1.", "conv2_block1_"), ("classifier", "predictions"),
                         ("denseblock2.denselayer1.", "conv3_block1_"), ("transition1.", "pool2_"), ("norm5", "bn"),
                         ("_norm1", "_0_bn"), ("_norm2", "_1_bn"), ("_conv1", "_1_conv"), ("_conv2", "_2_conv"),
                         ("pool2_norm", "pool2_bn"), ("conv0", "conv1_conv"), ("norm0", "conv1_bn")):
            place = place.replace(old, new)
        if len(shape) == 1:
            part = parts.get(part, {"weight": "gamma", "bias": "beta"}.get(part) if "bn" in place else part)
        else:
            part, shape = "kernel", [*shape[2:], *shape[1::-1]]
        keras[f"{place}/{part}"] = (shape, data)
    saved["keras"] = keras
    for how in scripts.FORMS:
        save("weights", f"form-{how}.pt", scripts.torchscript(state, how))
    for name, form in saved.items():
        save("weights", f"form-{name}", packed(form))
        save("safetensors", f"form-{name}", files.header(packed(form)))


def as_module(state, kinds):
    """Nested modules with these tensors, of which only the classifier says that it runs in order; kinds
    gives modules without tensors by their paths."""
    def place(path):
        at = root
        for part in path.split("."):
            if part not in at._modules:
                at.add_module(part, (torch.nn.Sequential if part == "classifier" else torch.nn.ModuleDict)())
            at = at._modules[part]
        return at
    root = torch.nn.ModuleDict()
    for name, tensor in state.items():
        path, part = name.rsplit(".", 1)
        place(path).register_buffer(part, tensor)
    for path, kind in kinds.items():
        parent, name = path.rsplit(".", 1)
        place(parent).add_module(name, kind())
    return root


def heads(folder):
    """A small network with other heads, as a state dict and as a pickled module."""
    state = torch.load(f"{folder}/net.pth")
    width = state.pop("classifier.weight").shape[1]
    del state["classifier.bias"]
    two = {"classifier.0.weight": torch.ones(3, width), "classifier.0.bias": torch.ones(3),
           "classifier.3.weight": torch.ones(2, 3)}
    norm = {f"classifier.0.{part}": torch.ones(2 * width) for part in ("weight", "bias", "running_mean", "running_var")}
    things = {"none": ({}, {}), "two": (two, {"classifier.1": torch.nn.ReLU, "classifier.2": torch.nn.Dropout}),
              "grid": ({"fc.weight": torch.ones(2, 9 * width)}, {}),
              "maxima": ({**norm, "classifier.2.weight": torch.ones(2, 2 * width)}, {"classifier.3": torch.nn.Sigmoid}),
              "unknown": (two, {"classifier.1": torch.nn.Tanh})}
    for name, (tensors, kinds) in things.items():
        for form, thing in (("state", {**state, **tensors}), ("module", as_module({**state, **tensors}, kinds))):
            path = f"{folder}/head.pth"
            torch.save(thing, path)
            save("weights", f"head-{name}-{form}.pth", read(path))
        if name != "unknown":
            subprocess.run([os.environ["DENSENET"], "convert", path, f"{folder}/head.safetensors"], check=True)
            save("weights", f"head-{name}.safetensors", read(f"{folder}/head.safetensors"))


def by_torch(folder):
    state = {"w": torch.ones(2, 3), "b": torch.ones(6).view(2, 3).t()}
    whole = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    things = {"state": state, "nested": {"state_dict": state, "epoch": 3, "classes": ["a", "b"]}, "module": whole}
    for name, thing in things.items():
        for protocol in (2, 4, 5):
            path = f"{folder}/{name}.pth"
            torch.save(thing, path, pickle_protocol=protocol)
            save("weights", f"{name}-{protocol}.pth", read(path))
            with zipfile.ZipFile(path) as archive:
                save("pickle", f"{name}-{protocol}", archive.read(f"{name}/data.pkl"))
            torch.save(thing, path, pickle_protocol=protocol, _use_new_zipfile_serialization=False)
            save("weights", f"{name}-{protocol}-old.pth", read(path))
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    for protocol in (2, 4, 5):
        save("pickle", f"arrays-{protocol}", pickle.dumps(arrays, protocol))


for what, (data, _) in {**files.HOSTILE_SAFETENSORS, **files.HOSTILE_TORCH, **files.HOSTILE_NPZ, **scripts.HOSTILE_SCRIPTS,
                        **files.STRANGERS}.items():
    if len(data) < 1 << 16:
        save("weights", what, data)
for what, (data, _) in files.HOSTILE_SAFETENSORS.items():
    if len(data) < 1 << 16:
        save("safetensors", what, files.header(data))
for what, (code, _) in files.HOSTILE_PICKLES.items():
    if len(code) < 1 << 16:
        save("pickle", what, code)
save("weights", "deflated", files.DEFLATED)
save("pickle", "sound", files.SOUND_PICKLE)
save("safetensors", "sound", files.header(files.SOUND_SAFETENSORS))
bundles()
graphs_of_operators()
metadata()
classes()
with tempfile.TemporaryDirectory() as scratch:
    networks(scratch)
    forms(scratch)
    if torch:
        heads(scratch)
        by_torch(scratch)
