# SPDX-License-Identifier: MIT
"""The servers that people write around an engine: a picture in, its five most probable classes out. Run by uvicorn as
`serving_peers:app`; ENGINE, NET (an ONNX file), THREADS (of a request) and TOGETHER (requests at once) choose."""
import asyncio
import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

MEAN, STD = (numpy.array(row, numpy.float32) for row in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
NET, THREADS, TOGETHER = os.environ["NET"], int(os.environ["THREADS"]), int(os.environ["TOGETHER"])


def onnxruntime():
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(NET, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0][0]


def openvino(**hints):
    import openvino as ov
    own = threading.local()
    compiled = ov.Core().compile_model(NET, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT" if TOGETHER > 1 else "LATENCY", **hints})

    def run(x):
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        return own.request.infer({0: x})[0][0]
    return run


ENGINES = {"onnxruntime": onnxruntime, "openvino": openvino,
           "openvino f32": lambda: openvino(INFERENCE_PRECISION_HINT="f32")}
network = ENGINES[os.environ["ENGINE"]]()
pool = ThreadPoolExecutor(TOGETHER)


def answer(data):
    """As torchvision prepares pictures: the shorter side to 256, the middle 224 x 224."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    scale = 256 / min(image.size)
    image = image.resize([round(side * scale) for side in image.size], Image.BILINEAR)
    left, top = ((side - 224) // 2 for side in image.size)
    pixels = numpy.asarray(image.crop((left, top, left + 224, top + 224)), numpy.float32)
    logits = network(numpy.ascontiguousarray(((pixels / 255 - MEAN) / STD).transpose(2, 0, 1)[None]))
    powers = numpy.exp(logits - logits.max())
    best = numpy.argsort(-logits)[:5]
    return [{"index": int(i), "probability": float(powers[i] / powers.sum())} for i in best]


async def predict(request):
    data = await request.body()
    return JSONResponse({"predictions": await asyncio.get_running_loop().run_in_executor(pool, answer, data)})


app = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
