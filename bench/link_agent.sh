#!/bin/sh
# SPDX-License-Identifier: MIT
# link_agent.sh MACHINE COMMAND...: what mpirun calls for ssh, for a machine of links.py.
machine=$1
shift
exec ip netns exec "$machine" unshare --uts sh -c "hostname $machine; $*"
