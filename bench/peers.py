# SPDX-License-Identifier: MIT
"""The engines that densenet is compared with, each in a process of its own.

    peers.py KIND ARGUMENT ...

loads what it needs, prints "ready", and for every line on standard input does
its work once more and prints the milliseconds that the fastest try took.
"""
import resource
import sys
import time

TRIES = 3


def serve(work):
    work()
    print("ready", flush=True)
    for _ in sys.stdin:
        fastest = float("inf")
        for _ in range(TRIES):
            start = time.perf_counter()
            work()
            fastest = min(fastest, time.perf_counter() - start)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{fastest * 1e3} {peak * 1024}", flush=True)


def pictures(batch):
    import numpy
    return numpy.random.default_rng(0).standard_normal((batch, 3, 224, 224)).astype(numpy.float32)


def onnxruntime(model, batch, threads, precision):
    assert precision == "f32"
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: pictures(batch)}
    return lambda: session.run(None, feed)


def openvino(model, batch, threads, precision):
    """In other than f32 it chooses by itself, for the processor."""
    import openvino as ov
    hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    if precision == "f32":
        hints["INFERENCE_PRECISION_HINT"] = "f32"
    core = ov.Core()
    compiled = core.compile_model(model, "CPU", hints)
    request, input_ = compiled.create_infer_request(), pictures(batch)
    return lambda: request.infer([input_])


def pytorch(name, batch, threads, precision):
    """Frozen TorchScript: the fastest that PyTorch offers without other packages; bf16 by autocast."""
    import torch
    import torchvision
    torch.set_num_threads(threads)
    model = getattr(torchvision.models, name)(weights=None).eval()
    input_ = torch.from_numpy(pictures(batch))
    with torch.no_grad():
        script = model if precision == "bf16" else torch.jit.freeze(torch.jit.trace(model, input_))

    def work():
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            script(input_)
    return work


def cifar_network(depth, growth, bottleneck):
    """The paper's CIFAR network as a PyTorch user would write it."""
    import torch
    from torch import nn

    class Layer(nn.Module):
        def __init__(self, channels):
            super().__init__()
            width = 4 * growth
            first = ([nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                     if bottleneck else [])
            last = nn.Conv2d(width if bottleneck else channels, growth, 3, padding=1, bias=False)
            self.body = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(inplace=True), *first, last)

        def forward(self, x):
            return torch.cat([x, self.body(x)], 1)

    channels = 2 * growth if bottleneck else 16
    parts = [nn.Conv2d(3, channels, 3, padding=1, bias=False)]
    for block in range(3):
        for _ in range((depth - 4) // (6 if bottleneck else 3)):
            parts.append(Layer(channels))
            channels += growth
        if block < 2:
            out = channels // 2 if bottleneck else channels
            parts += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True), nn.Conv2d(channels, out, 1, bias=False),
                      nn.AvgPool2d(2)]
            channels = out
    parts += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
              nn.Linear(channels, 10)]
    return nn.Sequential(*parts)


def pytorch_train(name, batch, threads):
    import torch
    import torchvision
    torch.set_num_threads(threads)
    if name.startswith("densenet-"):
        bottleneck = "-bc-" in name
        depth, growth = (int(n) for n in name.split("-")[-2:])
        model, size, classes = cifar_network(depth, growth, bottleneck), 32, 10
    else:
        model, size, classes = getattr(torchvision.models, name)(weights=None), 224, 1000
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, nesterov=True, weight_decay=1e-4)
    input_, target = torch.randn(batch, 3, size, size), torch.randint(classes, (batch,))
    loss = torch.nn.CrossEntropyLoss()

    def work():
        optimiser.zero_grad(set_to_none=True)
        loss(model(input_), target).backward()
        optimiser.step()
    return work


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
    makers = {"onnxruntime": onnxruntime, "openvino": openvino, "pytorch": pytorch,
              "pytorch_train": pytorch_train, "torchvision_preprocess": torchvision_preprocess}
    serve(makers[kind](*(int(a) if a.isdigit() else a for a in arguments)))


if __name__ == "__main__":
    main()
