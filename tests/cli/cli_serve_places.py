# SPDX-License-Identifier: MIT
"""`densenet serve` where it is run: with a socket of systemd's, with its options in the environment, and as nobody
with nothing but what examples/serving/make_root.sh puts there. Needs only Python; the last part, to be root."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from bitmap_files import bmp
from serving import PROGRAM, densenet

EXAMPLES = os.path.abspath(f"{os.path.dirname(__file__)}/../../examples/serving")
PICTURE = bmp((32, 32), 24, bytes(i % 251 for i in range(32 * 32 * 3)))


def answers(port, path="/predict"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, PICTURE)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    assert answer.status == 200, body
    return body


def ended(process):
    process.terminate()
    status = process.wait(60)
    process.stderr.close()
    assert status == 0, status


def serve_at(third):
    """As sd_listen_fds(3) says: the socket is number 3, for the process of that number."""
    return subprocess.Popen(["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve --listen 127.0.0.1:1', PROGRAM],
                            stderr=subprocess.PIPE, text=True, preexec_fn=lambda: os.dup2(third.fileno(), 3), pass_fds=[3])


def passed_socket():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = serve_at(listening)
        port = listening.getsockname()[1]
        assert f"127.0.0.1:{port}" in process.stderr.readline()
        assert answers(port)["model"] == "builtin"
        ended(process)
        two = subprocess.run(["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$0" serve', PROGRAM], capture_output=True, text=True, check=False)
        assert two.returncode == 2 and "2 sockets" in two.stderr, two


def passed_otherwise():
    """What takes no connections is refused in a sentence; an abstract socket is named as systemd does."""
    datagrams, silent, abstract = socket.socket(type=socket.SOCK_DGRAM), socket.socket(), socket.socket(socket.AF_UNIX)
    with datagrams, silent, abstract, open(__file__, "rb") as file:
        silent.bind(("127.0.0.1", 0))
        for third, fault in ((datagrams, "takes no connections"), (silent, "takes no connections"), (file, "non-socket")):
            process = serve_at(third)
            said = process.communicate(timeout=60)[1]
            assert process.returncode == 2 and fault in said and said.count("\n") == 1, said
        abstract.bind(f"\0densenet-{os.getpid()}")
        abstract.listen()
        process = serve_at(abstract)
        assert f"unix:@densenet-{os.getpid()}" in process.stderr.readline()
        ended(process)


def environment(folder):
    """The command line counts more; what is wrong is named."""
    densenet("init", "densenet-bc-10-4", "-o", os.path.join(folder, "small.safetensors"))
    chosen = {"DENSENET_SERVE_REPOSITORY": folder, "DENSENET_SERVE_LISTEN": "127.0.0.1:1", "DENSENET_SERVE_ALLOW_LOAD": "0",
              "DENSENET_SERVE_THREADS": "1"}
    process = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True,
                               env={**os.environ, **chosen})
    port = int(process.stderr.readline().rsplit(":", 1)[1])
    assert answers(port)["model"] == "small"
    ended(process)
    done = densenet("serve", check=False, env={"DENSENET_SERVE_MAX_BODY": "-1"})
    assert done.returncode == 2 and "DENSENET_SERVE_MAX_BODY" in done.stderr, done


def alone_as_nobody(folder):
    root = os.path.join(folder, "root")
    subprocess.run(["sh", f"{EXAMPLES}/make_root.sh", PROGRAM, root], check=True, stdout=subprocess.DEVNULL)
    densenet("init", "densenet-bc-10-4", "-o", os.path.join(root, "srv/densenet/small.safetensors"))
    os.chmod(os.path.join(root, "srv/densenet/small.safetensors"), 0o644)
    os.chmod(folder, 0o755)

    def as_nobody():
        os.chroot(root)
        os.chdir("/")
        os.setgid(65534)
        os.setuid(65534)
    process = subprocess.Popen(["/usr/bin/densenet", "serve", "--listen", "127.0.0.1:0", "--repository", "/srv/densenet"],
                               stderr=subprocess.PIPE, text=True, env={}, preexec_fn=as_nobody)
    said = process.stderr.readline()
    assert "serving at" in said, said
    assert answers(int(said.rsplit(":", 1)[1]))["model"] == "small"
    ended(process)


def units():
    """systemd's own check, where it is installed; that the program is not in /usr/bin is no fault of theirs."""
    if not shutil.which("systemd-analyze"):
        print("units: systemd-analyze is not installed")
        return
    done = subprocess.run(["systemd-analyze", "verify", f"{EXAMPLES}/densenet.service", f"{EXAMPLES}/densenet.socket"],
                          capture_output=True, text=True, check=False)
    faults = [line for line in done.stderr.splitlines() if "densenet" in line and "not executable" not in line and "man " not in line]
    assert not faults, "\n".join(faults)


def main():
    passed_socket()
    passed_otherwise()
    units()
    with tempfile.TemporaryDirectory() as folder:
        environment(folder)
    if os.getuid() == 0 and "linux" in sys.platform:
        with tempfile.TemporaryDirectory() as folder:
            alone_as_nobody(folder)
    else:
        print("alone_as_nobody: skipped, only root may change the root")


main()
