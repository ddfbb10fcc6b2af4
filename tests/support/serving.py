# SPDX-License-Identifier: MIT
"""`densenet serve` for tests: started on a free port, asked, and ended."""
import http.client
import os
import subprocess
import time

PROGRAM = os.environ["DENSENET"]


def densenet(*arguments, check=True, env=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=check, timeout=120,
                          env={**os.environ, **(env or {})})


def multipart(files):
    """A form with these files, (name, bytes), and its content type."""
    boundary = "a-boundary-of-ours"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data
             for name, data in files]
    return b"\r\n".join(parts) + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Server:
    """In a with statement; ends the server after it, which must not have failed."""

    def __init__(self, *arguments):
        listen = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
        deadline = [] if "--deadline" in arguments else ["--deadline", "600"]  # for slow machines, and sanitizers
        self.process = subprocess.Popen([PROGRAM, "serve", *arguments, *listen, *deadline], stderr=subprocess.PIPE, text=True)
        self.heard = []
        self.address = self.say("serving at ").split()[-1]
        self.host = self.address.split("//")[-1]

    def say(self, words):
        """Waits for a line of the server's with these words."""
        for line in self.process.stderr:
            self.heard.append(line)
            if words in line:
                return line
        raise AssertionError("".join(self.heard))

    def ask(self, method, address, body=None, headers=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection(self.host, timeout=120)
        try:
            connection.request(method, address, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def wait_for(self, metric):
        """Until /metrics has this line."""
        deadline = time.monotonic() + 60
        while metric not in self.ask("GET", "/metrics")[2].decode().splitlines():
            assert time.monotonic() < deadline, f"{metric} did not come"

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(60)
        self.process.stderr.close()
        assert kind or status == 0, status
