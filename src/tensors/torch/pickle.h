/* SPDX-License-Identifier: MIT */
/* Pickles as data. The machine builds a graph of what a pickle describes;
 * nothing is imported, called or executed. The few classes that tensor files
 * are made of become tensors, lists and dictionaries (pickle_classes.c); an
 * object of any other class remains what the file says: its class's name and
 * its state. Shared objects stay shared, so a pickle of n bytes never takes
 * more than a few tens of n bytes. */
#ifndef DN_TORCH_PICKLE_H
#define DN_TORCH_PICKLE_H

#include "tensors/tensors.h"

typedef enum dn_pickle_kind {
    DN_PICKLE_NONE,
    DN_PICKLE_BOOL,
    DN_PICKLE_INT,
    DN_PICKLE_FLOAT,
    DN_PICKLE_TEXT,
    DN_PICKLE_BYTES, /* also integers beyond 64 bits */
    DN_PICKLE_LIST,  /* tuples and sets too */
    DN_PICKLE_DICT,
    DN_PICKLE_CLASS, /* or function, by name */
    DN_PICKLE_OBJECT,
    DN_PICKLE_STORAGE,
    DN_PICKLE_TENSOR
} dn_pickle_kind;

/* Elements that tensors are views of; their address may become known later. */
typedef struct dn_storage {
    const char *key;
    dn_dtype dtype;
    size_t count;
    const unsigned char *data; /* NULL until located */
    struct dn_storage *base;   /* of a view, which begins `offset` elements in; else NULL */
    size_t offset;
} dn_storage;

typedef struct dn_pickled_tensor {
    dn_storage *storage;
    size_t offset;    /* in elements */
    dn_tensor layout; /* dtype, rank, shape, strides */
} dn_pickled_tensor;

typedef struct dn_pickle_node {
    dn_pickle_kind kind;
    bool open; /* for a walk of the graph: is on the current path */
    union {
        int64_t integer; /* INT, BOOL */
        double real;
        struct {
            const char *data; /* TEXT and BYTES end without a zero, CLASS with one */
            size_t size;
        } text;
        struct {
            struct dn_pickle_node **items; /* DICT: key, value, key, value, ... */
            size_t count, capacity;
        } list;
        struct {
            struct dn_pickle_node *class, *arguments; /* CLASS; LIST or NULL */
            struct dn_pickle_node *state;             /* NULL: none */
            struct dn_pickle_node *contents; /* LIST or DICT of a subclass of those, or NULL */
        } object;
        dn_storage *storage;
        dn_pickled_tensor *tensor;
    };
} dn_pickle_node;

/* Resolves a persistent id, by which torch refers to storages. */
typedef dn_status dn_persistent_load(void *context, const dn_pickle_node *id,
                                     dn_pickle_node **node);

typedef struct dn_pickle {
    const unsigned char *data;
    size_t size, at; /* at: the next pickle's first byte */
    dn_pool *pool;
    dn_persistent_load *load; /* NULL: refuse persistent ids */
    void *context;
} dn_pickle;

/* Reads one pickle and moves `at` after it. */
dn_status dn_pickle_read(dn_pickle *pickle, dn_pickle_node **root);

/* Makes a node of the pool. */
dn_status dn_pickle_node_create(dn_pool *pool, dn_pickle_kind kind, dn_pickle_node **node);
dn_status dn_pickle_node_append(dn_pool *pool, dn_pickle_node *list, dn_pickle_node *item);

bool dn_pickle_node_is_text(const dn_pickle_node *node, const char *text);
bool dn_pickle_node_is_class(const dn_pickle_node *node, const char *name);

/* The value of a text key; NULL if the node is not a dictionary or has no such key. */
dn_pickle_node *dn_pickle_node_get(const dn_pickle_node *dict, const char *key);

/* Item i of a list; NULL beyond its end or if the node is not a list. */
dn_pickle_node *dn_pickle_node_item(const dn_pickle_node *list, size_t i);

/* The result of calling `callable`, a class or function, with `arguments`. */
dn_status dn_pickle_construct(dn_pool *pool, dn_pickle_node *callable, dn_pickle_node *arguments,
                              dn_pickle_node **made);

/* The effect of __setstate__ on an object. */
dn_status dn_pickle_build(dn_pool *pool, dn_pickle_node *object, dn_pickle_node *state);

#endif
