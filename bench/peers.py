# SPDX-License-Identifier: MIT
"""The engines that densenet is compared with, each in a process of its own.

    peers.py KIND ARGUMENT ...

loads what it needs, prints "ready" and how it works, if it chose among several
ways, and for every line on standard input does its work several times and prints
the least milliseconds, the least milliseconds of processor time, and bytes of memory
at most.
"""
import resource
import sys
import time

TRIES = 3


def serve(work, way=""):
    work()
    print("ready", way, flush=True)
    for _ in sys.stdin:
        fastest = processor = float("inf")
        for _ in range(TRIES):
            start, used = time.perf_counter(), time.process_time()
            work()
            fastest = min(fastest, time.perf_counter() - start)
            processor = min(processor, time.process_time() - used)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{fastest * 1e3} {processor * 1e3} {peak * 1024}", flush=True)


def pictures(batch):
    import numpy
    return numpy.random.default_rng(0).standard_normal((batch, 3, 224, 224)).astype(numpy.float32)


def onnxruntime(model, batch, threads, precision):
    assert precision in ("f32", "int8")
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: pictures(batch)}
    return lambda: session.run(None, feed)


def openvino(model, batch, threads, precision):
    """In f32 as told; else what a network leaves open it chooses by itself, for the processor."""
    import openvino as ov
    hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    if precision == "f32":
        hints["INFERENCE_PRECISION_HINT"] = "f32"
    core = ov.Core()
    compiled = core.compile_model(model, "CPU", hints)
    request, input_ = compiled.create_infer_request(), pictures(batch)
    return lambda: request.infer([input_])


def torchvision_preprocess(folder):
    import os

    import torch
    from PIL import Image
    from torchvision import transforms
    torch.set_num_threads(1)
    pipeline = transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))

    def work():
        for path in paths:
            with Image.open(path) as picture:
                pipeline(picture.convert("RGB"))
    return work


def main():
    kind, *arguments = sys.argv[1:]
    arguments = [int(a) if a.isdigit() else a for a in arguments]
    if kind.startswith("pytorch"):
        import pytorch_peers
        maker = {"pytorch": pytorch_peers.forward, "pytorch_train": pytorch_peers.training_step}[kind]
        serve(*maker(*arguments))
    else:
        maker = {"onnxruntime": onnxruntime, "openvino": openvino,
                 "torchvision_preprocess": torchvision_preprocess}[kind]
        serve(maker(*arguments))


if __name__ == "__main__":
    main()
