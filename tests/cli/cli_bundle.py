# SPDX-License-Identifier: MIT
"""The folder of a MONAI bundle, and its zip archive: weights, labels, pipeline; metadata that lies, or lies in the
weight file. Needs nothing but Python."""
import json
import os
import subprocess
import tempfile
import zipfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
NAMES = ["A", "B", "C", "D"]
IMAGE = {"type": "image", "num_channels": 3, "spatial_shape": [24, 40], "value_range": [-1, 1]}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def metadata(labels=None, **image):
    labels = {str(i): name for i, name in enumerate(NAMES)} if labels is None else labels
    return {"version": "0.1", "network_data_format": {"inputs": {"image": {**IMAGE, **image}},
                                                      "outputs": {"pred": {"channel_def": labels}}}}


def info(folder, said):
    with open(f"{folder}/configs/metadata.json", "w", encoding="utf-8") as stream:
        stream.write(said if isinstance(said, str) else json.dumps(said))
    done = run("info", "--json", folder)
    return json.loads(done.stdout) if done.returncode == 0 else done


def archive(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def archives(bundle, root):
    """The same folder as a zip archive, of whatever name, stored or deflated."""
    info(bundle, metadata())
    said, weights, path = json.dumps(metadata()), read(f"{bundle}/models/model.pt"), f"{root}/a.zip"
    right = run("predict", f"{root}/a.png", "-w", bundle).stdout
    for folder, name, method in (("", "model.pt", zipfile.ZIP_STORED), ("net/", "model.pt", zipfile.ZIP_DEFLATED),
                                 ("a/b/", "model.ts", zipfile.ZIP_STORED)):
        archive(path, {f"{folder}configs/inference.json": "{}", f"{folder}configs/metadata.json": said, f"{folder}models/{name}": weights}, method)
        found = run("predict", f"{root}/a.png", "-w", path).stdout
        check(f"predict with {folder}{name} in a zip", found == right, found)
    found = json.loads(run("info", "--json", path).stdout)
    check("its labels and pipeline", found["labels"] == NAMES and found["config"] == "preprocessing and labels" and found["warning"] is None and
          found["preprocess"] == "none,resize=24x40,mean=0.5:0.5:0.5,std=0.5:0.5:0.5", found)
    check("text", "configuration  preprocessing and labels" in run("info", path).stdout)
    done = run("convert", path, path)
    check("an archive stays", done.returncode == 2 and "overwritten" in done.stderr, done)
    names = {"net/configs/metadata.json": said}
    whole = read(archive(path, {**names, "net/models/model.pt": weights}))
    twice = {"configs/metadata.json": said, "models/model.pt": weights, "net/models/model.pt": weights}
    for what, content, words in (
            ("no weights", names, "without models/model.pt or models/model.ts"),
            ("two bundles", {**names, **twice}, "of two MONAI bundles"),
            ("a pointer", {**names, "net/models/model.pt": "version https://git-lfs.github.com/spec/v1\n"}, "model.pt: is a Git LFS pointer"),
            ("text", {**names, "net/models/model.pt": "weights"}, "model.pt: is of an unknown format"),
            ("a bundle in a bundle", {**names, "net/models/model.pt": whole}, "without data.pkl"),
            ("a bomb", {**names, "net/models/model.pt": bytes(200 << 20)}, "MiB of memory"),
            ("cut", whole[:-9], "truncated"), ("damaged", whole[:2000] + bytes(50) + whole[2050:], "does not unpack"),
            ("an entry elsewhere", whole.replace(b"PK\3\4", b"PK\3\5").replace(b"PK\3\5", b"PK\3\4", 1), "is not where the directory says")):
        bad = archive(f"{root}/bad.zip", content) if isinstance(content, dict) else f"{root}/bad.zip"
        if isinstance(content, bytes):
            with open(bad, "wb") as stream:
                stream.write(content)
        done = run("info", bad)
        check(what, done.returncode == 2 and words in done.stderr and bad in done.stderr and done.stderr.count("\n") == 1, done)
    archive(f"{root}/bad.zip", {"net/configs/metadata.json": "{", "net/models/model.pt": weights})
    found = json.loads(run("info", "--json", f"{root}/bad.zip").stdout)
    check("metadata that is none", "the bundle's metadata.json is not valid JSON" in found["warning"] and found["labels"] is None, found)


def within(bundle, root):
    """MONAI puts the metadata into TorchScript, as an extra file, beside which other files lie."""
    path = f"{root}/model.ts"
    with open(path, "wb") as stream:
        stream.write(read(f"{bundle}/models/model.pt"))
    with zipfile.ZipFile(path) as file:
        prefix = file.namelist()[0].split("/")[0]
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(f"{prefix}/extra/metadata.json", json.dumps({"timestamp": "a", **metadata()}))
        file.writestr(f"{prefix}/extra/inference.json", "{}")
    found = json.loads(run("info", "--json", path).stdout)
    check("within", found["labels"] == NAMES and found["preprocess_recorded"] and found["warning"] is None, found)


def four_channels(root):
    """A colour picture and a mask, as some bundles take."""
    bundle = f"{root}/four"
    os.makedirs(f"{bundle}/configs")
    os.makedirs(f"{bundle}/models")
    run("init", "--blocks", "1,1", "--growth", "4", "--classes", "4", "--stem", "cifar", "--channels", "4", "-o", f"{bundle}/models/model.pt")
    found = info(bundle, metadata(num_channels=4))
    check("four channels", found["labels"] == NAMES and found["channels"] == 4 and not found["preprocess_recorded"] and
          "is of inputs of 4 channels, which no picture has: forward takes them as an array" in found["warning"], found)
    done = run("predict", f"{root}/a.png", "-w", bundle)
    check("a picture of 3", done.returncode == 2 and "4" in done.stderr, done)


with tempfile.TemporaryDirectory() as root:
    bundle = f"{root}/bundle"
    os.makedirs(f"{bundle}/configs")
    os.makedirs(f"{bundle}/models")
    with open(f"{bundle}/configs/metadata.json", "w", encoding="utf-8") as file:
        json.dump(metadata(), file)
    done = run("info", bundle)
    check("without weights", done.returncode == 2 and "is a folder without" in done.stderr and done.stderr.count("\n") == 1, done)
    run("init", "--blocks", "1,1", "--growth", "4", "--classes", "4", "--stem", "cifar", "-o", f"{bundle}/models/model.pt")
    found = info(bundle, metadata())
    check("labels and pipeline", found["labels"] == NAMES and found["config"] == "preprocessing and labels" and
          found["preprocess"] == "none,resize=24x40,mean=0.5:0.5:0.5,std=0.5:0.5:0.5" and found["warning"] is None, found)
    found = info(bundle, metadata(value_range=[0, 1]))
    check("0 to 1", found["preprocess"] == "none,resize=24x40", found["preprocess"])
    with open(f"{root}/a.png", "wb") as file:
        file.write(grey_png(30, 20, 90))
    done = run("predict", f"{root}/a.png", "-w", bundle)
    check("predict", done.returncode == 0 and all(f"  {name}\n" in done.stdout for name in NAMES), done)
    check("convert", run("convert", bundle, f"{root}/kept.safetensors").returncode == 0)
    found = json.loads(run("info", "--json", f"{root}/kept.safetensors").stdout)
    check("kept", found["labels"] == NAMES and found["preprocess_recorded"], found)
    for name in ("models/model.pt", "configs/metadata.json"):
        before = open(f"{bundle}/{name}", "rb").read()
        done = run("convert", bundle, f"{bundle}/{name}")
        check(f"{name} stays", done.returncode == 2 and done.stderr.endswith("it would be overwritten\n") and done.stderr.count("\n") == 1 and
              before == open(f"{bundle}/{name}", "rb").read(), done)
    done = run("convert", bundle, f"{bundle}/models/other.pt")
    check("a file beside them", done.returncode == 0, done)
    for what, image in {"another range": {"value_range": [0, 255]}, "no range": {"value_range": None}, "any size": {"spatial_shape": ["*", "16*n"]},
                        "no size": {"spatial_shape": [0, 0]}, "huge": {"spatial_shape": [2**62, 8]}, "text": {"spatial_shape": "24"}}.items():
        found = info(bundle, metadata(**image))
        check(what, "does not say a pipeline that can be followed here" in found["warning"] and found["labels"] == NAMES and
              not found["preprocess_recorded"], found)
    for what, labels in {"three": {"0": "a", "1": "b", "2": "c"}, "a gap": {"0": "a", "1": "b", "2": "c", "4": "d"},
                         "numbers": {str(i): i for i in range(4)}}.items():
        found = info(bundle, metadata(labels))
        check(what, "does not have one label per output" in found["warning"] and found["labels"] is None, found)
    found = info(bundle, metadata(num_channels=1))
    check("other channels", "is of pictures with other channels, and was ignored" in found["warning"] and found["config"] == "", found)
    for text in ("{", "[1]", "null", '{"network_data_format": {"inputs": []}}', '{"a": 1, "a": 2}'):
        found = info(bundle, text)
        check(text, isinstance(found, dict) and found["labels"] is None and not found["preprocess_recorded"], found)
    done = info(bundle, metadata(spatial_shape=[96, 96, 96]))
    check("volumes", done.returncode == 2 and "is a network of volumes, as the bundle's metadata.json says" in done.stderr and
          done.stderr.count("\n") == 1, done)
    archives(bundle, root)
    within(bundle, root)
    four_channels(root)
finish()
