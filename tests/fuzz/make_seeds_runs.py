# SPDX-License-Identifier: MIT
"""make_seeds_runs.py DIR: what a training run leaves, for fuzz_checkpoint in DIR/checkpoint/,
fuzz_log in DIR/log/ and fuzz_settings in DIR/settings/."""
import json
import os
import sys

FLOATS = 64  # of the small trainer in fuzz_checkpoint.c
NOTE = {"epoch_loss": 1.5, "epoch_correct": 2.0, "epoch_pictures": 3, "best_score": 0.5, "best_loss": 1.0,
        "seconds": 9.5}
HEADER = "kind,epoch,step,loss,accuracy,rate,val_loss,val_accuracy,seconds\n"
STEP = "step,0.500000,1,2.302585,0.12500,0.1,,,0.250\n"
EPOCH = "epoch,1.000000,2,2.1,0.25000,,2.2,0.20000,0.500\n"
LOGS = {
    "sound": HEADER + STEP + EPOCH,
    "auroc": HEADER.replace("accuracy,s", "auroc,s") + EPOCH,
    "cut": HEADER + STEP + "step,1.0",
    "strange": HEADER + "epoch,inf,1e300,nan,-1e-400,0x1p3,,,\n",
    "hostile": HEADER + "pause,1\n",
}


def array(first, count=FLOATS):
    return {"dtype": "F32", "shape": [count], "data_offsets": [4 * first, 4 * (first + count)]}


def checkpoint(step="3", note=json.dumps(NOTE), **arrays):
    entries = {"__metadata__": {"densenet.step": step, "densenet.note": note}, "parameters": array(0),
               "optimiser0": array(FLOATS)}
    return json.dumps({**entries, **arrays})


CHECKPOINTS = {
    "sound": checkpoint(),
    "without-best-loss": checkpoint(note=json.dumps({name: NOTE[name] for name in NOTE if name != "best_loss"})),
    "latest": checkpoint(step=str(2**53)),
    "too-late": checkpoint(step=str(2**53 + 1)),
    "negative": checkpoint(step="-3"),
    "no-number": checkpoint(step="3x"),
    "no-note": checkpoint(note="[]"),
    "other-network": checkpoint(parameters=array(0, 1), optimiser0=array(1, 2 * FLOATS - 1)),
}

SETTINGS = {"data": "data", "outputs": 2, "pictures": 5, "val-split": 0.1, "init-scheme": "paper", "epochs": 1,
            "batch-size": 4, "accumulate": 1, "lr": 0.1, "schedule": "cosine", "warmup": 0.0, "optimizer": "sgd",
            "weight-decay": 0.0001, "augment": "cifar", "seed": 0, "memory": "normal", "save-minutes": 10.0,
            "blocks": "1,1", "growth": 2, "stem": "cifar"}
SETTINGS_TEXTS = {
    "sound": json.dumps(SETTINGS),
    "parts": json.dumps({**SETTINGS, "train-part": "train", "val-part": "val", "nesterov": True, "no-shuffle": False}),
    "weights": json.dumps({**SETTINGS, "class-weights": "0.5,2", "sampler": "weighted", "milestones": "0.5,0.75"}),
    "beyond": json.dumps({**SETTINGS, "batch-size": -1, "lr": 1e300, "epochs": 2**70 % 2**63}),
    "unknown": json.dumps({"data": "data", "what": 1}),
    "types": json.dumps({"data": ["data"], "outputs": "2"}),
    "list": "[]",
    "cut": json.dumps(SETTINGS)[:50],
}


def write(folder, name, text):
    os.makedirs(os.path.join(sys.argv[1], folder), exist_ok=True)
    with open(os.path.join(sys.argv[1], folder, name), "w", encoding="ascii") as stream:
        stream.write(text)


for key, content in LOGS.items():
    write("log", key, content)
for key, content in CHECKPOINTS.items():
    write("checkpoint", key, content)
for key, content in SETTINGS_TEXTS.items():
    write("settings", key, content)
    write("settings", f"{key}-auto", content if len(content) % 2 else content + " ")
