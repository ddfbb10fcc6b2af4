# SPDX-License-Identifier: MIT
"""ONNX files that the program writes, in onnxruntime, and in OpenVINO if it is there: they compute what the program does,
any stem and head, folded or not, in float16 and in bytes, from pictures, to probabilities. onnx's checker and shape
inference accept them, for every version of the operators."""
import json
import sys

try:
    import onnx
    import onnxruntime
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from onnx_writing import LINEAR, NEWEST, PUBLISHED, SMALL, STEMS, convert, distance, forward, inferred, pictures, settle
from weight_parity import check, main, run

import numpy
import torch
from PIL import Image

import weight_files as files
from head_networks import HEADS, network, trained_like
from reference_extended import Arch, DenseNet

try:
    import openvino
except ImportError:
    openvino = None

BOUND = 2e-6


def by_onnxruntime(path, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.x64quantprecision", "1")  # else sums of bytes may saturate
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def by_openvino(path, x):
    return openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]


ENGINES = {"onnxruntime": by_onnxruntime, **({"OpenVINO": by_openvino} if openvino else {})}


def compare(what, path, x, expected, bound=BOUND):
    """The largest distance of any engine, as a part of the largest number expected."""
    inferred(path)
    worst = max(distance(engine(path, x), expected) for engine in ENGINES.values())
    check(what, worst < bound, "" if worst < bound else f"{worst:.1e}")
    return worst


def floats(folder):
    """Every stem, folded or not, on pictures of several sizes."""
    worst, out = 0, f"{folder}/net.onnx"
    for name, arch in STEMS.items():
        path, function = settle(arch, folder), LINEAR if name == "deep stem" else ()
        for fold in ((), ("--fold",)):
            if convert(name, path, out, *fold, *function):
                for x in pictures(arch):
                    worst = max(worst, compare(f"{name} {fold}", out, x, forward(folder, path, x, *function)))
    path, blur = settle(STEMS["deep stem"], folder), ("--stem-pool", "blur")
    for x in pictures(STEMS["deep stem"]) if convert("a blur", path, out, *blur) else ():
        worst = max(worst, compare("a blur", out, x, forward(folder, path, x, *blur)))
    print(f"floats: {len(STEMS)} networks by {', '.join(ENGINES)}, {worst:.1e}")


def published(folder):
    for name, arch in PUBLISHED.items():
        path, worst = settle(arch, folder), 0
        x = pictures(arch, [(2, 224, 224)] if arch.stem == "imagenet" else [(2, 32, 32)])[0]
        for fold in ((), ("--fold",)):
            if convert(name, path, f"{folder}/net.onnx", *fold):
                worst = max(worst, compare(f"{name} {fold}", f"{folder}/net.onnx", x, forward(folder, path, x)))
        print(f"{name}: {worst:.1e}")


def biased(folder):
    state = files.trained(SMALL, 3)
    for name in [name for name in state if ".conv" in name and name.endswith(".weight")]:
        state[name] *= (2 / state[name][0].numel()) ** 0.5
        state[name.replace("weight", "bias")] = torch.randn(state[name].shape[0])
    files.save_safetensors(state, f"{folder}/biased.safetensors")
    x = pictures(SMALL)[0]
    if convert("biases", f"{folder}/biased.safetensors", f"{folder}/net.onnx"):
        compare("biases", f"{folder}/net.onnx", x, forward(folder, f"{folder}/biased.safetensors", x))


def opsets(folder):
    path, x = settle(SMALL, folder), pictures(SMALL)[0]
    expected, versions, ran = forward(folder, path, x), {row[2]: row[1] for row in reversed(onnx.helper.VERSION_TABLE)}, []
    for opset in range(13, NEWEST + 1):
        out = f"{folder}/net.onnx"
        convert(f"opset {opset}", path, out, "--opset", opset)
        model = inferred(out)
        said = (model.opset_import[0].version, model.ir_version)
        check(f"opset {opset} says so", said == (opset, versions[opset]), "" if said == (opset, versions[opset]) else said)
        try:
            compare(f"opset {opset}", out, x, expected)
            ran.append(opset)
        except Exception as fault:  # engines know fewer versions than onnx does
            check(f"opset {opset} in engines", opset > 22, "" if opset > 22 else fault)
    print(f"opsets: 13 to {NEWEST} accepted, {ran[0]} to {ran[-1]} compared")


def heads(folder):
    """Against PyTorch's answer in double."""
    worst = 0
    for name, (build, _, _) in HEADS.items():
        net, picture, _ = network(folder, build)
        torch.save(net, f"{folder}/module.pt")
        x = picture.numpy()
        if convert(name, f"{folder}/module.pt", f"{folder}/net.onnx"):
            worst = max(worst, compare(name, f"{folder}/net.onnx", x, forward(folder, f"{folder}/module.pt", x),
                                       5e-6))  # a norm of vectors makes small differences large
    print(f"heads: {len(HEADS)}, {worst:.1e}")


def grids(folder):
    """Windows as large as the pictures make them: the graph is for those of the pipeline."""
    arch = Arch([2, 2], 4, 8, 4, 0.5, "imagenet", 3, 4)
    net, state = f"{folder}/net.safetensors", files.trained(arch, 3)
    state["classifier.weight"] = torch.randn(4, 6 * state["classifier.weight"].shape[1])
    files.save_safetensors(state, net)
    for height, width in ((64, 96), (128, 96)):
        convert("a grid", net, f"{folder}/net.onnx", "--grid", "2x3", "--preprocess", f"none,resize={height}x{width}")
        x = pictures(arch, [(2, height, width)])[0]
        compare("a grid", f"{folder}/net.onnx", x, forward(folder, net, x, "--grid", "2x3"))
        shape = [side.dim_value for side in onnx.load(f"{folder}/net.onnx").graph.input[0].type.tensor_type.shape.dim]
        check("its pictures have a size", shape[2:] == [height, width], "" if shape[2:] == [height, width] else shape)


def halves(folder):
    path, x = settle(SMALL, folder), pictures(SMALL)[0]
    worst = 0
    for fold in ((), ("--fold",)):
        convert("f16", path, f"{folder}/net.onnx", "--dtype", "f16", *fold)
        worst = max(worst, compare("f16", f"{folder}/net.onnx", x, forward(folder, path, x), 5e-3))
    kinds = {tensor.data_type for tensor in onnx.load(f"{folder}/net.onnx").graph.initializer}
    check("f16: all of it", kinds == {onnx.TensorProto.FLOAT16}, "" if kinds == {onnx.TensorProto.FLOAT16} else kinds)
    print(f"f16: {worst:.1e} from floats")


def whole(folder):
    """Pictures of the network's size through the program, and through the graph: the same probabilities."""
    x = numpy.random.default_rng(1).integers(0, 256, (2, 32, 32, 1), "u1")
    for i in range(2):
        Image.fromarray(x[i, :, :, 0]).save(f"{folder}/{i}.png")
    arch, out = Arch([2, 2], 8, 16, 4, 0.5, "cifar-norm", 1, 3), f"{folder}/net.onnx"
    for pipeline, heat in (("cifar10,channels=1", 16.0), ("xrv,resize=32", 4096.0)):
        net = settle(arch, folder, temperature=torch.tensor(heat))  # else one answer is certain, or its digits are lost
        for task in ("classes", "labels"):
            options = ("--preprocess", pipeline, "--task", task)
            if convert(f"from pictures, {pipeline}", net, out, *options, "--with-preprocessing", "--probabilities"):
                told = run("predict", "-w", net, *options, "--json", "--top", 3, f"{folder}/0.png", f"{folder}/1.png").stdout
                compare(f"from pictures to {task}", out, x, probabilities(told))
    colours = numpy.random.default_rng(2).integers(0, 256, (1, 64, 64, 3), "u1")
    Image.fromarray(colours[0]).save(f"{folder}/0.png")
    net = settle(SMALL, folder)
    options = ("--preprocess", "torchvision,resize=64,crop=64")
    convert("colours", net, out, *options, "--with-preprocessing", "--probabilities")
    told = run("predict", "-w", net, *options, "--json", "--top", 5, f"{folder}/0.png").stdout
    compare("from colours", out, colours, probabilities(told))


def probabilities(told):
    rows = [json.loads(line)["predictions"] for line in told.splitlines()]
    return numpy.array([[p["probability"] for p in sorted(row, key=lambda p: p["index"])] for row in rows])


def thresholds(folder):
    """TorchXRayVision's operating points and a temperature."""
    arch = Arch([2, 2], 8, 16, 4, 0.5, "cifar-norm", 1, 5)
    points = numpy.array([0.3, numpy.nan, 0.8, 0.999, 0.01], "f4")
    state = files.trained(arch, 3)
    state["op_threshs"], state["temperature"] = torch.tensor(points), torch.tensor(1.7)
    files.save_safetensors(state, f"{folder}/net.safetensors")
    x = pictures(arch)[0]
    logits = forward(folder, f"{folder}/net.safetensors", x).astype("f8")
    p, t = 1 / (1 + numpy.exp(-logits / numpy.float64(numpy.float32(1.7)))), points.astype("f8")
    expected = numpy.where(p < t, p / 2 / t, 1 - (1 - p) / 2 / (1 - t))
    expected[:, 1] = 0.5
    convert("thresholds", f"{folder}/net.safetensors", f"{folder}/net.onnx", "--task", "labels", "--probabilities")
    compare("thresholds", f"{folder}/net.onnx", x, expected)
    session = onnxruntime.InferenceSession(f"{folder}/net.onnx", providers=["CPUExecutionProvider"])
    far = distance(session.run(["logits"], {"input": x})[0], logits)
    check("the logits beside them", far < BOUND, "" if far < BOUND else f"{far:.1e}")


def quantised(folder):
    """onnxruntime is far closer to the program's own bytes than these are to floats; OpenVINO, which makes another graph
    of it, no farther."""
    archs = {"torchvision's": SMALL, "plain": Arch([3, 2], 6, 16, 0, 1.0, "cifar", 3, 4), "deep stem": STEMS["deep stem"]}
    for name, arch in archs.items():
        path, x = f"{folder}/net.pth", pictures(arch)[0]
        torch.save(trained_like(DenseNet(arch)).state_dict(), path)
        for keep in ((), ("--keep", "stem,block1.layer1,transition1")):
            net, out = f"{folder}/int8.safetensors", f"{folder}/net.onnx"
            function = ("--transition-relu", "no") if name == "deep stem" else ()
            done = run("quantize", path, "-o", net, *keep, *function)
            check(f"{name} is quantised", done.returncode == 0, done.stderr if done.returncode else "")
            exact, here = forward(folder, path, x, *function), forward(folder, net, x, "--precision", "int8")
            convert(name, net, out)
            error, apart = distance(here, exact), {engine: distance(ENGINES[engine](out, x), here) for engine in ENGINES}
            inferred(out)
            check(f"{name} in bytes", apart["onnxruntime"] < error / 4 and max(apart.values()) < error)
            kinds = {tensor.data_type for tensor in onnx.load(out).graph.initializer if tensor.name.endswith("v2.weight")}
            print(f"int8, {name}{' with some kept' if keep else ''}: {error:.1e} from floats; "
                  + ", ".join(f"{engine} {far:.1e} from here" for engine, far in apart.items()))
            if not keep and name != "plain":
                check(f"{name}: weights are bytes", kinds == {onnx.TensorProto.INT8}, kinds - {onnx.TensorProto.INT8} or "")
            convert(f"{name} as floats", net, out, "--dtype", "f32")
            compare(f"{name} as floats", out, x, forward(folder, net, x, "--precision", "f32"))


if __name__ == "__main__":
    main([floats, published, biased, opsets, heads, grids, halves, whole, thresholds, quantised])
