# SPDX-License-Identifier: MIT
"""The folder of a MONAI bundle: weights, labels, pipeline; metadata that lies. Needs nothing but Python."""
import json
import os
import subprocess
import tempfile

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
finish()
