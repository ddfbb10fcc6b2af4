# SPDX-License-Identifier: MIT
"""`densenet serve` and clients that are slow, gone, many or hostile: an answer or a closed connection, nobody
else's answer, and no memory that stays. Needs Pillow and openssl."""
import collections
import concurrent.futures
import http.client
import io
import json
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import PIL.Image
from bitmap_files import bmp
from serving import PROGRAM, Server, densenet, multipart


MEASURED = "DENSENET_SANITIZED" not in os.environ  # a sanitizer's own memory would be measured


def picture(seed, side=32):
    return bmp((side, side), 24, random.Random(seed).randbytes(side * side * 3))


def raw(server):
    return socket.create_connection(server.host.rsplit(":", 1), timeout=60)


def head(size, more=""):
    return (f"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n{more}\r\n").encode()


def closes(connection, seconds, drip=b""):
    """Whether the server closes within so many seconds, while bytes drip."""
    connection.settimeout(0.1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if drip:
                connection.sendall(drip)
            if not connection.recv(4096):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def slow_clients():
    """Bytes that come one by one do not buy time; a client in time is served beside them."""
    with Server("--client-timeout", "1") as server:
        idle, in_head, in_body = raw(server), raw(server), raw(server)
        in_head.sendall(b"POST /predict HTTP/1.1\r\nX-A: ")
        in_body.sendall(head(100000))
        assert server.ask("POST", "/predict", picture(1))[0] == 200
        assert closes(in_head, 8, b"a") and closes(in_body, 8, b"a") and closes(idle, 8)
        assert server.ask("POST", "/predict", picture(1))[0] == 200


def slow_clients_at_the_end():
    """A client that never ends its body has no more time when the server ends than before."""
    for grace in ("0", "600"):
        with Server("--client-timeout", "1", "--grace", grace) as server, raw(server) as in_body:
            in_body.sendall(head(100000) + b"a")
            server.wait_for("densenet_body_bytes 16384")
            server.process.terminate()
            assert closes(in_body, 20, b"a")
            server.process.terminate()
            assert server.process.wait(20) == 0


def hostile_heads():
    cases = [b"\0" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100000, b"GET /" + b"a/" * 20000 + b" HTTP/1.1\r\n\r\n",
             b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n", head("-1"), head("99999999999999999999"), head("1e3"),
             b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"\x16\x03\x01\x02\x00\x01",
             b"GET /?" + b"x=&" * 10000 + b" HTTP/1.1\r\n\r\n", b"GET /?" + b"x" * 100000 + b" HTTP/1.1\r\n\r\n",
             b"GET /?" + b"&" * 1000 + b" HTTP/1.1\r\nno header", b"GET /x%00 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /predict/../%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"]
    with Server("--client-timeout", "1") as server:
        for case in cases:
            with raw(server) as connection:
                try:
                    connection.sendall(case)
                    answer = connection.recv(65536)
                except OSError:
                    answer = b""
                assert not answer or answer.split()[1][:1] in b"45", (case[:60], answer[:200])
        endless = raw(server)
        endless.sendall(b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(400):
                endless.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
        except OSError:
            pass
        assert closes(endless, 10)
        assert server.ask("POST", "/predict", picture(1))[0] == 200


def ends_of_bodies():
    """Two opinions about where a body ends: refused, and the connection is closed before what follows is read."""
    chunks = b"5\r\nGET /\r\n0\r\n\r\n"
    cases = (("Content-Length: 5\r\nTransfer-Encoding: chunked", b"400"), ("Content-Length: 5\r\nContent-Length: 15", b"400"),
             ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"400"), ("Transfer-Encoding: gzip, chunked", b"501"))
    with Server() as server:
        for lines, status in cases:
            for method in ("POST", "GET"):
                with raw(server) as connection:
                    connection.sendall(f"{method} /v2 HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n".encode() + chunks)
                    got = b"".join(iter(lambda taken=connection: taken.recv(4096), b""))
                    assert got.split()[1] == status and got.count(b"HTTP/1.1") == 1, (lines, got)
        with raw(server) as connection:
            connection.sendall(b"POST /v2/repository/index HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
            assert connection.recv(4096).split()[1] == b"200"


def damaged_headers():
    """Lines that a proxy may take for another header than the server does: refused before what follows them is read."""
    hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
    length = b"Content-Length: %d" % len(hidden)
    cases = (length.replace(b":", b" :"), length.replace(b":", b"\t:"), b" " + length, length + b"\r\n x", b"Content-Le: 35\r\n\tngth",
             b"X: a\r" + length, b"X: \x01", b"X\x7f: a", b"(X): a", b": a", b"X: a\r\n " + length)
    with Server() as server:
        for case in cases:
            with raw(server) as connection:
                connection.sendall(b"POST /v2/repository/index HTTP/1.1\r\n" + case + b"\r\nHost: a\r\n\r\n" + hidden)
                got = b"".join(iter(lambda taken=connection: taken.recv(4096), b""))
                assert got.split()[1] == b"400" and got.count(b"HTTP/1.1") == 1, (case, got)
        for name, value in (("X-a.b_c~1", "a\tb; \xe9"), ("X", "")):
            assert server.ask("GET", "/v2", headers={name: value})[0] == 200, (name, value)


def resident(server):
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def many_connections():
    """Thousands that do nothing, and what they cost; more than may be are refused, not waited for."""
    with Server("--max-connections", "900") as server:
        server.ask("POST", "/predict", picture(1))
        before = resident(server)
        held = []
        for _ in range(850):
            held.append(raw(server))
        assert server.ask("POST", "/predict", picture(1))[0] == 200
        each = (resident(server) - before) / len(held)
        print(f"{each:.0f} bytes a connection")
        assert each < 20000 or not MEASURED, each
        for connection in held:
            connection.close()
        server.wait_for("densenet_connections 1")


def clients_that_leave():
    """What nobody waits for is not computed."""
    form, kind = multipart([(f"{i}.bmp", picture(i)) for i in range(200)])
    with Server("--threads", "1") as server:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            first = pool.submit(server.ask, "POST", "/predict", form, {"Content-Type": kind})
            server.wait_for("densenet_computing_requests 1")
            for _ in range(20):
                with raw(server) as leaving:
                    leaving.sendall(head(len(form), f"Content-Type: {kind}\r\n") + form)
            server.wait_for("densenet_queue_requests 20")
            last = pool.submit(server.ask, "POST", "/predict", picture(1))
            assert first.result()[0] == last.result()[0] == 200
        server.wait_for('densenet_requests_total{network="builtin",result="gone"} 20')


def clients_that_break_off():
    """In a head or in a body, with their last bytes in one piece with the end: their connections close soon, not after
    --client-timeout."""
    with Server("--client-timeout", "500") as server:
        server.process.send_signal(signal.SIGSTOP)
        for sent in (b"", b"POST /predict HTTP/1.1\r\nHo", head(5000), head(5000) + b"a" * 100, head(500000) + b"a" * 50000,
                     head(5000, "Content-Type: multipart/form-data; boundary=a\r\n") + b"--a\r\n",
                     b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nabc"):
            with raw(server) as connection:
                connection.sendall(sent)
        server.process.send_signal(signal.SIGCONT)
        server.wait_for("densenet_connections 1")
        with raw(server) as connection:
            connection.sendall(b"GET /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200"), "one that has only ended its sending is answered"


def clients_that_only_read():
    """Who closes the sending end after a whole request still gets the answer, to whatever it was."""
    body = picture(1)
    with Server() as server:
        for request in (head(len(body)) + body, b"GET /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n",
                        b"GET /page/page.css HTTP/1.1\r\nHost: a\r\n\r\n"):
            with raw(server) as client:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: client.recv(65536), b""))
            assert answer.startswith(b"HTTP/1.1 200 ") and answer.count(b"HTTP/1.1") == 1, answer[:100]
            length = int(re.search(rb"Content-Length: (\d+)", answer)[1])
            assert len(answer.partition(b"\r\n\r\n")[2]) == length


def everyone_gets_their_own():
    """Many at once, each another picture: all answers are those that they get alone."""
    pictures = [picture(seed) for seed in range(24)]
    with Server("--threads", "3") as server:
        alone = [server.ask("POST", "/predict?top=10", one)[2] for one in pictures]
        assert len(set(alone)) == len(alone)
        order = [i % len(pictures) for i in range(480)]
        random.Random(1).shuffle(order)
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda i: server.ask("POST", "/predict?top=10", pictures[i])[2], order))
        assert answers == [alone[i] for i in order]


def memory_is_flat():
    """What leaks grows in each of five rounds; heaps that threads fill for the first time do not."""
    if not MEASURED:
        return
    with Server("--threads", "2") as server:
        def ask_many(count):
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for status, _, _ in pool.map(lambda i: server.ask("POST", "/predict", picture(i % 7)), range(count)):
                    assert status == 200
            return resident(server)
        before = ask_many(300)
        for _ in range(5):
            after = ask_many(1000)
            grown, before = after - before, after
            print(f"{grown} bytes more after 1000 requests")
            if grown < 1 << 18:
                return
        raise AssertionError("memory grows with every request")


def peak(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) * 1024


def bombs():
    """Small files of large pictures, in every format that Pillow writes: refused before they take memory, or, within
    the limit, computed in what their pixels take for each thread."""
    with Server("--max-pixels", "4", "--threads", "2") as server:
        server.ask("POST", "/predict", picture(1))
        before = peak(server)
        for kind in ("PNG", "GIF", "BMP", "TIFF", "WEBP", "JPEG", "JPEG2000", "PPM"):
            size = (5000, 4000) if kind not in ("BMP", "PPM", "JPEG2000") else (2100, 2000)
            status, _, said = server.ask("POST", "/predict", drawn(kind, size))
            assert status == 413 and "pixels" in json.loads(said)["error"], (kind, status, said)
        print(f"bombs refused: {(peak(server) - before) >> 20} MiB more")
        assert peak(server) - before < 32 << 20 or not MEASURED
        within = drawn("PNG", (2000, 2000))
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            assert {one[0] for one in pool.map(lambda _: server.ask("POST", "/predict", within), range(32))} == {200}
        print(f"bombs computed: {(peak(server) - before) >> 20} MiB more")
        assert peak(server) - before < 2 * 4000000 * 3 * 2 + (32 << 20) or not MEASURED


def drawn(kind, size):
    made = io.BytesIO()
    PIL.Image.new("RGB", size, (90, 40, 20)).save(made, kind, **({"compression": "tiff_deflate"} if kind == "TIFF" else {}))
    return made.getvalue()


def killed(process):
    process.kill()
    process.wait()
    process.stderr.close()


def kill_under_load(folder):
    """Clients of a server that is killed, also while it reads weights, and started again see their connection refused
    or broken, and otherwise their own answers; the new server answers as soon as it says so."""
    large = os.path.join(folder, "large.safetensors")
    densenet("init", "densenet121", "-o", large)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["builtin", large, "--listen", f"127.0.0.1:{port}"]
    server = Server(*arguments)
    expected = server.ask("POST", "/predict", picture(1))[2]
    seen, stop = collections.Counter(), threading.Event()

    def ask():
        while not stop.is_set():
            try:
                status, _, body = server.ask("POST", "/predict", picture(1))
                seen["answered" if status == 200 and body == expected else f"{status} {body}"] += 1
            except (OSError, http.client.RemoteDisconnected):
                seen["no connection"] += 1
                time.sleep(0.01)
    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    for moment in ("computing", "reloading", "starting"):
        time.sleep(0.3)
        if moment == "reloading":
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        killed(server.process)
        if moment == "starting":
            starting = subprocess.Popen([PROGRAM, "serve", *arguments], stderr=subprocess.PIPE)
            time.sleep(0.05)
            killed(starting)
        server = Server(*arguments)
        assert server.ask("POST", "/predict", picture(1))[2] == expected
    time.sleep(0.3)
    stop.set()
    for client in clients:
        client.join()
    server.process.terminate()
    assert server.process.wait(60) == 0
    server.process.stderr.close()
    assert set(seen) == {"answered", "no connection"}, seen


def tls(folder):
    paths = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
                    "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    context = ssl.create_default_context(cafile=paths[0])
    context.check_hostname = False
    with Server("--tls-cert", paths[0], "--tls-key", paths[1], "--client-timeout", "2") as server:
        assert server.address.startswith("https://")
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", os.urandom(3000), b"\x16\x03\x01\xff\xff"):
            with raw(server) as plain:
                plain.sendall(garbage)
                assert closes(plain, 10), garbage[:10]
        with context.wrap_socket(raw(server)) as secure:
            body = picture(1)
            secure.sendall(head(len(body)) + body)
            assert secure.recv(100).startswith(b"HTTP/1.1 200")
    done = densenet("serve", "--tls-cert", paths[1], "--tls-key", paths[1], "--listen", "127.0.0.1:0", check=False)
    assert done.returncode == 2 and "certificate" in done.stderr, done


def kill_and_restart(folder):
    """A socket that a killed server left is taken over; a client in between is refused, and no more."""
    path = os.path.join(folder, "socket")
    for _ in range(3):
        server = Server("--listen", f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            body = picture(1)
            client.sendall(head(len(body)) + body)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        killed(server.process)
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(path)
                raise AssertionError("a dead server answers")
            except ConnectionRefusedError:
                pass


def weights_that_change(folder):
    """A weight file that is cut or removed while it is served does no harm to what is loaded."""
    path = os.path.join(folder, "net.safetensors")
    densenet("init", "densenet-bc-10-4", "-o", path)
    with Server(path, "--threads", "2") as asked, Server(path, "--threads", "2") as server:
        before = asked.ask("POST", "/predict?model=net", picture(1))[2]
        with open(path, "r+b") as file:
            file.truncate(100)
        for _ in range(4):
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                answers = set(pool.map(lambda _: server.ask("POST", "/predict?model=net", picture(1))[2], range(16)))
            assert answers == {before}
        assert server.ask("POST", "/predict?model=net&cam=", picture(1))[0] == 200
        assert len(json.loads(server.ask("GET", "/networks")[2])["networks"]) == 1
        server.process.send_signal(signal.SIGHUP)
        server.say("not all of them")
        assert server.ask("POST", "/predict?model=net", picture(1))[2] == before


def weights_that_are_no_file(folder):
    """A pipe is not waited for, neither at the start nor later: in its place stays the network that there was."""
    path = os.path.join(folder, "net.safetensors")
    densenet("init", "densenet-bc-10-4", "-o", path)
    with Server("--repository", folder, "--allow-load") as server:
        os.remove(path)
        os.mkfifo(path)
        server.process.send_signal(signal.SIGHUP)
        assert "pipe" in server.say(path)
        server.say("not all of them")
        status, _, said = server.ask("POST", "/v2/repository/models/net/load")
        assert status == 500 and "pipe" in json.loads(said)["error"], said
        assert server.ask("POST", "/predict?model=net", picture(1))[0] == 200
    for source in (path, "/dev/zero"):
        done = densenet("serve", source, "--listen", "127.0.0.1:0", check=False)
        assert done.returncode == 2 and f"{source}: is a pipe or a device" in done.stderr, done


def weights_of_any_size(folder):
    """Where pictures have any size, weights are laid out anew for some: not from a file that was cut."""
    path, any_size = os.path.join(folder, "net.safetensors"), os.path.join(folder, "any.safetensors")
    densenet("init", "densenet-bc-10-4", "-o", path)
    densenet("convert", path, any_size, "--preprocess", "none")
    with Server(any_size) as server:
        before = server.ask("POST", "/predict", picture(1))
        with open(any_size, "r+b") as file:
            file.truncate(100)
        assert server.ask("POST", "/predict", picture(1))[2] == before[2] and before[0] == 200
        status, _, body = server.ask("POST", "/predict", picture(1, 12))
        assert status == 500 and b"any.safetensors: was cut short" in body, body
        assert server.ask("POST", "/predict", picture(1))[2] == before[2]


def main():
    for test in (slow_clients, slow_clients_at_the_end, hostile_heads, ends_of_bodies, damaged_headers, many_connections, clients_that_leave,
                 clients_that_break_off, clients_that_only_read,
                 everyone_gets_their_own, memory_is_flat, bombs, tls, kill_and_restart, kill_under_load, weights_that_change,
                 weights_that_are_no_file, weights_of_any_size):
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            test(*([folder] if test.__code__.co_argcount else []))
        print(f"{test.__name__}: {time.monotonic() - start:.1f} s", flush=True)


main()
