/* SPDX-License-Identifier: MIT */
#include "loading/request.h"

#include "network/head.h"
#include "network/stems.h"

#include <string.h>

dn_status dn_check_request(const dn_load_options *asked)
{
    const char *task = asked->task;
    dn_head_pool pool;
    if (task && strcmp(task, "classes") != 0 && strcmp(task, "labels") != 0)
        return dn_fail(DN_ERROR_ARGUMENT, "the task \"%.40s\" is neither classes nor labels", task);
    if (asked->head_pool)
        DN_TRY(dn_head_pool_parse(asked->head_pool, &pool));
    bool none = asked->grid_rows == 0 && asked->grid_columns == 0;
    bool sound = asked->grid_rows >= 1 && asked->grid_rows <= 64 && asked->grid_columns >= 1 &&
                 asked->grid_columns <= 64 && asked->grid_rows * asked->grid_columns > 1;
    return none || sound ? DN_OK
                         : dn_fail(DN_ERROR_ARGUMENT,
                                   "a head's grid cannot have %d rows and %d columns: 1 to 64 of "
                                   "each, 2 in all, are expected",
                                   asked->grid_rows, asked->grid_columns);
}

/* The kind's stride and pool, if the file's convolutions can be that kind's. */
static dn_status apply_stem(const char *kind, dn_arch *arch)
{
    const dn_stem_row *row = NULL;
    const dn_stem_row seen = dn_arch_stem(arch);
    int stem = 0;
    if (!kind)
        return DN_OK;
    while ((row = dn_stem_row_of((dn_stem)stem)) && strcmp(row->name, kind) != 0)
        stem++;
    if (!row)
        return dn_fail(DN_ERROR_ARGUMENT, "option stem: \"%.40s\" is not a kind of stem", kind);
    if (row->convs != seen.convs || row->kernel != seen.kernel || row->norm != seen.norm)
        return dn_fail(DN_ERROR_MISMATCH,
                       "option stem: %s is %d convolution%s of %dx%d with%s a norm, the file has "
                       "%d of %dx%d with%s one",
                       row->name, row->convs, row->convs == 1 ? "" : "s", row->kernel, row->kernel,
                       row->norm ? "" : "out", seen.convs, seen.kernel, seen.kernel,
                       seen.norm ? "" : "out");
    arch->stem = (dn_stem)stem;
    arch->stem_kernel = arch->stem_stride = 0;
    arch->stem_pool = DN_STEM_POOL_USUAL;
    return DN_OK;
}

static dn_status apply_pool(const char *name, dn_arch *arch)
{
    dn_head *head = &arch->head;
    dn_head_pool pool;
    if (!name)
        return DN_OK;
    DN_TRY(dn_head_pool_parse(name, &pool));
    if (arch->classes == 0)
        return dn_fail(DN_ERROR_MISMATCH, "option head_pool: it has no head");
    if (head->pool == DN_POOL_GRID || dn_pool_doubles(head->pool) != dn_pool_doubles(pool))
        return dn_fail(DN_ERROR_MISMATCH,
                       "option head_pool: its head cannot read %s, which makes %s of each map",
                       name, dn_pool_doubles(pool) ? "two numbers" : "one number");
    head->pool = pool;
    if (pool != DN_POOL_MEAN)
        head->window = 0; /* which only means have */
    return DN_OK;
}

dn_status dn_apply_request(const dn_load_options *asked, dn_arch *arch, bool *any)
{
    DN_TRY(apply_stem(asked->stem, arch));
    DN_TRY(apply_pool(asked->head_pool, arch));
    if (asked->stem_stride)
        arch->stem_stride = asked->stem_stride;
    if (asked->stem_pool != DN_STEM_POOL_USUAL)
        arch->stem_pool = asked->stem_pool;
    if (asked->transition_relu != DN_RELU_AUTO)
        arch->linear_transitions = asked->transition_relu == DN_RELU_NO;
    if (asked->final_relu != DN_RELU_AUTO)
        arch->linear_final = asked->final_relu == DN_RELU_NO;
    if (asked->bn_epsilon > 0)
        arch->bn_epsilon = asked->bn_epsilon;
    *any = asked->stem || asked->head_pool || asked->stem_stride ||
           asked->stem_pool != DN_STEM_POOL_USUAL || asked->transition_relu != DN_RELU_AUTO ||
           asked->final_relu != DN_RELU_AUTO || asked->bn_epsilon > 0;
    return DN_OK;
}
