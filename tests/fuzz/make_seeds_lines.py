# SPDX-License-Identifier: MIT
"""make_seeds_lines.py DIR: command lines for fuzz_options, in DIR/options/, and specifications
for fuzz_preprocess, in DIR/preprocess/."""
import os
import sys

OPTIONS = [
    "--integer 7 --large=9e9 --real 1e-3 --text 1,2 file",
    "-i5 -r 2 -c one -f a b -- --flag",
    "--choice=three --file --flag",
    "--file=--flag -ff - -3",
    "--intger 5",
    "--integer 1000001",
    "--real=inf",
    "--help",
    "-fi",
]
SPECIFICATIONS = [
    "torchvision", "timm", "xrv", "keras", "cifar10", "cifar100", "none",
    "torchvision,resize=232,filter=bicubic,mean=0.5:0.5:0.5,std=0.25",
    "torchvision,resize=256x128,crop=240x120",
    "timm,resize=256x128,fit=cover,crop=240x120,pad=mean",
    "square=yes,scaling=xray,channels=1,filter=gaussian,crop=65536",
    "none,mean=-1e-38:3.4028235e38:0x1p-3,std=1e-45:inf:nan",
]


def save(target, lines):
    folder = os.path.join(sys.argv[1], target)
    os.makedirs(folder, exist_ok=True)
    for index, line in enumerate(lines):
        with open(os.path.join(folder, f"line{index}"), "w", encoding="utf-8") as stream:
            stream.write(line)


save("options", [line.replace(" ", "\n") for line in OPTIONS])
save("preprocess", SPECIFICATIONS)
