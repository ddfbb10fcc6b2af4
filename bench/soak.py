#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""soak.py PROGRAM: asks `densenet serve` for a long time, by clients that send good and bad requests in any order, break
off, and have networks loaded again. Each answer must be, to the byte, the one that the same request got first, when
nobody else asked. Prints once a minute what was answered, and the server's memory and open files; ends with 1 if an answer
was another's, or the server failed. Needs NumPy, and Pillow for the pictures."""
import argparse
import base64
import collections
import http.client
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy
from PIL import Image

JSON = {"Content-Type": "application/json"}


def picture(seed, kind, side=96):
    pixels = numpy.random.default_rng(seed).integers(256, size=(side // 8, side // 8, 3)).astype(numpy.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((side, side), Image.BICUBIC).save(file, kind)
    return file.getvalue()


def form(*files):
    parts = [b'--edge\r\nContent-Disposition: form-data; name="file"; filename="%d"\r\n\r\n%s\r\n' % (number, data)
             for number, data in enumerate(files)]
    return b"".join(parts) + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


def inference(datatype, shape, data, **more):
    tensor = {"name": "input", "datatype": datatype, "shape": shape, "data": data, **more}
    return json.dumps({"inputs": [tensor]}).encode()


def binary(array):
    head = json.dumps({"inputs": [{"name": "input", "datatype": "FP32", "shape": array.shape,
                                   "parameters": {"binary_data_size": array.nbytes}}]}).encode()
    return head + array.tobytes(), {"Inference-Header-Content-Length": str(len(head))}


def requests(channels, height, width):
    """(method, address, body, headers) of all kinds."""
    found = []
    for seed, kind in enumerate(("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP")):
        data = picture(seed, kind)
        found += [("POST", "/predict", data, {"Content-Type": f"image/{kind.lower()}"}),
                  ("POST", "/predict", *form(data, picture(seed + 10, kind), b"no picture")),
                  ("POST", "/predict?cam=", *form(data)), ("POST", "/predict?cam=&map=alone", *form(data)),
                  ("POST", "/predict", data[:len(data) // 2], {"Content-Type": f"image/{kind.lower()}"}),
                  ("POST", "/v2/models/builtin/infer", inference(
                      "BYTES", [1], [base64.b64encode(data).decode()], parameters={"content_type": "base64"}), JSON)]
    numbers = numpy.random.default_rng(1).standard_normal((2, channels, height, width)).astype(numpy.float32)
    infer = "/v2/models/builtin/infer"
    found += [("POST", infer, inference("FP32", numbers.shape, numbers.ravel().tolist()), JSON),
              ("POST", infer, inference("FP32", [1, 1], [1]), JSON), ("POST", infer, b'{"inputs": [', JSON),
              ("POST", infer, *binary(numbers)), ("POST", infer, binary(numbers)[0][:-8], binary(numbers)[1]),
              ("POST", "/v2/models/none/infer", b"{}", JSON), ("GET", "/v2/models/builtin", None, {}), ("GET", "/", None, {}),
              ("GET", "/openapi.json", None, {}), ("GET", "/../etc/passwd", None, {}), ("PUT", "/predict", b"", {}),
              ("POST", "/predict?model=none", picture(0, "PNG"), {"Content-Type": "image/png"})]
    return found


class Client(threading.Thread):
    """Asks, in a random order, what was asked before, and breaks off now and then."""

    def __init__(self, host, wanted, seed):
        super().__init__()
        self.host, self.wanted, self.chance = host, wanted, random.Random(seed)
        self.counts, self.wrong, self.going = collections.Counter(), [], True

    def run(self):
        connection = None
        while self.going and not self.wrong:
            if self.chance.random() < 0.01:
                self.break_off()
                continue
            request, first = self.chance.choice(self.wanted)
            connection = connection if connection and self.chance.random() < 0.9 else http.client.HTTPConnection(self.host, timeout=60)
            answer = ask(connection, request)
            self.counts[answer[0]] += 1
            if answer != first:
                self.wrong.append((request[:2], first, answer))

    def break_off(self):
        address, port = self.host.rsplit(":", 1)
        with socket.create_connection((address, int(port))) as one:
            one.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"\0" * self.chance.randrange(99999))
        self.counts["broken off"] += 1


def ask(connection, request):
    connection.request(*request)
    answer = connection.getresponse()
    return answer.status, answer.read()


def start(program):
    server = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0", "--queue", "1000"], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if "serving at " in line:
            threading.Thread(target=lambda: collections.deque(server.stderr, 0), daemon=True).start()
            return server, line.split()[-1].split("//")[-1]
    sys.exit("the server did not start")


def resident(server):
    with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
        kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
    return kilobytes / 1024, len(os.listdir(f"/proc/{server.pid}/fd"))


def watch(server, clients, minutes):
    began = time.monotonic()
    for minute in range(1, minutes + 1):
        while time.monotonic() < began + 60 * minute and not any(client.wrong for client in clients):
            time.sleep(0.2)
        counts = sum((client.counts for client in clients), collections.Counter())
        memory, files = resident(server)
        print(f"{minute} min: {memory:.1f} MiB, {files} files open, "
              + ", ".join(f"{count} x {status}" for status, count in sorted(counts.items(), key=str)), flush=True)
        if any(client.wrong for client in clients):
            return
        server.send_signal(signal.SIGHUP)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    server, host = start(options.program)
    shape = json.loads(ask(http.client.HTTPConnection(host), ("GET", "/v2/models/builtin"))[1])["inputs"][0]["shape"][1:]
    wanted = [(request, ask(http.client.HTTPConnection(host), request)) for request in requests(*shape)]
    clients = [Client(host, wanted, seed) for seed in range(options.clients)]
    for client in clients:
        client.start()
    try:
        watch(server, clients, options.minutes)
    finally:
        for client in clients:
            client.going = False
        for client in clients:
            client.join()
        server.terminate()
    for client in clients:
        for (method, address), first, answer in client.wrong:
            print(f"{method} {address}: {answer[0]} {answer[1][:200]!r}, at first {first[0]} {first[1][:200]!r}")
    sys.exit(1 if server.wait() or any(client.wrong for client in clients) else 0)


if __name__ == "__main__":
    main()
