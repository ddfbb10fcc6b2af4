# SPDX-License-Identifier: MIT
"""Networks whose input is not square, by --image-size HEIGHTxWIDTH: predict, preprocess, eval, a step
of training, convert and bench, against torchvision's Resize((height, width)) and PyTorch."""
import csv
import json
import os

import weight_parity
from weight_parity import main, run

import numpy
import torch
import torchvision
from PIL import Image

HEIGHT, WIDTH = 96, 64
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def check(what, good, found=""):
    weight_parity.check(what, good, "" if good else found)


def seen(path):
    """ToTensor and Normalize of Resize((HEIGHT, WIDTH))."""
    picture = Image.open(path).convert("RGB").resize((WIDTH, HEIGHT), Image.BILINEAR)
    return (torch.from_numpy(numpy.asarray(picture, "float32") / numpy.float32(255)).permute(2, 0, 1) - MEAN) / STD


def network():
    torch.manual_seed(3)
    return torchvision.models.densenet.DenseNet(4, (2, 2), 8, 4, num_classes=2)


def make(folder):
    """A network's state dict, and pictures of two classes in folders."""
    random = numpy.random.default_rng(2)
    torch.save(network().state_dict(), f"{folder}/net.pth")
    paths = []
    for number, (width, height) in enumerate(((70, 50), (50, 70), (64, 96), (31, 130), (90, 90), (120, 40))):
        os.makedirs(f"{folder}/data/{'ab'[number % 2]}", exist_ok=True)
        paths.append(f"{folder}/data/{'ab'[number % 2]}/{number}.png")
        Image.fromarray(random.integers(0, 256, (height, width, 3), "uint8")).save(paths[-1])
    return sorted(paths)


def rectangles(folder):
    paths = make(folder)
    pictures = torch.stack([seen(path) for path in paths])
    truth = torch.tensor([path.split("/")[-2] == "b" for path in paths]).long()
    with torch.no_grad():
        logits = network().double().eval()(pictures.double())
    right = logits.softmax(1).numpy()
    weights = ("-w", f"{folder}/net.pth")

    def compare(what, *options):
        done = run("predict", *paths, *options, "--json", "--top", "2")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        found = [{p.get("class", p.get("index")): p["probability"] for p in row["predictions"]} for row in rows]
        values = numpy.array([[row[0], row[1]] for row in found]) if done.returncode == 0 else None
        check(what, values is not None and abs(values - right).max() < 1e-5, done.stderr if values is None else "")

    for size in (f"{HEIGHT}x{WIDTH}", f"{HEIGHT},{WIDTH}"):
        compare(f"predict --image-size {size}", *weights, "--image-size", size)
    compare("predict --preprocess", *weights, "--preprocess", f"resize={HEIGHT}x{WIDTH},crop=0")
    for number, path in enumerate(paths):
        run("preprocess", *weights, path, "--image-size", f"{HEIGHT}x{WIDTH}", "-o", f"{folder}/x.npy")
        check(f"preprocess {path[-5:]}", (numpy.load(f"{folder}/x.npy")[0] == pictures[number].numpy()).all())
    run("convert", f"{folder}/net.pth", f"{folder}/kept.safetensors", "--image-size", f"{HEIGHT}x{WIDTH}")
    compare("converted", "-w", f"{folder}/kept.safetensors")
    said = json.loads(run("info", "--json", f"{folder}/kept.safetensors").stdout)
    check("what is recorded", said["preprocess"] == f"torchvision,resize={HEIGHT}x{WIDTH},crop=0", said["preprocess"])
    done = run("eval", f"{folder}/data", "-w", f"{folder}/kept.safetensors", "--json")
    loss = torch.nn.functional.cross_entropy(logits, truth).item()
    check("eval", abs(json.loads(done.stdout)["loss"] - loss) < 1e-5, done.stderr)
    done = run("predict", *paths, "-w", f"{folder}/kept.safetensors", "--cam", f"{folder}/heat")
    check("heat maps", done.returncode == 0 and len(os.listdir(f"{folder}/heat")) >= len(paths), done.stderr)
    for words, options in (("--image-size 96x64, but --preprocess torchvision makes squares of 224",
                            ("--image-size", "96x64", "--preprocess", "torchvision")),
                           ("makes pictures of any size", ("--image-size", "96x64", "--preprocess", "none")),
                           ("is neither a whole number nor two", ("--image-size", "96x")),
                           ("is neither a whole number nor two", ("--image-size", "96x64x3")),
                           ("is out of range", ("--image-size", "96x0"))):
        done = run("predict", *paths, *weights, *options)
        check(f"predict {options}", done.returncode == 2 and words in done.stderr, done.stderr)


def trainings(folder):
    """The first step's loss is PyTorch's; augmented pictures have the size, too."""
    paths = make(folder)
    net = network().double().train()
    truth = torch.tensor([path.split("/")[-2] == "b" for path in paths]).long()
    loss = torch.nn.functional.cross_entropy(net(torch.stack([seen(path) for path in paths]).double()), truth).item()
    for augment in ("none", "imagenet", "cifar", "none,flip=1,jpeg=1:30:90"):
        output = f"{folder}/{augment[:9]}"
        done = run("train", f"{folder}/data", "--init", f"{folder}/net.pth", "--image-size", f"{HEIGHT}x{WIDTH}", "--no-shuffle",
                   "--augment", augment, "--epochs", "1", "--batch-size", "6", "--val", f"{folder}/data", "-o", output)
        said = json.loads(run("info", "--json", f"{output}/last.safetensors").stdout) if done.returncode == 0 else {}
        check(f"train --augment {augment}", said.get("preprocess") == f"torchvision,resize={HEIGHT}x{WIDTH},crop=0", done.stderr)
        with open(f"{output}/settings.json", encoding="utf-8") as stream:
            check(f"what --augment {augment} recorded", json.load(stream)["image-size"] == f"{HEIGHT}x{WIDTH}")
        if augment != "none":
            continue
        with open(f"{output}/log.csv", encoding="utf-8") as stream:
            first = next(csv.DictReader(line for line in stream if not line.startswith("#")))
        check("the first step's loss", abs(float(first["loss"]) - loss) < 1e-5 * loss, f"{first} {loss}")
    done = run("train", f"{folder}/data", "--resume", output, "--epochs", "2")
    check("a resumed run keeps its size", done.returncode == 0, done.stderr)
    bench = json.loads(run("bench", "--blocks", "1", "--growth", "4", "--runs", "1", "--size", "64x96", "--json").stdout)
    check("bench", (bench["height"], bench["width"]) == (64, 96), bench)


main((rectangles, trainings))
