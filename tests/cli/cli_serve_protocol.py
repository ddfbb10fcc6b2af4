# SPDX-License-Identifier: MIT
"""The Open Inference Protocol of `densenet serve`: tensors and picture files in, in every form, the same numbers
as `densenet forward`'s out; what the server says of itself; networks loaded and unloaded. Needs only Python."""
import base64
import concurrent.futures
import gzip
import json
import math
import os
import struct
import tempfile
import zlib

from bitmap_files import bmp
from serving import Server, densenet

INFER = "/v2/models/builtin/infer"
PICTURE = bmp((48, 40), 24, bytes((x * 5 % 256) if channel else (y * 6 % 256)
                                  for y in range(40) for x in range(48) for channel in range(3)))
LENGTH = "Inference-Header-Content-Length"


def floats_of(path):
    """The numbers of a .npy file of float32."""
    with open(path, "rb") as file:
        data = file.read()
    data = data[10 + int.from_bytes(data[8:10], "little"):]
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def prepared(folder):
    """What `densenet` makes of the picture: the tensor, and the logits."""
    picture, tensor, logits = (os.path.join(folder, name) for name in ("a.bmp", "a.npy", "logits.npy"))
    with open(picture, "wb") as file:
        file.write(PICTURE)
    densenet("preprocess", picture, "-w", "builtin", "-o", tensor)
    densenet("forward", "-i", tensor, "-w", "builtin", "-o", logits)
    return floats_of(tensor), floats_of(logits)


def infer(server, tensor, data=None, address=INFER, headers=None, **rest):
    """(status, answer): the outputs' data read, if they are binary."""
    tensor = {"name": "input", **tensor}
    if data is not None:
        tensor["parameters"] = {"binary_data_size": len(data)}
    text = json.dumps({"inputs": [tensor], **rest}).encode()
    headers = {**(headers or {}), **({LENGTH: str(len(text))} if data is not None else {})}
    return read(server.ask("POST", address, text + (data or b""), headers))


def read(reply):
    status, headers, body = reply
    length = int(headers.get(LENGTH, len(body)))
    binary = headers["Content-Type"] == "application/octet-stream"
    assert binary == (LENGTH in headers), headers
    answer, rest = json.loads(body[:length]), body[length:]
    for output in answer.get("outputs", ()):
        size = output.get("parameters", {}).get("binary_data_size")
        assert (size is None) == ("data" in output), output
        if size is not None:
            data, rest = rest[:size], rest[size:]
            output["data"] = strings(data) if output["datatype"] == "BYTES" else list(struct.unpack(f"<{size // 4}f", data))
        assert len(output["data"]) == math.prod(output["shape"]), output
    assert not rest
    return status, answer


def strings(data):
    found = []
    while data:
        size = int.from_bytes(data[:4], "little")
        found.append(data[4:4 + size].decode())
        data = data[4 + size:]
    return found


def framed(*elements):
    return b"".join(struct.pack("<I", len(element)) + element for element in elements)


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def values(reply, shape, name="output"):
    status, answer = reply
    assert status == 200, answer
    (output,) = answer["outputs"]
    assert answer["model_name"] == "builtin" and answer["model_version"] == "1", answer
    assert output["name"] == name and output["shape"] == shape, output
    return [single(number) if not isinstance(number, str) else number for number in output["data"]]


def nested(numbers, shape):
    if len(shape) == 1:
        return numbers
    step = len(numbers) // shape[0]
    return [nested(numbers[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def tensors(folder):
    """Every form gives the logits of `densenet forward`, to the bit."""
    numbers, logits = prepared(folder)
    shape, size = [1, 3, 32, 32], len(numbers)
    with Server() as server:
        fp32, data = {"datatype": "FP32", "shape": shape}, struct.pack(f"<{size}f", *numbers)
        for reply in (infer(server, {**fp32, "data": numbers}),
                      infer(server, {"data": nested(numbers, shape), **fp32}),
                      infer(server, fp32, data),
                      infer(server, fp32, data, address="/v2/models/builtin/versions/1/infer"),
                      infer(server, fp32, data, parameters={"binary_data_output": True, "sequence_id": 7}),
                      infer(server, {"datatype": "FP64", "shape": shape, "data": numbers}),
                      infer(server, {"datatype": "FP64", "shape": shape}, struct.pack(f"<{size}d", *numbers)),
                      read(server.ask("POST", INFER, data, {LENGTH: "0"}))):
            assert values(reply, [1, 10]) == logits, (reply, logits)
        whole = [round(number) for number in numbers]
        told = values(infer(server, {**fp32, "data": whole}), [1, 10])
        assert values(infer(server, {"datatype": "FP16", "shape": shape}, struct.pack(f"<{size}e", *whole)), [1, 10]) == told
        brain = b"".join(struct.pack("<f", number)[2:] for number in whole)
        assert values(infer(server, {"datatype": "BF16", "shape": shape}, brain), [1, 10]) == told
        three = struct.pack(f"<{3 * size}f", *numbers, *whole, *numbers)
        assert values(infer(server, {"datatype": "FP32", "shape": [3, 3, 32, 32]}, three), [3, 10]) == logits + told + logits


def picture_files(folder):
    """Prepared here, they give the same."""
    _, logits = prepared(folder)
    with Server() as server:
        one, coded = {"datatype": "BYTES", "shape": [1]}, base64.b64encode(PICTURE).decode()
        text = json.dumps({"inputs": [{"name": "input", "parameters": {"content_type": "base64"}, **one, "data": [coded]}]})
        for reply in (infer(server, one, framed(PICTURE)), infer(server, {"datatype": "BYTES", "shape": [1, 1]}, framed(PICTURE)),
                      read(server.ask("POST", INFER, text)), read(server.ask("POST", INFER, PICTURE, {LENGTH: "0"}))):
            assert values(reply, [1, 10]) == logits, reply
        assert values(infer(server, {"datatype": "BYTES", "shape": [2]}, framed(PICTURE, PICTURE)), [2, 10]) == 2 * logits
        status, answer = infer(server, {"datatype": "BYTES", "shape": [2]}, framed(PICTURE, b"GIF89a"))
        assert status == 400 and "picture 1" in answer["error"], answer
        predictions = json.loads(server.ask("POST", "/predict?top=10", PICTURE)[2])["pictures"][0]["predictions"]
        outputs = [{"name": "probabilities"}]
        told = values(infer(server, one, framed(PICTURE), outputs=outputs), [1, 10], "probabilities")
        for row in predictions:
            assert abs(told[row["index"]] - row["probability"]) < 1e-6, (row, told)


def free_sizes(folder):
    """A network whose pipeline leaves pictures as large as they are takes tensors of any size, within bounds."""
    made, free = os.path.join(folder, "made.safetensors"), os.path.join(folder, "free.safetensors")
    densenet("init", "densenet-bc-10-4", "-o", made)
    densenet("convert", made, free, "--preprocess", "none")
    with Server(free, "--max-pixels", "1") as server:
        shape = json.loads(server.ask("GET", "/v2/models/free")[2])["inputs"][0]["shape"]
        assert shape == [-1, 3, -1, -1], shape

        def ask(height, width):
            return infer(server, {"datatype": "FP32", "shape": [1, 3, height, width]}, bytes(12 * height * width),
                         "/v2/models/free/infer")

        assert ask(40, 48)[0] == ask(250, 250)[0] == 200
        assert ask(250, 251)[0] == 413 and "62500 pixels" in ask(250, 251)[1]["error"]
        assert ask(1, 62500)[0] == 400
        assert infer(server, {"datatype": "BYTES", "shape": [1]}, framed(PICTURE), "/v2/models/free/infer")[0] == 200


def classification(folder):
    """"value:index:label", the greatest first, as JSON and as binary data."""
    numbers, logits = prepared(folder)
    with Server() as server:
        tensor, data = {"datatype": "FP32", "shape": [1, 3, 32, 32]}, struct.pack(f"<{len(numbers)}f", *numbers)
        labels = [row["label"] for row in sorted(json.loads(server.ask("POST", "/predict?top=10", PICTURE)[2])
                                                 ["pictures"][0]["predictions"], key=lambda row: row["index"])]
        ranked = sorted(range(10), key=lambda i: (-logits[i], i))
        for binary in (False, True):
            for top in (1, 3, 99):
                outputs = [{"name": "output", "parameters": {"classification": top, "binary_data": binary}}]
                reply = infer(server, tensor, data, outputs=outputs)
                told = values(reply, [1, min(top, 10)])
                assert told == [f"{logits[i]:f}:{i}:{labels[i]}" for i in ranked[:top]], told
        outputs = [{"name": "probabilities", "parameters": {"classification": 2, "binary_data": True}}, {"name": "output"}]
        status, answer = infer(server, tensor, data, outputs=outputs, id="mine é", parameters={"binary_data_output": True})
        assert status == 200 and answer["id"] == "mine é", answer
        assert [output["name"] for output in answer["outputs"]] == ["probabilities", "output"]
        assert answer["outputs"][0]["data"][0].endswith(f":{ranked[0]}:{labels[ranked[0]]}"), answer
        assert answer["outputs"][1]["data"] == logits and answer["outputs"][1]["parameters"], answer


def codings(folder):
    """Requests and answers compressed; the length is that of the JSON before."""
    numbers, logits = prepared(folder)
    data = struct.pack(f"<{32 * len(numbers)}f", *(numbers * 32))
    text = json.dumps({"inputs": [{"name": "input", "datatype": "FP32", "shape": [32, 3, 32, 32],
                                   "parameters": {"binary_data_size": len(data)}}],
                       "parameters": {"binary_data_output": True}}).encode()
    with Server() as server:
        for coding, pack, unpack in (("gzip", gzip.compress, gzip.decompress), ("deflate", zlib.compress, zlib.decompress)):
            status, headers, body = server.ask("POST", INFER, pack(text + data), {
                LENGTH: str(len(text)), "Content-Encoding": coding, "Accept-Encoding": coding})
            assert status == 200 and headers["Content-Encoding"] == coding, (status, headers)
            assert values(read((status, headers, unpack(body))), [32, 10]) == 32 * logits


def descriptions():
    with Server("net=builtin") as server:
        def get(address, status=200):
            got, headers, body = server.ask("GET", address)
            assert got == status and headers["Content-Type"] == "application/json", (address, got, body)
            return json.loads(body)

        assert get("/v2")["name"] == "densenet" and "binary_tensor_data" in get("/v2")["extensions"]
        for base in ("/v2/models/net", "/v2/models/net/versions/1"):
            model = get(base)
            assert model["inputs"] == [{"name": "input", "datatype": "FP32", "shape": [-1, 3, 32, 32]}], model
            assert model["outputs"] == [{"name": "output", "datatype": "FP32", "shape": [-1, 10]}], model
            assert model["versions"] == ["1"] and model["platform"] == "densenet", model
            config = get(base + "/config")
            assert config["input"][0]["dims"] == [3, 32, 32] and config["input"][0]["format"] == "FORMAT_NCHW", config
            assert config["output"][0]["dims"] == [10] and config["max_batch_size"] > 1, config
            assert get(base + "/ready") == {"name": "net", "ready": True}
            assert get(base + "/stats")["model_stats"][0]["name"] == "net"
        for address in ("/v2/models/no", "/v2/models/no/ready", "/v2/models/net/versions/2", "/v2/models/net/versions/2/stats"):
            get(address, 404)
        assert server.ask("POST", "/v2/models/net", b"")[0] == 405 and server.ask("GET", "/v2/models/net/infer")[0] == 405


def statistics(folder):
    with Server() as server:
        infer(server, {"datatype": "BYTES", "shape": [3]}, framed(PICTURE, PICTURE, PICTURE))
        server.ask("POST", "/predict", PICTURE)
        infer(server, {"datatype": "BYTES", "shape": [1]}, framed(b"nothing"))
        server.wait_for('densenet_requests_total{network="builtin",result="input"} 1')
        assert server.ask("GET", "/v2/models/builtin/versions/2")[0] == 404  # is no failed inference
        (told,) = json.loads(server.ask("GET", "/v2/models/stats")[2])["model_stats"]
        stages = told["inference_stats"]
        assert told["inference_count"] == told["execution_count"] == 4 and told["last_inference"] > 1e12, told
        assert stages["success"]["count"] == 2 and stages["fail"]["count"] == 1, stages
        assert 0 < stages["compute_infer"]["ns"] < stages["success"]["ns"], stages
        assert stages["compute_input"]["ns"] > 0 and stages["compute_output"]["ns"] > 0, stages
        assert sum(stages[name]["ns"] for name in ("queue", "compute_input", "compute_infer", "compute_output")) <= stages["success"]["ns"]
        assert told["memory_usage"][0]["byte_size"] > 0, told


def wrong_requests(folder):
    """One sentence each, with the right status; the server goes on."""
    numbers, logits = prepared(folder)
    shape, size = [1, 3, 32, 32], len(numbers)
    fp32, data = {"datatype": "FP32", "shape": shape}, struct.pack(f"<{size}f", *numbers)
    with Server() as server:
        cases = [
            (infer(server, {**fp32, "name": "data_0"}, data), 400, "it has 'input'"),
            (infer(server, fp32, data, outputs=[{"name": "fc6_1"}]), 400, "has no output 'fc6_1'"),
            (infer(server, {"datatype": "FP32", "shape": shape[1:]}, data), 400, "[-1,3,32,32]"),
            (infer(server, {"datatype": "FP32", "shape": [1, 3, 64, 16]}, data), 400, "[-1,3,32,32]"),
            (infer(server, fp32, data[:-4]), 400, "are not 12284 bytes"),
            (infer(server, fp32, data + data), 400, "are not"),
            (infer(server, {"datatype": "UINT8", "shape": shape}, bytes(size)), 400, "UINT8 is not taken here"),
            (infer(server, {"datatype": "BYTES", "shape": [2]}, framed(PICTURE)), 400, "do not add up"),
            (infer(server, {"datatype": "FP32", "shape": [1 << 40, 3, 32, 32], "data": [1]}), 400, "the batch has"),
            (infer(server, {**fp32, "data": [1, 2]}), 400, "has less than the 3072 elements"),
            (infer(server, {**fp32, "data": [math.nan] * size}), 400, "element 0 is not a number"),
            (infer(server, {**fp32, "data": [3e38] * size}), 400, "which only binary data hold"),
            (infer(server, fp32, data, parameters={"timeout": 1}), 504, "longer than it may"),
            (infer(server, fp32, data, address="/v2/models/no/infer"), 404, "no network called"),
            (infer(server, fp32, data, address="/v2/models/builtin/versions/3/infer"), 404, "no version"),
            (read(server.ask("POST", INFER, b"{}", {LENGTH: "9"})), 400, "the body has 2 bytes"),
            (read(server.ask("POST", INFER, b"not a picture", {LENGTH: "0"})), 400, "picture 0"),
            (read(server.ask("POST", INFER, b"")), 400, "not valid JSON"),
            (read(server.ask("POST", INFER, b"[" * 100000)), 413, "nested more than 64 deep"),
        ]
        for (status, answer), expected, fault in cases:
            assert status == expected and fault in answer["error"], (status, answer, fault)
        assert values(infer(server, fp32, data), [1, 10]) == logits


def own_answers(folder):
    """Many at once, each with its own tensor, form and id: nobody gets another's answer."""
    numbers, _ = prepared(folder)
    with Server() as server:
        sent = [struct.pack(f"<{len(numbers)}f", *(number + 0.1 * i for number in numbers)) for i in range(8)]
        tensor = {"datatype": "FP32", "shape": [1, 3, 32, 32]}
        alone = [values(infer(server, tensor, data), [1, 10]) for data in sent]
        assert len(set(map(tuple, alone))) == len(sent)

        def ask(number):
            which = number % len(sent)
            reply = infer(server, tensor, sent[which], id=str(number), parameters={"binary_data_output": number % 3 == 0})
            assert reply[1]["id"] == str(number) and values(reply, [1, 10]) == alone[which], (number, reply)

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(320)))


def damaged_requests():
    """What fuzzing found to be different from each other: an answer, or one sentence that says what is wrong."""
    corpus = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fuzz", "corpus", "infer")
    seen = set()
    with Server("--allow-load") as server:
        for name in sorted(os.listdir(corpus)):
            with open(os.path.join(corpus, name), "rb") as file:
                header, _, body = file.read().partition(b"\n")
            header = header.decode("latin-1")
            headers = {} if header == "-" else {LENGTH: header}
            if not all(" " < letter <= "~" for letter in header):
                continue
            for address in (INFER, "/v2/repository/index", "/v2/repository/models/builtin/load"):
                status, _, said = server.ask("POST", address, body, headers)
                assert status in (200, 400, 413), (name, address, status, said)
                assert status == 200 or json.loads(said)["error"], (name, said)
                seen.add(status)
        assert values(infer(server, {"datatype": "BYTES", "shape": [1]}, framed(PICTURE)), [1, 10])
    assert seen == {200, 400, 413}, seen


def loading(folder):
    """Networks of the folder, by name, where that is allowed."""
    densenet("init", "densenet-bc-10-4", "--classes", "4", "-o", os.path.join(folder, "small.safetensors"))
    with Server("builtin") as server:
        status, _, body = server.ask("POST", "/v2/repository/models/builtin/unload", b"")
        assert status == 403 and "--allow-load" in json.loads(body)["error"], body
        assert json.loads(server.ask("POST", "/v2/repository/index", b"{}")[2]) == [
            {"name": "builtin", "version": "1", "state": "READY", "reason": ""}]
    with Server("builtin", "--repository", folder, "--allow-load") as server:
        for site, expected in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
            status, _, body = server.ask("POST", "/v2/repository/models/builtin/load", b"", {"Sec-Fetch-Site": site})
            assert status == expected, (site, status, body)
        def change(address, body=b"", status=200):
            got, _, said = server.ask("POST", "/v2/repository/" + address, body)
            assert got == status, (address, got, said)
            return json.loads(said)

        def ready(name):
            return server.ask("GET", f"/v2/models/{name}/ready")[0] == 200

        assert ready("small") and ready("builtin")
        change("models/small/unload", b'{"parameters": {"unload_dependents": false}}')
        assert not ready("small")
        rows = {row["name"]: row for row in change("index")}
        assert rows["small"]["state"] == "UNAVAILABLE" and rows["small"]["reason"] == "unloaded", rows
        assert [row["name"] for row in change("index", b'{"ready": true}')] == ["builtin"]
        change("models/small/unload", status=404)
        change("models/small/load", b"{}")
        densenet("init", "densenet-bc-10-4", "--classes", "6", "-o", os.path.join(folder, "later.safetensors"))
        assert not ready("later")
        change("models/later/load")
        assert json.loads(server.ask("GET", "/v2/models/later")[2])["outputs"][0]["shape"] == [-1, 6]
        with open(os.path.join(folder, "later.new"), "wb") as file:
            file.write(b"no weights")
        os.rename(file.name, os.path.join(folder, "later.safetensors"))
        assert "later" in change("models/later/load", status=400)["error"]
        assert ready("later")
        row = {row["name"]: row for row in change("index")}["later"]
        assert row["state"] == "READY" and "later" in row["reason"], row
        for name in ("nothing", "..", "..%2F..%2Fetc%2Fpasswd", "%00"):
            change(f"models/{name}/load", status=404)
        assert "without parameters" in change("models/small/load", b'{"parameters": {"config": "{}"}}', 400)["error"]
        assert "true or false" in change("index", b'{"ready": 1}', 400)["error"]
        assert "valid JSON" in change("index", b"{", 400)["error"]


def main():
    for test in (tensors, picture_files, free_sizes, classification, codings, descriptions, statistics, wrong_requests,
                 own_answers, damaged_requests, loading):
        with tempfile.TemporaryDirectory() as folder:
            test(*([folder] if test.__code__.co_argcount else []))
        print(test.__name__)


main()
