/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_MEMORY_H
#define DN_BASE_MEMORY_H

#include "base/status.h"

/* Alignment in bytes of every buffer that kernels read: a cache line, a zmm register. */
#define DN_ALIGNMENT 64

/* Allocates count * size bytes, zeroed, for ordinary structures, and sets the pointer at
 * `out`. Release with free(). DN_ERROR_MEMORY also if the product overflows. */
dn_status dn_calloc(size_t count, size_t size, void *out);

/* Likewise, aligned to DN_ALIGNMENT and not initialised. Release with free(). */
dn_status dn_alloc_aligned(size_t count, size_t size, void *out);

/* Memory and the allocator that it came from. All zeros: no memory. */
typedef struct dn_region {
    void *data;
    size_t bytes;
    dn_allocator allocator; /* zeros: the C library's */
} dn_region;

/* Allocates count * size bytes, aligned to DN_ALIGNMENT and not initialised, from an
 * allocator, or from the C library if allocator is NULL. */
dn_status dn_region_create(const dn_allocator *allocator, size_t count, size_t size,
                           dn_region *region);
void dn_region_free(dn_region *region);

/* Copy a string, or the first `length` bytes of a text. Release with free(). */
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

/* Returns the bytes of memory that this process could still fill, swap included; SIZE_MAX
 * if the system does not say. */
size_t dn_memory_available(void);

#endif
