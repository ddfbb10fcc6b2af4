# SPDX-License-Identifier: MIT
"""A file that another process cuts short while it is read ends in a sentence, never in a signal. Needs nothing but Python."""
import http.client
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile

from checking import check, finish

PROGRAM = os.environ["DENSENET"]


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(data)


def cut(path, size, *arguments):
    """Runs the program; the file loses all but its first bytes once its size is known."""
    environment = {**os.environ, "LD_PRELOAD": os.environ["DENSENET_CUT_AT"], "CUT_FILE": path, "CUT_TO": str(size)}
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, env=environment)
    check(f"{path} was cut", os.path.getsize(path) == size)
    return done


def refused(what, done, words):
    check(what, done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1,
          f"{done.returncode} {done.stderr}")


def picture(number=0):
    return b"P6\n32 32\n255\n" + bytes((number * 7 + i) % 256 for i in range(3072))


def make_inputs(folder):
    subprocess.run([PROGRAM, "init", "--blocks", "2,2", "--growth", "12", "--stem", "cifar", "--classes", "10",
                    "-o", f"{folder}/net.safetensors"], check=True)
    subprocess.run([PROGRAM, "convert", f"{folder}/net.safetensors", f"{folder}/net.pth"], check=True)
    write(f"{folder}/one.ppm", picture())
    records = b"".join(bytes([i % 10]) + picture(i)[-3072:] for i in range(40))
    write(f"{folder}/cifar/test_batch.bin", records)
    write(f"{folder}/cifar/batches.meta.txt", b"\n".join(b"name%d" % i for i in range(10)))
    with tarfile.open(f"{folder}/data.tar", "w") as archive:
        for i in range(30):
            member = tarfile.TarInfo(f"{i % 10}/{i}.ppm")
            member.size = len(picture(i))
            archive.addfile(member, io.BytesIO(picture(i)))
    for i in range(10):
        write(f"{folder}/table/{i}.ppm", picture(i))
    write(f"{folder}/table/labels.csv", b"image,class\n" + b"".join(b"%d.ppm,%d\n" % (i % 10, i % 10) for i in range(2000)))
    write(f"{folder}/hub/config.json", json.dumps({"architecture": "densenet121", "x": "y" * 20000}).encode())
    subprocess.run([PROGRAM, "convert", f"{folder}/net.safetensors", f"{folder}/hub/model.safetensors"], check=True)


def changed_between_precisions(folder):
    """What two precisions answered is compared only if it is the same pictures: a pipe gives its picture once."""
    write(f"{folder}/once.csv", b"image,class\n/dev/stdin,0\n" + b"".join(b"table/%d.ppm,%d\n" % (i, i) for i in range(10)))
    done = subprocess.run([PROGRAM, "eval", "-w", f"{folder}/net.safetensors", f"{folder}/once.csv", "--compare", "f32,bf16"],
                          input=picture(), capture_output=True, check=False)
    check("pictures that change between precisions", done.returncode == 2 and not done.stdout and
          b"once.csv: changed while it was read" in done.stderr, done)


def begin(path, size, *arguments):
    """A server that runs, with the lines it said until then."""
    environment = {**os.environ, "LD_PRELOAD": os.environ["DENSENET_CUT_AT"], "CUT_FILE": path, "CUT_TO": str(size)}
    server = subprocess.Popen([PROGRAM, "serve", *arguments, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True,
                              env=environment)
    return server, heard(server, "serving at")


def heard(server, words):
    lines = []
    for line in server.stderr:
        lines.append(line)
        if words in line:
            break
    return lines


def answer(said, name):
    """(status, body)"""
    connection = http.client.HTTPConnection(said[-1].split("//")[1].strip(), timeout=60)
    connection.request("POST", f"/predict?model={name}", picture())
    reply = connection.getresponse()
    return reply.status, reply.read()


def end(server):
    server.terminate()
    check("the server ends in order", server.wait(60) == 0)
    server.stderr.close()


def served(folder):
    """A server goes on with what it has, whenever a file is cut: when it starts, or loads it again."""
    for name in "ab":
        write(f"{folder}/served/{name}.safetensors", b"")
        shutil.copy(f"{folder}/net.safetensors", f"{folder}/served/{name}.safetensors")
    size = os.path.getsize(f"{folder}/served/b.safetensors")
    for left in (0, size * 2 // 3):
        shutil.copy(f"{folder}/net.safetensors", f"{folder}/served/b.safetensors")
        server, said = begin(f"{folder}/served/b.safetensors", left, "--repository", f"{folder}/served")
        check("a file that is cut at the start", len(said) == 2 and "b.safetensors: was cut short" in said[0], said)
        check("only that one is missing", answer(said, "a")[0] == 200 and answer(said, "b")[0] == 404)
        end(server)
    again = f"{folder}/again"
    server, said = begin(again, size * 2 // 3, f"{folder}/served/a.safetensors")
    before = answer(said, "a")
    os.link(f"{folder}/served/a.safetensors", again)
    server.send_signal(signal.SIGHUP)
    lines = heard(server, "not all of them")
    check("a file that is cut when it is loaded again", "a.safetensors: was cut short" in lines[0], lines)
    check("the old network stays", before[0] == 200 and answer(said, "a") == before)
    end(server)


with tempfile.TemporaryDirectory() as scratch:
    make_inputs(scratch)
    net = ("-w", f"{scratch}/net.safetensors")
    refused("a picture", cut(f"{scratch}/one.ppm", 100, "predict", *net, f"{scratch}/one.ppm"), "one.ppm: ")
    refused("CIFAR records", cut(f"{scratch}/cifar/test_batch.bin", 5000, "eval", *net, f"{scratch}/cifar"),
            "cifar/test_batch.bin: was cut short while it was in use")
    write(f"{scratch}/cifar/test_batch.bin", bytes(3073))
    listed = cut(f"{scratch}/cifar/batches.meta.txt", 0, "eval", *net, f"{scratch}/cifar")
    check("the list of classes, as it is then", listed.returncode == 0, listed.stderr)
    refused("a table", cut(f"{scratch}/table/labels.csv", 30, "eval", *net, f"{scratch}/table"), "labels.csv: ")
    hub = cut(f"{scratch}/hub/config.json", 100, "info", f"{scratch}/hub")
    check("a hub's config.json", hub.returncode == 0 and "config.json beside it is not valid JSON" in hub.stdout, hub)
    refused("a tar", cut(f"{scratch}/data.tar", 0, "eval", *net, f"{scratch}/data.tar"), "data.tar: was cut short")
    for name, command in (("net.pth", ("info", f"{scratch}/net.pth")),
                          ("net.safetensors", ("predict", *net, f"{scratch}/table/1.ppm"))):
        refused(name, cut(f"{scratch}/{name}", 0, *command), f"{name}: was cut short")
    make_inputs(scratch)
    changed_between_precisions(scratch)
    if "this program was built without" not in subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True,
                                                              check=True).stdout:
        served(scratch)
finish()
