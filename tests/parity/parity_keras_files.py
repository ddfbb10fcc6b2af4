# SPDX-License-Identifier: MIT
"""Files as Keras 2 and Keras 3 write them, by h5py, of networks of torch's: tensor by tensor, what
their configuration says, logits; and what densenet writes for Keras."""
import json
import os
import sys
import zipfile

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
import numpy

import weight_parity
from weight_parity import compare, main, refused, run

import torch

import keras_files as keras
import weight_files as files
from reference_extended import Arch
from keras_files import Layer, Model

ARCH = Arch([2, 3], 4, 8, 2, 0.5, "imagenet", 3, 5)
STATE = {k: v for k, v in files.trained(ARCH, seed=3).items() if "num_batches_tracked" not in k}


def check(what, good, found=""):
    weight_parity.check(what, good, "" if good else str(found))


def network(head=None, **options):
    return Model("densenet", [*keras.features(ARCH, **options), *(head or [keras.pool(), keras.dense("predictions")])])


def nested(kind="Functional", head=None, before=()):
    """A network without its top, in a model with another."""
    base = Model("densenet121", keras.features(ARCH))
    begin = [Layer("input_2", "InputLayer", inputs=[])] if kind == "Functional" else []
    return Model("model", [*begin, *before, base, *(head or [keras.pool(), keras.dense("dense", activation="sigmoid")])], kind)


def told(path):
    return json.loads(run("info", "--json", path).stdout or "{}")


LAYOUTS = ("whole.h5", "weights-only.h5", "keras3.h5", "net.weights.h5", "net.keras")


def in_layouts(folder, what, model, state=STATE, layouts=LAYOUTS, **said):
    """Keras 2's whole model and weights, Keras 3's three files."""
    for form in layouts:
        path = f"{folder}/{form}"
        if form.endswith(".weights.h5"):
            keras.save_classes(model, STATE, path)
        elif form.endswith(".keras"):
            keras.save_keras(model, STATE, path, compression=zipfile.ZIP_DEFLATED)
        else:
            keras.save_layers(model, STATE, path, whole=form != "weights-only.h5", keras3=form == "keras3.h5")
        compare(f"{what}, {form}", path, state)
        found = told(path)
        config = form not in ("weights-only.h5", "net.weights.h5")
        for key, value in said.items() if config else ():
            check(f"{what}, {form}: {key}", found.get(key) == value, found.get(key))
        if config:
            check(f"{what}, {form}: told by modules", found["function"] == "modules", found["function"])


def layouts(folder):
    usual = {"final_relu": True, "bn_epsilon": 1.001e-5, "task": "classes", "concat": "last"}
    told_apart = ("whole.h5", "net.keras")
    in_layouts(folder, "a network", network(), **usual)
    in_layouts(folder, "today's names", network(stem="conv1_"), layouts=told_apart, **usual)
    in_layouts(folder, "before August 2018", network(final_relu=False), layouts=told_apart, **{**usual, "final_relu": False})
    in_layouts(folder, "another epsilon", network(epsilon=1e-3), layouts=told_apart, **{**usual, "bn_epsilon": 1e-3})
    in_layouts(folder, "nested", nested(), **{**usual, "task": "labels"})
    in_layouts(folder, "nested in a Sequential", nested("Sequential"), layouts=told_apart, **{**usual, "task": "labels"})
    renamed = network()
    keras.rename(renamed, lambda i: f"layer{i * 37 % 101}")
    in_layouts(folder, "renamed", renamed, **usual)
    bare = Model("features", keras.features(ARCH))
    in_layouts(folder, "no top", bare, {k: v for k, v in STATE.items() if "classifier" not in k}, classes=0)


def heads(folder):
    """Dense layers with a ReLU and dropout between them, and what cannot be one."""
    random = torch.Generator().manual_seed(5)
    width = STATE["classifier.weight"].shape[1]
    state = {**STATE, "one.weight": torch.randn(6, width, generator=random), "one.bias": torch.randn(6, generator=random),
             "two.weight": torch.randn(2, 6, generator=random), "two.bias": torch.randn(2, generator=random)}
    head = [keras.pool(), Layer("dropout", "Dropout", rate=0.2), keras.dense("dense", "one", "relu"),
            Layer("dropout_1", "Dropout", rate=0.2), keras.dense("dense_1", "two", "softmax")]
    for model in (nested(head=head), nested("Sequential", head)):
        keras.save_keras(model, state, f"{folder}/in.keras")
        found = told(f"{folder}/in.keras")
        check("a head of two", found.get("head") == "mean,dropout,linear=6,relu,dropout,linear=2" and found["task"] == "classes",
              found.get("head"))
        check("nothing is assumed of it", "taken for" not in (found.get("warning") or ""))
    for what, layers, words in (
            ("a swish between", [keras.pool(), keras.dense("dense", "one", "swish"), keras.dense("dense_1", "two")], ["swish"]),
            ("a layer of another kind", [Layer("attention", "MultiHeadAttention"), keras.pool(), keras.dense("predictions")],
             ["attention"])):
        path = f"{folder}/no.h5"
        keras.save_layers(network(layers), state, path)
        refused(what, run("convert", path, f"{folder}/out.pth"), path, *words, absent=f"{folder}/out.pth")


def before_the_network(folder):
    """What a model does to pictures becomes part of the pipeline; zeros and paddings that are not
    those of a DenseNet are refused."""
    for scale, offset in ((1 / 127.5, -1), (1 / 255, 0)):
        rescaling = Layer("rescaling", "Rescaling", scale=scale, offset=offset)
        keras.save_keras(nested(before=[Layer("random_flip", "RandomFlip"), rescaling]), STATE, f"{folder}/in.keras")
        found = told(f"{folder}/in.keras")
        expected = [-offset / (255 * scale), 1 / (255 * scale)]
        said = dict(part.split("=") for part in found["preprocess"].split(",") if "=" in part)
        pipeline = [float(said[key].split(":")[0]) for key in ("mean", "std")]
        check(f"x * {scale:.4f} + {offset}", abs(numpy.subtract(pipeline, expected)).max() < 1e-6, pipeline)
    keras.save_keras(nested(before=[Layer("lambda", "Lambda")]), STATE, f"{folder}/no.keras")
    refused("a Lambda before the network", run("convert", f"{folder}/no.keras", f"{folder}/out.pth"), "lambda is before the first")
    model = network()
    model.layers[5].options["padding"] = [[0, 1], [0, 1]]
    keras.save_keras(model, STATE, f"{folder}/no.keras")
    refused("uneven zeros", run("convert", f"{folder}/no.keras", f"{folder}/out.pth"), "pool1")
    model = network()
    model.layers[1:3] = [keras.conv("conv1/conv", "features.conv0", 7, 2, "same")]
    keras.save_keras(model, STATE, f"{folder}/no.keras")
    refused("zeros at one side", run("convert", f"{folder}/no.keras", f"{folder}/out.pth"), "another padding")


def types(folder):
    """float16 and bfloat16, compressed, shuffled and small chunks, names in several attributes."""
    for dtype, kind in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
        path = f"{folder}/in.weights.h5"
        keras.save_classes(network(), STATE, path, dtype)
        compare(dtype, path, {k: v.to(kind).float() for k, v in STATE.items()})
        check(f"{dtype} is said", told(path)["dtype"] == {"float16": "f16", "bfloat16": "bf16"}[dtype])
    path = f"{folder}/in.h5"
    for what, storage in (("compressed", {"compression": "gzip"}), ("shuffled", {"compression": "gzip", "shuffle": True}),
                          ("with checksums", {"fletcher32": True}), ("in chunks", {"chunks": True}),
                          ("all at once", {"compression": 1, "shuffle": True, "fletcher32": True, "chunks": True})):
        keras.save_layers(network(), STATE, path, **storage)
        compare(what, path, STATE)
    uneven = {k: v for k, v in STATE.items()}
    with h5py.File(path, "w") as file:
        for name, tensor in uneven.items():
            chunks = tuple(max(1, min(3, side)) for side in tensor.shape)
            file.create_dataset(name, data=tensor.numpy(), chunks=chunks, compression="gzip", shuffle=True)
    compare("uneven chunks, torch's names", path, STATE)
    keras.save_layers(network(), STATE, path, chunks=3)
    compare("layer_names0, 1 and 2", path, STATE)


def unnamed(folder):
    """Keras before it recorded layers' names in .weights.h5: by class and number, in order."""
    renamed = network()
    keras.rename(renamed, lambda i: f"layer{i * 37 % 101}")
    for model in (network(), renamed, nested()):
        keras.save_classes(model, STATE, f"{folder}/in.weights.h5", named=False)
        compare("classes and numbers alone", f"{folder}/in.weights.h5", STATE)
        keras.save_keras(model, STATE, f"{folder}/in.keras", named=False)
        compare("classes and numbers, with a configuration", f"{folder}/in.keras", STATE)


def order(folder):
    """A configuration whose layers put their new maps first."""
    state = dict(STATE)
    first = files.new_maps_first(STATE, ARCH)
    keras.save_keras(network(first=True), first, f"{folder}/in.keras")
    compare("new maps first", f"{folder}/in.keras", state)
    found = told(f"{folder}/in.keras")
    check("by statistics", found["concat"] == "first", found["concat"])


def logits(folder):
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    numpy.save(f"{folder}/x.npy", x.numpy())
    for final_relu in (True, False):
        for form in ("in.h5", "in.keras"):
            path, model = f"{folder}/{form}", network(final_relu=final_relu)
            (keras.save_layers if form == "in.h5" else keras.save_keras)(model, STATE, path)
            run("forward", "--weights", path, "--input", f"{folder}/x.npy", "--output", f"{folder}/y.npy")
            expected = keras.outputs(STATE, ARCH, x, final_relu).numpy()
            error = abs(numpy.load(f"{folder}/y.npy") - expected).max() / abs(expected).max()
            weight_parity.check(f"logits, {form}, {'with' if final_relu else 'no'} last ReLU", error < 2e-6, f"relative error {error:.1e}")
    keras.save_layers(network([Layer("max_pool", "GlobalMaxPooling2D"), keras.dense("predictions")]), STATE, f"{folder}/in.h5")
    run("forward", "--weights", f"{folder}/in.h5", "--input", f"{folder}/x.npy", "--output", f"{folder}/y.npy")
    expected = keras.outputs(STATE, ARCH, x, maxima=True).numpy()
    error = abs(numpy.load(f"{folder}/y.npy") - expected).max() / abs(expected).max()
    weight_parity.check("logits of maxima", error < 2e-6, f"relative error {error:.1e}")


def written(folder):
    """Both of Keras' layouts, there and back: the same bits, the same bytes."""
    source = f"{folder}/in.safetensors"
    files.save_safetensors(STATE, source)
    for name in ("a.weights.h5", "a.h5", "a.hdf5"):
        path = f"{folder}/{name}"
        done = run("convert", source, path)
        check(f"{name} is written", done.returncode == 0, done.stderr)
        compare(name, path, STATE)
        again = path.replace("/a.", "/b.")
        run("convert", path, again)
        check(f"{name} of itself has the same bytes", open(path, "rb").read() == open(again, "rb").read())
        with h5py.File(path) as file:
            kernel = file["layers/conv2d/vars/0" if "weights" in name else "conv1_conv/conv1_conv/kernel"]
            check("kernels are Keras'", numpy.array_equal(kernel, STATE["features.conv0.weight"].permute(2, 3, 1, 0)))
        half = f"{folder}/half.{name}"
        run("convert", source, half, "--dtype", "f16")
        compare("f16", half, {k: v.half().float() for k, v in STATE.items()})
    for options, word in ((("--dtype", "bf16"), "bf16"), (("--naming", "reference"), "Keras")):
        refused(word, run("convert", source, f"{folder}/none.h5", *options), word, absent=f"{folder}/none.h5")


def odd_configurations(folder):
    """A configuration that makes no sense changes nothing; the tensors are what runs."""
    path = f"{folder}/in.h5"
    for damage in ({"class_name": "Functional", "config": {"layers": 3}}, {"class_name": 5}, [], {"config": {}}):
        keras.save_layers(network(), STATE, path)
        with h5py.File(path, "a") as file:
            file.attrs["model_config"] = json.dumps(damage)
        compare(f"a configuration of {damage}", path, STATE)


main((layouts, heads, before_the_network, types, unnamed, order, logits, written, odd_configurations))
