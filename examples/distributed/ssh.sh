#!/bin/sh
# SPDX-License-Identifier: MIT
# The machines of a list train one network: ssh.sh HOSTS DATA RUN
# HOSTS has one machine per line, as `node1 slots=1`; each lets this user in by ssh with a key, has
# densenet and Open MPI at the same places, and sees DATA and RUN. NETWORK, as 10.0.0.0/24, names the
# network to take where machines have several. The same command goes on with a run that was cut.
set -eu
hosts=$1
data=$2
run=$3
if [ -n "${NETWORK-}" ]; then
    export OMPI_MCA_btl_tcp_if_include="$NETWORK" OMPI_MCA_oob_tcp_if_include="$NETWORK"
fi
exec mpirun --hostfile "$hosts" --map-by node --bind-to none \
    densenet train "$data" --output "$run" --resume auto --batch-size 256 --sync-bn
