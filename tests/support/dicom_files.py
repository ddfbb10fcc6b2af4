# SPDX-License-Identifier: MIT
"""Writes DICOM files, element by element: whole ones, and such as nobody should send."""
import struct
import zlib

ROOT = "1.2.840.10008.1.2"
IMPLICIT, EXPLICIT, DEFLATED, BIG, RLE = ROOT, ROOT + ".1", ROOT + ".1.99", ROOT + ".2", ROOT + ".5"
LONG = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")


def number(value, size, big=False):
    return (int(value) & (1 << 8 * size) - 1).to_bytes(size, "big" if big else "little")


def element(group, tag, vr, value, syntax=EXPLICIT, length=None):
    """A value is bytes, text, a whole number or several."""
    big = syntax == BIG
    if isinstance(value, (int, list, tuple)):
        size = 4 if vr in ("UL", "SL") else 2
        value = b"".join(number(v, size, big) for v in ([value] if isinstance(value, int) else value))
    elif isinstance(value, str):
        value = value.encode()
    value += b"" if len(value) % 2 == 0 else b"\0" if vr in ("UI", "OB", "UN") else b" "
    begin = number(group, 2, big) + number(tag, 2, big)
    length = len(value) if length is None else length
    if syntax == IMPLICIT:
        return begin + number(length, 4) + value
    if vr in LONG:
        return begin + vr.encode() + b"\0\0" + number(length, 4, big) + value
    return begin + vr.encode() + number(length, 2, big) + value


def item(value, length=None):
    return b"\xfe\xff\x00\xe0" + number(len(value) if length is None else length, 4) + value


ITEM_END, SEQUENCE_END = b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"


def sequence(group, tag, *items, syntax=EXPLICIT, undefined=False):
    """Of items that are elements already."""
    big = syntax == BIG
    begin = number(0xfffe, 2, big) + number(0xe000, 2, big)
    whole = b"".join(begin + number(len(value), 4, big) + value for value in items)
    if undefined:
        return element(group, tag, "SQ", b"".join(item(value, 0xffffffff) + ITEM_END for value in items), syntax,
                       0xffffffff) + SEQUENCE_END
    return element(group, tag, "SQ", whole, syntax)


def encapsulate(frames, table=False):
    """Each frame a list of fragments."""
    offsets, body = [], b""
    for fragments in frames:
        offsets.append(len(body))
        for fragment in fragments:
            body += item(fragment + b"\0" * (len(fragment) % 2))
    return item(b"".join(number(o, 4) for o in offsets) if table else b"") + body + SEQUENCE_END


def pack_bits(data):
    """Runs where there are any, and literals."""
    out, at = b"", 0
    while at < len(data):
        run = 1
        while run < 128 and at + run < len(data) and data[at + run] == data[at]:
            run += 1
        out += bytes([257 - run, data[at]]) if run > 1 else bytes([0, data[at]])
        at += run
    return out + b"\0" * (len(out) % 2)


def rle(pixels, samples, width):
    """Of interleaved samples in little endian: a segment for each byte of each, the highest first."""
    step = samples * width
    segments = [pack_bits(pixels[s * width + b::step]) for s in range(samples) for b in reversed(range(width))]
    offsets, at = [], 64
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(offsets))) + b"".join(segments)


def meta(syntax, more=b""):
    rest = element(2, 2, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(2, 0x10, "UI", syntax) + more
    return element(2, 0, "UL", len(rest)) + rest


def dicom(pixels, rows, columns, syntax=EXPLICIT, samples=1, photometric="MONOCHROME2", allocated=8, stored=None,
          high=None, signed=0, planar=0, frames=None, begin=b"", more=b"", preamble=True, said=None, vr=None,
          more_meta=b"", after=b""):
    """`begin` are elements before group 28's, `more` between these and the pixels; `said` is the transfer syntax that is
    given if not the one that is used. Pixels of the compressed syntaxes come encapsulated."""
    native = syntax in (IMPLICIT, EXPLICIT, DEFLATED, BIG)
    written = syntax if syntax in (IMPLICIT, BIG) else EXPLICIT
    stored = allocated if stored is None else stored

    def e(tag, kind, value):
        return element(0x28, tag, kind, value, written)

    body = element(8, 0x60, "CS", "CR", written) + begin + e(2, "US", samples) + e(4, "CS", photometric)
    body += e(6, "US", planar) if samples > 1 else b""
    body += e(8, "IS", str(frames)) if frames else b""
    body += e(0x10, "US", rows) + e(0x11, "US", columns) + e(0x100, "US", allocated) + e(0x101, "US", stored)
    body += e(0x102, "US", stored - 1 if high is None else high) + e(0x103, "US", signed) + more
    vr = vr or ("OB" if allocated <= 8 or not native else "OW")
    body += element(0x7fe0, 0x10, vr, pixels, written, None if native else 0xffffffff) + after
    if syntax == DEFLATED:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = packer.compress(body) + packer.flush()
    return (b"\0" * 128 + b"DICM" + meta(said or syntax, more_meta) if preamble else b"") + body
