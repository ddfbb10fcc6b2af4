# SPDX-License-Identifier: MIT
"""Another network, fine-tuned on pictures as people have them, gets better:
trained on clean CIFAR pictures, it meets JPEG files of another test set."""
import json
import os
import subprocess
import sys
import tempfile

DENSENET = os.environ["DENSENET"]
DATA = os.path.join(os.environ.get("DENSENET_DATA", ""), "data")
WEIGHTS = f"{DATA}/weights/bc-100-12_torchvision-names.pth"
TEST = f"{DATA}/cifar10-jpeg-test-1000.tar"
RECORD, PICTURES = 3073, 1280
CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()


def top1(weights):
    done = subprocess.run([DENSENET, "eval", TEST, "--weights", weights, "--preprocess", "cifar10", "--json"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["top1"]


def main():
    if not os.path.exists(WEIGHTS):
        print("skipped: the trained networks are not here")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data_batch_1.bin"
        with open(f"{DATA}/cifar-10-batches-bin/data_batch_1.bin", "rb") as whole, open(data, "wb") as part:
            part.write(whole.read(RECORD * PICTURES))
        with open(f"{folder}/batches.meta.txt", "w", encoding="ascii") as names:
            names.write("\n".join(CLASSES) + "\n")
        before = top1(WEIGHTS)
        subprocess.run([DENSENET, "train", data, "--val", data, "--init", WEIGHTS, "--recipe", "finetune",
                        "--lr", "0.002", "--batch-size", "32", "--epochs", "1", "--augment",
                        "cifar,jpeg=1:40:90", "--output", f"{folder}/run"],
                       check=True, capture_output=True)
        after = top1(f"{folder}/run/last.safetensors")
    print(f"JPEG pictures named right: {before:.1%} before, {after:.1%} after {PICTURES} pictures of fine-tuning")
    assert before > 0.7, "not the network it was"
    assert after > before, "fine-tuning has not helped"


main()
