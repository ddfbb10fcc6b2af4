# SPDX-License-Identifier: MIT
"""The pipelines that a hub's folder describes, against what timm and transformers do, written out
with Pillow: bytes of the same picture, scaled and normalised, to the bit."""
import json
import math
import os
import subprocess
import tempfile

import numpy
from PIL import Image

from checking import check, finish

PROGRAM = os.environ["DENSENET"]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
BICUBIC, BILINEAR = Image.BICUBIC, Image.BILINEAR
SIZES = ((61, 47), (47, 61), (97, 31), (20, 33), (64, 64), (35, 34))  # width, height


def resize_shorter(picture, edge, filter):
    """torchvision's Resize(edge): the longer side in proportion, rounded down."""
    width, height = picture.size
    size = (edge, int(edge * height / width)) if width <= height else (int(edge * width / height), edge)
    return picture.resize(size, filter)


def resize_keeping(picture, height, width, longest, filter):
    """timm's ResizeKeepRatio."""
    ratios = picture.height / height, picture.width / width
    ratio = max(ratios) * longest + min(ratios) * (1 - longest)
    return picture.resize((round(picture.width / ratio), round(picture.height / ratio)), filter)


def crop_or_pad(picture, height, width, fill=(0, 0, 0)):
    """torchvision's center_crop and timm's CenterCropOrPad."""
    across, down = max(width - picture.width, 0), max(height - picture.height, 0)
    padded = Image.new("RGB", (picture.width + across, picture.height + down), tuple(fill))
    padded.paste(picture, (across // 2, down // 2))
    left, top = int(round((padded.width - width) / 2.0)), int(round((padded.height - height) / 2.0))
    return padded.crop((left, top, left + width, top + height))


def normalised(picture, mean, std):
    """ToTensor and Normalize."""
    values = numpy.asarray(picture, "float32") / numpy.float32(255)
    return ((values - numpy.array(mean, "float32")) / numpy.array(std, "float32")).transpose(2, 0, 1)


def timm(picture, input_size, crop_pct, crop_mode, interpolation="bicubic", mean=MEAN, std=STD):
    filter = BICUBIC if interpolation == "bicubic" else BILINEAR
    height, width = input_size[1:]
    high, wide = (math.floor(side / crop_pct) for side in (height, width))
    fill = (0, 0, 0)
    if crop_mode == "squash":
        picture = picture.resize((wide, high), filter)
    elif crop_mode == "border":
        picture, fill = resize_keeping(picture, high, wide, 1.0, filter), [round(255 * value) for value in mean]
    elif high == wide:
        picture = resize_shorter(picture, high, filter)
    else:
        picture = resize_keeping(picture, high, wide, 0.0, BILINEAR)
    return normalised(crop_or_pad(picture, height, width, fill), mean, std)


def processor(picture, config):
    """transformers' image processors, whose crop is torchvision's."""
    filter = {2: BILINEAR, 3: BICUBIC}.get(config["resample"])
    size, crop = config["size"], config.get("crop_size")
    if config.get("image_processor_type", "").startswith("ConvNext"):
        edge = size["shortest_edge"]
        if edge < 384:
            picture = crop_or_pad(resize_shorter(picture, int(edge / config["crop_pct"]), filter), edge, edge)
        else:
            picture = picture.resize((edge, edge), filter)
    elif isinstance(size, int):
        square = config.get("image_processor_type", "").startswith(("ViT", "DeiT"))
        picture = picture.resize((size, size), filter) if square else resize_shorter(picture, size, filter)
    elif "shortest_edge" in size:
        picture = resize_shorter(picture, size["shortest_edge"], filter)
    else:
        picture = picture.resize((size["width"], size["height"]), filter)
    if config.get("do_center_crop"):
        crop = {"height": crop, "width": crop} if isinstance(crop, int) else crop
        picture = crop_or_pad(picture, crop["height"], crop["width"])
    values = (numpy.asarray(picture).astype("float64") * config["rescale_factor"]).astype("float32")
    mean, std = (config["image_mean"], config["image_std"]) if config["do_normalize"] else ([0] * 3, [1] * 3)
    return ((values - numpy.array(mean, "float32")) / numpy.array(std, "float32")).transpose(2, 0, 1)


TIMM = [dict(input_size=[3, 32, 32], crop_pct=0.875, crop_mode="center"),
        dict(input_size=[3, 32, 32], crop_pct=0.95, crop_mode="center", interpolation="bilinear"),
        dict(input_size=[3, 32, 20], crop_pct=0.9, crop_mode="center"),
        dict(input_size=[3, 20, 33], crop_pct=1.0, crop_mode="center", mean=[0.5] * 3, std=[0.5] * 3),
        dict(input_size=[3, 32, 32], crop_pct=1.0, crop_mode="border"),
        dict(input_size=[3, 32, 20], crop_pct=0.9, crop_mode="border", mean=[0.1, 0.9, 0.5]),
        dict(input_size=[3, 32, 32], crop_pct=0.875, crop_mode="squash"),
        dict(input_size=[3, 21, 40], crop_pct=0.8, crop_mode="squash", interpolation="bilinear")]
BASE = {"do_resize": True, "resample": 3, "do_rescale": True, "rescale_factor": 0.00392156862745098, "do_normalize": True,
        "image_mean": MEAN, "image_std": STD}
SHORTEST = {**BASE, "size": {"shortest_edge": 37}, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}}
PROCESSORS = [SHORTEST, {**SHORTEST, "crop_size": {"height": 20, "width": 30}, "resample": 2},
              {**BASE, "size": {"height": 32, "width": 24}, "image_processor_type": "ViTImageProcessor"},
              {**BASE, "size": 32, "resample": 2, "image_processor_type": "ViTFeatureExtractor", "do_normalize": False},
              {**SHORTEST, "size": 40, "crop_size": 33, "image_processor_type": "CLIPImageProcessor"},
              {**SHORTEST, "size": 40, "crop_size": 33, "image_processor_type": "DeiTImageProcessor"},
              {**BASE, "size": {"shortest_edge": 32}, "crop_pct": 0.875, "image_processor_type": "ConvNextImageProcessor"},
              {**BASE, "size": {"shortest_edge": 384}, "crop_pct": 1.0, "image_processor_type": "ConvNextImageProcessor"}]

with tempfile.TemporaryDirectory() as root:
    subprocess.run([PROGRAM, "init", "--blocks", "1", "--growth", "2", "--classes", "3", "--stem", "cifar", "-o",
                    f"{root}/model.safetensors"], check=True)
    random, pictures = numpy.random.default_rng(5), []
    for width, height in SIZES:
        pictures.append(Image.fromarray(random.integers(0, 256, (height, width, 3), "uint8")))
        pictures[-1].save(f"{root}/{width}x{height}.png")

    def compare(what, config, name, expected):
        with open(f"{root}/{name}", "w", encoding="utf-8") as stream:
            json.dump(config, stream)
        for picture in pictures:
            path = f"{root}/{picture.width}x{picture.height}.png"
            done = subprocess.run([PROGRAM, "preprocess", "-w", root, path, "-o", f"{root}/x.npy"], capture_output=True, text=True,
                                  check=False)
            found = numpy.load(f"{root}/x.npy")[0] if done.returncode == 0 else None
            wanted = expected(picture)
            check(f"{what} of {picture.size}", found is not None and not done.stderr and found.shape == wanted.shape and
                  (found == wanted).all(), done.stderr)
        os.remove(f"{root}/{name}")

    for case in TIMM:
        written = {"mean": MEAN, "std": STD, "interpolation": "bicubic", **case}
        compare(f"timm {case}", {"architecture": "densenet", "num_classes": 3, "pretrained_cfg": written}, "config.json",
                lambda picture: timm(picture, **case))
    for case in PROCESSORS:
        compare(f"a processor {case}", case, "preprocessor_config.json", lambda picture: processor(picture, case))
finish()
