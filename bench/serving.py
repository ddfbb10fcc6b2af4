# SPDX-License-Identifier: MIT
"""serving.py PROGRAM FOLDER: `densenet serve` beside servers that people write around onnxruntime and OpenVINO, a JPEG
in, names out, on this machine. FOLDER keeps the peers' Python environment, which is made if it is missing. Each server
has its turn alone, several times; of its turns the best counts. Needs wrk and NumPy, Pillow for the picture."""
import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import time

import photographs

CLIENTS = (1, 8, 64)
HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ("onnxruntime", "openvino", "uvicorn", "starlette", "pillow", "numpy")
UNITS = {"us": 1e-3, "ms": 1, "s": 1e3}


def environment(folder):
    python = os.path.join(folder, "serving", "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "serving")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def asked(port, picture):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/predict", picture, {"Content-Type": "image/jpeg"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return body


def start(command, port, picture, extra=None):
    """The process, and the seconds until it has answered its first request."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=HERE, env={**os.environ, **(extra or {})}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while True:
        try:
            asked(port, picture)
            return process, time.perf_counter() - began
        except ConnectionError:
            assert process.poll() is None and time.perf_counter() - began < 60, command
            time.sleep(0.002)


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * UNITS[unit]


def load(port, clients, seconds, script):
    said = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "--latency", "-s", script,
                           f"http://127.0.0.1:{port}/predict"], capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    return {"per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
            "median": milliseconds(re.search(r"\n +50%\s+(\S+)", said)[1]), "p99": milliseconds(re.search(r"\n +99%\s+(\S+)", said)[1])}


def peak(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) / 1024


def turn(server, picture, options, script):
    process, ready = start(server["command"], options.port, picture, server.get("environment"))
    try:
        rows = {clients: load(options.port, clients, options.seconds, script) for clients in CLIENTS}
        return {"ready": ready, "MiB": peak(process), "rows": rows}
    finally:
        process.terminate()
        process.wait()


def better(one, other):
    if one is None:
        return other
    rows = {c: max(one["rows"][c], other["rows"][c], key=lambda row: row["per_second"]) for c in CLIENTS}
    return {"ready": min(one["ready"], other["ready"]), "MiB": min(one["MiB"], other["MiB"]), "rows": rows}


def servers(options, python, weights, graph):
    cores = len(os.sched_getaffinity(0))
    own = [options.program, "serve", weights, "--listen", f"127.0.0.1:{options.port}", "--queue", "1000"]
    found = {f"densenet {precision}": {"command": [*own, "--precision", precision]} for precision in ("f32", "bf16")}
    uvicorn = [python, "-m", "uvicorn", "--port", str(options.port), "--log-level", "error", "serving_peers:app"]
    for engine in ("onnxruntime", "openvino f32", "openvino"):
        for threads, together in ((1, cores), (cores, 1)):
            found[f"{engine}, {together} at once"] = {"command": uvicorn, "environment": {
                "ENGINE": engine, "NET": graph, "THREADS": str(threads), "TOGETHER": str(together)}}
    return found


def prepared(options, folder):
    weights, graph = os.path.join(folder, "serving.safetensors"), os.path.join(folder, "serving.onnx")
    subprocess.run([options.program, "init", "densenet121", "-o", weights], check=True, capture_output=True)
    subprocess.run([options.program, "convert", weights, graph, "--fold"], check=True, capture_output=True)
    photographs.draw(os.path.join(folder, "pictures"), 1)
    path = os.path.join(folder, "pictures", "00.jpg")
    script = os.path.join(folder, "serving.lua")
    with open(script, "w", encoding="ascii") as file:
        file.write(f'local f = io.open("{path}", "rb")\nwrk.method = "POST"\nwrk.body = f:read("*a")\nf:close()\n'
                   'wrk.headers["Content-Type"] = "image/jpeg"\n')
    with open(path, "rb") as file:
        return weights, graph, file.read(), script


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("folder", type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--port", type=int, default=18732)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    weights, graph, picture, script = prepared(options, options.folder)
    running = servers(options, environment(options.folder), weights, graph)
    best = dict.fromkeys(running)
    for _ in range(options.rounds):
        for name, server in running.items():
            best[name] = better(best[name], turn(server, picture, options, script))
    if options.json:
        print(json.dumps(best, indent=1))
        return
    print("| server | ready, s | MiB | " + " | ".join(f"{c} clients: a second, median, p99 ms" for c in CLIENTS) + " |")
    print("|---|---|---|" + "---|" * len(CLIENTS))
    for name, one in best.items():
        rows = (one["rows"][c] for c in CLIENTS)
        print(f"| {name} | {one['ready']:.2f} | {one['MiB']:.0f} | "
              + " | ".join(f"{r['per_second']:.1f}, {r['median']:.0f}, {r['p99']:.0f}" for r in rows) + " |")


main()
