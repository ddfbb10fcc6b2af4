/* SPDX-License-Identifier: MIT */
/* Makes allocations and new threads fail. Every unit test is linked so that the library's and
 * the program's calls of malloc and its like (not those of libpng, libzip or
 * libc) pass through here. */
#ifndef ALLOCATION_H
#define ALLOCATION_H

#include <stdbool.h>

/* The index-th allocation from now on fails, counting from 0, and only that
 * one; a negative index lets all succeed again. */
void fail_allocation(int index);

/* True once the failure that fail_allocation asked for has happened: a loop
 *     for (int i = 0; ; i++) {
 *         fail_allocation(i);
 *         status = call();
 *         if (!allocation_failed())
 *             break;
 *         assert_int_equal(status, DN_ERROR_MEMORY);
 *     }
 *     fail_allocation(-1);
 * visits every allocation of a call. */
bool allocation_failed(void);

/* While true, pthread_create gives no thread. */
void refuse_threads(bool refuse);

#endif
