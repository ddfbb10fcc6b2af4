# SPDX-License-Identifier: MIT
"""Keras' files without Keras: from a network as torch's tensors, the layers that keras.applications
makes of it, their configuration as Keras 2 and Keras 3 write it, and both layouts of HDF5 by h5py."""
import io
import json
import zipfile

import h5py
import numpy
import torch
import torch.nn.functional as F

EPSILON = 1.001e-5
NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


class Layer:
    """weights: the state's names of its arrays. inputs: names of layers; None: the one before."""

    def __init__(self, name, kind, weights=(), inputs=None, **options):
        self.name, self.kind, self.weights, self.inputs, self.options = name, kind, list(weights), inputs, options


class Model:
    """Layers one within another."""

    def __init__(self, name, layers, kind="Functional"):
        self.name, self.layers, self.kind, self.inputs, self.options = name, layers, kind, None, {}


# ------------------------------------------------------------------------ layers

def norm(name, place, epsilon):
    return Layer(name, "BatchNormalization", [f"{place}.{part}" for part in NORM], epsilon=epsilon, axis=[3])


def conv(name, place, kernel, stride=1, padding="valid"):
    return Layer(name, "Conv2D", [f"{place}.weight"], kernel_size=[kernel, kernel], strides=[stride, stride],
                 padding=padding, activation="linear")


def relu(name):
    return Layer(name, "Activation", activation="relu")


def features(arch, stem="conv1/", epsilon=EPSILON, final_relu=True, first=False):
    """All layers up to the last norm, and its ReLU. first: a layer's new maps come first."""
    layers = [Layer("input_1", "InputLayer", inputs=[]),
              Layer("zero_padding2d", "ZeroPadding2D", padding=[[3, 3], [3, 3]]),
              conv(f"{stem}conv", "features.conv0", 7, 2), norm(f"{stem}bn", "features.norm0", epsilon), relu(f"{stem}relu"),
              Layer("zero_padding2d_1", "ZeroPadding2D", padding=[[1, 1], [1, 1]]),
              Layer("pool1", "MaxPooling2D", pool_size=[3, 3], strides=[2, 2], padding="valid")]
    for b, count in enumerate(arch.blocks):
        for l in range(count):
            name, place, before = f"conv{b + 2}_block{l + 1}", f"features.denseblock{b + 1}.denselayer{l + 1}", layers[-1].name
            layers += [norm(f"{name}_0_bn", f"{place}.norm1", epsilon), relu(f"{name}_0_relu"),
                       conv(f"{name}_1_conv", f"{place}.conv1", 1), norm(f"{name}_1_bn", f"{place}.norm2", epsilon),
                       relu(f"{name}_1_relu"), conv(f"{name}_2_conv", f"{place}.conv2", 3, padding="same")]
            both = [before, layers[-1].name]
            layers.append(Layer(f"{name}_concat", "Concatenate", inputs=both[::-1] if first else both, axis=3))
        if b + 1 < len(arch.blocks):
            name, place = f"pool{b + 2}", f"features.transition{b + 1}"
            layers += [norm(f"{name}_bn", f"{place}.norm", epsilon), relu(f"{name}_relu"), conv(f"{name}_conv", f"{place}.conv", 1),
                       Layer(f"{name}_pool", "AveragePooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid")]
    layers.append(norm("bn", "features.norm5", epsilon))
    return layers + [relu("relu")] * final_relu


def pool():
    return Layer("avg_pool", "GlobalAveragePooling2D")


def dense(name, place="classifier", activation="softmax"):
    return Layer(name, "Dense", [f"{place}.weight", f"{place}.bias"], activation=activation)


def leaves(model, path=()):
    """Every layer with the names of the models that hold it."""
    for layer in model.layers:
        if isinstance(layer, Model):
            yield from leaves(layer, (*path, layer.name))
        else:
            yield path, layer


def rename(model, name):
    """Gives each layer the name that a function makes of its number."""
    names = {layer.name: name(i) for i, (_, layer) in enumerate(leaves(model))}
    for _, layer in leaves(model):
        layer.name = names[layer.name]
        layer.inputs = layer.inputs and [names[before] for before in layer.inputs]


# ----------------------------------------------------------------- configuration

def reference(name, keras3):
    return {"class_name": "__keras_tensor__", "config": {"shape": None, "keras_history": [name, 0, 0]}} if keras3 else \
        [name, 0, 0, {}]


def configuration(model, keras3):
    layers, before = [], None
    for layer in model.layers:
        if isinstance(layer, Model):
            entry = {"class_name": layer.kind, "name": layer.name, "config": configuration(layer, keras3)}
        else:
            entry = {"class_name": layer.kind, "name": layer.name, "config": {"name": layer.name, **layer.options}}
        read = layer.inputs if layer.inputs is not None else [before] if before else []
        inputs = [reference(name, keras3) for name in read]
        entry["inbound_nodes"] = [] if not inputs else \
            [{"args": [inputs if len(inputs) > 1 else inputs[0]], "kwargs": {}}] if keras3 else [inputs]
        if model.kind == "Sequential":
            del entry["inbound_nodes"]
        layers.append(entry)
        before = layer.name
    if model.kind == "Sequential":
        return {"name": model.name, "layers": layers}
    ends = [before, 0, 0]
    return {"name": model.name, "layers": layers, "output_layers": ends if keras3 else [ends]}


def described(model, keras3=False):
    return json.dumps({"class_name": model.kind, "config": configuration(model, keras3)})


# --------------------------------------------------------------------- HDF5 files

def array(state, name, dtype):
    tensor = state[name]
    if tensor.dim() == 4:
        tensor = tensor.permute(2, 3, 1, 0)
    if tensor.dim() == 2:
        tensor = tensor.t()
    return tensor.contiguous().numpy().astype(dtype)


def part(name):
    kind = name.rsplit(".", 1)[-1]
    return NORM[kind] if "norm" in name else {"weight": "kernel", "bias": "bias"}[kind]


def texts(group, name, items, chunks=1):
    """An attribute of names, in several if it is long, as Keras has them."""
    items = numpy.array([item.encode() for item in items], "S64")
    for i, share in enumerate(numpy.array_split(items, chunks)):
        group.attrs[name if chunks == 1 else f"{name}{i}"] = share


def save_layers(model, state, path, whole=True, keras3=False, chunks=1, dtype="float32", **storage):
    """A .h5 file: each layer's group, and its weights below that."""
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if whole else file
        if whole:
            file.attrs["model_config"] = described(model, keras3)
            steps = file.create_group("optimizer_weights").create_dataset("iterations", data=numpy.int64(7))
            steps.parent["velocity"] = numpy.zeros((3, 3, 4, 4), "float32")
        for key, text in (("backend", "tensorflow"), ("keras_version", "3.0.0" if keras3 else "2.2.4")):
            root.attrs[key] = text if keras3 else numpy.bytes_(text)
        texts(root, "layer_names", [layer.name for layer in model.layers], chunks)
        for layer in model.layers:
            inner = [layer] if isinstance(layer, Layer) else [leaf for _, leaf in leaves(layer)]
            names = [(f"{leaf.name}/{part(w)}{'' if keras3 else ':0'}", w) for leaf in inner for w in leaf.weights]
            group = root.create_group(layer.name)
            texts(group, "weight_names", [name for name, _ in names])
            for name, weight in names:
                group.create_dataset(name, data=array(state, weight, dtype), **storage)


def snake(kind):
    return {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "Dense": "dense",
            "Functional": "functional", "Sequential": "sequential"}.get(kind, kind.lower())


def fill_classes(group, model, state, dtype, named):
    seen = {}
    for layer in model.layers:
        kind = snake(layer.kind)
        number = seen[kind] = seen.get(kind, -1) + 1
        inner = group.create_group(f"{kind}_{number}" if number else kind)
        variables = inner.create_group("vars")
        if named:
            variables.attrs["name"] = layer.name
        if isinstance(layer, Model):
            fill_classes(inner.create_group("layers"), layer, state, dtype, named)
            continue
        for i, weight in enumerate(layer.weights):
            values = array(state, weight, "float32")
            if dtype == "bfloat16":
                bits = torch.from_numpy(values.copy()).bfloat16().view(torch.int16).numpy()
                data = variables.create_dataset(str(i), values.shape, "V2", bits.view("V2"))
                data.attrs["dtype"] = "bfloat16"
            else:
                variables[str(i)] = values.astype(dtype)


def save_classes(model, state, path, dtype="float32", named=True):
    """A .weights.h5 file: groups by class and number. path may be a file object."""
    with h5py.File(path, "w") as file:
        fill_classes(file.create_group("layers"), model, state, dtype, named)
        file.create_group("optimizer/vars")["0"] = numpy.int64(7)
        for name in ("mean", "mean_1"):
            file.create_group(f"metrics/{name}/vars")["0"] = numpy.float32(1)


def save_keras(model, state, path, dtype="float32", named=True, compression=zipfile.ZIP_STORED):
    """A .keras file: the zip archive."""
    image = io.BytesIO()
    save_classes(model, state, image, dtype, named)
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
        archive.writestr("config.json", described(model, True))
        archive.writestr("model.weights.h5", image.getvalue())


# ------------------------------------------------------------------------- torch

def outputs(state, arch, x, final_relu=True, epsilon=EPSILON, maxima=False):
    """What the network computes, in torch's functions."""
    def normed(x, place):
        values = [state[f"{place}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *values, eps=epsilon)

    def read(x, place, convolution, **options):
        return F.conv2d(F.relu(normed(x, place)), state[f"{convolution}.weight"], **options)

    x = F.conv2d(x, state["features.conv0.weight"], stride=2, padding=3)
    x = F.max_pool2d(F.relu(normed(x, "features.norm0")), 3, 2, 1)
    for b, count in enumerate(arch.blocks, 1):
        for l in range(1, count + 1):
            place = f"features.denseblock{b}.denselayer{l}"
            new = read(read(x, f"{place}.norm1", f"{place}.conv1"), f"{place}.norm2", f"{place}.conv2", padding=1)
            x = torch.cat([x, new], 1)
        if b < len(arch.blocks):
            place = f"features.transition{b}"
            x = F.avg_pool2d(read(x, f"{place}.norm", f"{place}.conv"), 2)
    x = normed(x, "features.norm5")
    x = F.relu(x) if final_relu else x
    x = x.amax((2, 3)) if maxima else x.mean((2, 3))
    return F.linear(x, state["classifier.weight"], state["classifier.bias"])
