#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""wheel_answers.py write|compare FOLDER: whether two machines' wheels give the same answers.

`write` makes pictures of the kinds that Pillow writes, random batches, a short training and files of
weights with the package that is installed, and keeps what it answers in FOLDER; `compare`, with
another machine's package, fails unless pixels are the same and numbers within 1e-5 of the greatest.
"""
import pathlib
import sys

import numpy as np

import densenet

NEAR = 1e-5
KINDS = {"png": {}, "jpg": {"quality": 80}, "webp": {"quality": 70}, "tif": {"compression": "tiff_lzw"}, "jp2": {},
         "bmp": {}, "gif": {}}


def draw(folder):
    """A smooth picture with noise, as a file of each kind."""
    from PIL import Image
    row, column = np.mgrid[:96, :120]
    waves = [128 + 90 * np.sin(row / 9 + n) * np.cos(column / (7 + n)) for n in range(3)]
    noise = np.random.default_rng(5).normal(0, 12, (96, 120, 3))
    image = Image.fromarray(np.clip(np.stack(waves, 2) + noise, 0, 255).astype(np.uint8))
    for kind, options in KINDS.items():
        image.save(folder / f"picture.{kind}", **options)


def pixels(folder):
    return {path.name: densenet.read_picture(path) for path in sorted(folder.glob("picture.*"))}


def numbers(folder):
    """Logits, heat maps, inner tensors and weights, by what they are of."""
    random = np.random.default_rng(0)
    net = densenet.load("builtin")
    batch = random.standard_normal((4, 3, 32, 32), dtype=np.float32)
    found = {"logits": net(batch), "probabilities": net.probabilities(net(batch)), "heat maps": net.cam(batch, "cat"),
             "bf16 logits": net.replace(precision="bf16-weights")(batch)}
    found.update((f"inner tensor {name}", net.features(batch, name)) for name in net.feature_names()[::9])
    for path in sorted(folder.glob("picture.*")):
        answer = net.predict(path)
        found[f"logits of {path.name}"], found[f"heat map of {path.name}"] = answer.logits, np.asarray(answer.cam())
    large = densenet.init("densenet121", classes=7, seed=3)
    found["logits of densenet121"] = large(random.standard_normal((1, 3, 96, 96), dtype=np.float32))
    x, y = random.standard_normal((24, 3, 16, 16), dtype=np.float32), np.arange(24) % 2
    trained = densenet.train((x, y), arch="densenet-10-2", epochs=2, rate=0.05, batch=8, seed=4).net
    found["logits of a network trained"] = trained(x[:4])
    for kind in ("safetensors", "pth", "npz", "onnx", "h5"):
        kept = folder / f"net.{kind}"
        if not kept.exists():
            net.save(kept)
        found[f"logits of net.{kind}"] = densenet.load(kept)(batch)
    return found


def main(task, folder):
    folder = pathlib.Path(folder)
    if task == "write":
        draw(folder)
        np.savez(folder / "pixels.npz", **pixels(folder))
        np.savez(folder / "numbers.npz", **numbers(folder))
        return
    there = np.load(folder / "pixels.npz")
    here = pixels(folder)
    differ = [name for name in there.files if not np.array_equal(there[name], here[name])]
    same = len(here) - len(differ)
    there = np.load(folder / "numbers.npz")
    errors = {name: float(np.abs(there[name] - value).max() / np.abs(there[name]).max())
              for name, value in numbers(folder).items()}
    worst = max(errors, key=errors.__getitem__)
    differ += [name for name, error in errors.items() if not error <= NEAR]
    print(f"densenet: {densenet.cpu_level}: {same} of {len(here)} pictures to the bit, "
          f"{sum(not error for error in errors.values())} of {len(errors)} arrays; "
          f"the greatest difference is {errors[worst]:.1e}, of {worst}")
    if differ:
        sys.exit(f"densenet: other answers than the other machine's: {', '.join(differ)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
