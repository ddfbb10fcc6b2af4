# SPDX-License-Identifier: MIT
"""make_seeds_preprocess.py DIR: specifications for fuzz_preprocess, in DIR/preprocess/."""
import os
import sys

SPECIFICATIONS = [
    "torchvision", "timm", "xrv", "keras", "cifar10", "cifar100", "none",
    "torchvision,resize=232,filter=bicubic,mean=0.5:0.5:0.5,std=0.25",
    "square=yes,scaling=xray,channels=1,filter=gaussian,crop=65536",
    "none,mean=-1e-38:3.4028235e38:0x1p-3,std=1e-45:inf:nan",
]

folder = os.path.join(sys.argv[1], "preprocess")
os.makedirs(folder, exist_ok=True)
for index, specification in enumerate(SPECIFICATIONS):
    with open(os.path.join(folder, "line%d" % index), "w", encoding="utf-8") as stream:
        stream.write(specification)
