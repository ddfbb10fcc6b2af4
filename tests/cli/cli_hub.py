# SPDX-License-Identifier: MIT
"""Folders as model hubs keep them: config.json beside the weights gives pipeline and labels, or is
ignored in a sentence. Needs nothing but Python."""
import json
import os
import shutil
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
TIMM = {"architecture": "densenet121", "num_classes": 3, "num_features": 1024, "global_pool": "avg", "pretrained_cfg": {
    "input_size": [3, 288, 288], "interpolation": "bicubic", "crop_pct": 0.95, "crop_mode": "center",
    "mean": [0.5, 0.25, 0.125], "std": [0.5, 0.5, 0.25], "num_classes": 3, "first_conv": "features.conv0"}}
NAMES = ["cat", "dog", "b\u00e4r"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def changed(**changes):
    """TIMM with other entries, of pretrained_cfg where it has them; None removes."""
    config = json.loads(json.dumps(TIMM))
    for key, value in changes.items():
        part = config["pretrained_cfg"] if key in config["pretrained_cfg"] and key != "num_classes" else config
        part[key] = value
        if value is None:
            del part[key]
    return config


with tempfile.TemporaryDirectory() as root:
    folder = f"{root}/hub"
    os.mkdir(folder)
    weights, config = f"{folder}/model.safetensors", f"{folder}/config.json"

    def info(path, text):
        with open(config, "w", encoding="utf-8") as stream:
            stream.write(text if isinstance(text, str) else json.dumps(text))
        done = run("info", "--json", path)
        return json.loads(done.stdout) if done.returncode == 0 else done

    done = run("info", folder)
    check("an empty folder", done.returncode == 2 and f"{folder}: is a folder without model.safetensors" in done.stderr, done)
    run("init", "densenet121", "--classes", "3", "-o", weights)

    pipelines = {
        "timm,resize=303,crop=288,mean=0.5:0.25:0.125,std=0.5:0.5:0.25": {},
        "timm,resize=329,crop=288,mean=0.5:0.25:0.125,std=0.5:0.5:0.25": {"crop_pct": 0.875},
        "torchvision,resize=303,crop=288,mean=0.5:0.25:0.125,std=0.5:0.5:0.25": {"interpolation": "bilinear"},
        "timm,resize=303x303,crop=288,mean=0.5:0.25:0.125,std=0.5:0.5:0.25": {"crop_mode": "squash"},
        "timm,resize=105x210,crop=100x200,mean=0.5:0.25:0.125,std=0.5:0.5:0.25":
            {"crop_mode": "squash", "input_size": [3, 100, 200]},
        "timm,resize=111x222,filter=bilinear,crop=100x200,mean=0.5:0.25:0.125,std=0.5:0.5:0.25,fit=cover":
            {"input_size": [3, 100, 200], "crop_pct": 0.9},
        "timm,resize=303x303,crop=288,mean=0.5:0.25:0.125,std=0.5:0.5:0.25,fit=inside,pad=mean": {"crop_mode": "border"},
        "timm,resize=329,crop=288,mean=0.5:0.5:0.5,std=0.5:0.5:0.25": {"crop_pct": 0, "mean": [0.5]},
        "timm": {"input_size": [3, 224, 224], "crop_pct": None, "mean": None, "std": None},
    }
    for expected, changes in pipelines.items():
        for path in (folder, folder + "/", weights):
            found = info(path, changed(**changes))
            check(f"{expected} of {path}", (found["preprocess"], found["preprocess_recorded"], found["config"], found["warning"])
                  == (expected, True, "preprocessing", None), found)
    old = {**TIMM["pretrained_cfg"], "architecture": "densenet121"}
    check("an old config", info(folder, old)["preprocess"].startswith("timm,resize=303"))

    for what, extra in {"label_names": {"label_names": NAMES}, "a label_names of pretrained_cfg":
                        {"pretrained_cfg": {**TIMM["pretrained_cfg"], "label_names": NAMES}},
                        "id2label": {"id2label": {str(i): name for i, name in enumerate(NAMES)}}}.items():
        found = info(folder, {**TIMM, **extra})
        check(what, found["labels"] == NAMES and found["config"] == "preprocessing and labels", found)
    found = info(folder, {"architectures": ["DenseNet"], "id2label": {str(i): n for i, n in enumerate(NAMES)},
                          "problem_type": "multi_label_classification"})
    check("transformers'", found["labels"] == NAMES and found["config"] == "labels" and not found["preprocess_recorded"], found)
    check("text", "configuration  labels" in run("info", folder).stdout)

    ignored = {"is of 5 classes, the network has 3": changed(num_classes=5), "is of resnet50": changed(architecture="resnet50"),
               "is of densenet169": changed(architecture="densenet169"), "is not valid JSON": "{",
               "cannot be followed here: its crop_mode is random": changed(crop_mode="random"),
               "here: its crop_mode is not text": changed(crop_mode=7), "here: its interpolation is not text": changed(interpolation=[3]),
               "cannot be followed here: its interpolation is lanczos": changed(interpolation="lanczos"),
               "mean is not a list of 3 numbers": changed(mean=[1, 2]), "std is not a list of 3": changed(std=[.5] * 4),
               "std holds what is not a number above 0": changed(std=[.5, -.5, .5]), "holds what is not a number above 0": changed(std=[0]),
               "what is not a number above 0": changed(std=[.5, 1e-60, .5]), "mean holds what is not a number": changed(mean=[1e300, 0, 0]),
               "mean is not a list": changed(mean=0.5), "is not a number above": changed(std=[True, .5, .5]),
               "would be scaled to 0": changed(crop_pct=1000), "crop_pct is not a share": changed(crop_pct=-1),
               "crop_pct is no": changed(crop_pct="0.9"), "input_size is not channels, height and width": changed(input_size=[3, 0, 8]),
               "input_size is not": changed(input_size=[3, 8]), "is not channels, height": changed(input_size=[3, 8.5, 8]),
               "input_size has 2 channels": changed(input_size=[2, 8, 8]), "is not channels": changed(input_size=224),
               "makes 1 channel, the network takes 3": changed(input_size=[1, 8, 8], mean=[0.5], std=[0.5]),
               "not one name per output": {**TIMM, "label_names": NAMES[:2]}}
    for words, text in ignored.items():
        found = info(folder, text)
        check(words, words in str(found["warning"]) and found["labels"] is None, found)
    for pool, words in {"gem": "config.json beside it, gem, is not known here", "maxx": "beside it, maxx, is", 5: "beside it, no text, is"}.items():
        found = info(folder, changed(global_pool=pool))
        check(f"a pool that is not known, {pool}", words in str(found["warning"]) and found["head"] == "mean,linear=3", found)
    for what in ("global_pool", "crop_mode"):
        found = info(folder, changed(**{what: "a" + 99 * "\u00e4"}))
        check(f"a long {what} that is cut within a character", "beside it" in str(found["warning"]), found)
    for pool in ("", "fast", "fastavg"):
        found = info(folder, changed(global_pool=pool))
        check(f"the usual pool, {pool}", found["warning"] is None, found)
    for what, text in {"another program's": {"lr": 0.1}, "a list": [1]}.items():
        found = info(folder, text)
        check(what, found["warning"] is None and found["config"] == "", found)
    processor = {"do_resize": True, "size": {"shortest_edge": 40}, "resample": 3, "do_center_crop": True,
                 "crop_size": {"height": 32, "width": 24}, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True,
                 "image_mean": [0.5, 0.25, 0.125], "image_std": [0.5, 0.5, 0.25], "image_processor_type": "CLIPImageProcessor"}

    def beside(**changes):
        with open(f"{folder}/preprocessor_config.json", "w", encoding="utf-8") as stream:
            json.dump({key: value for key, value in {**processor, **changes}.items() if value is not None}, stream)
        return info(folder, {"architectures": ["DenseNet"], "id2label": {str(i): n for i, n in enumerate(NAMES)}})

    found = beside()
    check("a processor", found["preprocess"] == "none,resize=40,filter=bicubic,crop=32x24,mean=0.5:0.25:0.125,std=0.5:0.5:0.25" and
          found["warning"] is None and found["config"] == "preprocessing and labels", found)
    for words, changes in {"rescale_factor": {"rescale_factor": 1 / 127.5}, "no scaling": {"do_rescale": False}}.items():
        found = beside(**changes)
        check(words, "preprocessor_config.json beside it cannot be followed here: it does not scale pixels to 0..1" in
              str(found["warning"]) and not found["preprocess_recorded"], found)
    for words, changes in {"resample is neither": {"resample": 1}, "size is neither": {"size": {"longest_edge": 40}},
                           "depends on a processor": {"size": 40, "image_processor_type": None},
                           "do_center_crop is neither true nor false": {"do_center_crop": 1},
                           "(do_center_crop)": {"do_center_crop": None}, "it has do_pad": {"do_pad": True},
                           "crop_size is not height": {"crop_size": {"height": 3}}, "image_std holds": {"image_std": [1, 1, 0]},
                           "image_mean is not a list": {"image_mean": [1, 1]}, "is missing": {"image_std": None},
                           "do_resize is neither": {"do_resize": None},
                           "do_normalize is neither": {"do_normalize": None}}.items():
        found = beside(**changes)
        check(words, words in str(found["warning"]) and not found["preprocess_recorded"], found)
    with open(f"{folder}/preprocessor_config.json", "w", encoding="utf-8") as stream:
        stream.write("{")
    check("no JSON", "preprocessor_config.json beside it is not valid JSON" in info(folder, TIMM)["warning"])
    os.remove(f"{folder}/preprocessor_config.json")
    for what, make in {"a link to nothing": lambda: os.symlink("nothing", config), "a link to itself": lambda: os.symlink("config.json", config),
                       "a folder": lambda: os.mkdir(config)}.items():
        os.remove(config)
        make()
        for path in (folder, weights):
            done = run("info", "--json", path)
            said = json.loads(done.stdout)["warning"] if done.returncode == 0 else ""
            check(f"config.json is {what}", said and "config.json" in said and not said.endswith("config.json"), done)
        (os.rmdir if what == "a folder" else os.remove)(config)
        open(config, "w", encoding="ascii").close()
    found = info(folder, changed(architecture="densenetblur121d"))
    check("a blur that it cannot have", found["stem_pool"] == "usual" and "is of densenetblur121d, and was ignored" in found["warning"],
          found)

    info(folder, {**TIMM, "label_names": NAMES})
    kept = f"{root}/kept.safetensors"
    check("convert", run("convert", folder, kept).returncode == 0)
    found = json.loads(run("info", "--json", kept).stdout)
    check("what it kept", found["labels"] == NAMES and found["preprocess"].startswith("timm,resize=303"), found)
    shutil.move(kept, weights)
    found = info(folder, changed(crop_pct=0.5))
    check("recorded comes first", found["preprocess"].startswith("timm,resize=303") and found["config"] == "", found)
    with open(f"{root}/a.png", "wb") as stream:
        stream.write(grey_png(8, 8, 60))
    run("init", "--blocks", "1", "--growth", "2", "--classes", "3", "--stem", "cifar", "-o", f"{folder}/small.pth")
    os.remove(weights)
    os.rename(f"{folder}/small.pth", f"{folder}/pytorch_model.bin")
    info(folder, {"architecture": "densenet", "num_classes": 3, "label_names": NAMES, "input_size": [3, 8, 8], "crop_pct": 1})
    done = run("predict", f"{root}/a.png", "-w", folder)
    check("predict", done.returncode == 0 and all(name in done.stdout for name in NAMES), done)
finish()
