# SPDX-License-Identifier: MIT
"""Starts the program under mpirun, as scripts that share a machine with others do."""
import os
import shutil
import subprocess
import sys

DENSENET = os.environ["DENSENET"]

# As root in a container, more ranks than cores; no messages between processes by reading each other's memory.
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
               "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}


def can_launch():
    return shutil.which("mpirun") is not None and "has no MPI" not in subprocess.run(
        ["mpirun", "-n", "1", DENSENET, "eval", "absent"], capture_output=True, text=True, env=ENVIRONMENT).stderr


def need_launcher():
    if not can_launch():
        print("no mpirun, or a build without MPI: skipped")
        sys.exit(77)


def command(*ranks):
    """mpirun's words; each of `ranks` is (how many, arguments, folder to run in or None)."""
    words = ["mpirun"]
    for count, arguments, folder in ranks:
        words += ([":"] if len(words) > 1 else []) + ["-n", str(count), *(["-wdir", folder] if folder else []), DENSENET, *arguments]
    return words


def launch(count, *arguments, **variables):
    return subprocess.run(command((count, arguments, None)), capture_output=True, text=True, env={**ENVIRONMENT, **variables})


def launch_each(*ranks, folders=None):
    """One rank per list of arguments, each in its folder if they have any."""
    words = command(*((1, arguments, folders[i] if folders else None) for i, arguments in enumerate(ranks)))
    return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)


def sentences(done):
    """What the program said: mpirun says more when a rank fails."""
    return [line for line in done.stderr.splitlines() if line.startswith("densenet: ")]
