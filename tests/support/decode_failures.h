/* SPDX-License-Identifier: MIT */
#ifndef DECODE_FAILURES_H
#define DECODE_FAILURES_H

#include "testing.h"

#include "allocation.h"

/* Makes each allocation of decoding a picture fail in turn, and returns how many there are. */
static inline int fail_each_allocation(const unsigned char *data, size_t size)
{
    for (int visited = 0;; visited++) {
        dn_image *image;
        fail_allocation(visited);
        dn_status status = dn_image_decode(data, size, "p", NULL, &image);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            dn_image_free(image);
            return visited;
        }
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
}

#endif
