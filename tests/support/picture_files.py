# SPDX-License-Identifier: MIT
"""Picture files that tests need and Pillow cannot write: every kind of PNG, JPEG
with another colour transform. Plain Python, for small pictures."""
import struct
import zlib

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Of each pass of an interlaced file: first column and row, steps between them.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_file(width, height, depth, colours, interlaced, chunks, rows):
    """A PNG around rows that are filtered already; chunks come before them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunks +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def grey_png(width, height, value, claimed_height=None):
    """One value all over; with a height that its header claims and does not have."""
    rows = (b"\0" + bytes([value]) * width) * height
    return png_file(width, claimed_height or height, 8, 0, False, b"", rows)


def deep_png(width, height, value):
    """Grey of 16 bits, one value all over."""
    rows = (b"\0" + struct.pack(">H", value) * width) * height
    return png_file(width, height, 16, 0, False, b"", rows)


def packed(samples, depth):
    """A row's samples as PNG stores them."""
    if depth == 16:
        return b"".join(struct.pack(">H", sample) for sample in samples)
    bits = "".join(format(sample, "0%db" % depth) for sample in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at:at + 8], 2) for at in range(0, len(bits), 8))


def filtered(rows, step):
    """Each row after a filter type, which cycles through none, sub and up."""
    out, previous = b"", bytes(len(rows[0]))
    for y, row in enumerate(rows):
        reference = (bytes(len(row)), bytes(step) + row, previous)[y % 3]
        out += bytes([y % 3]) + bytes((a - b) & 255 for a, b in zip(row, reference))
        previous = row
    return out


def png(picture, colours, depth, interlaced=False, chunks=b""):
    """A PNG of rows of pixels, which are tuples of samples."""
    height, width = len(picture), len(picture[0])
    step = max(1, CHANNELS[colours] * depth // 8)
    data = b""
    for x, y, across, down in ADAM7 if interlaced else ((0, 0, 1, 1),):
        if x < width and y < height:
            rows = [packed([sample for pixel in row[x::across] for sample in pixel], depth)
                    for row in picture[y::down]]
            data += filtered(rows, step)
    return png_file(width, height, depth, colours, interlaced, chunks, data)


def every_png(random, width, height):
    """name -> file: every colour type, depth, interlacing and transparency, and
    indices past a palette's end."""
    files = {}
    for colours, depths in DEPTHS.items():
        for depth in depths:
            picture = [[tuple(random.randrange(1 << depth) for _ in range(CHANNELS[colours]))
                        for _ in range(width)] for _ in range(height)]
            palette, transparent = b"", None
            if colours == 3:
                entries = min(200, 1 << depth)
                palette = chunk(b"PLTE", bytes(random.randrange(256) for _ in range(3 * entries)))
                transparent = chunk(b"tRNS", bytes([0, 128]))
            elif colours in (0, 2):
                transparent = chunk(b"tRNS", packed(picture[0][0], 16))
            for interlaced in (False, True):
                name = "colours%d-depth%d%s" % (colours, depth, "-interlaced" * interlaced)
                files[name] = png(picture, colours, depth, interlaced, palette)
                if transparent:
                    files[name + "-trns"] = png(picture, colours, depth, interlaced,
                                                palette + transparent)
    return files


def with_adobe_transform(jpeg, transform):
    """The JPEG file with an Adobe marker that says so, in place of any JFIF or
    Adobe marker: 0 leaves RGB or CMYK as they are, 2 makes four components YCCK."""
    out, at = jpeg[:2], 2
    out += b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])
    while jpeg[at + 1] != 0xda:
        size = 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        if jpeg[at + 1] not in (0xe0, 0xee):
            out += jpeg[at:at + size]
        at += size
    return out + jpeg[at:]
