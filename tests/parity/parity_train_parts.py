# SPDX-License-Identifier: MIT
"""The parts of training compared with PyTorch, torchvision and Pillow:
optimisers, schedules, losses, figures, crops, JPEG."""

import io
import sys

try:
    import numpy as np
    import torch
    from PIL import Image
    from torch import nn
    from torch.nn import functional
    from torch.optim import lr_scheduler as torchs
    from torchvision.transforms import Compose, Normalize, RandomAffine, RandomResizedCrop, ToTensor
    from torchvision.transforms import functional as functional_pictures
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from parts import drive, expect, numbers, picture, relative, report


def compare_optimisers():
    count, steps = 37, 20
    generator = torch.Generator().manual_seed(1)
    cases = [("sgd", 0.9, True, 1e-2, 0), ("sgd", 0.9, False, 0.1, 1), ("sgd", 0, False, 0, 0),
             ("adamw", 0.9, False, 1e-2, 0), ("adamw", 0.8, False, 0.3, 0.5)]
    for name, momentum, nesterov, decay, clip in cases:
        weights = torch.randn(count, generator=generator)
        gradients = torch.randn(steps, count, generator=generator) * 2
        first = nn.Parameter(weights[:count // 2].clone())
        second = nn.Parameter(weights[count // 2:].clone())
        if name == "sgd":
            optimiser = torch.optim.SGD([first, second], lr=0.05, momentum=momentum, nesterov=nesterov,
                                        weight_decay=decay)
        else:
            optimiser = torch.optim.AdamW([first, second], lr=0.05, betas=(momentum, 0.999),
                                          weight_decay=decay)
        expected = []
        for gradient in gradients:
            first.grad, second.grad = gradient[:count // 2].clone(), gradient[count // 2:].clone()
            if clip:
                nn.utils.clip_grad_norm_([first, second], clip)
            optimiser.step()
            expected.append(torch.cat([first.detach(), second.detach()]))
        lines = drive("optimiser", name, momentum, int(nesterov), decay, clip, 0.05, steps, count,
                      weights.numpy(), gradients.numpy())
        found = numbers(lines).reshape(steps, count)
        report(f"{name} momentum {momentum} nesterov {nesterov} decay {decay} clip {clip}, "
               f"{steps} steps", relative(found, torch.stack(expected)), 1e-6)


def rates(make, steps, momentum=False):
    """The rate and momentum that a scheduler gives each step."""
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3, momentum=0.9)
    scheduler = make(optimiser)
    found = []
    for _ in range(steps):
        group = optimiser.param_groups[0]
        found.append(group["momentum"] if momentum else group["lr"])
        optimiser.step()
        scheduler.step()
    return found


def compare_schedules():
    def warm(optimiser, inner, warmup):
        rise = torchs.LinearLR(optimiser, start_factor=1 / warmup, total_iters=warmup - 1)
        return torchs.SequentialLR(optimiser, [rise, inner], milestones=[warmup])

    cases = [
        ("constant", 40, 0, lambda o: torchs.ConstantLR(o, factor=1, total_iters=0)),
        ("constant", 40, 8, lambda o: warm(o, torchs.ConstantLR(o, 1, 0), 8)),
        ("step", 60, 0, lambda o: torchs.MultiStepLR(o, [30, 45], gamma=0.1)),
        ("cosine", 50, 0, lambda o: torchs.CosineAnnealingLR(o, 50)),
        ("cosine", 50, 5, lambda o: warm(o, torchs.CosineAnnealingLR(o, 45), 5)),
        ("onecycle", 70, 0, lambda o: torchs.OneCycleLR(o, 0.3, total_steps=71)),
        ("onecycle", 70, 14, lambda o: torchs.OneCycleLR(o, 0.3, total_steps=71,
                                                         pct_start=14 / 71)),
    ]
    for name, steps, warmup, make in cases:
        cycles = int(name == "onecycle")
        total = steps + cycles  # PyTorch's one cycle refuses to be stepped past its end
        found = numbers(drive("schedule", name, 0.3, total, warmup)).reshape(-1, 2)[:steps]
        report(f"schedule {name}, {steps} steps, warm-up {warmup}",
               relative(found[:, 0], rates(make, steps)), 1e-12)
        if cycles:
            report(f"momentum of {name}", relative(found[:, 1], rates(make, steps, momentum=True)),
                   1e-12)


def compare_losses():
    generator = torch.Generator().manual_seed(2)
    cases = [(4, 10, 0, "class"), (5, 7, 0.1, "class"), (3, 1000, 0.1, "mixed"), (6, 14, 0, "labels"),
             (6, 14, 0, "part of the labels")]
    for rows, outputs, smoothing, kind, weighted in [(*case, w) for case in cases for w in (False, True)]:
        logits = (torch.randn(rows, outputs, generator=generator) * 4).requires_grad_()
        precise = logits.detach().double().requires_grad_()
        classes = torch.randint(outputs, (rows,), generator=generator)
        targets = functional.one_hot(classes, outputs).float()
        labels = int(kind not in ("class", "mixed"))
        weights = torch.rand(outputs, generator=generator) * 9 if weighted else torch.ones(outputs)
        weights[outputs // 2] *= 1 - weighted  # a weight may be 0
        if kind == "class":  # as class numbers there, as probabilities here
            loss = functional.cross_entropy(precise, classes, weights.double(), label_smoothing=smoothing)
        elif kind == "mixed":
            targets = 0.3 * targets + 0.7 * targets.flip(0)
            loss = functional.cross_entropy(precise, targets.double(), weights.double(), label_smoothing=smoothing)
        else:
            targets = torch.rand(rows, outputs, generator=generator).round(decimals=1)
            known = torch.ones_like(targets, dtype=torch.bool)
            if kind != "labels":
                known = torch.rand(rows, outputs, generator=generator) < 0.6
            loss = functional.binary_cross_entropy_with_logits(precise[known], targets.double()[known],
                                                               pos_weight=weights.double().expand(rows, -1)[known])
            targets = torch.where(known, targets, torch.tensor(float("nan")))
        loss.backward()
        found = numbers(drive("loss", labels, rows, outputs, smoothing, int(kind == "mixed"), weights.numpy(),
                              logits.detach().numpy(), targets.numpy()))
        report(f"loss, {kind}, {rows} x {outputs}, smoothing {smoothing}, weights {weighted}",
               relative(found[0], loss.item()), 1e-12 if kind == "class" else 1e-7)
        report("its gradient", relative(found[1:], precise.grad.ravel()), 1e-7)


def compare_figures():
    generator = np.random.default_rng(3)
    for count, levels in [(50, 1000), (200, 7), (31, 2)]:
        scores = generator.integers(levels, size=count) / 8
        targets = generator.integers(2, size=count)
        positive, negative = scores[targets == 1][:, None], scores[targets == 0][None]
        pairs = (positive > negative).mean() + (positive == negative).mean() / 2
        found = numbers(drive("auroc", count, scores, targets))[0]
        report(f"AUROC of {count} scores with {levels} values, against all pairs",
               abs(found - pairs), 1e-12)
    rows, outputs = 300, 12
    logits = torch.randn(rows, outputs, generator=torch.Generator().manual_seed(4))
    classes = torch.randint(outputs, (rows,), generator=torch.Generator().manual_seed(5))
    order = logits.topk(5).indices
    confusion = torch.zeros(outputs, outputs)
    for truth, said in zip(classes, order[:, 0]):
        confusion[truth, said] += 1
    expected = [(order[:, 0] == classes).sum(), (order == classes[:, None]).sum(),
                *confusion.ravel()]
    found = numbers(drive("metrics", rows, outputs, logits.numpy(), classes.numpy()))
    expect("top-1, top-5, confusion", found.tolist(), [float(x) for x in expected])
    print(f"top-1 {found[0]:g}, top-5 {found[1]:g} of {rows}, confusion: PyTorch's")


def compare_crops():
    """Kolmogorov and Smirnov: two samples of n differ by 1.95 sqrt(2 / n) once in
    a thousand cases."""
    count = 8000
    torch.manual_seed(6)
    for width, height, scale in [(500, 375, (0.08, 1)), (64, 300, (0.08, 1)), (32, 32, (0.08, 1)), (320, 390, (0.8, 1))]:
        found = numbers(drive("crops", width, height, *scale, count)).reshape(count, 4)
        picture = torch.zeros(1, height, width)
        drawn = [RandomResizedCrop.get_params(picture, scale, (3 / 4, 4 / 3)) for _ in range(count)]
        expected = np.array([(left, top, w, h) for top, left, h, w in drawn], dtype=float)
        report_apart(f"RandomResizedCrop of {width} x {height}, {scale} of the area: x, y, width, height",
                     found, expected)
    for width, height, degrees, share in [(224, 224, 10, 0.05), (300, 90, 180, 0.5), (32, 32, 0, 0.1)]:
        found = numbers(drive("affines", width, height, degrees, share, count)).reshape(count, 3)
        drawn = [RandomAffine.get_params((-degrees, degrees), (share, share), None, None, [width, height])
                 for _ in range(count)]
        report_apart(f"RandomAffine of {degrees} degrees and {share} of {width} x {height}: angle, x, y", found,
                     np.array([(angle, *shift) for angle, shift, *_ in drawn]))


def report_apart(what, found, expected):
    count, worst = len(found), 0
    for column in range(found.shape[1]):
        a, b = np.sort(found[:, column]), np.sort(expected[:, column])
        every = np.concatenate([a, b])
        gaps = np.searchsorted(a, every, "right") - np.searchsorted(b, every, "right")
        worst = max(worst, np.abs(gaps).max() / count)
    report(f"{what} apart by", worst, 1.95 * (2 / count) ** 0.5)


def compare_turned():
    """torchvision's affine of a Pillow picture, byte for byte, and by its formula written out."""
    for index, (width, height, channels) in enumerate([(32, 32, 1), (45, 30, 3), (7, 19, 3), (1, 1, 1)]):
        for angle, dx, dy in [(0, 0, 0), (0, 3, -2), (7.3, 0, 0), (-10, 1, 2), (90, 0, 0), (171.5, -4, 0)]:
            pixels = picture(width, height, channels, index)
            found = numbers(drive("affine", width, height, channels, angle, dx, dy, pixels))
            image = Image.fromarray(pixels.squeeze(2) if channels == 1 else pixels)
            turned = functional_pictures.affine(image, angle, (dx, dy), 1, (0, 0), functional_pictures.InterpolationMode.BILINEAR,
                                                fill=0)
            report(f"turned by {angle}, shifted by {dx}, {dy}: {width} x {height} x {channels}",
                   np.abs(found - np.asarray(turned).ravel()).max(), 0)
            turn = np.radians(angle)
            y, x = np.mgrid[:height, :width] + 0.5
            x, y = x - width / 2 - dx, y - height / 2 - dy
            x, y = (np.cos(turn) * x + np.sin(turn) * y + width / 2, np.cos(turn) * y - np.sin(turn) * x + height / 2)
            inside = (x > 1e-9) & (x < width - 1e-9) & (y > 1e-9) & (y < height - 1e-9)
            padded = np.pad(pixels.astype(float), ((1, 1), (1, 1), (0, 0)), "edge")
            x, y = x[inside] + 0.5, y[inside] + 0.5
            left, top = np.floor(x).astype(int), np.floor(y).astype(int)
            across, down = (x - left)[:, None], (y - top)[:, None]
            upper = padded[top, left] * (1 - across) + padded[top, left + 1] * across
            lower = padded[top + 1, left] * (1 - across) + padded[top + 1, left + 1] * across
            exact = upper * (1 - down) + lower * down
            report("the formula, rounded down", np.abs(found.reshape(pixels.shape)[inside] + 0.5 - exact).max(initial=0), 0.5001)


def compare_resized():
    """The same crop cut out and resized by Pillow, then torchvision's tensor."""
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    prepare = Compose([ToTensor(), Normalize(mean, std)])
    for index, (width, height, size) in enumerate([(90, 70, 24), (40, 61, 32), (9, 7, 20)]):
        pixels = picture(width, height, 3, index)
        found = numbers(drive("resized", width, height, size, index, pixels))
        x, y, w, h = found[:4].astype(int)
        part = Image.fromarray(pixels).crop((x, y, x + w, y + h))
        expected = prepare(part.resize((size, size), Image.BILINEAR)).numpy().ravel()
        report(f"{w} x {h} of {width} x {height} resized to {size} x {size} and normalised",
               relative(found[4:], expected), 1e-6)


def compare_jpeg():
    for channels in (1, 3):
        for quality in (10, 50, 75, 95):
            for halved in (0, 1)[:channels]:
                before, after, loss = [], [], []
                for seed, (width, height) in enumerate([(32, 32), (48, 40), (33, 17)]):
                    pixels = picture(width, height, channels, seed)
                    file = io.BytesIO()
                    Image.fromarray(pixels.squeeze()).save(
                        file, "JPEG", quality=quality, subsampling=2 if halved else 0)
                    expected = np.asarray(Image.open(file)).astype(int).ravel()
                    found = numbers(drive("jpeg", quality, halved, width, height, channels, pixels))
                    after.append(np.abs(found - expected).mean())
                    loss.append(np.abs(pixels.ravel() - expected).mean())
                report(f"JPEG of quality {quality}, {channels} channels, halved {halved}: "
                       f"levels from libjpeg's, which loses {np.mean(loss):.2f}", np.mean(after),
                       0.35)


compare_optimisers()
compare_schedules()
compare_losses()
compare_figures()
compare_crops()
compare_turned()
compare_resized()
compare_jpeg()
