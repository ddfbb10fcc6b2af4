#!/bin/sh
# SPDX-License-Identifier: MIT
# Four machines train one network, for as many jobs as it takes: sbatch slurm.sh DATA RUN
# DATA and RUN are on a file system that all of them see. Two minutes before its time is over the
# job saves, leaves with status 3 and goes back into the queue.
#SBATCH --job-name=densenet
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=32
#SBATCH --time=12:00:00
#SBATCH --signal=USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu
data=$1
run=$2
status=0
srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK" --wait=60 \
    densenet train "$data" --output "$run" --resume auto --batch-size 256 --sync-bn \
    --threads "$SLURM_CPUS_PER_TASK" || status=$?
if [ "$status" -eq 3 ]; then
    exec scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
