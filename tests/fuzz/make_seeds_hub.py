# SPDX-License-Identifier: MIT
"""make_seeds_hub.py DIR: config.json and preprocessor_config.json of model hubs for fuzz_hub, sound and hostile, in DIR/hub/."""
import json
import os
import sys

PIPELINE = {"input_size": [3, 32, 32], "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "center",
            "mean": [0.5, 0.25, 0.125], "std": [0.5, 0.5, 0.25]}
PROCESSOR = {"do_resize": True, "resample": 3, "do_center_crop": True, "crop_size": {"height": 32, "width": 24},
             "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5, 0.25, 0.125],
             "image_std": [0.5, 0.5, 0.25]}
TIMM = {"architecture": "densenet", "num_classes": 3, "pretrained_cfg": PIPELINE}
CONFIGS = {
    "timm": TIMM,
    "old": {**PIPELINE, "architecture": "densenet", "num_classes": 3},
    "squash": {**TIMM, "pretrained_cfg": {**PIPELINE, "crop_mode": "squash", "input_size": [3, 20, 30]}},
    "labels": {**TIMM, "label_names": ["a", "b", "c"]},
    "transformers": {"architectures": ["x"], "id2label": {"0": "a", "1": "b", "2": "c"},
                     "problem_type": "multi_label_classification"},
    "two_labels": {"id2label": {"0": "a", "7": "b", "2": 3}},
    "blur": {"architecture": "densenetblur121d"},
    "pool": {"architecture": "densenet121", "num_classes": 3, "global_pool": "catavgmax", "pretrained_cfg": {"global_pool": "fastavgmax"}},
    "bundle": {"network_data_format": {
        "inputs": {"image": {"num_channels": 3, "spatial_shape": [8, 9], "value_range": [-1, 1]}},
        "outputs": {"pred": {"channel_def": {"0": "a", "1": "b", "2": "c"}}}}},
    "stranger": {"architecture": "resnet50"},
    "tiny_share": {**TIMM, "pretrained_cfg": {**PIPELINE, "crop_pct": 1e-300}},
    "large_share": {**TIMM, "pretrained_cfg": {**PIPELINE, "crop_pct": 90.9}},
    "large_size": {**TIMM, "pretrained_cfg": {**PIPELINE, "input_size": [3, 2**62, -1]}},
    "text_for_numbers": {**TIMM, "pretrained_cfg": {**PIPELINE, "mean": ["a", None, {}], "input_size": "3"}},
    "zero_std": {**TIMM, "pretrained_cfg": {**PIPELINE, "std": [0, 1e300, -0.0]}},
    "border": {**TIMM, "pretrained_cfg": {**PIPELINE, "crop_mode": "border", "input_size": [3, 20, 30]}},
    "negative_std": {**TIMM, "pretrained_cfg": {**PIPELINE, "std": [-1], "mean": [1]}},
    "processor": {**PROCESSOR, "size": {"shortest_edge": 40}},
    "old_processor": {**PROCESSOR, "size": 40, "crop_size": 32, "feature_extractor_type": "CLIPFeatureExtractor"},
    "convnext": {**PROCESSOR, "size": {"shortest_edge": 224}, "crop_pct": 1e-9, "image_processor_type": "ConvNextImageProcessor"},
    "two_sizes": {**PROCESSOR, "size": {"height": 2**40, "width": -1, "shortest_edge": 3}},
    "null": {"architecture": None, "pretrained_cfg": None, "id2label": None},
}

folder = os.path.join(sys.argv[1], "hub")
os.makedirs(folder, exist_ok=True)
for name, config in CONFIGS.items():
    with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
        json.dump(config, stream)
with open(os.path.join(folder, "deep"), "w", encoding="utf-8") as stream:
    stream.write('{"id2label":' * 3000)
