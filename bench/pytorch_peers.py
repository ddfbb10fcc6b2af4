# SPDX-License-Identifier: MIT
"""PyTorch's forward pass and training step, in the fastest of the ways that it offers.

float32, or bfloat16 by autocast; each as written, with channels last, compiled by
TorchScript (frozen) and by torch.compile where it has it.
"""
import sys
import time

import torch
import torchvision


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


def network(name):
    """A network, the side of its pictures, its number of classes."""
    if name.startswith("densenet-"):
        depth, growth = (int(n) for n in name.split("-")[-2:])
        return cifar_network(depth, growth, "-bc-" in name), 32, 10
    return getattr(torchvision.models, name)(weights=None), 224, 1000


def autocast(precision):
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")


def compiled(model):
    torch._dynamo.reset()
    return torch.compile(model)


def frozen(model, input_):
    with torch.no_grad():
        return torch.jit.freeze(torch.jit.trace(model.eval(), input_))


def fastest(ways, threads):
    """The fastest of named makers of work, and its name; one that fails is left out."""
    clock = time.process_time if threads == 1 else time.perf_counter
    best = (float("inf"), None, "")
    for name, maker in ways.items():
        try:
            work = maker()
            work()
            times = []
            for _ in range(3):
                start = clock()
                work()
                times.append(clock() - start)
            best = min(best, (min(times), work, name), key=lambda one: one[0])
        except Exception as error:
            print(f"pytorch, {name}, fails: {str(error).splitlines()[0]}", file=sys.stderr)
    return best[1:]


def forward(name, batch, threads, precision, compiling):
    torch.set_num_threads(threads)

    def maker(prepare, layout=torch.contiguous_format):
        def make():
            input_ = torch.randn(batch, 3, 224, 224).contiguous(memory_format=layout)
            model = prepare(network(name)[0].eval().to(memory_format=layout), input_)

            def work():
                with torch.no_grad(), autocast(precision):
                    model(input_)
            return work
        return make

    ways = {"as written": maker(lambda model, _: model),
            "channels last": maker(lambda model, _: model, torch.channels_last)}
    if precision == "f32":
        ways["frozen TorchScript"] = maker(frozen)
    if compiling and hasattr(torch, "compile"):
        ways["compiled"] = maker(lambda model, _: compiled(model))
        ways["compiled, channels last"] = maker(lambda model, _: compiled(model), torch.channels_last)
    return fastest(ways, threads)


def training_step(name, batch, threads, precision, compiling):
    torch.set_num_threads(threads)

    def maker(prepare, layout=torch.contiguous_format):
        def make():
            model, size, classes = network(name)
            model = model.to(memory_format=layout)
            optimiser = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, nesterov=True,
                                        weight_decay=1e-4)
            input_ = torch.randn(batch, 3, size, size).contiguous(memory_format=layout)
            target, loss = torch.randint(classes, (batch,)), torch.nn.CrossEntropyLoss()
            used = prepare(model)

            def work():
                optimiser.zero_grad(set_to_none=True)
                with autocast(precision):
                    error = loss(used(input_), target)
                error.backward()
                optimiser.step()
            return work
        return make

    ways = {"as written": maker(lambda model: model),
            "channels last": maker(lambda model: model, torch.channels_last)}
    if compiling and hasattr(torch, "compile"):
        ways["compiled"] = maker(compiled)
        ways["compiled, channels last"] = maker(compiled, torch.channels_last)
    return fastest(ways, threads)
