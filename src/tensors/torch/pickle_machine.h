/* SPDX-License-Identifier: MIT */
/* The pickle machine's input, stack and memo, with every access checked. */
#ifndef DN_TORCH_PICKLE_MACHINE_H
#define DN_TORCH_PICKLE_MACHINE_H

#include "tensors/torch/pickle.h"

typedef struct dn_machine {
    dn_pickle *pickle;
    dn_pool *pool;
    const unsigned char *at, *end; /* what is left to read */
    dn_pickle_node **stack;
    size_t depth, stack_capacity;
    size_t *marks; /* stack depths */
    size_t mark_count, mark_capacity;
    dn_pickle_node **memo;
    size_t memo_size, memo_used;
    bool stopped;
} dn_machine;

dn_status dn_machine_take(dn_machine *m, size_t count, const unsigned char **bytes);

/* A little-endian number of 1 to 8 bytes. */
dn_status dn_machine_number(dn_machine *m, size_t width, uint64_t *number);

/* Bytes after their own count, which is a number of `width` bytes. */
dn_status dn_machine_counted(dn_machine *m, size_t width, const unsigned char **bytes,
                             size_t *count);

/* Up to the next newline, which is skipped. */
dn_status dn_machine_line(dn_machine *m, const unsigned char **line, size_t *length);

dn_status dn_machine_push(dn_machine *m, dn_pickle_node *node);
dn_status dn_machine_push_new(dn_machine *m, dn_pickle_kind kind, dn_pickle_node **node);
dn_status dn_machine_pop(dn_machine *m, dn_pickle_node **node);
dn_status dn_machine_top(dn_machine *m, dn_pickle_node **node);

/* Pops the last `count` nodes, which stay readable until the next push. */
dn_status dn_machine_pop_last(dn_machine *m, size_t count, dn_pickle_node ***first);

/* Pops all nodes above the last mark, and the mark. */
dn_status dn_machine_pop_mark(dn_machine *m, dn_pickle_node ***first, size_t *count);
dn_status dn_machine_mark(dn_machine *m);

/* Stores the top of the stack in the memo, and finds a stored node. */
dn_status dn_machine_remember(dn_machine *m, uint64_t index);
dn_status dn_machine_recall(dn_machine *m, uint64_t index);

#endif
