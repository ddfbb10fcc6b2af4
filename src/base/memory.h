/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_MEMORY_H
#define DN_BASE_MEMORY_H

#include "base/status.h"

/* Alignment of every buffer that kernels read: a cache line, a zmm register. */
#define DN_ALIGNMENT 64

/* count * size bytes, zeroed, for ordinary structures; release with free().
 * Fails cleanly where the product overflows. */
dn_status dn_calloc(size_t count, size_t size, void *out);

/* count * size bytes aligned to DN_ALIGNMENT, not initialised; free(). */
dn_status dn_alloc_aligned(size_t count, size_t size, void *out);

/* Memory that knows the way back. Zeros: there is none. */
typedef struct dn_region {
    void *data;
    size_t bytes;
    dn_allocator allocator; /* zeros: the C library's */
} dn_region;

/* count * size bytes as dn_alloc_aligned's, of an allocator or, where NULL, of the C
 * library. */
dn_status dn_region_create(const dn_allocator *allocator, size_t count, size_t size,
                           dn_region *region);
void dn_region_free(dn_region *region);

/* Copies of a string, whole or the first `length` bytes; free(). */
dn_status dn_copy_string(const char *text, char **out);
dn_status dn_copy_bytes_as_string(const char *text, size_t length, char **out);

/* Checked arithmetic on sizes read from files: false on overflow. */
static inline bool dn_multiply(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

static inline bool dn_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline size_t dn_round_up(size_t value, size_t multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

/* Bytes of memory that this process could still fill, swap included, as far as
 * the system tells; SIZE_MAX otherwise. */
size_t dn_memory_available(void);

#endif
