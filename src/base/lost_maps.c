/* SPDX-License-Identifier: MIT */
/* Slots without a lock, since a handler of signals looks at them. */
#include "base/lost_maps.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_MAPS = 4096 };

typedef struct slot {
    atomic_uintptr_t begin; /* FREE, TAKEN, or the address */
    atomic_size_t size;
    atomic_bool lost;
} slot;

enum { FREE, TAKEN };

static slot slots[MOST_MAPS];
static atomic_int used; /* slots past these were never taken */

static slot *find(uintptr_t address, bool at_begin)
{
    int count = atomic_load(&used);
    for (int i = 0; i < count; i++) {
        uintptr_t begin = atomic_load(&slots[i].begin);
        size_t reach = at_begin ? 1 : atomic_load(&slots[i].size);
        if (begin > TAKEN && address >= begin && address - begin < reach)
            return &slots[i];
    }
    return NULL;
}

static void reach(int count)
{
    int before = atomic_load(&used);
    while (before < count && !atomic_compare_exchange_weak(&used, &before, count))
        continue;
}

void dn_lost_maps_watch(const void *data, size_t size)
{
    for (int i = 0; i < MOST_MAPS; i++) {
        uintptr_t expected = FREE;
        if (!atomic_compare_exchange_strong(&slots[i].begin, &expected, TAKEN))
            continue;
        atomic_store(&slots[i].size, size);
        atomic_store(&slots[i].lost, false);
        atomic_store(&slots[i].begin, (uintptr_t)data);
        reach(i + 1);
        return;
    }
}

void dn_lost_maps_forget(const void *data)
{
    slot *of = find((uintptr_t)data, true);
    if (of)
        atomic_store(&of->begin, FREE);
}

bool dn_lost_maps_replace(const void *address)
{
    slot *of = find((uintptr_t)address, false);
    if (!of)
        return false;
    int before = errno;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = atomic_load(&of->begin);
    uintptr_t first = (uintptr_t)address / page * page;
    atomic_store(&of->lost, true);
    void *zeros = mmap((unsigned char *)address - ((uintptr_t)address - first),
                       begin + atomic_load(&of->size) - first, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    errno = before;
    return zeros != MAP_FAILED;
}

bool dn_lost_maps_has(const void *data)
{
    const slot *of = find((uintptr_t)data, true);
    return of && atomic_load(&of->lost);
}
