# SPDX-License-Identifier: MIT
"""In a container, threads and memory are those that its control group grants."""
import json
import os
import shutil
import subprocess
import sys

PROGRAM = os.environ["DENSENET"]
HIDE = "mount -t tmpfs none /sys/fs/cgroup && "


def within(files, command):
    """The command where /sys/fs/cgroup holds these files only."""
    write = "".join(f"echo '{text}' > /sys/fs/cgroup/{name} && " for name, text in files.items())
    return subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", HIDE + write + command],
                          capture_output=True, text=True, env={**os.environ, "PROGRAM": PROGRAM})


def threads(limit):
    done = within({"cpu.max": limit}, "exec $PROGRAM bench --blocks 1 --growth 4 --runs 1 --json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["threads"]


def main():
    if not shutil.which("unshare") or within({}, "true").returncode:
        print("skipped: no namespace of its own to be had")
        sys.exit(77)
    cores = len(os.sched_getaffinity(0))
    assert threads("max 100000") == cores
    assert threads(f"{cores * 100000} 100000") == cores
    assert threads("50000 100000") == 1
    assert threads("150000 100000") == min(2, cores)
    assert threads("") == cores
    done = within({"memory.max": "100000000"}, "exec $PROGRAM bench densenet121 --batch 4000 --runs 1")
    assert done.returncode == 2 and "available" in done.stderr, done.stderr


if __name__ == "__main__":
    main()
