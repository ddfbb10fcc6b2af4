# SPDX-License-Identifier: MIT
"""What predict and eval make of a network's logits where these are known: one output, a temperature.
Needs nothing but Python."""
import json
import math
import os
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
PIPELINE = ("--preprocess", "none,crop=8,channels=1")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def network(path, logits):
    """A network that answers every picture with these logits: its classifier is only a bias."""
    run("init", "--blocks", "1", "--growth", "2", "--channels", "1", "--stem", "cifar",
        "--classes", str(len(logits)), "-o", path)
    with open(path, "rb") as stream:
        size, = struct.unpack("<Q", stream.read(8))
        header, data = json.loads(stream.read(size)), bytearray(stream.read())
    for name, values in (("classifier.weight", None), ("classifier.bias", logits)):
        begin, end = header[name]["data_offsets"]
        data[begin:end] = struct.pack(f"<{len(values)}f", *values) if values else bytes(end - begin)
    return header, data


def write(path, header, data, metadata=None):
    header = {**header, "__metadata__": {**header.get("__metadata__", {}), **(metadata or {})}}
    text = json.dumps(header).encode()
    with open(path, "wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text + data)


def answer(path, picture):
    """Probabilities by output."""
    rows = json.loads(run("predict", "-w", path, picture, "--json", *PIPELINE).stdout)["predictions"]
    return [row["probability"] for row in sorted(rows, key=lambda row: row["index"])]


def near(found, expected):
    return len(found) == len(expected) and all(abs(a - b) < 1e-6 for a, b in zip(found, expected))


def one_output(folder):
    path, picture = f"{folder}/one.safetensors", f"{folder}/data/cat/0.png"
    write(path, *network(path, [-0.4]))
    share = 1 / (1 + math.exp(0.4))
    check("JSON", near(answer(path, picture), [share]))
    done = run("predict", "-w", path, picture, "--cam", f"{folder}/maps", *PIPELINE)
    check("text", done.returncode == 0 and f"{100 * share:6.2f}%  yes\n" in done.stdout, done)
    check("info", "outputs        1 answer, yes or no" in run("info", path).stdout)

    done = run("eval", f"{folder}/data", "-w", path, "--json", *PIPELINE)
    found = json.loads(done.stdout)
    loss = (-2 * math.log(share) - math.log(1 - share)) / 3
    check("eval", abs(found["loss"] - loss) < 1e-6 and abs(found["top1"] - 1 / 3) < 1e-6, done)
    check("its classes", [(row["label"], row["predicted"]) for row in found["outputs"]] == [("cat", 3), ("dog", 0)], done)

    for label, top1 in (("dog", 1 / 3), ("cat", 2 / 3)):
        with open(f"{folder}/label.txt", "w") as stream:
            stream.write(label)
        named = f"{folder}/named.safetensors"
        run("convert", path, named, "--labels", f"{folder}/label.txt")
        done = run("eval", f"{folder}/data", "-w", named, "--json", *PIPELINE)
        check(f"an output named {label}", done.returncode == 0 and abs(json.loads(done.stdout)["top1"] - top1) < 1e-6, done)
    run("convert", path, named, "--labels", f"{folder}/other.txt")
    done = run("eval", f"{folder}/data", "-w", named, *PIPELINE)
    check("an output of another name", done.returncode == 2 and 'one output is "horse"' in done.stderr, done)


def refusals(folder):
    """What is said where there is no answer: of folders of folders, of files that are not there, of
    a version that is asked for more."""
    done = run("predict", f"{folder}/data")
    check("a folder of folders", done.returncode == 2 and ".pgm, .ppm, .dcm); its subfolders are not searched" in done.stderr
          and "built-in" not in done.stderr, done)
    done = run("predict", f"{folder}/nothere.jpg")
    check("no such picture", done.returncode == 2 and done.stderr.count("\n") == 1 and "nothere.jpg" in done.stderr, done)
    check("version is a command", "\n  version " in run("--help").stdout and "SS \\fBdensenet version" in run("manual").stdout)
    check("its help", "densenet version: say which version" in run("version", "--help").stdout)
    for name in ("version", "--version"):
        check(f"{name} alone", run(name).stdout.startswith("densenet "), run(name))
        done = run(name, "more")
        check(f"{name} and more", done.returncode == 2 and 'unexpected argument "more"' in done.stderr, done)

    path = f"{folder}/broken.safetensors"
    header, data = network(path, [1.0, 0.5])
    entry = header["classifier.weight"]
    entry["shape"] = [entry["shape"][0] * entry["shape"][1], 1]
    write(path, header, data)
    together = subprocess.run([PROGRAM, "info", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = together.stdout.splitlines()
    check("the sentence, then what it is about", together.returncode == 2 and '"classifier' in lines[0] and
          lines[2].startswith("  classifier."), lines[:4])


def temperature(folder):
    picture = f"{folder}/data/cat/0.png"
    plain, path, kept = (f"{folder}/{name}" for name in ("three.safetensors", "warm.safetensors", "kept.pth"))
    header, data = network(plain, [1.0, 0.5, -1.0])
    write(plain, header, data)
    powers = [math.exp(logit / 2.5) for logit in (1.0, 0.5, -1.0)]
    expected = [power / sum(powers) for power in powers]
    cold = answer(plain, picture)

    def with_tensor(values, shape, name="temperature"):
        write(path, {**header, name: {"dtype": "F32", "shape": shape,
                                      "data_offsets": [len(data), len(data) + 4 * len(values)]}},
              data + struct.pack(f"<{len(values)}f", *values))

    for what, shape in (("0-dimensional tensor", []), ("tensor of one element", [1])):
        with_tensor([2.5], shape)
        check(what, near(answer(path, picture), expected), answer(path, picture))
    write(path, header, data, {"temperature": "2.5"})
    check("text in metadata", near(answer(path, picture), expected))
    run("convert", path, kept)
    check("recorded by convert", near(answer(kept, picture), expected))
    check("info", "temperature    2.5, by which logits are divided" in run("info", kept).stdout)
    check("info in JSON", [json.loads(run("info", "--json", f).stdout)["temperature"] for f in (plain, kept)] == [1, 2.5])
    with_tensor([2.5], [1], "args.temperature")
    check("another's", near(answer(path, picture), cold), run("predict", "-w", path, picture, *PIPELINE))

    for what, values, shape, words in (("0", [0], [], "is 0;"), ("-1", [-1], [1], "is -1;"),
                                       ("NaN", [math.nan], [], "nan;"), ("infinity", [math.inf], [1], "is inf;"),
                                       ("two numbers", [1, 2], [2], "several numbers")):
        with_tensor(values, shape)
        done = run("info", path)
        check(what, done.returncode == 2 and f'densenet: {path}: "temperature" is' in done.stderr
              and words in done.stderr, done)
    write(path, header, data, {"densenet.temperature": "-3"})
    done = run("info", path)
    check("a recorded one", done.returncode == 0 and 'densenet.temperature is "-3" in its metadata' in done.stdout, done)

    yes = f"{folder}/yes.safetensors"
    write(yes, *network(yes, [-0.4]), {"densenet.temperature": "2"})
    share = 1 / (1 + math.exp(0.2))
    loss = json.loads(run("eval", f"{folder}/data", "-w", yes, "--json", *PIPELINE).stdout)["loss"]
    check("eval", abs(loss - (-2 * math.log(share) - math.log(1 - share)) / 3) < 1e-6, loss)
    done = run("train", f"{folder}/data", "--init", yes, "--val-split", "0", "--max-steps", "1", "-o", f"{folder}/run",
               *PIPELINE, "--image-size", "8")
    check("train", done.returncode == 0 and "its temperature of 2 is dropped" in done.stderr and
          json.loads(run("info", "--json", f"{folder}/run/last.safetensors").stdout)["temperature"] == 1, done)


def operating_points(folder):
    """TorchXRayVision's buffer, of any file: what is no probability is no operating point."""
    path, picture = f"{folder}/points.safetensors", f"{folder}/data/cat/0.png"
    header, data = network(path, [1.0, 0.5, -8.0])
    header.pop("__metadata__")  # which would come first

    def with_points(points):
        write(path, {**header, "op_threshs": {"dtype": "F32", "shape": [3],
                                              "data_offsets": [len(data), len(data) + 12]}},
              data + struct.pack("<3f", *points))

    shares = [1 / (1 + math.exp(-logit)) for logit in (1.0, 0.5, -8.0)]
    with_points([0.5, math.nan, 0.25])
    found = answer(path, picture)
    check("good ones", found[1] is None and near([found[0], found[2]], [shares[0], shares[2] / 0.5]), found)
    done = run("predict", "-w", path, picture, *PIPELINE)
    check("without one, text", done.returncode == 0 and "        -  1 (not trained)\n" in done.stdout and done.stdout.count("%") == 2, done)
    rows = json.loads(run("predict", "-w", path, picture, "--json", "--top", "3", *PIPELINE).stdout)["predictions"]
    check("without one, last", [row["index"] for row in rows] == [0, 2, 1] and rows[2]["note"] == "not trained", rows)
    done = run("predict", "-w", path, picture, "--csv", *PIPELINE)
    check("without one, CSV", ",2,1,1,,not trained\n" in done.stdout.replace(",3,1,1,", ",2,1,1,"), done)
    done = run("predict", "-w", path, picture, "--cam", f"{folder}/points", "--class", "1", *PIPELINE)
    check("without one, a map", done.returncode == 2 and "--class 1: this output was not trained, and has no heat map" in done.stderr and
          not os.path.exists(f"{folder}/points"), done)
    write(path, {**header, "op_threshs": {"dtype": "F32", "shape": [2], "data_offsets": [len(data), len(data) + 8]}},
          data + struct.pack("<2f", 0.5, 0.5))
    done = run("info", path)
    check("of another network", done.returncode == 0 and "op_threshs are not one number per output, and are not applied"
          in done.stdout + done.stderr, done)
    for what, points in (("-1", [-1, 2, -0.5]), ("2", [0.5, 2, 0.5]), ("inf", [0.5, 0.5, math.inf]), ("0", [0.5, 0, 0.5])):
        with_points(points)
        for command in (("info", path), ("predict", "-w", path, picture, *PIPELINE)):
            done = run(*command)
            check(f"{what} for {command[0]}", done.returncode == 2 and "%" not in done.stdout and
                  f'densenet: {path}: "op_threshs" holds {what}; operating points between 0 and 1' in done.stderr, done)


def asked_for(folder):
    """--task and --class, which win over the file and over the most probable."""
    path, picture, labels = f"{folder}/three.safetensors", f"{folder}/data/cat/0.png", f"{folder}/labels.txt"
    write(path, *network(path, [1.0, 0.5, -1.0]))
    with open(labels, "w") as stream:
        stream.write("cat\nhorse\n2\n")
    command = ("predict", "-w", path, picture, "--labels", labels, *PIPELINE)
    for task, recorded in (("labels", "classes"), ("classes", "labels")):
        kept = f"{folder}/{recorded}.safetensors"
        run("convert", path, kept, "--task", recorded)
        rows = json.loads(run("predict", "-w", kept, picture, "--json", "--task", task, *PIPELINE).stdout)["predictions"]
        found = {row["index"]: row["probability"] for row in rows}
        powers = [math.exp(logit) for logit in (1.0, 0.5, -1.0)]
        share = powers[0] / (1 + powers[0]) if task == "labels" else powers[0] / sum(powers)
        check(f"--task {task}", len(found) == 3 and abs(found[0] - share) < 1e-6, found)

    run("init", "--blocks", "1", "--growth", "2", "--channels", "1", "--stem", "cifar", "--classes", "3", "-o", path)
    maps = {}
    for name in (None, "cat", "0", "horse", "1", "2"):
        out = f"{folder}/map-{name}"
        done = run(*command, "--cam", out, *(("--class", name) if name else ()))
        check(f"--class {name}", done.returncode == 0 and done.stdout.count("%") == 3, done)
        with open(f"{out}/0.png", "rb") as stream:
            maps[name] = stream.read()
    check("maps", maps["cat"] == maps["0"] and maps["horse"] == maps["1"] and maps[None] in maps.values() and
          len(set(maps.values())) == 3)
    for name, words in (("hrose", 'did you mean "horse"?'), ("3", "or 0 to 2, is expected"), ("-1", "or 0 to 2"), ("zebra", "no class")):
        done = run(*command, "--cam", f"{folder}/no", "--class", name)
        check(f"--class {name}", done.returncode == 2 and words in done.stderr and not os.path.exists(f"{folder}/no"), done)
    done = run(*command, "--class", "cat")
    check("--class alone", done.returncode == 2 and "--cam DIR" in done.stderr, done)


with tempfile.TemporaryDirectory() as folder:
    for place, shade in (("cat/0", 10), ("dog/0", 90), ("dog/1", 200)):
        os.makedirs(f"{folder}/data/{place[:3]}", exist_ok=True)
        with open(f"{folder}/data/{place}.png", "wb") as stream:
            stream.write(grey_png(8, 8, shade))
    with open(f"{folder}/other.txt", "w") as stream:
        stream.write("horse")
    one_output(folder)
    temperature(folder)
    operating_points(folder)
    refusals(folder)
    asked_for(folder)
finish()
