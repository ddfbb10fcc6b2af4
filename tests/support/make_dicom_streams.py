# SPDX-License-Identifier: MIT
"""make_dicom_streams.py: prints dicom_streams.py, small pictures as the codings of DICOM hold them. Run by hand, in a
virtual environment with pydicom, python-gdcm, pyjpegls, pylibjpeg-openjpeg and numpy from PyPI."""
import base64
import io
import textwrap

import gdcm
import numpy
import pydicom
from pydicom.encaps import generate_frames

import dicom_files
import dicom_streams as shape


def by_gdcm(pixels, bits, syntax):
    allocated = 16 if bits > 8 else 8
    data = dicom_files.dicom(pixels.astype(f"<u{allocated // 8}").tobytes(), shape.ROWS, shape.COLUMNS, allocated=allocated,
                             stored=bits, samples=pixels.shape[2] if pixels.ndim == 3 else 1,
                             photometric="RGB" if pixels.ndim == 3 else "MONOCHROME2",
                             begin=dicom_files.element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") +
                             dicom_files.element(8, 0x18, "UI", "1.2.3"))
    with open("/tmp/in.dcm", "wb") as stream:
        stream.write(data)
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName("/tmp/in.dcm")
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change(), syntax
    writer.SetFileName("/tmp/out.dcm")
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    dataset = pydicom.dcmread("/tmp/out.dcm")
    return next(generate_frames(dataset.PixelData, number_of_frames=1))


def main():
    t = gdcm.TransferSyntax
    print('# SPDX-License-Identifier: MIT\n"""' + shape.__doc__ + '"""')
    print(open(shape.__file__).read().split('"""', 2)[2].split("STREAMS = {")[0].strip("\n"))
    print("\nSTREAMS = {")
    for name, (bits, samples, uid) in shape.KINDS.items():
        pixels = numpy.array(shape.pixels(bits, samples)).reshape(shape.ROWS, shape.COLUMNS, *([3] if samples == 3 else []))
        kinds = {".4.50": t.JPEGBaselineProcess1, ".4.51": t.JPEGExtendedProcess2_4, ".4.57": t.JPEGLosslessProcess14,
                 ".4.70": t.JPEGLosslessProcess14_1, ".4.80": t.JPEGLSLossless, ".4.81": t.JPEGLSNearLossless,
                 ".4.90": t.JPEG2000Lossless, ".4.91": t.JPEG2000}
        stream = by_gdcm(pixels, bits, kinds[uid]).rstrip(b"\0")
        lines = textwrap.wrap(base64.b85encode(stream).decode(), 110)
        print(f'    "{name}":\n        ' + "\n        ".join(f'"{line}"' if '"' not in line else repr(line) for line in lines) + ",")
    print("}")


main()
