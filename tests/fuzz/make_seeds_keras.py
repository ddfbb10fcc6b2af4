# SPDX-License-Identifier: MIT
"""make_seeds_keras.py DIR: inputs of fuzz_keras, in DIR/keras/: a small network in each of Keras' layouts, with its
configuration as Keras 2 and 3 have it, nested, and with what is done to pictures before it."""
import json
import os
import sys

FOLDER = os.path.join(sys.argv[1], "keras")
os.makedirs(FOLDER, exist_ok=True)
NORM = ("gamma", "beta", "moving_mean", "moving_variance")


def save(name, lines, config=None):
    with open(os.path.join(FOLDER, name), "w", encoding="ascii") as stream:
        stream.write("\n".join(lines) + "\n")
        if config is not None:
            stream.write("\n" + (config if isinstance(config, str) else json.dumps(config, separators=(",", ":"))))


def layer(name, kind, sides=(), inputs=None, **options):
    return {"name": name, "kind": kind, "sides": sides, "inputs": inputs, "options": options}


def network():
    """A stem, a block of one layer of growth 1, a classifier; sides of the first weight."""
    return [layer("input_1", "InputLayer"), layer("zero_padding2d", "ZeroPadding2D", padding=[[3, 3], [3, 3]]),
            layer("conv1/conv", "Conv2D", (7, 7, 1, 2), kernel_size=[7, 7], strides=[2, 2], padding="valid"),
            layer("conv1/bn", "BatchNormalization", (2,), epsilon=1.001e-5), layer("conv1/relu", "Activation", activation="relu"),
            layer("zero_padding2d_1", "ZeroPadding2D", padding=[[1, 1], [1, 1]]),
            layer("pool1", "MaxPooling2D", pool_size=[3, 3], strides=[2, 2], padding="valid"),
            layer("conv2_block1_0_bn", "BatchNormalization", (2,), epsilon=1.001e-5), layer("conv2_block1_0_relu", "ReLU"),
            layer("conv2_block1_1_conv", "Conv2D", (1, 1, 2, 4), kernel_size=[1, 1], strides=[1, 1], padding="valid"),
            layer("conv2_block1_1_bn", "BatchNormalization", (4,), epsilon=1.001e-5), layer("conv2_block1_1_relu", "ReLU"),
            layer("conv2_block1_2_conv", "Conv2D", (3, 3, 4, 1), kernel_size=[3, 3], strides=[1, 1], padding="same"),
            layer("conv2_block1_concat", "Concatenate", inputs=["pool1", "conv2_block1_2_conv"], axis=3),
            layer("bn", "BatchNormalization", (3,), epsilon=1.001e-5), layer("relu", "Activation", activation="relu"),
            layer("avg_pool", "GlobalAveragePooling2D"), layer("predictions", "Dense", (3, 2), activation="softmax")]


def weights(item):
    """(its name, its sides) of each."""
    if item["kind"] == "BatchNormalization":
        return [(part, item["sides"]) for part in NORM]
    kernel = [("kernel", item["sides"])] if item["sides"] else []
    return kernel + ([("bias", item["sides"][-1:])] if item["kind"] == "Dense" else [])


def line(path, sides):
    return " ".join([path, *map(str, sides)])


def by_layers(layers, base="", outer=None, ending=":0"):
    """Groups with layers' names; outer: the model that they are nested in."""
    lines, names, inner = [], [], []
    for item in layers:
        group = outer or item["name"]
        lines += [line(f"{base}{group}/{item['name']}/{part}{ending}", sides) for part, sides in weights(item)]
        own = [f"{item['name']}/{part}{ending}" for part, _ in weights(item)]
        inner += own
        names.append(item["name"])
        if own and not outer:
            lines.append(f"{base}{group}@weight_names={','.join(own)}")
    if outer:
        lines.append(f"{base}{outer}@weight_names={','.join(inner)}")
    lines.append(f"{base.rstrip('/')}@layer_names={outer or ','.join(names)}")
    return lines


def by_classes(layers, base="layers/", named=True):
    lines, seen = [], {}
    for item in layers:
        kind = {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "Dense": "dense"}.get(item["kind"])
        if not kind:
            continue
        number = seen[kind] = seen.get(kind, -1) + 1
        group = f"{base}{kind}_{number}" if number else f"{base}{kind}"
        lines += [line(f"{group}/vars/{i}", sides) for i, (_, sides) in enumerate(weights(item))]
        if named:
            lines.append(f"{group}/vars@name={item['name']}")
    return lines


def configuration(layers, keras3=False, kind="Functional", name="net"):
    made, before = [], None
    more = {"y": 127.5}
    for item in layers:
        entry = {"class_name": item["kind"], "name": item["name"], "config": {"name": item["name"], **item["options"]}}
        if "inner" in item:
            entry["config"] = configuration(item["inner"], keras3, item["kind"], item["name"])["config"]
        read = item["inputs"] or ([before] if before else [])
        inputs = [{"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}} if keras3 else [source, 0, 0, more if item["kind"] == "TFOpLambda" else {}]
                  for source in read]
        entry["inbound_nodes"] = [] if not inputs else [{"args": [inputs], "kwargs": {}}] if keras3 else [inputs]
        made.append(entry)
        before = item["name"]
    return {"class_name": kind, "config": {"name": name, "layers": made, "output_layers": [[before, 0, 0]]}}


plain = network()
bare = plain[:-2]
nested = [layer("input_2", "InputLayer"), layer("rescaling", "Rescaling", scale=0.01, offset=-1.0),
          {**layer("densenet121", "Functional"), "inner": bare}, *plain[-2:]]
steps = [layer("input_2", "InputLayer"), layer("tf.math.truediv", "TFOpLambda", function="math.truediv"),
         layer("flip", "RandomFlip"), {**layer("densenet121", "Sequential"), "inner": bare}, *plain[-2:]]
save("weights", by_layers(plain))
save("whole", by_layers(plain, "model_weights/"), configuration(plain))
save("keras3", by_layers(plain, ending=""), configuration(plain, True))
save("classes", by_classes(plain))
save("unnamed", by_classes(plain, named=False))
save("configured", by_classes(plain, named=False), configuration(plain, True))
save("nested", by_classes(bare, "layers/functional/layers/") + by_classes(plain[-2:]), configuration(nested, True))
save("nested-layers", by_layers(bare, outer="densenet121") + by_layers(plain[-2:]), configuration(nested))
save("steps", by_classes(bare, "layers/sequential/layers/") + by_classes(plain[-2:]), configuration(steps))
save("no-top", by_classes(bare), configuration(bare, True))
save("first", by_classes(plain), configuration([{**i, "inputs": i["inputs"] and i["inputs"][::-1]} for i in plain]))
save("not-json", by_classes(plain), "{{{")
