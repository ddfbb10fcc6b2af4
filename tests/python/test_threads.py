# SPDX-License-Identifier: MIT
"""Threads, forks, memory and references."""
import concurrent.futures
import gc
import multiprocessing
import os
import sys
import threading
import time
import tracemalloc
import warnings

import numpy as np
import pytest

import densenet


@pytest.mark.parametrize("threads", [0, 1])
def test_32_threads_on_one_network(batch, threads):
    net = densenet.load("builtin", threads=threads)
    right = net(batch)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: net(batch), range(128)))
    assert all(np.array_equal(answer, right) for answer in answers)
    assert len(net._sessions._idle) <= net._sessions.most


def test_threads_mix_answers_maps_and_features(net, batch):
    right = net(batch), net.cam(batch, "cat"), net.features(batch, "pool")

    def ask(i):
        return (net(batch), net.cam(batch, "cat"), net.features(batch, "pool"))[i % 3]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for i, answer in enumerate(pool.map(ask, range(48))):
            assert np.array_equal(answer, right[i % 3])


def test_the_gil_is_released(net):
    """With the interpreter never switching by itself, this thread runs only while the other one has let go."""
    large = np.zeros((16, 3, 128, 128), np.float32)
    ticks, states, interval = 0, [], sys.getswitchinterval()

    def work():
        states.append("begun")
        try:
            net(large)
        finally:
            states.append("done")

    sys.setswitchinterval(1e6)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        while "done" not in states:
            ticks += "begun" in states
            time.sleep(0)
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert ticks > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_answers_the_same(net, batch):
    right = net(batch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on fork() warns of threads
        child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(net(batch), right) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert np.array_equal(net(batch), right)


def answer_of(net, batch):
    return net(batch)


def test_another_process_answers_the_same(net, batch):
    spawned = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawned) as pool:
        assert np.array_equal(pool.submit(answer_of, net, batch).result(), net(batch))


def test_a_child_forked_while_threads_compute(net, batch):
    right, stop = net(batch), threading.Event()

    def compute():
        while not stop.is_set():
            net(batch)

    threads = [threading.Thread(target=compute) for _ in range(4)]
    for thread in threads:
        thread.start()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on fork() warns of threads
        child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(net(batch), right) else 1)
    status = os.waitpid(child, 0)[1]
    stop.set()
    for thread in threads:
        thread.join()
    assert os.waitstatus_to_exitcode(status) == 0


def test_references_stay_flat(small):
    x, out = np.zeros((1, 3, 4, 4), np.float32), np.empty((1, 10), np.float32)
    session = small._sessions._idle
    small(x, out)
    gc.collect()
    objects = (x, out, small, small._model, session, None)
    before = [sys.getrefcount(thing) for thing in objects[:-1]], sys.getallocatedblocks()
    for _ in range(10_000):
        small(x, out)
    after = [sys.getrefcount(thing) for thing in objects[:-1]], sys.getallocatedblocks()
    assert after[0] == before[0] and abs(after[1] - before[1]) < 50


def test_other_calls_keep_no_memory(small, picture):
    x = np.zeros((1, 3, 8, 8), np.float32)

    def calls():
        small.features(x)
        small.cam(x, 1)
        small.predict(picture).top(3)
        small.check()
        list(small.tensors.values())
        with pytest.raises(ValueError):
            small(x[0])

    for _ in range(200):  # CPython 3.12 and later fill their caches only after a hundred or two
        calls()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(200):
        calls()
    gc.collect()
    assert sys.getallocatedblocks() - before < 200


def test_a_batch_is_not_copied(net):
    x = np.zeros((8, 3, 256, 256), np.float32)
    net(x)
    tracemalloc.start()
    net(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16_000 < x.nbytes
