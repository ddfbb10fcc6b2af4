# SPDX-License-Identifier: MIT
"""Writes tests/golden/densenet264_2x3x224x224.txt with torchinfo 1.7.2: the tutorial's table."""
import os
import warnings

warnings.filterwarnings("ignore")
import torch
import torchinfo

import reference_extended as extended

module = extended.DenseNet(extended.imagenet(264)).to("meta")
table = torchinfo.summary(module, input_data=torch.empty(2, 3, 224, 224, device="meta"), device="meta", verbose=0)
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "densenet264_2x3x224x224.txt"), "w", encoding="utf-8") as file:
    file.write(str(table).replace("(Units.GIGABYTES)", "(G)") + "\n")
