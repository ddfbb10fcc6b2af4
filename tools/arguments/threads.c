/* SPDX-License-Identifier: MIT */
#include "arguments/threads.h"

#include "base/workers.h"
#include "densenet.h"

#include <unistd.h>

static int asked;

const option_row threads_option[] = {
    {"threads", 't', OPTION_INT, &asked, "N", "threads (0: one per core)", 0, DN_MOST_THREADS},
    {0},
};

void threads_share(int processes)
{
    int own = dn_core_count();
    bool bound = own < sysconf(_SC_NPROCESSORS_ONLN);
    if (!asked && !bound)
        asked = own > processes ? own / processes : 1;
}

int threads_asked(void)
{
    return asked;
}

int threads_chosen(void)
{
    return asked ? asked : dn_core_count();
}
