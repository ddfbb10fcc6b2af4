# SPDX-License-Identifier: MIT
"""Pictures against Pillow and torchvision: decoded pixels, resized and cropped
pixels, tensors; X-rays against scikit-image's formula."""
import glob
import io
import os
import random
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    from PIL import Image, ImageOps
    from torchvision import transforms
    from torchvision.transforms import InterpolationMode
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import bitmap_files
import exif_files
import picture_files

DENSENET = os.environ["DENSENET"]
DATA = os.environ.get("DENSENET_DATA")
FILTERS = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
generator = numpy.random.default_rng(7)
failures = 0


def report(what, figure, good):
    global failures
    failures += not good
    print(f"{what}: {figure}{'' if good else '   FAILED'}")


def preprocess(paths, specification, expect=0):
    """The array, and the text on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "x.npy")
        done = subprocess.run([DENSENET, "preprocess", *paths, "--preprocess", specification, "--output", output],
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != expect:
            raise SystemExit(f"{specification}: exit status {done.returncode}, not {expect}: {done.stderr}")
        return numpy.load(output), done.stderr


def pixels(paths, changes="", expect=0):
    """Bytes, from samples that were only divided by 255."""
    array, said = preprocess(paths, "none" + changes, expect)
    scaled = array.astype("f8") * 255
    assert numpy.abs(scaled - scaled.round()).max() < 1e-4
    return scaled.round().astype("u1"), said


def save_all(folder, files):
    paths = []
    for name, data in files.items():
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as stream:
            stream.write(data)
    return paths


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph(width, height, channels=3):
    """Smooth and noisy at once, as photographs are."""
    y, x = numpy.mgrid[0:height, 0:width]
    waves = [numpy.sin(x / (7 + 3 * c)) + numpy.cos(y / (5 + 2 * c)) for c in range(channels)]
    noise = generator.normal(0, 0.3, (height, width, channels))
    return numpy.clip((numpy.stack(waves, -1) + noise) * 60 + 128, 0, 255).astype("u1")


def planes(image):
    """As the program returns them: channels x height x width."""
    array = numpy.asarray(image)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def as_pillow_reads(source):
    """RGB; 16-bit grey by its high byte, which Pillow would clip at 255."""
    image = Image.open(source)
    if image.mode.startswith("I"):
        image = Image.fromarray((numpy.asarray(image).astype("i4") >> 8).astype("u1"))
    return image.convert("RGB")


def differing(paths, ours, reference):
    """Names of the pictures with a sample that differs."""
    return [os.path.basename(path) for path, mine in zip(paths, ours) if not numpy.array_equal(mine, reference(path))]


# ---- decoding ---------------------------------------------------------------

def jpegs():
    rgb, grey = Image.fromarray(photograph(37, 29)), Image.fromarray(photograph(37, 29, 1)[..., 0])
    inks = Image.fromarray(photograph(37, 29, 4), "CMYK")
    files = {}
    for quality in (10, 75, 100):
        for progressive in (False, True):
            kind = f"quality{quality}{'-progressive' * progressive}"
            files[f"grey-{kind}"] = encoded(grey, "JPEG", quality=quality, progressive=progressive)
            for subsampling in (0, 1, 2):
                for name, image in (("rgb", rgb), ("cmyk", inks)):
                    files[f"{name}-{kind}-subsampling{subsampling}"] = encoded(
                        image, "JPEG", quality=quality, progressive=progressive, subsampling=subsampling)
    plain, four = files["rgb-quality75-subsampling0"], files["cmyk-quality75-subsampling0"]
    files["adobe-rgb"] = picture_files.with_adobe_transform(plain, 0)
    files["adobe-ycc"] = picture_files.with_adobe_transform(plain, 1)
    files["adobe-cmyk"] = picture_files.with_adobe_transform(four, 0)
    files["adobe-ycck"] = picture_files.with_adobe_transform(four, 2)
    turned = Image.Exif()
    turned[0x0112] = 6
    files["exif-turned"] = encoded(rgb, "JPEG", exif=turned)
    return files


def animated_webp(size, offset, kind, **options):
    """A first frame of 20x14 pixels, and a second, on a canvas."""
    frames = [encoded(Image.fromarray(photograph(20, 14, len(kind)), kind), "WEBP", **options) for _ in range(2)]
    return bitmap_files.webp_animation(size, [(offset, (20, 14), data) for data in frames])


def webps():
    rgb, alpha = Image.fromarray(photograph(37, 29)), Image.fromarray(photograph(37, 29, 4), "RGBA")
    files = {}
    for name, image in (("rgb", rgb), ("alpha", alpha)):
        for quality in (10, 80, 100):
            files[f"{name}-lossy{quality}"] = encoded(image, "WEBP", quality=quality)
        files[f"{name}-lossless"] = encoded(image, "WEBP", lossless=True, exact=True)
    for name, size, offset in (("whole", (20, 14), (0, 0)), ("part", (37, 29), (6, 4))):
        for kind in ("RGB", "RGBA"):
            files[f"animated-{name}-{kind}-lossy"] = animated_webp(size, offset, kind, quality=80)
            files[f"animated-{name}-{kind}-lossless"] = animated_webp(size, offset, kind, lossless=True, exact=True)
    return files


def of_every_mode():
    """Pictures in Pillow's modes, by name."""
    rgb, grey = Image.fromarray(photograph(37, 29)), Image.fromarray(photograph(37, 29, 1)[..., 0])
    alpha = Image.fromarray(photograph(37, 29, 4), "RGBA")
    return {"1": grey.convert("1"), "L": grey, "P": rgb.quantize(200), "P16": rgb.quantize(16), "P2": rgb.quantize(2),
            "RGB": rgb, "RGBA": alpha, "LA": alpha.convert("LA"), "CMYK": Image.fromarray(photograph(37, 29, 4), "CMYK")}


def tiffs():
    pictures, files = of_every_mode(), {}
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "lzma", "zstd"):
        for name, image in pictures.items():
            for rows in (None, 7):
                options = {} if rows is None else {"tiffinfo": {278: rows}}
                files[f"{name}-{compression}-{rows}"] = encoded(image, "TIFF", compression=compression, **options)
    for name in ("L", "RGB"):
        files[f"{name}-jpeg"] = encoded(pictures[name], "TIFF", compression="jpeg", quality=80)
    for name in ("group3", "group4", "tiff_ccitt"):
        files[f"1-{name}"] = encoded(pictures["1"], "TIFF", compression=name)
    for orientation in range(1, 9):
        files[f"turned{orientation}"] = encoded(pictures["RGB"], "TIFF", tiffinfo={274: orientation})
    files.update(bitmap_files.every_tiff(random.Random(7), 37, 29))
    return files


def jp2s():
    pictures, files = of_every_mode(), {}
    for name in ("L", "LA", "RGB", "RGBA"):
        for bare in (False, True):
            for kind, options in {"lossless": {}, "lossy": {"irreversible": True, "quality_layers": [20, 5]},
                                  "tiles": {"tile_size": (16, 16)}, "offset": {"tile_size": (64, 64), "offset": (3, 5)},
                                  "mct": {"mct": int(name in ("RGB", "RGBA"))}}.items():
                files[f"{name}-{kind}-{'codestream' if bare else 'file'}"] = encoded(
                    pictures[name], "JPEG2000", no_jp2=bare, num_resolutions=3, **options)
    deep = Image.fromarray(photograph(37, 29, 1)[..., 0].astype("u2") * 257, "I;16")
    files["deep"] = encoded(deep, "JPEG2000", num_resolutions=3)
    return files


def bmps():
    files = {name: encoded(image, "BMP") for name, image in of_every_mode().items() if name not in ("LA", "CMYK")}
    files.update(bitmap_files.every_bmp(random.Random(7), 37, 29))
    return files


def pnms():
    pictures, files = of_every_mode(), {}
    for name in ("L", "RGB"):
        files[name] = encoded(pictures[name], "PPM")
    deep = photograph(37, 29, 1)[..., 0].astype("i4") * 257
    files["16-bit"] = encoded(Image.fromarray(deep, "I"), "PPM")
    for kind, channels in ((5, 1), (6, 3)):
        for largest in (1, 7, 100, 254, 256, 1000, 4095, 65535):
            samples = generator.integers(0, largest + 1, 37 * 29 * channels).astype("u1" if largest < 256 else ">u2")
            files[f"P{kind}-{largest}"] = b"P%d\n# a comment\n37 29\n%d\n" % (kind, largest) + samples.tobytes()
            text = " ".join(map(str, samples))
            files[f"P{kind - 3}-{largest}"] = f"P{kind - 3} 37 29 {largest}\n{text}\n".encode()
    return files


def gifs():
    pictures, files = of_every_mode(), {}
    for name in ("1", "L", "P", "P16", "P2"):
        for interlace in (0, 1):
            files[f"{name}-{interlace}"] = encoded(pictures[name], "GIF", interlace=interlace)
            files[f"{name}-{interlace}-transparent"] = encoded(pictures[name], "GIF", interlace=interlace, transparency=1)
    moving = [Image.fromarray(photograph(37, 29)).quantize(64) for _ in range(3)]
    files["animated"] = encoded(moving[0], "GIF", save_all=True, append_images=moving[1:])
    flat = Image.fromarray(numpy.full((290, 370), 7, "u1"))
    files["long-codes"] = encoded(flat, "GIF")
    files["noise"] = encoded(Image.fromarray(generator.integers(0, 256, (150, 130), "u1")), "GIF")
    files.update(bitmap_files.every_gif(random.Random(7), 37, 29))
    return files


def jp2_palette():
    """Indices, with the boxes of their palette, and the picture meant."""
    indices, colours = generator.integers(0, 7, (29, 37), "u1"), generator.integers(0, 256, (7, 3), "u1")
    data = encoded(Image.fromarray(indices), "JPEG2000", num_resolutions=3)
    boxes = b"\0\0\0\x23pclr\0\x07\x03\7\7\7" + colours.tobytes()
    boxes += b"\0\0\0\x14cmap" + b"".join(b"\0\0\1" + bytes([c]) for c in range(3))
    at, colr = data.index(b"jp2h") - 4, data.index(b"colr")
    size = int.from_bytes(data[at:at + 4], "big")
    header = data[at + 4:colr + 10] + b"\x10" + data[colr + 11:at + size]  # sRGB
    return data[:at] + (size + len(boxes)).to_bytes(4, "big") + header + boxes + data[at + size:], colours[indices]


def check_jp2_colours(folder):
    """Palettes and luma with chroma, which Pillow applies with recent versions of OpenJPEG only."""
    chroma = Image.fromarray(photograph(37, 29)).convert("YCbCr")
    for name, (data, meant) in {"palette": jp2_palette(),
                                "luma and chroma": (encoded(chroma, "JPEG2000"), chroma.convert("RGB"))}.items():
        ours, _ = pixels(save_all(folder, {name: data}))
        good = numpy.array_equal(ours[0], planes(meant))
        report(f"JPEG 2000, {name}", "identical" if good else "differs", good)


def check_decoding(folder):
    kinds = {"PNG": picture_files.every_png(random.Random(7), 37, 29), "JPEG": jpegs(), "WebP": webps(),
             "TIFF": tiffs(), "BMP": bmps(), "GIF": gifs(), "PNM": pnms()}
    if "JPEG 2000" in subprocess.run([DENSENET, "version"], stdout=subprocess.PIPE, text=True, check=True).stdout:
        kinds["JPEG 2000"] = jp2s()
        check_jp2_colours(folder)
    for kind, files in kinds.items():
        paths, wrong = save_all(folder, files), []
        for size in {as_pillow_reads(path).size for path in paths}:
            alike = [path for path in paths if as_pillow_reads(path).size == size]
            wrong += differing(alike, pixels(alike)[0], lambda path: planes(as_pillow_reads(path)))
        report(f"{kind}, decoded pixels of {len(paths)} kinds", wrong or "identical", not wrong)


def upright(path):
    """As Pillow turns it; what Pillow cannot parse is left as it is."""
    image = Image.open(path)
    try:
        return ImageOps.exif_transpose(image).convert("RGB")
    except Exception:  # of many classes
        return Image.open(path).convert("RGB")


def is_opened(path):
    """Some damaged blocks keep Pillow from reading the picture at all."""
    try:
        Image.open(path).load()
        return True
    except Exception:  # of many classes
        return False


def check_orientations(folder):
    rgb = Image.fromarray(photograph(20, 20))
    jpeg, png, webp = encoded(rgb, "JPEG"), encoded(rgb, "PNG"), encoded(rgb, "WEBP", lossless=True)
    files = {}
    for number, block in enumerate(exif_files.every_block()):
        files[f"{number}.jpg"] = exif_files.in_jpeg(block) + jpeg[2:]
        files[f"{number}.png"] = exif_files.in_png(block.removeprefix(b"Exif\0\0"), png[:33]) + png[33:]
        files[f"{number}.webp"] = exif_files.in_webp(block, webp[12:], (20, 20))
    for orientation in range(1, 9):
        turned = Image.Exif()
        turned[0x0112] = orientation
        turned[0x010f] = "a maker whose name is longer than its entry"
        for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")):
            files[f"by-pillow-{orientation}.{ending}"] = encoded(rgb, kind, exif=turned)
    two = exif_files.in_jpeg(exif_files.block(6)) + exif_files.in_jpeg(exif_files.block(3), b"") + jpeg[2:]
    files["two.jpg"] = two
    files["two.png"] = exif_files.in_png(exif_files.block(6), exif_files.in_png(exif_files.block(3), png[:33])) + png[33:]
    files["late.png"] = exif_files.in_png(exif_files.block(6), png[:-12]) + png[-12:]
    paths = [path for path in save_all(folder, files) if is_opened(path)]
    for exif, reference in (("no", as_pillow_reads), ("yes", upright)):
        ours, _ = pixels(paths, f",exif={exif}")
        wrong = differing(paths, ours, lambda path: planes(reference(path)))
        report(f"{len(paths)} pictures with EXIF, applied: {exif}", wrong or "identical", not wrong)


def check_damage(folder):
    """A truncated file is refused, unless it is complete all the same; Pillow
    refuses the same files but those whose decoder notices damage and goes on, and reads the same pixels."""
    rgb = Image.fromarray(photograph(40, 40))
    whole = {"JPEG": encoded(rgb, "JPEG"), "progressive JPEG": encoded(rgb, "JPEG", progressive=True),
             "PNG": encoded(rgb, "PNG"), "WebP": encoded(rgb, "WEBP"),
             "lossless WebP": encoded(rgb, "WEBP", lossless=True), "BMP": encoded(rgb, "BMP"),
             "GIF": encoded(rgb.quantize(64), "GIF"),
             "JPEG 2000": encoded(rgb, "JPEG2000", no_jp2=True), "animated WebP": animated_webp((40, 40), (4, 8), "RGB", lossless=True)}
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        whole[f"TIFF, {compression}"] = encoded(rgb, "TIFF", compression=compression)
    for kind, data in whole.items():
        ends = sorted({*range(0, len(data), max(1, len(data) // 60)), *range(len(data) - 14, len(data))})
        flips = [(int(generator.integers(4, len(data))), 1 << int(generator.integers(8))) for _ in range(150)]
        files = {"whole": data}
        files.update({f"cut{end}": data[:end] for end in ends})
        files.update({f"flip{i}": data[:at] + bytes([data[at] ^ bit]) + data[at + 1:] for i, (at, bit) in enumerate(flips)})
        paths = save_all(folder, files)
        ours, said = pixels(paths, ",crop=40", expect=1)
        complete = planes(as_pillow_reads(io.BytesIO(data)))
        read = [path for path in paths if f"{path}: " not in said]
        partly = [path for path, mine in zip(read, ours) if "cut" in path and not numpy.array_equal(mine, complete)]
        differ, disagree = 0, 0
        readable = dict(zip(read, ours))
        for path in paths:
            try:
                theirs = planes(transforms.CenterCrop(40)(as_pillow_reads(path)))
            except Exception:  # Pillow raises errors of many classes
                theirs = None
            noticed = f"{path}: the JPEG file is damaged: Corrupt JPEG data" in said
            disagree += (theirs is None) != (path not in readable) and not noticed
            differ += theirs is not None and path in readable and not numpy.array_equal(theirs, readable[path])
        report(f"{kind}, {len(paths)} damaged files", f"{len(partly)} half read, {differ} read differently, {disagree} "
               "read by one only", not partly and not differ and disagree <= 0.03 * len(paths))


# ---- resizing ---------------------------------------------------------------

def resized(path, size, crop, interpolation, mode="RGB"):
    image = as_pillow_reads(path).convert(mode)
    steps = [transforms.Resize(size, interpolation)] if size else []
    steps += [transforms.CenterCrop(crop)] if crop else []
    return planes(transforms.Compose(steps)(image))


def check_resizing(folder):
    sizes = [(1, 1), (1, 9), (9, 1), (2, 3), (150, 1), (1, 150), (31, 33), (224, 224), (225, 224), (256, 300), (300, 256),
             (257, 511), (1000, 255), (255, 1000), (640, 480), (481, 641), (37, 500)]
    sizes += [tuple(int(n) for n in generator.integers(1, 700, 2)) for _ in range(20)]
    files = {f"{w}x{h}": encoded(Image.fromarray(photograph(w, h)), "PNG") for w, h in sizes}
    paths = save_all(folder, files)
    for size, crop in ((256, 224), (232, 224), (32, 32), (8, 13), (300, 299), (0, 50)):
        for name, interpolation in FILTERS.items():
            ours, _ = pixels(paths, f",resize={size},crop={crop},filter={name}")
            wrong = differing(paths, ours, lambda path: resized(path, size, crop, interpolation))
            report(f"{len(paths)} sizes, {name} to {size}, crop {crop}", wrong or "identical", not wrong)
    for size, crop in (((224, 224), 0), ((256, 128), 0), ((9, 400), (13, 300)), (64, (48, 31)), (0, (50, 90)),
                       ((33, 1), (1, 33))):
        resize, cut = ("x".join(map(str, side)) if isinstance(side, tuple) else side for side in (size, crop))
        for name, interpolation in FILTERS.items():
            ours, _ = pixels(paths, f",resize={resize},crop={cut},filter={name}")
            wrong = differing(paths, ours, lambda path: resized(path, size, crop, interpolation))
            report(f"{len(paths)} sizes, {name} to {resize}, crop {cut}", wrong or "identical", not wrong)
    for path in paths[:20]:
        ours, _ = pixels([path], ",resize=48")
        wrong = differing([path], ours, lambda path: resized(path, 48, 0, FILTERS["bilinear"]))
        if wrong:
            report("without a crop", wrong, False)


def check_grey(folder):
    paths = save_all(folder, picture_files.every_png(random.Random(7), 61, 43))
    ours, _ = pixels(paths, ",channels=1,resize=40,crop=36")
    wrong = differing(paths, ours, lambda path: resized(path, 40, 36, FILTERS["bilinear"], "L"))
    report(f"{len(paths)} kinds as grey", wrong or "identical", not wrong)


def check_photographs():
    paths = sorted(glob.glob(os.path.join(DATA, "data/imagenet-samples/*.JPEG"))) if DATA else []
    if not paths:
        print("photographs: none here")
        return
    for name, filtered in (("torchvision", "bilinear"), ("timm", "bicubic")):
        ours, _ = pixels(paths, f",resize=256,crop=224,filter={filtered}")
        wrong = differing(paths, ours, lambda path: resized(path, 256, 224, FILTERS[filtered]))
        report(f"{len(paths)} photographs, {name}, pixels", wrong or "identical", not wrong)
        steps = transforms.Compose([transforms.Resize(256, FILTERS[filtered]), transforms.CenterCrop(224),
                                    transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
        tensors, _ = preprocess(paths, name)
        reference = torch.stack([steps(Image.open(path).convert("RGB")) for path in paths]).numpy()
        report(f"{len(paths)} photographs, {name}, tensors", f"largest difference {abs(tensors - reference).max():.1e}",
               numpy.array_equal(tensors, reference))


# ---- X-rays -----------------------------------------------------------------

def blurred(image, sigmas):
    """scipy.ndimage.gaussian_filter with zeros outside, along both axes."""
    for axis, sigma in enumerate(sigmas):
        radius = int(4 * sigma + 0.5)
        if sigma == 0:
            continue
        bell = numpy.exp(-0.5 * numpy.arange(-radius, radius + 1) ** 2 / sigma ** 2)
        bell /= bell.sum()
        image = numpy.apply_along_axis(
            lambda line: numpy.convolve(numpy.pad(line, radius), bell, "valid"), axis, image)
    return image


def interpolated(image, size):
    """scipy.ndimage.zoom of order 1 on the grid, zeros outside."""
    image = numpy.pad(image, 1)
    for axis, out in enumerate(size):
        extent = image.shape[axis] - 2
        at = (numpy.arange(out) + 0.5) * extent / out - 0.5 + 1
        left = numpy.floor(at).astype(int)
        share = (at - left).reshape((-1, 1) if axis == 0 else (1, -1))
        right = numpy.minimum(left + 1, extent + 1)
        image = image.take(left, axis) * (1 - share) + image.take(right, axis) * share
    return image


def xray(path, size=(224, 224), square=True):
    """TorchXRayVision: scaled, the centre square, scikit-image's resize()."""
    image = numpy.asarray(Image.open(path))
    largest = 255 if image.dtype == numpy.uint8 else 65535
    image = ((2 * (image.astype("f4") / largest) - 1.0) * 1024).astype("f8")
    height, width = image.shape
    side = min(height, width)
    top, left = height // 2 - side // 2, width // 2 - side // 2
    if square:
        image = image[top:top + side, left:left + side]
    sigmas = [max(0, (extent / out - 1) / 2) for extent, out in zip(image.shape, size)]
    result = interpolated(blurred(image, sigmas), size)
    return numpy.clip(result, image.min(), image.max())[None]


def check_xrays(folder):
    files = {}
    for width, height in ((1, 1), (3, 2), (100, 91), (224, 224), (225, 231), (500, 301), (700, 800)):
        grey = photograph(width, height, 1)[..., 0]
        for kind, samples in (("", grey), ("bright-", grey // 4 + 180),
                              ("16-bit-", grey.astype("u2") * 257)):
            files[f"{kind}{width}x{height}"] = encoded(Image.fromarray(samples), "PNG")
    groups = {"drawn X-rays": save_all(folder, files)}
    if DATA:
        groups["chest X-rays"] = sorted(glob.glob(os.path.join(DATA, "data/chest-xray/*.png")))[:3]
    for name, paths in groups.items():
        ours, _ = preprocess(paths, "xrv")
        worst = max(abs(mine - xray(path)).max() for path, mine in zip(paths, ours)) / 2048
        report(f"{len(paths)} {name}, xrv", f"largest difference {worst:.1e} of the range", worst < 1e-6)
    paths = groups["drawn X-rays"]
    for square in (True, False):
        ours, _ = preprocess(paths, f"xrv,resize=96x160,square={'yes' if square else 'no'}")
        worst = max(abs(mine - xray(path, (96, 160), square)).max() for path, mine in zip(paths, ours)) / 2048
        report(f"{len(paths)} drawn X-rays to 96x160", f"largest difference {worst:.1e} of the range", worst < 1e-6)


with tempfile.TemporaryDirectory() as scratch:
    for check in (check_decoding, check_orientations, check_damage, check_resizing, check_grey, check_xrays):
        inner = os.path.join(scratch, check.__name__)
        os.mkdir(inner)
        check(inner)
    check_photographs()
sys.exit(failures > 0)
