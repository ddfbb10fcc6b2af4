# SPDX-License-Identifier: MIT
"""Damaged and hostile weight files: one sentence that names the file and the fault, exit status
2, nothing written, nothing run, and neither time nor memory out of proportion. Needs nothing but
Python."""
import json
import os
import resource
import subprocess
import tempfile

import script_bytes as scripts
import weight_bytes as files
from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
MEMORY = 2 << 30  # of address space
SECONDS = 60  # of processor time, where a sound file takes hundredths of one


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, errors="replace",
                          preexec_fn=limited)


def refused(folder, what, data, *words):
    path, out = f"{folder}/bad.pth", f"{folder}/out.pth"
    with open(path, "wb") as file:
        file.write(data)
    done = run("convert", path, out)
    lines = done.stderr.strip().split("\n")
    good = (done.returncode == 2 and len(lines) == 1 and lines[0].startswith(f"densenet: {path}: ")
            and all(word in done.stderr for word in words) and sorted(os.listdir(folder)) == ["bad.pth", "net"])
    check(what, good, f"status {done.returncode}: {done.stderr[:400]}")


def formats(folder):
    for what, (data, word) in {**files.HOSTILE_SAFETENSORS, **files.HOSTILE_TORCH, **files.HOSTILE_NPZ, **scripts.HOSTILE_SCRIPTS,
                               **files.STRANGERS}.items():
        refused(folder, what, data, word)
    for what, (code, word) in files.HOSTILE_PICKLES.items():
        refused(folder, f"zip: {what}", files.torch_zip(code), word)
        word = {"a storage larger than its data": "elements", "a storage that is missing": "fit",
                "a storage named as a path": "fit"}.get(what, word)
        keys = ("0",) if b"storage" in code else ()
        refused(folder, f"old format: {what}", files.torch_legacy(code, keys, (6,) * len(keys)), word)
    # The files that these were made from are valid, though not DenseNets.
    for data in (files.SOUND_ZIP, files.SOUND_LEGACY, files.DEFLATED, files.SOUND_NPZ, files.torch_legacy(files.by_python_2())):
        refused(folder, "a sound file", data, "convolution")
        found = json.loads(run("info", "--json", f"{folder}/bad.pth").stdout)
        check("its tensors", sorted((t["name"], t["dtype"], t["shape"]) for t in found["tensors"]) ==
              [("b", "f32", [2]), ("w", "f32", [2, 3])], found)
    count = len(files.HOSTILE_SAFETENSORS) + len(files.HOSTILE_TORCH) + len(files.HOSTILE_NPZ) + len(scripts.HOSTILE_SCRIPTS) + 2 * len(files.HOSTILE_PICKLES)
    print(f"hostile files: {count}, strangers: {len(files.STRANGERS)}")


def code(folder):
    """TorchScript says in code what its modules compute."""
    path = f"{folder}/bad.pth"
    subprocess.run([PROGRAM, "init", "--blocks", "1,1", "--growth", "2", "--stem-channels", "2", "--bottleneck", "2",
                    "--classes", "2", "-o", f"{folder}/net/imagenet.safetensors"], check=True)
    with open(f"{folder}/net/imagenet.safetensors", "rb") as file:
        state = files.tensors(file.read())
    for how in scripts.FORMS:
        with open(path, "wb") as file:
            file.write(scripts.torchscript(state, how, stride=1, eps=0.001))
        found = json.loads(run("info", "--json", path).stdout)
        check(f"{how} code", [found[key] for key in ("format", "function", "stem_stride", "bn_epsilon", "stem_pool", "warning")]
              == ["torchscript", "modules", 1, 0.001, "usual", None], found)
        with open(path, "wb") as file:
            file.write(scripts.torchscript(state, how, stride=7))
        done = run("info", path)
        check(f"{how}, a stride of 7", done.returncode == 2 and "features.conv0 is a convolution with a stride above 4" in
              done.stderr, done.stderr)
    print("code: 4")


def truncations(folder):
    """A network's file truncated at many places."""
    count = 0
    for name in ("net.safetensors", "net.pth"):
        with open(f"{folder}/net/{name}", "rb") as file:
            data = file.read()
        places = {0, 1, 7, 8, 9, 30, 31, 63, 64, len(data) - 1, len(data) - 21, len(data) - 22, len(data) - 23}
        places |= set(range(0, len(data), len(data) // 40))
        for place in sorted(places - {len(data)}):
            refused(folder, f"{name} cut at {place} of {len(data)}", data[:place])
            count += 1
        if name.endswith("safetensors"):
            refused(folder, "a byte too many", data + b"\0", "1 byte ")
    print(f"truncations: {count}")


def nothing_runs(folder):
    """What Python would execute stays data."""
    import pickle
    mark = f"{folder}/executed"
    count = 0
    for protocol in (2, 3, 4, 5):
        evil = pickle.dumps({"state_dict": files.Evil(f"touch {mark}")}, protocol)
        for data in (evil, files.torch_zip(evil), files.torch_legacy(evil)):
            refused(folder, "a pickle that runs a command", data)
            check("nothing was run", not os.path.exists(mark))
            count += 1
    evil = files.op("builtins.exec", b"(", files.text(f"open({mark!r}, 'w')"), b"tR")
    build = files.op("torch.nn.modules.linear.Linear", b")\x81}(", files.text("_modules"), evil, b"ub")
    for code in (evil, build):
        refused(folder, "a pickle that runs Python", files.torch_zip(b"\x80\x02" + code + b"."))
        check("nothing was run", not os.path.exists(mark))
    print(f"pickles that would run something: {count + 2}")


def terminal_commands(folder):
    """Names that would clear the screen are shown harmless."""
    path = f"{folder}/bad.pth"
    with open(path, "wb") as file:
        file.write(files.safetensors({"\x1b[2Jw\n": files.tensor(shape=(2, 3, 1))}))
    done = run("info", path)
    check("escape sequences in names", done.returncode == 2 and "\x1b" not in done.stdout + done.stderr and
          "?[2Jw?" in done.stdout and "?[2Jw?" in done.stderr, done.stdout + done.stderr)
    with open(path, "wb") as file:
        file.write(files.safetensors({"\x9b2Jé": files.tensor(shape=(2, 3, 1))}))
    done = run("info", path)
    check("of two bytes", done.returncode == 2 and "\x9b" not in done.stdout + done.stderr and
          "??2Jé" in done.stdout and "??2Jé" in done.stderr, done.stdout + done.stderr)
    done = run("info", f"{folder}/net/net.safetensors", "--grid", "1x1")
    check("an option's own fault", done.returncode == 2 and done.stderr.endswith("2 in all, are expected\n"), done.stderr)


def false_entries(folder):
    """Impossible metadata entries are named and ignored, and the file is read."""
    with open(f"{folder}/net/net.safetensors", "rb") as file:
        data = file.read()
    start = 8 + int.from_bytes(data[:8], "little")
    path, picture = f"{folder}/doubtful.safetensors", f"{folder}/a.png"
    with open(picture, "wb") as file:
        file.write(grey_png(32, 32, 100))
    for key, value, sound in (("thresholds", [0.5, 1.5, 0.5], False), ("thresholds", [0.5, "0.5", 0.5], False),
                              ("thresholds", [0.5, 0.5], False), ("thresholds", [0, 0.5, 0.5], False),
                              ("thresholds", [0.5, None, 0.25], True), ("labels", ["a", 2, "c"], False),
                              ("labels", ["a", "b"], False), ("labels", {"a": 1}, False), ("labels", ["a", "", "c"], True)):
        header = json.loads(data[8:start])
        header["__metadata__"][f"densenet.{key}"] = json.dumps(value)
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text + data[start:])
        done = run("predict", "-w", path, picture)
        check(f"{key} {value}", done.returncode == 0 and (f"densenet.{key} is " in done.stderr) != sound and
              done.stderr.count("\n") == (not sound), done.stderr)
    header = json.loads(data[8:start])
    header["__metadata__"]["densenet.preprocess"] = "resize=0"
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data[start:])
    done = run("predict", "-w", path, picture)
    check("half a pipeline", done.returncode == 0 and 'is "resize=0" in its metadata, no pipeline' in done.stderr, done.stderr)
    print("false entries: 10")


def places(folder):
    """Paths that are not files, and destinations that cannot be written."""
    good = f"{folder}/net/net.pth"
    for source, target, word in ((f"{folder}/absent.pth", f"{folder}/out.pth", "cannot be opened"),
                                 (folder, f"{folder}/out.pth", "folder"),
                                 (good, f"{folder}/absent/out.pth", "cannot be created"),
                                 (good, "/dev/full/out.pth", "cannot be created")):
        done = run("convert", source, target)
        check(f"{source} to {target}", done.returncode == 2 and word in done.stderr, done.stderr)
    before = os.stat(good).st_mtime_ns
    done = run("convert", good, good, "--dtype", "f64")
    check("a type that is not written", done.returncode == 2 and os.stat(good).st_mtime_ns == before, done.stderr)
    print("places: 5")


def streams(folder):
    """Pipes are read to their end, and endless ones are refused."""
    for name in ("net.safetensors", "net.pth"):
        path = f"{folder}/net/{name}"
        expected = run("info", path).stdout.replace(path, "/dev/stdin")
        with open(path, "rb") as file:
            data = file.read()
            file.seek(0)
            redirected = subprocess.run([PROGRAM, "info", "/dev/stdin"], stdin=file, capture_output=True, check=False)
        piped = subprocess.run([PROGRAM, "info", "/dev/stdin"], input=data, capture_output=True, check=False)
        for what, done in (("redirected", redirected), ("piped", piped)):
            check(f"{name} {what}", done.returncode == 0 and done.stdout.decode() == expected, done.stderr)
    fifo = f"{folder}/fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["/bin/sh", "-c", "cat \"$0\" > \"$1\"", f"{folder}/net/net.pth", fifo]):
        check("a named pipe", run("info", fifo).returncode == 0)
    with subprocess.Popen(["/bin/sh", "-c", "echo none > \"$0\"", fifo]):
        done = subprocess.run([PROGRAM, "info", fifo], capture_output=True, text=True, check=False)
        check("a stranger in a pipe", done.returncode == 2 and "unknown format" in done.stderr, done.stderr)
    for command in (("info", "/dev/zero"), ("convert", "/dev/zero", f"{folder}/out.pth"),
                    ("predict", "-w", f"{folder}/net/net.pth", "/dev/zero")):
        done = run(*command)
        check(f"{command[0]} without end", done.returncode == 2 and "/dev/zero: goes on past 1 GiB" in done.stderr
              and done.stderr.count("\n") == 1, done.stderr)
    done = subprocess.run([PROGRAM, "info", "/dev/zero"], capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20)))
    check("too little memory", done.returncode == 2 and "/dev/zero: out of memory" in done.stderr, done.stderr)
    print("streams: 10")


with tempfile.TemporaryDirectory() as folder:
    os.mkdir(f"{folder}/net")
    for name in ("net.safetensors", "net.pth"):
        subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", "2", "--stem", "cifar-norm", "--classes", "3",
                        "-o", f"{folder}/net/{name}"], check=True)
    for test in (formats, code, truncations, nothing_runs, terminal_commands, false_entries, places, streams):
        test(folder)
finish()
