# SPDX-License-Identifier: MIT
"""Ranks of mpirun against PyTorch's DistributedDataParallel over gloo: the same weights, pictures and optimiser, then
weights and running statistics, with each rank's own norms and with norms that see all pictures. DDP in float64 says
how far float32 may be from the truth."""
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    from PIL import Image
    from torch import distributed, nn
    from torch.distributed.nn.functional import all_reduce
    from torch.nn import functional
    from torchvision.models import DenseNet
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

from checking import check, finish
from ranks import DENSENET, can_launch, launch

STEPS, BATCH, SIDE, CLASSES, RATE = 4, 16, 40, 3, 0.05
PIPELINE = f"torchvision,resize={SIDE}x{SIDE},crop=0"  # which only normalises

# Rounding that moves one ReLU to the other side of zero was seen to take DDP's float32 1e-5 to 7e-5 from its float64,
# other rounding 1e-7: which of the two has it depends on the processor.
FLIPPED = 1e-4


class SharedNorm(nn.BatchNorm2d):
    """Batch norm that sees the pictures of all ranks: PyTorch's SyncBatchNorm refuses processors."""

    def forward(self, x):
        count = x.numel() // x.shape[1] * distributed.get_world_size()
        mean = all_reduce(x.sum((0, 2, 3))) / count
        centred = x - mean[:, None, None]
        variance = all_reduce(centred.square().sum((0, 2, 3))) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)
        scale = self.weight / torch.sqrt(variance + self.eps)
        return centred * scale[:, None, None] + self.bias[:, None, None]


def share_norms(module):
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            shared = SharedNorm(child.num_features, child.eps, child.momentum)
            shared.load_state_dict(child.state_dict())
            setattr(module, name, shared)
        else:
            share_norms(child)


def network():
    return DenseNet(growth_rate=8, block_config=(2, 3), num_init_features=12, num_classes=CLASSES)


def is_statistic(name):
    return "running" in name


def train_rank(rank, count, shared, dtype, folder):
    """One of DDP's ranks; the first saves the weights, and the statistics as means over all."""
    distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=count)
    net = network()
    net.load_state_dict(torch.load(f"{folder}/start.pth"))
    if shared:
        share_norms(net)
    net = net.to(dtype)
    parallel = nn.parallel.DistributedDataParallel(net, broadcast_buffers=False)
    optimiser = torch.optim.SGD(parallel.parameters(), RATE, momentum=0.9, weight_decay=1e-4)
    inputs = torch.from_numpy(np.load(f"{folder}/x.npy")).to(dtype).reshape(STEPS, count, -1, 3, SIDE, SIDE)
    targets = (torch.arange(STEPS * BATCH) % CLASSES).reshape(STEPS, count, -1)
    for step in range(STEPS):
        optimiser.zero_grad()
        functional.cross_entropy(parallel(inputs[step, rank]), targets[step, rank]).backward()
        optimiser.step()
    state = net.state_dict()
    for name, tensor in state.items():
        if is_statistic(name):
            distributed.all_reduce(tensor)
            tensor /= count
    if rank == 0:
        np.savez(f"{folder}/ddp.npz", **{name: tensor.double() for name, tensor in state.items() if "num_batches" not in name})
    distributed.destroy_process_group()


def ddp(count, shared, dtype, folder):
    fork = multiprocessing.get_context("fork")
    ranks = [fork.Process(target=train_rank, args=(rank, count, shared, dtype, folder)) for rank in range(count)]
    for rank in ranks:
        rank.start()
    for rank in ranks:
        rank.join()
    if any(rank.exitcode for rank in ranks):
        sys.exit("FAILED: ranks of DDP")
    return dict(np.load(f"{folder}/ddp.npz"))


def read_weights(path):
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(size)), file.read()
    header.pop("__metadata__")
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"]).astype(float)
            for name, entry in header.items() if entry["dtype"] == "F32"}


def here(count, shared, folder):
    run = f"{folder}/run"
    words = ["train", f"{folder}/pictures.csv", "--init", f"{folder}/start.pth", "--output", run, "--preprocess", PIPELINE, "--image-size", str(SIDE),
             "--augment", "none", "--no-shuffle", "--val-split", "0", "--epochs", "1", "--batch-size", str(BATCH),
             "--lr", str(RATE), "--schedule", "constant", "--threads", "1", *(["--sync-bn"] if shared else [])]
    done = launch(count, *words)
    check(f"{count} ranks train", done.returncode == 0, done)
    weights = read_weights(f"{run}/last.safetensors")
    subprocess.run(["rm", "-r", run], check=True)
    return weights


def apart(a, b, statistics):
    """Relative, of all weights or all running statistics together."""
    names = [name for name in b if is_statistic(name) == statistics]
    both = [np.concatenate([values[name].ravel() for name in names]) for values in (a, b)]
    return np.linalg.norm(both[0] - both[1]) / np.linalg.norm(both[1])


def moved(start, end):
    return apart({name: start[name].double().numpy() for name in end}, end, False)


def compare(count, shared, folder):
    """Distances of weights and of running statistics: of what is found here, and of DDP's float32, from its float64."""
    found = here(count, shared, folder)
    single, double = (ddp(count, shared, dtype, folder) for dtype in (torch.float32, torch.float64))
    check("the same tensors", sorted(found) == sorted(double), (sorted(found), sorted(double)))
    print(f"{count} ranks, {'shared' if shared else 'own'} norms, {STEPS} steps of {BATCH} pictures, "
          f"which move weights by {moved(torch.load(f'{folder}/start.pth'), double):.1e}")
    distances = []
    for statistics in (False, True):
        ours, theirs = (apart(values, double, statistics) for values in (found, single))
        print(f"    {'running statistics' if statistics else 'weights':18} {apart(found, single, statistics):.1e} from DDP's "
              f"float32; from DDP's float64: {ours:.1e} here, {theirs:.1e} DDP")
        distances.append((ours, theirs))
    return found, np.array(distances)


def prepare(folder):
    """Pictures of noise, weights to start from, and what the network sees of the pictures."""
    torch.manual_seed(1)
    generator = np.random.default_rng(1)
    names = [f"{folder}/{number}.png" for number in range(STEPS * BATCH)]
    with open(f"{folder}/pictures.csv", "w", encoding="utf-8") as file:
        file.write("image,label\n")
        for number, name in enumerate(names):
            level = 60 + 60 * (number % CLASSES)
            pixels = generator.normal(level, 50, (SIDE, SIDE, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(name)
            file.write(f"{name},class{number % CLASSES}\n")
    torch.save(network().state_dict(), f"{folder}/start.pth")
    made = subprocess.run([DENSENET, "preprocess", "--preprocess", PIPELINE, "--output", f"{folder}/x.npy", *names])
    check("pictures are prepared", made.returncode == 0)


def main():
    if not can_launch() or not distributed.is_gloo_available():
        print("no mpirun, a build without MPI, or no gloo: skipped")
        sys.exit(77)
    torch.set_num_threads(1)  # forks have no other threads to wait for
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        made = {(count, shared): compare(count, shared, folder) for count in (2, 4) for shared in (False, True)}
    for (count, shared), (_, distances) in made.items():
        for what, (ours, theirs) in zip(("weights", "running statistics"), distances):
            check(f"{what}, {count} ranks, {'shared' if shared else 'own'} norms", ours < max(4 * theirs, FLIPPED), (ours, theirs))
    for count in (2, 4):
        norms = apart(made[count, False][0], made[count, True][0], False)
        print(f"{count} ranks: own and shared norms are {norms:.1e} apart")
        check("which is more than rounding", norms > 10 * FLIPPED, norms)
    finish()


main()
