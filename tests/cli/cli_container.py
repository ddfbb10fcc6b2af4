# SPDX-License-Identifier: MIT
"""In a container, threads and memory are those that its control groups grant, of either version."""
import json
import os
import shutil
import subprocess
import sys

PROGRAM = os.environ["DENSENET"]
HIDE = "mount -t tmpfs none /sys/fs/cgroup && "


def within(files, command, group=None):
    """The command where /sys/fs/cgroup holds these files only, and /proc/self/cgroup this text."""
    write = "".join(f"mkdir -p $(dirname /sys/fs/cgroup/{name}) && echo '{text}' > /sys/fs/cgroup/{name} && "
                    for name, text in files.items())
    if group:
        write += f"echo '{group}' > /sys/fs/cgroup/own && mount --bind /sys/fs/cgroup/own /proc/$$/cgroup && "
    return subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", HIDE + write + command],
                          capture_output=True, text=True, env={**os.environ, "PROGRAM": PROGRAM})


def threads_of(files, group=None):
    done = within(files, "exec $PROGRAM bench --blocks 1 --growth 4 --runs 1 --json", group)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["threads"]


def threads(limit):
    return threads_of({"cpu.max": limit})


def threads_v1(quota, period=100000, folder="cpu", **more):
    return threads_of({f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": period}, **more)


def refuses_memory(files, group=None):
    done = within(files, "exec $PROGRAM bench densenet121 --batch 4000 --runs 1", group)
    assert done.returncode == 2 and "available" in done.stderr, done.stderr


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
    assert threads_v1(-1) == cores
    assert threads_v1(50000) == 1
    assert threads_v1(cores * 50000, 50000) == cores
    assert threads_v1(150000) == min(2, cores)
    assert threads_v1("") == cores
    # A group of its own, limited itself or by one above it; a name that only looks like it.
    own = "3:cpuset,cpu:/batch/job\\n0::/slice/unit"
    assert threads_v1(50000, folder="cpu/batch/job", group=own) == 1
    assert threads_v1(50000, folder="cpu/batch", group=own) == 1
    assert threads_v1(50000, folder="cpu/elsewhere", group=own) == cores
    assert threads_v1(50000, folder="cpu/batch", group="3:cpuacct:/batch") == cores
    assert threads_of({"slice/cpu.max": "50000 100000", "cpu.max": "max 100000"}, own) == 1
    refuses_memory({"memory.max": "100000000"})
    refuses_memory({"memory/memory.limit_in_bytes": "100000000"})
    refuses_memory({"memory/batch/memory.limit_in_bytes": "100000000",
                    "memory/memory.limit_in_bytes": "9223372036854771712"}, "4:memory:/batch/job")


if __name__ == "__main__":
    main()
