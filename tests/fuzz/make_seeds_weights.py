# SPDX-License-Identifier: MIT
"""make_seeds_weights.py DIR: seeds for fuzz_weights, fuzz_pickle and fuzz_safetensors, sound and
hostile; whole networks by the program itself, and PyTorch's pickles where it is installed."""
import os
import pickle
import subprocess
import sys
import tempfile
import zipfile

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


def header(data):
    return data[8:8 + int.from_bytes(data[:8], "little")]


def networks(folder):
    """The smallest networks of each kind, by the program."""
    for stem in ("imagenet", "cifar", "cifar-norm", "deep"):
        for end in ("safetensors", "pth"):
            path = f"{folder}/net.{end}"
            subprocess.run([os.environ["DENSENET"], "init", "--blocks", "1,2", "--growth", "1", "--stem-channels", "2",
                            "--bottleneck", "2" if stem != "cifar" else "0", "--channels", "1", "--classes", "2",
                            "--stem", stem, "-o", path], check=True)
            save("weights", f"{stem}.{end}", read(path))
            if end == "safetensors":
                save("safetensors", stem, header(read(path)))
            else:
                with zipfile.ZipFile(path) as archive:
                    save("pickle", stem, archive.read("densenet/data.pkl"))


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


for what, (data, _) in {**files.HOSTILE_SAFETENSORS, **files.HOSTILE_TORCH, **files.STRANGERS}.items():
    if len(data) < 1 << 16:
        save("weights", what, data)
for what, (data, _) in files.HOSTILE_SAFETENSORS.items():
    if len(data) < 1 << 16:
        save("safetensors", what, header(data))
for what, (code, _) in files.HOSTILE_PICKLES.items():
    if len(code) < 1 << 16:
        save("pickle", what, code)
save("weights", "deflated", files.DEFLATED)
save("pickle", "sound", files.SOUND_PICKLE)
save("safetensors", "sound", header(files.SOUND_SAFETENSORS))
with tempfile.TemporaryDirectory() as scratch:
    networks(scratch)
    if torch:
        by_torch(scratch)
