# SPDX-License-Identifier: MIT
"""Machines that are none: network namespaces, each with a name and an address of its own, joined by links of a chosen rate
and delay. For root on Linux; `tc netem` would delay packets too, but not every kernel has it.

A process holds the other ends of the namespaces' devices, and passes each packet on when a link would have: it leaves its
sender's port after those before it, at the rate, takes the delay, and enters its receiver's port at the rate."""
import contextlib
import ctypes
import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import time

NETWORK = "10.77.0"
MTU = 60000  # as a card's offloading hands them over: fewer packets for Python
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


@contextlib.contextmanager
def inside(space):
    """Inside a namespace; without one, where this process is."""
    if not space:
        yield
        return
    with open("/proc/self/ns/net", "rb") as own, open(f"/run/netns/{space}", "rb") as other:
        for file in (other, own):
            if LIBC.setns(file.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            if file is other:
                yield


def open_device(space, number):
    """The device of a namespace, or without one of this machine, with its address; its other end is returned."""
    name = f"link{number}"
    with inside(space):
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
        ip("addr", "add", f"{NETWORK}.{number}/24", "dev", name)
        ip("link", "set", name, "mtu", str(MTU), "up")
        ip("link", "set", "lo", "up")
    return device


def relay(devices, rate, delay):
    """Until it is killed. rate: bits a second; delay: seconds."""
    arriving, count = [], 0
    sending, receiving = dict.fromkeys(devices, 0), dict.fromkeys(devices, 0)
    numbers = {device: number for number, device in devices.items()}
    while True:
        wait = max(0, arriving[0][0] - time.monotonic()) if arriving else None
        for device in select.select(list(numbers), [], [], wait)[0]:
            packet = os.read(device, 65536)
            to = packet[19] if packet[0] >> 4 == 4 else None
            if to not in devices:
                continue
            busy = len(packet) * 8 / rate
            sender, now = numbers[device], time.monotonic()
            sending[sender] = max(now, sending[sender]) + busy
            receiving[to] = max(sending[sender] + delay, receiving[to] + busy)
            heapq.heappush(arriving, (receiving[to], count, to, packet))
            count += 1
        while arriving and arriving[0][0] <= time.monotonic():
            _, _, to, packet = heapq.heappop(arriving)
            with contextlib.suppress(BlockingIOError):
                os.write(devices[to], packet)


@contextlib.contextmanager
def machines(count, rate, delay):
    """Their names; this machine, where mpirun runs, has an unshaped address among theirs."""
    names = [f"machine{number}" for number in range(1, count + 1)]
    for name in names:
        ip("netns", "add", name)
    process = None
    try:
        process = subprocess.Popen([sys.executable, __file__, str(rate), str(delay), *names], stdout=subprocess.PIPE)
        if not process.stdout.readline():
            raise OSError("the links were not made")
        yield names
    finally:
        if process:
            process.kill()
            process.wait()
        for name in names:
            ip("netns", "del", name)


def main():
    rate, delay, names = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    devices = {number: open_device(name, number) for number, name in enumerate(names, 1)}
    devices[100] = open_device(None, 100)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    LIBC.prctl(29, 1)  # PR_SET_TIMERSLACK: wake up on time
    print("ready", flush=True)
    relay(devices, rate, delay)


if __name__ == "__main__":
    main()
