# SPDX-License-Identifier: MIT
"""Triton's own Python client works with `densenet serve`, and so does its image example, unchanged, if
DENSENET_TRITON_EXAMPLE says where that is: src/python/examples/image_client.py of triton-inference-server/client.
DENSENET_TRITON_PYTHON names a Python with tritonclient[http,grpc], attrdict and Pillow, if this one lacks them."""
import asyncio
import os
import subprocess
import sys
import tempfile

try:
    import numpy
    import PIL.Image
    import tritonclient.http as triton
    import tritonclient.http.aio as aio
    from tritonclient.utils import InferenceServerException
except ImportError:
    other = os.environ.get("DENSENET_TRITON_PYTHON")
    if other and other != sys.executable:
        os.execv(other, [other, *sys.argv])
    print("tritonclient is not installed")
    sys.exit(77)

from serving import Server, densenet

EXAMPLE = os.environ.get("DENSENET_TRITON_EXAMPLE")


def pictures(folder):
    """Two picture files, and what `densenet` makes of them: tensors, logits."""
    random = numpy.random.default_rng(3)
    paths = [os.path.join(folder, name) for name in ("a.png", "b.jpg")]
    for path, shape in zip(paths, ((40, 48, 3), (64, 64, 3))):
        PIL.Image.fromarray(random.integers(0, 256, shape, numpy.uint8)).save(path)
    tensors, logits = os.path.join(folder, "t.npy"), os.path.join(folder, "l.npy")
    densenet("preprocess", *paths, "-w", "builtin", "-o", tensors)
    densenet("forward", "-i", tensors, "-w", "builtin", "-o", logits)
    return paths, numpy.load(tensors), numpy.load(logits)


def asked(array, datatype="FP32", binary=True):
    tensor = triton.InferInput("input", list(array.shape), datatype)
    tensor.set_data_from_numpy(array, binary_data=binary)
    return [tensor]


def output(name="output", **options):
    return [triton.InferRequestedOutput(name, **options)]


def tensors(client, folder):
    paths, prepared, logits = pictures(folder)
    files = numpy.array([open(path, "rb").read() for path in paths], dtype=object)
    for binary in (True, False):
        for outputs in (None, output(binary_data=binary)):
            for coding in (None, "gzip", "deflate"):
                answer = client.infer("builtin", asked(prepared, binary=binary), outputs=outputs, request_id="7",
                                      request_compression_algorithm=coding, response_compression_algorithm=coding)
                assert (answer.as_numpy("output") == logits).all() and answer.get_response()["id"] == "7"
    assert (client.infer("builtin", asked(files, "BYTES"), model_version="1").as_numpy("output") == logits).all()
    pending = [client.async_infer("builtin", asked(prepared)) for _ in range(4)]
    assert all((one.get_result().as_numpy("output") == logits).all() for one in pending)
    told = client.infer("builtin", asked(files, "BYTES"), outputs=output("probabilities")).as_numpy("probabilities")
    assert abs(told.sum(1) - 1).max() < 1e-5 and (told.argmax(1) == logits.argmax(1)).all()
    for binary in (True, False):
        rows = client.infer("builtin", asked(prepared), outputs=output(class_count=3, binary_data=binary)).as_numpy("output")
        assert rows.shape == (2, 3)
        for row, numbers in zip(rows, logits):
            for text, index in zip(row, numpy.argsort(-numbers, kind="stable")):
                value, place, label = (text.decode() if isinstance(text, bytes) else text).split(":")
                assert value == f"{numbers[index]:f}" and int(place) == index and label, (text, numbers)


def built_bodies(client, folder):
    """As bytes that the client builds for others to send."""
    _, prepared, logits = pictures(folder)
    body, length = triton.InferenceServerClient.generate_request_body(asked(prepared), outputs=output(binary_data=True))
    answer = client._post("v2/models/builtin/infer", body, {"Inference-Header-Content-Length": str(length)}, None)
    header = answer.get("Inference-Header-Content-Length")
    read = triton.InferenceServerClient.parse_response_body(answer.read(), header_length=int(header))
    assert (read.as_numpy("output") == logits).all()


async def asynchronous(host, folder):
    """The client for asyncio, eight requests in flight."""
    client = aio.InferenceServerClient(host)
    _, prepared, logits = pictures(folder)
    rows = [index % 2 for index in range(8)]
    answers = await asyncio.gather(*(client.infer("builtin", asked(prepared[row:row + 1]), request_id=str(row))
                                     for row in rows))
    for row, answer in zip(rows, answers):
        assert (answer.as_numpy("output")[0] == logits[row]).all() and answer.get_response()["id"] == str(row)
    assert await client.is_model_ready("builtin")
    await client.close()


def descriptions(client, folder):
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready("builtin") and client.is_model_ready("builtin", "1")
    assert not client.is_model_ready("builtin", "2") and not client.is_model_ready("no")
    assert client.get_server_metadata()["name"] == "densenet"
    assert client.get_model_metadata("builtin", "1")["inputs"][0]["shape"] == [-1, 3, 32, 32]
    assert client.get_model_config("builtin")["max_batch_size"] > 1
    before = client.get_inference_statistics()["model_stats"][0]["inference_count"]
    client.infer("builtin", asked(pictures(folder)[1]))
    assert client.get_inference_statistics("builtin", "1")["model_stats"][0]["inference_count"] == before + 2


def repository(client, folder):
    assert [row["state"] for row in client.get_model_repository_index()] == ["READY"]
    client.unload_model("builtin")
    assert not client.is_model_ready("builtin")
    assert client.get_model_repository_index()[0]["state"] == "UNAVAILABLE"
    client.load_model("builtin")
    assert client.is_model_ready("builtin")
    for call, status in ((lambda: client.load_model("no"), "404"), (lambda: client.load_model("builtin", config="{}"), "400"),
                         (lambda: client.infer("no", asked(numpy.zeros((1, 3, 32, 32), numpy.float32))), "404"),
                         (lambda: client.infer("builtin", asked(numpy.zeros((1, 3, 8, 8), numpy.float32))), "400"),
                         (lambda: client.infer("builtin", asked(numpy.zeros((1, 3, 32, 32), numpy.int8), "INT8")), "400")):
        try:
            call()
        except InferenceServerException as fault:
            assert fault.status() == status and fault.message(), fault
        else:
            raise AssertionError("not refused")


def example(server, folder):
    """image_client.py, as Triton's quickstart calls it, and with its other options."""
    paths, _, _ = pictures(folder)
    inside = os.path.join(folder, "pictures")
    os.mkdir(inside)
    for path in paths:
        os.rename(path, os.path.join(inside, os.path.basename(path)))
    for options in (["-c", "3", "-s", "INCEPTION"], ["-a", "-c", "1", "-s", "VGG"], ["-b", "3", "-c", "10", "-x", "1"]):
        done = subprocess.run([sys.executable, EXAMPLE, "-u", server.host, "-m", "builtin", *options, inside],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stdout.endswith("PASS\n"), done
        count = int(options[options.index("-c") + 1])
        batch = int(options[options.index("-b") + 1]) if "-b" in options else 1
        rows = [line for line in done.stdout.splitlines() if line.startswith("    ")]
        requests = done.stdout.count("Request ")
        assert requests and len(rows) == requests * batch * count and " = " in rows[0], done.stdout


def main():
    with Server("builtin", "--allow-load") as server:
        client = triton.InferenceServerClient(server.host, concurrency=4)
        for test in (tensors, built_bodies, descriptions, repository):
            with tempfile.TemporaryDirectory() as folder:
                test(client, folder)
            print(test.__name__)
        client.close()
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(asynchronous(server.host, folder))
        if not EXAMPLE:
            print("example: skipped, DENSENET_TRITON_EXAMPLE is not set")
            return
        with tempfile.TemporaryDirectory() as folder:
            example(server, folder)
        print("example")


main()
