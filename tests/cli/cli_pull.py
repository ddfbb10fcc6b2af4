# SPDX-License-Identifier: MIT
"""densenet pull against a server on loopback: whole, resumed, cut off, refused; and what
`--weights NAME` then means. Needs nothing but Python."""
import hashlib
import http.server
import os
import subprocess
import sys
import tempfile
import threading

PROGRAM = os.environ["DENSENET"]
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {'ok' if good else 'FAILED ' + str(figure)}")


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `content` with ranges; paths choose how it misbehaves."""
    content = b""
    requests = []
    piece = 0  # bytes after which /cut breaks the connection

    def do_GET(self):
        wanted = self.headers.get("Range")
        Server.requests.append((self.path, wanted))
        start = int(wanted[6:-1]) if wanted and self.path != "/norange" else 0
        if self.path == "/absent":
            return self.send_error(404)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            return self.end_headers()
        if wanted and start >= len(self.content):
            return self.send_error(416)
        body = self.content[start:]
        if self.path == "/other":
            body = body[:-1] + b"?"
        self.send_response(206 if wanted and self.path != "/norange" else 200)
        self.send_header("Content-Length", str(len(body)))
        if wanted and self.path != "/norange":
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        self.end_headers()
        if self.path == "/dead":
            body = b""
        self.wfile.write(body[:self.piece] if self.path == "/cut" else body)
        self.close_connection = True

    def log_message(self, *_):
        pass


def main(folder):
    environment = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "no_proxy": "127.0.0.1"}
    network = f"{folder}/net.pth"
    subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", "4", "--classes", "3", "-o", network], check=True)
    with open(network, "rb") as file:
        Server.content = file.read()
    digest = hashlib.sha256(Server.content).hexdigest()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path = f"{folder}/cache/densenet/densenet121-a639ec97.pth"
    part = path + ".part"

    def pull(place, *more, sha256=digest):
        Server.requests.clear()
        options = ("--sha256", sha256) if sha256 else ()
        return subprocess.run([PROGRAM, "pull", "densenet121", "--url", f"http://127.0.0.1:{server.server_port}{place}",
                               *options, *more], capture_output=True, text=True, env=environment)

    def holds(name):
        with open(name, "rb") as file:
            return file.read() == Server.content

    def forget():
        for name in (path, part):
            if os.path.exists(name):
                os.unlink(name)

    done = subprocess.run([PROGRAM, "info", "densenet121"], capture_output=True, text=True, env=environment)
    check("a name not pulled", done.returncode == 2 and "densenet pull densenet121" in done.stderr, done.stderr)
    done = pull("/file")
    check("whole", done.returncode == 0 and holds(path) and done.stdout == f"densenet121: {path}\n" and
          not done.stderr and not os.path.exists(part), done)
    done = subprocess.run([PROGRAM, "info", "densenet121"], capture_output=True, text=True, env=environment)
    check("the name means the file", done.returncode == 0 and "1,2" in done.stdout, done)
    done = pull("/file")
    check("again: nothing is asked for", done.returncode == 0 and not Server.requests, Server.requests)
    with open(path, "r+b") as file:
        file.write(b"damaged")
    done = pull("/moved")
    check("a damaged file is fetched again, over a redirection", done.returncode == 0 and holds(path), done)

    def resume(what, place, begun, expected):
        forget()
        with open(part, "wb") as file:
            file.write(begun)
        done = pull(place)
        check(what, done.returncode == 0 and holds(path) and [r[1] for r in Server.requests] == expected,
              (done, Server.requests))

    half = Server.content[:len(Server.content) // 2]
    resume("resumed", "/file", half, [f"bytes={len(half)}-"])
    resume("resumed from a server without ranges", "/norange", half, [f"bytes={len(half)}-"])
    resume("a part that was whole already", "/file", Server.content, [])
    resume("a part longer than the file", "/file", Server.content + b"more", [f"bytes={len(Server.content) + 4}-", None])
    forget()
    Server.piece = len(Server.content) // 3 + 1
    done = pull("/cut")
    check("cut off twice, resumes by itself", done.returncode == 0 and holds(path) and len(Server.requests) == 3, done)
    forget()
    Server.piece = len(Server.content) // 20
    done = pull("/cut")
    kept = os.path.getsize(part) if os.path.exists(part) else 0
    check("cut off too often: the part stays", done.returncode == 2 and "again" in done.stderr and
          kept == 10 * Server.piece and not os.path.exists(path), (done, kept))
    done = pull("/file")
    check("and the next call resumes from it", done.returncode == 0 and holds(path) and
          Server.requests == [("/file", f"bytes={kept}-")], Server.requests)

    def refuse(what, place, *words, **options):
        forget()
        done = pull(place, **options)
        check(what, done.returncode == 2 and all(word in done.stderr for word in words) and
              len(done.stderr.strip().split("\n")) == 1 and not os.path.exists(path) and
              not os.path.exists(part), done)

    refuse("another digest", "/other", "SHA-256", digest[:8])
    refuse("not torchvision's file", "/file", "a639ec97", sha256=None)
    refuse("404", "/absent", "404", "/absent")
    refuse("a server that dies", "/dead", "/dead")
    refuse("a digest that is none", "/file", "hexadecimal", sha256="xyz")
    server.shutdown()
    server.server_close()
    refuse("no server", "/file", "127.0.0.1")
    done = subprocess.run([PROGRAM, "pull", "resnet50"], capture_output=True, text=True, env=environment)
    check("an unknown name", done.returncode == 2 and "resnet50" in done.stderr, done)
    done = subprocess.run([PROGRAM, "pull", "densenet121"], capture_output=True, text=True,
                          env={**environment, "XDG_CACHE_HOME": "/dev/null/cache"})
    check("a cache that cannot be", done.returncode == 2 and "/dev/null" in done.stderr, done)


with tempfile.TemporaryDirectory() as scratch:
    main(scratch)
sys.exit(failures > 0)
