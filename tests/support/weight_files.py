# SPDX-License-Identifier: MIT
"""Networks as plain tensors, in the names and orders of many code bases, and safetensors
files without that library. Tensors are torch's."""
import json
import re
import struct
from collections import OrderedDict

import torch

from reference_extended import stem_convolutions

BUFFERS = ("running_mean", "running_var")
TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64",
         torch.int64: "I64"}


# ------------------------------------------------------------------- networks

def trained(arch, seed=0, counters=True):
    """A state in torchvision's names whose statistics agree across layers, as training leaves
    them: every norm of a block sees the same maps."""
    random = torch.Generator().manual_seed(seed)
    state = OrderedDict()

    def conv(name, out, channels, kernel):
        state[f"{name}.weight"] = torch.randn(out, channels, kernel, kernel, generator=random)

    def statistics(count):
        return torch.randn(count, generator=random), torch.rand(count, generator=random) + 0.5

    def norm(name, mean, variance):
        state[f"{name}.weight"] = torch.randn(len(mean), generator=random) * 0.1 + 1
        state[f"{name}.bias"] = torch.randn(len(mean), generator=random) * 0.1
        state[f"{name}.running_mean"], state[f"{name}.running_var"] = mean.clone(), variance.clone()
        if counters:
            state[f"{name}.num_batches_tracked"] = torch.tensor(7)

    for i, (channels, out, kernel, _) in enumerate(stem_convolutions(arch)):
        conv(f"features.conv{i}", out, channels, kernel)
        if arch.stem != "cifar":
            norm(f"features.norm{i}", *statistics(out))
    mean, variance = statistics(arch.stem_channels)
    for b, layers in enumerate(arch.blocks, 1):
        for l in range(1, layers + 1):
            place = f"features.denseblock{b}.denselayer{l}"
            norm(f"{place}.norm1", mean, variance)
            width = arch.bottleneck * arch.growth
            if width:
                conv(f"{place}.conv1", width, len(mean), 1)
                norm(f"{place}.norm2", *statistics(width))
                conv(f"{place}.conv2", arch.growth, width, 3)
            else:
                conv(f"{place}.conv1", arch.growth, len(mean), 3)
            new = statistics(arch.growth)
            mean, variance = torch.cat([mean, new[0]]), torch.cat([variance, new[1]])
        if b < len(arch.blocks):
            norm(f"features.transition{b}.norm", mean, variance)
            out = int(len(mean) * arch.compression)
            conv(f"features.transition{b}.conv", out, len(mean), 1)
            mean, variance = statistics(out)
    norm("features.norm5", mean, variance)
    state["classifier.weight"] = torch.randn(arch.classes, len(mean), generator=random)
    state["classifier.bias"] = torch.randn(arch.classes, generator=random)
    return state


def new_maps_first(state, arch):
    """The same network for layers that put their new maps before the old ones."""
    channels = arch.stem_channels
    order = {}
    for b, layers in enumerate(arch.blocks, 1):
        index = torch.arange(channels)
        for l in range(1, layers + 1):
            order[f"features.denseblock{b}.denselayer{l}.norm1"] = index
            order[f"features.denseblock{b}.denselayer{l}.conv1"] = index
            new = torch.arange(channels + (l - 1) * arch.growth, channels + l * arch.growth)
            index = torch.cat([new, index])
        for name in ("norm", "conv"):
            order[f"features.transition{b}.{name}"] = index
        channels = int(len(index) * arch.compression)
    order["features.norm5"] = order["classifier"] = index
    moved = OrderedDict()
    for name, tensor in state.items():
        index = order.get(name.rsplit(".", 1)[0])
        if index is not None and tensor.dim() and name != "classifier.bias":
            tensor = tensor.index_select(0 if tensor.dim() == 1 else 1, index)
        moved[name] = tensor
    return moved


# ---------------------------------------------------------------------- names

LAYER = re.compile(r"features\.denseblock(\d+)\.denselayer(\d+)\.(norm|conv)(\d)\.(.*)")
TRANSITION = re.compile(r"features\.transition(\d+)\.(norm|conv)\.(.*)")


def renamed(state, layer, transition, rest):
    """layer(block, layer, kind, unit, part), transition(block, kind, part), counting from 0;
    rest maps the beginnings of other names."""
    result = OrderedDict()
    for name, tensor in state.items():
        match = LAYER.fullmatch(name)
        if match:
            b, l, kind, unit, part = match.groups()
            name = layer(int(b) - 1, int(l) - 1, kind, int(unit) - 1, part)
        elif TRANSITION.fullmatch(name):
            b, kind, part = TRANSITION.fullmatch(name).groups()
            name = transition(int(b) - 1, kind, part)
        else:
            name = next(new + name[len(old):] for old, new in rest.items() if name.startswith(old))
        assert name not in result, name
        result[name] = tensor
    return result


def reference(state, arch):
    step = {"norm": [0, 3], "conv": [2, 5]}
    last = len(arch.blocks) - 1
    stem = {f"features.{kind}{i}.": f"conv1.{3 * i + (kind == 'norm')}." for i in range(3)
            for kind in ("conv", "norm")}
    stem["features.norm5."] = f"dense_blocks.{last}.{arch.blocks[last]}."
    return renamed(
        new_maps_first(state, arch),
        lambda b, l, kind, u, part: f"dense_blocks.{b}.{l}.residual.{step[kind][u]}.{part}",
        lambda b, kind, part: f"dense_blocks.{b}.{arch.blocks[b]}.transition.{step[kind][0]}.{part}",
        {**stem, "classifier.": "fc."})


def torchvision_2017(state, arch):
    return renamed(
        {k: v for k, v in state.items() if "num_batches_tracked" not in k},
        lambda b, l, kind, u, part: f"features.denseblock{b + 1}.denselayer{l + 1}.{kind}.{u + 1}.{part}",
        lambda b, kind, part: f"features.transition{b + 1}.{kind}.{part}", {"": ""})


def efficient(state, arch):
    return OrderedDict((k.replace("norm5", "norm_final"), v) for k, v in state.items())


def efficient_2017(state, arch):
    """Its fused bottlenecks: one module holds norm and convolution."""
    def layer(b, l, kind, u, part):
        place = f"features.denseblock{b + 1}.denselayer{l + 1}"
        return f"{place}.bn.{kind}_{part}" if u == 0 else f"{place}.{kind}.{u + 1}.{part}"
    kept = {k: v for k, v in efficient(state, arch).items() if "num_batches_tracked" not in k}
    return renamed(kept, layer, lambda b, kind, part: f"features.transition{b + 1}.{kind}.{part}", {"": ""})


def kuangliu(state, arch):
    """pytorch-cifar's: in alphabetical order its final norm comes first."""
    short = {"norm": "bn", "conv": "conv"}
    return renamed(
        new_maps_first(state, arch),
        lambda b, l, kind, u, part: f"dense{b + 1}.{l}.{short[kind]}{u + 1}.{part}",
        lambda b, kind, part: f"trans{b + 1}.{short[kind]}.{part}",
        {"features.norm5.": "bn.", "features.conv": "conv", "features.norm": "stem_bn",
         "classifier.": "linear."})


def words(state, arch):
    """Nothing of torchvision's words is left; the parts of a norm are."""
    return renamed(
        state,
        lambda b, l, kind, u, part: f"trunk.stage_{b}/cell{l}/{'sigma' if kind == 'norm' else 'k'}_{'ab'[u]}.{part}",
        lambda b, kind, part: f"trunk.squeeze_{b}/{'sigma' if kind == 'norm' else 'k'}.{part}",
        {"features.norm5.": "trunk.end.", "features.conv": "entry.k", "features.norm": "entry.sigma",
         "classifier.": "answer."})


def kinds_first(state, arch):
    """All convolutions before all norms, once sorted."""
    return renamed(
        state,
        lambda b, l, kind, u, part: f"{kind}.{b}.{l}.{u}.{part}",
        lambda b, kind, part: f"{kind}.{b}.between.{part}",
        {"features.norm5.": "norm.last.", "features.conv": "conv.begin", "features.norm": "norm.begin",
         "classifier.": "a_linear."})


def sequential(state, arch):
    """Modules by their place in an nn.Sequential only."""
    return renamed(
        state,
        lambda b, l, kind, u, part: f"body.{2 * b + 1}.{l}.{3 * u + 2 * (kind == 'conv')}.{part}",
        lambda b, kind, part: f"body.{2 * b + 2}.{2 * (kind == 'conv')}.{part}",
        {"features.norm5.": "tail.0.", **{f"features.{kind}{i}.": f"body.0.{3 * i + (kind == 'norm')}."
                                          for i in range(3) for kind in ("conv", "norm")},
         "classifier.": "tail.3."})


def numbered(state, arch):
    """t0, t1, t2, ...: only the order is left."""
    kept = [v for k, v in state.items() if "num_batches_tracked" not in k]
    return OrderedDict((f"t{i}", v) for i, v in enumerate(kept))


def hashed(state, arch):
    """Words that say nothing, in the file's order."""
    random = torch.Generator().manual_seed(5)
    kept = [v for k, v in state.items() if "num_batches_tracked" not in k]
    return OrderedDict((f"{torch.randint(2**40, (), generator=random):x}{i:x}", v) for i, v in enumerate(kept))


def lettered(state, arch):
    """Parts of a norm under letters whose alphabetical order is not PyTorch's."""
    letters = {"weight": "z", "bias": "x", "running_mean": "y", "running_var": "q"}
    kept = OrderedDict((k, v) for k, v in state.items() if "num_batches_tracked" not in k)
    names, modules = OrderedDict(), []
    for name, tensor in kept.items():
        module, part = name.rsplit(".", 1)
        if module not in modules:
            modules.append(module)
        names[f"m{modules.index(module)}{letters[part]}"] = tensor
    return names


def alphabetical(state):
    return OrderedDict(sorted(state.items()))


# ---------------------------------------------------------------- safetensors

def save_safetensors(state, path, metadata=None):
    """In the order that the format's own library writes: wider types first, then by name."""
    header, data = ({"__metadata__": metadata} if metadata else {}), b""
    for name, tensor in sorted(state.items(), key=lambda item: (-item[1].element_size(), item[0])):
        tensor = tensor.contiguous()
        plain = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
        begin, data = len(data), data + plain.numpy().tobytes()
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def load_safetensors(path):
    """Tensors and metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata, state = header.pop("__metadata__", {}), OrderedDict()
    kinds = {text: kind for kind, text in TYPES.items()}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensor = torch.frombuffer(bytearray(data[begin:end]), dtype=kinds[entry["dtype"]]) \
            if end > begin else torch.empty(0, dtype=kinds[entry["dtype"]])
        state[name] = tensor.reshape(entry["shape"])
    return state, metadata
