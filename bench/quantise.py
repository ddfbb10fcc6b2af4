#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An ONNX network in int8, as an engine's own tool makes it.

    quantise.py ENGINE NETWORK.onnx OUTPUT [PICTURES.npy]

ENGINE openvino: NNCF's post-training quantisation with its default settings, into an
.xml. ENGINE onnxruntime: static quantisation, a scale for every output channel, into
an .onnx with pairs of QuantizeLinear and DequantizeLinear, of unsigned maps and signed
weights, which takes half the time of its default, signed maps. Both are calibrated with
PICTURES, prepared ones of shape (n, 3, height, width); without them with random ones,
which is enough for measuring time.
"""
import sys

import numpy

RANDOM_PICTURES = 32


def openvino(network, output, pictures):
    import nncf
    import openvino as ov
    quantised = nncf.quantize(ov.Core().read_model(network), nncf.Dataset(list(pictures)))
    ov.save_model(quantised, output)


def onnxruntime(network, output, pictures):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rest = iter(pictures)

        def get_next(self):
            picture = next(self.rest, None)
            return None if picture is None else {"x": picture}

    prepared = output + ".prepared"
    quant_pre_process(network, prepared)
    quantize_static(prepared, output, Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


def main():
    engine, network, output, *files = sys.argv[1:]
    if files:
        pictures = numpy.load(files[0])
    else:
        pictures = numpy.random.default_rng(1).standard_normal((RANDOM_PICTURES, 3, 224, 224))
    pictures = pictures.astype(numpy.float32)[:, None]
    {"openvino": openvino, "onnxruntime": onnxruntime}[engine](network, output, pictures)


if __name__ == "__main__":
    main()
