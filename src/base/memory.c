/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void dn_free(void *memory)
{
    free(memory);
}

/* Queries the system only for large requests: the query takes longer than an allocation. */
static dn_status check_available(size_t bytes)
{
    size_t available = bytes >> 30 ? dn_memory_available() : SIZE_MAX;
    if (bytes <= available)
        return DN_OK;
    return dn_fail(DN_ERROR_MEMORY, "out of memory: %.1f GB are needed, %.1f GB are available",
                   1e-9 * (double)bytes, 1e-9 * (double)available);
}

dn_status dn_calloc(size_t count, size_t size, void *out)
{
    size_t bytes;
    if (!dn_multiply(count, size, &bytes))
        return dn_fail_memory(SIZE_MAX);
    DN_TRY(check_available(bytes));
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        return dn_fail_memory(bytes);
    memcpy(out, &memory, sizeof memory);
    return DN_OK;
}

/* Networks stream through many megabytes: with huge pages, if the system has
 * them, address translation is faster and the first touch costs less. */
#define HUGE_PAGE ((size_t)2 << 20)

dn_status dn_alloc_aligned(size_t count, size_t size, void *out)
{
    size_t bytes;
    if (!dn_multiply(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
        return dn_fail_memory(SIZE_MAX);
    DN_TRY(check_available(bytes));
    size_t alignment = bytes < 2 * HUGE_PAGE ? DN_ALIGNMENT : HUGE_PAGE;
    bytes = dn_round_up(bytes ? bytes : 1, DN_ALIGNMENT);
    void *memory;
    if (posix_memalign(&memory, alignment, bytes) != 0)
        return dn_fail_memory(bytes);
#ifdef MADV_HUGEPAGE
    if (alignment == HUGE_PAGE)
        madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    memcpy(out, &memory, sizeof memory);
    return DN_OK;
}

static dn_status allocate(const dn_allocator *allocator, size_t bytes, void **memory)
{
    if (!allocator->allocate || !allocator->release)
        return dn_fail(DN_ERROR_ARGUMENT, "an allocator needs both functions");
    bytes = dn_round_up(bytes ? bytes : 1, DN_ALIGNMENT);
    *memory = allocator->allocate(bytes, DN_ALIGNMENT, allocator->context);
    if (!*memory)
        return dn_fail_memory(bytes);
    if ((uintptr_t)*memory % DN_ALIGNMENT == 0)
        return DN_OK;
    allocator->release(*memory, bytes, allocator->context);
    return dn_fail(DN_ERROR_ARGUMENT,
                   "the allocator returned memory that is not aligned to %d bytes", DN_ALIGNMENT);
}

dn_status dn_region_create(const dn_allocator *allocator, size_t count, size_t size,
                           dn_region *region)
{
    dn_region made = {0};
    if (!dn_multiply(count, size, &made.bytes) || made.bytes > SIZE_MAX - HUGE_PAGE)
        return dn_fail_memory(SIZE_MAX);
    if (allocator) {
        made.allocator = *allocator;
        DN_TRY(allocate(allocator, made.bytes, &made.data));
    } else
        DN_TRY(dn_alloc_aligned(made.bytes, 1, &made.data));
    *region = made;
    return DN_OK;
}

void dn_region_free(dn_region *region)
{
    const dn_allocator *allocator = &region->allocator;
    size_t bytes = dn_round_up(region->bytes ? region->bytes : 1, DN_ALIGNMENT);
    if (!allocator->release)
        free(region->data);
    else if (region->data)
        allocator->release(region->data, bytes, allocator->context);
    *region = (dn_region){0};
}

dn_status dn_copy_bytes_as_string(const char *text, size_t length, char **out)
{
    char *copy = NULL;
    DN_TRY(dn_calloc(length + 1, 1, &copy));
    memcpy(copy, text, length);
    *out = copy;
    return DN_OK;
}

dn_status dn_copy_string(const char *text, char **out)
{
    return dn_copy_bytes_as_string(text, strlen(text), out);
}
