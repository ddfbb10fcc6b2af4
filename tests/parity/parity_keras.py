# SPDX-License-Identifier: MIT
"""Keras itself, 3 and 2 (tf_keras), where it is installed: keras.applications' DenseNet121 with
settled statistics, saved in every way that it has; its logits, and what densenet writes for it."""
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
if "KERAS_BACKEND" not in os.environ:
    found = [name for name in ("jax", "tensorflow", "torch") if importlib.util.find_spec(name)]
    os.environ["KERAS_BACKEND"] = found[0] if found else "numpy"
PACKAGES = [name for name in ("keras", "tf_keras") if importlib.util.find_spec(name)]
if not PACKAGES:
    print("skipped: no module named keras")
    sys.exit(77)
import numpy

from checking import check, finish

DENSENET = os.environ["DENSENET"]
TOLERANCE = 5e-6  # of the largest logit: a hundred layers in another order of sums
MEAN, STD = numpy.array([0.485, 0.456, 0.406]), numpy.array([0.229, 0.224, 0.225])
SIZE, CLASSES = 64, 7


def run(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def settle(model, seed=3):
    """Kernels as they were begun, and norms as training leaves them."""
    random = numpy.random.default_rng(seed)

    def weight(array, name):
        if "moving_variance" in name:
            return random.uniform(0.5, 1.5, array.shape)
        if "gamma" in name:
            return random.uniform(0.8, 1.2, array.shape)
        if "beta" in name or "moving_mean" in name or "bias" in name:
            return random.normal(0, 0.2, array.shape)
        return random.normal(0, (2 / numpy.prod(array.shape[:-1])) ** 0.5, array.shape)

    model.set_weights([weight(array, getattr(variable, "path", variable.name)).astype("float32")
                       for array, variable in zip(model.get_weights(), model.weights)])


def pictures():
    return numpy.random.default_rng(1).normal(size=(2, SIZE, SIZE, 3)).astype("float32")


def info(path):
    return json.loads(run("info", "--json", *options(path), path).stdout or "{}")


def options(path):
    """Keras 2 writes no names into .weights.h5, and statistics that no training left do not tell the order."""
    return ["--concat", "last"] if path.endswith("net.weights.h5") else []


def compare(what, path, expected, folder, x=None, **said):
    numpy.save(f"{folder}/x.npy", (pictures() if x is None else x).transpose(0, 3, 1, 2).copy())
    done = run("forward", *options(path), "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy")
    logits = numpy.load(f"{folder}/y.npy") if done.returncode == 0 else expected * 0
    error = abs(logits.reshape(expected.shape) - expected).max() / abs(expected).max()
    check(what, error < TOLERANCE, f"relative error {error:.1e} {done.stderr}")
    print(f"{what}: relative error {error:.1e}")
    found = info(path)
    wrong = {key: found.get(key) for key, value in said.items() if found.get(key) != value}
    check(f"{what}, said", not wrong, wrong)


def saved(model, folder):
    """Each way of saving a model: (its name, the file)."""
    for name, save in (("net.keras", model.save), ("net.h5", model.save), ("net.weights.h5", model.save_weights),
                       ("weights-only.h5", getattr(model, "save_weights", None))):
        path = f"{folder}/{name}"
        try:
            save(path)
        except ValueError:  # Keras 3 writes weights under .weights.h5 only
            continue
        yield name, path
        os.remove(path)


def whole(keras, folder, which):
    """With its top, and back: what densenet writes is what keras.applications loads by itself."""
    make = keras.applications.DenseNet121
    model = make(weights=None, input_shape=(SIZE, SIZE, 3), classes=CLASSES, classifier_activation=None)
    settle(model)
    expected = numpy.asarray(model.predict(pictures(), verbose=0))
    for name, path in saved(model, folder):
        compare(f"{which}, {name}", path, expected, folder, architecture="densenet121", bn_epsilon=1.001e-5, concat="last", final_relu=True)
        for ending in (".h5", ".weights.h5") if which.startswith("Keras 3") else (".h5",):  # the other is Keras 3's
            back, again = f"{folder}/back{ending}", f"{folder}/again{ending}"
            done = run("convert", *options(path), path, back)
            check(f"{which}, {name} to {ending}", done.returncode == 0, done.stderr)
            run("convert", back, again)
            check(f"{which}, {name} to {ending} twice", open(back, "rb").read() == open(again, "rb").read())
            other = make(weights=back, input_shape=(SIZE, SIZE, 3), classes=CLASSES, classifier_activation=None)
            difference = abs(numpy.asarray(other.predict(pictures(), verbose=0)) - expected).max()
            print(f"{which} loads what came of {name} as {ending}: difference {difference}")
            check(f"{which} loads what came of {name} as {ending}", difference == 0, difference)


def parts(keras, folder, which):
    """Without a top, nested, with preprocessing within, a head of two layers, renamed."""
    layers, make = keras.layers, keras.applications.DenseNet121
    base = make(weights=None, include_top=False, input_shape=(SIZE, SIZE, 3))
    settle(base)
    x = pictures()
    maps = numpy.asarray(base.predict(x, verbose=0)).mean((1, 2))
    for name, path in saved(base, folder):
        numpy.save(f"{folder}/x.npy", x.transpose(0, 3, 1, 2).copy())
        done = run("forward", *options(path), "--features", "pool", "-w", path, "-i", f"{folder}/x.npy", "-o", f"{folder}/y.npy")
        found = numpy.load(f"{folder}/y.npy") if done.returncode == 0 else maps * 0
        found = found.mean((2, 3)) if found.ndim == 4 else found
        error = abs(found - maps).max() / abs(maps).max()
        print(f"{which}, no top, {name}: relative error {error:.1e}")
        check(f"{which}, no top, {name}", error < TOLERANCE, f"{error:.1e} {done.stderr}")
    inputs = keras.Input((SIZE, SIZE, 3))
    head = [layers.GlobalAveragePooling2D(), layers.Dropout(0.3), layers.Dense(16, activation="relu", name="one"),
            layers.Dense(3, name="two")]
    y = base(inputs)
    for layer in head:
        y = layer(y)
    functional = keras.Model(inputs, y)
    settle(functional, 5)
    prepared = keras.applications.densenet.preprocess_input(inputs)
    preparing = keras.Model(inputs, functional(prepared))
    pixels = numpy.random.default_rng(2).integers(0, 256, x.shape).astype("float32")
    ready = ((pixels / 255 - MEAN) / STD).astype("float32")
    expected = numpy.asarray(preparing.predict(pixels, verbose=0))
    for name, path in saved(preparing, folder):
        compare(f"{which}, preparing pictures, {name}", path, expected, folder, ready)
        if "weights" not in name:
            said = [info(path)[key] for key in ("preprocess", "preprocess_recorded")]
            check(f"{which}, preparing pictures, {name}: said", said == ["torchvision", True], said)
    sequential = keras.Sequential([keras.Input((SIZE, SIZE, 3)), base, *head])
    expected = numpy.asarray(functional.predict(x, verbose=0))
    for kind, model in (("nested", functional), ("in a Sequential", sequential)):
        for name, path in saved(model, folder):
            compare(f"{which}, {kind}, {name}", path, expected, folder)


with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as scratch:
    for package in PACKAGES:
        module = importlib.import_module(package)
        for test in (whole, parts):
            test(module, scratch, f"Keras {module.__version__}")
finish()
