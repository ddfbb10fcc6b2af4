# SPDX-License-Identifier: MIT
"""Kinds of BMP, GIF, TIFF and animated WebP that Pillow cannot write. Plain Python,
for small pictures; random is a random.Random."""
import struct
import zlib

from picture_files import packed


def noise(random, width, height, *limits):
    """Rows of pixels, each a tuple of samples below the limits."""
    return [[tuple(random.randrange(limit) for limit in limits) for _ in range(width)] for _ in range(height)]


def bytes_of(random, count):
    return bytes(random.randrange(256) for _ in range(count))


# ---- BMP --------------------------------------------------------------------

def bmp(size, bits, rows, palette=b"", header=40, compression=0, masks=b"", colours=0, top_down=False):
    """A BMP around rows as they are stored, or around run lengths."""
    width, height = size
    offset = 14 + header + len(palette) + (len(masks) if header == 40 else 0)
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IIiHHIIiiII", header, width, -height if top_down else height, 1, bits, compression,
                           len(rows), 2835, 2835, colours, 0) + masks
        info = info.ljust(header, b"\0") if header > 40 else info
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + palette + rows


def padded_rows(random, width, height, bits, limit=None):
    rows = b""
    for row in noise(random, width, height, limit or 1 << bits) if bits <= 8 else range(height):
        data = packed([sample for sample, in row], bits) if bits <= 8 else bytes_of(random, width * bits // 8)
        rows += data + bytes(-len(data) % 4)
    return rows


def runs(random, width, height, bits):
    """Run lengths: runs, literal pixels in even numbers, a jump to a row's end, row ends."""
    data = b""
    for row in range(height):
        x = 0
        while x < width:
            count = min(random.randrange(1, 9), width - x)
            if count >= 4 and random.randrange(2):
                count -= count % 2
                literal = bytes_of(random, count if bits == 8 else count // 2)
                data += bytes([0, count]) + literal + bytes(len(literal) % 2)
            else:
                data += bytes([count, random.randrange(256)])
            x += count
            if x == width // 2 and row == 1:
                break
        data += b"\0\0"
    return data + b"\0\1"


def every_bmp(random, width, height):
    size, files = (width, height), {}
    for bits in (1, 4, 8):
        for header in (12, 40, 64, 108, 124):
            palette = bytes_of(random, (3 if header == 12 else 4) << bits)
            files[f"palette{bits}-header{header}"] = bmp(size, bits, padded_rows(random, width, height, bits), palette,
                                                         header)
    files["palette8-short"] = bmp(size, 8, padded_rows(random, width, height, 8), bytes_of(random, 4 * 100), colours=100)
    files["top-down"] = bmp(size, 8, padded_rows(random, width, height, 8), bytes_of(random, 1024), top_down=True)
    files["no-last-padding"] = bmp(size, 24, padded_rows(random, width, height, 24)[:-(-3 * width % 4) or None])
    for bits in (16, 24, 32):
        for header in (12, 40, 108):
            files[f"{bits}-header{header}"] = bmp(size, bits, padded_rows(random, width, height, bits), header=header)
    for name, bits, masks in (("565", 16, (0xf800, 0x7e0, 0x1f)), ("555", 16, (0x7c00, 0x3e0, 0x1f)),
                              ("8888", 32, (0xff0000, 0xff00, 0xff)), ("xbgr", 32, (0xff000000, 0xff0000, 0xff00))):
        files["masks-" + name] = bmp(size, bits, padded_rows(random, width, height, bits), compression=3,
                                     masks=struct.pack("<III", *masks))
    files["masks-rgba"] = bmp(size, 32, padded_rows(random, width, height, 32), header=108, compression=3,
                              masks=struct.pack("<IIII", 0xff, 0xff00, 0xff0000, 0xff000000))
    for bits, compression in ((8, 1), (4, 2)):
        files[f"runs{bits}"] = bmp(size, bits, runs(random, width, height, bits), bytes_of(random, 4 << bits),
                                   compression=compression)
    return files


# ---- GIF --------------------------------------------------------------------

def gif_pixels(indices, bits):
    """The codes of single pixels, cleared before they grow."""
    codes, room = [], (1 << bits) - 2
    for at, index in enumerate(indices):
        codes += [1 << bits, index] if at % room == 0 else [index]
    codes.append((1 << bits) + 1)
    text = "".join(reversed([format(code, f"0{bits + 1}b") for code in codes]))
    text = text.rjust(-(-len(text) // 8) * 8, "0")
    data = int(text, 2).to_bytes(len(text) // 8, "little")
    blocks = b"".join(bytes([len(data[at:at + 255])]) + data[at:at + 255] for at in range(0, len(data), 255))
    return bytes([bits]) + blocks + b"\0"


def gif(canvas, frame, indices, bits=4, palette=b"", local=b"", transparent=None, interlaced=False, version=b"GIF89a"):
    """frame: left, top, width, height."""
    def flags(colours):
        return 0x80 | (len(colours) // 3).bit_length() - 2 if colours else 0

    out = version + struct.pack("<HHBBB", *canvas, flags(palette), 3, 0) + palette
    out += b"!\xfe\x05hello\0" + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    if transparent is not None:
        out += b"!\xf9\x04\x01\x05\0" + bytes([transparent]) + b"\0"
    out += b"," + struct.pack("<HHHHB", *frame, flags(local) | 0x40 * interlaced) + local
    return out + gif_pixels(indices, bits) + b";"


def every_gif(random, width, height):
    files, small = {}, (3, 2, width - 9, height - 5)
    for name, options in (("plain", {}), ("local", {"local": bytes_of(random, 48)}),
                          ("transparent", {"transparent": 5}), ("version87", {"version": b"GIF87a"}),
                          ("short-palette", {"palette": bytes_of(random, 12)}), ("no-palette", {"palette": b""}),
                          ("grey", {"palette": bytes(i // 3 for i in range(48))}),
                          ("local-only", {"palette": b"", "local": bytes_of(random, 48), "transparent": 2})):
        options = {"palette": bytes_of(random, 48), **options}
        for place, frame in (("whole", (0, 0, width, height)), ("part", small)):
            for interlaced in (False, True):
                indices = [random.randrange(16) for _ in range(frame[2] * frame[3])]
                files[f"{name}-{place}-{interlaced}"] = gif((width, height), frame, indices, interlaced=interlaced,
                                                            **options)
    indices = [random.randrange(16) for _ in range(width * height)]
    files["beyond-canvas"] = gif((4, 3), (0, 0, width, height), indices, palette=bytes_of(random, 48))
    return files


# ---- animated WebP ----------------------------------------------------------

def riff_chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def webp_animation(canvas, frames):
    """Of still files: (left, top), (width, height), file; left and top are even."""
    def three(*numbers):
        return b"".join(struct.pack("<I", number)[:3] for number in numbers)

    chunks = riff_chunk(b"VP8X", b"\x12\0\0\0" + three(canvas[0] - 1, canvas[1] - 1))
    chunks += riff_chunk(b"ANIM", b"\xff\x80\x40\xff\0\0")
    for (left, top), (width, height), data in frames:
        still = data[12:] if data[12:16] != b"VP8X" else data[30:]
        head = three(left // 2, top // 2, width - 1, height - 1, 100) + b"\0"
        chunks += riff_chunk(b"ANMF", head + still)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


# ---- TIFF -------------------------------------------------------------------

def tiff(order, tags, parts):
    """tags: number -> list of 16-bit numbers; parts: what 273 (strips) or 324 (tiles)
    point at, their sizes being 279 or 325."""
    where, sizes = (324, 325) if 322 in tags else (273, 279)
    fields = {tag: ("H", numbers) for tag, numbers in tags.items()}
    fields[where], fields[sizes] = ("I", [0] * len(parts)), ("I", [len(part) for part in parts])
    directory = 2 + 12 * len(fields) + 4
    longer = 8 + directory
    beyond = sum(struct.calcsize(kind) * len(numbers) for kind, numbers in fields.values()
                 if struct.calcsize(kind) * len(numbers) > 4)
    at = longer + beyond
    for index, part in enumerate(parts):
        fields[where][1][index] = at
        at += len(part)
    out, extra = struct.pack(order + "H", len(fields)), b""
    for tag in sorted(fields):
        kind, numbers = fields[tag]
        data = struct.pack(f"{order}{len(numbers)}{kind}", *numbers)
        out += struct.pack(order + "HHI", tag, {"H": 3, "I": 4}[kind], len(numbers))
        if len(data) > 4:
            out += struct.pack(order + "I", longer + len(extra))
            extra += data
        else:
            out += data.ljust(4, b"\0")
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "I", 8) + out + bytes(4) + extra + b"".join(parts)


def tiff_row(samples, bits, order):
    return struct.pack(f"{order}{len(samples)}H", *samples) if bits == 16 else packed(samples, bits)


def reversed_bits(data):
    return bytes(int(format(byte, "08b")[::-1], 2) for byte in data)


def tiff_of(picture, photometric, bits, order="<", rows=9, tile=None, apart=False, compressed=False, **more):
    """A TIFF of rows of pixels; more: tags by name, as in t338=[1]."""
    height, width, samples = len(picture), len(picture[0]), len(picture[0][0])
    tags = {256: [width], 257: [height], 258: [bits] * samples, 259: [8 if compressed else 1], 262: [photometric],
            277: [samples], 284: [2 if apart else 1], **{int(name[1:]): value for name, value in more.items()}}
    planes = [[[(pixel[c],) for pixel in row] for row in picture] for c in range(samples)] if apart else [picture]
    parts = []
    for plane in planes:
        blank = (0,) * len(plane[0][0])
        if tile:
            tags.update({322: [tile], 323: [tile]})
            blocks = [[(row[x:x + tile] + [blank] * tile)[:tile] for row in (plane[y:y + tile] + [[]] * tile)[:tile]]
                      for y in range(0, height, tile) for x in range(0, width, tile)]
        else:
            tags[278] = [rows]
            blocks = [plane[y:y + rows] for y in range(0, height, rows)]
        for block in blocks:
            data = b"".join(tiff_row([sample for pixel in row for sample in pixel], bits, order) for row in block)
            parts.append(zlib.compress(data) if compressed else data)
    if tags.get(266) == [2]:
        parts = [reversed_bits(part) for part in parts]
    return tiff(order, tags, parts)


def every_tiff(random, width, height):
    """What Pillow reads too, and as libtiff means it."""
    def made(*limits):
        return noise(random, width, height, *limits)

    files = {}
    for order, name in (("<", "little"), (">", "big")):
        for compressed in (False, True):
            kind = f"{name}-{'deflate' if compressed else 'raw'}"
            shared = {"order": order, "compressed": compressed}
            for bits in (1, 2, 4, 8):
                files[f"white{bits}-{kind}"] = tiff_of(made(1 << bits), 0, bits, **shared)
                files[f"black{bits}-{kind}"] = tiff_of(made(1 << bits), 1, bits, **shared)
                colours = [random.randrange(65536) for _ in range(3 << bits)]
                files[f"palette{bits}-{kind}"] = tiff_of(made(1 << bits), 3, bits, t320=colours, **shared)
            files[f"grey16-{kind}"] = tiff_of(made(65536), 1, 16, **shared)
            files[f"rgb-{kind}"] = tiff_of(made(256, 256, 256), 2, 8, **shared)
            files[f"rgb16-{kind}"] = tiff_of(made(65536, 65536, 65536), 2, 16, **shared)
            files[f"apart-{kind}"] = tiff_of(made(256, 256, 256), 2, 8, apart=True, **shared)
            files[f"tiles-{kind}"] = tiff_of(made(256, 256, 256), 2, 8, tile=16, **shared)
            files[f"grey-tiles-{kind}"] = tiff_of(made(256), 1, 8, tile=16, **shared)
            for extra in (0, 1, 2):
                files[f"extra{extra}-{kind}"] = tiff_of(made(256, 256, 256, 256), 2, 8, t338=[extra], **shared)
                files[f"extra16-{extra}-{kind}"] = tiff_of(made(65536, 65536, 65536, 65536), 2, 16, t338=[extra], **shared)
            files[f"no-extra-{kind}"] = tiff_of(made(256, 256, 256, 256), 2, 8, **shared)
            files[f"grey-alpha-{kind}"] = tiff_of(made(256, 256), 1, 8, t338=[2], **shared)
            files[f"inks-{kind}"] = tiff_of(made(256, 256, 256, 256), 5, 8, **shared)
            for bits in (1, 8):
                files[f"reversed{bits}-{kind}"] = tiff_of(made(1 << bits), 1, bits, t266=[2], **shared)
    files["inks16"] = tiff_of(made(65536, 65536, 65536, 65536), 5, 16)
    files["luma"] = tiff_of(made(256, 256, 256), 6, 8, compressed=True, t530=[1, 1])
    files["turned"] = tiff_of(made(256), 1, 8, t274=[6])
    return files
