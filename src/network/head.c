/* SPDX-License-Identifier: MIT */
#include "network/head.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GRID 64
#define MAX_WINDOW 1024

int dn_head_parts(const dn_arch *arch, dn_head_part parts[DN_MAX_HEAD_PARTS])
{
    const dn_head *head = &arch->head;
    if (arch->classes == 0)
        return 0;
    if (head->part_count == 0) {
        parts[0] = (dn_head_part){DN_HEAD_LINEAR, arch->classes};
        return 1;
    }
    memcpy(parts, head->parts, (size_t)head->part_count * sizeof *parts);
    return head->part_count;
}

bool dn_head_is_single(const dn_arch *arch)
{
    return arch->head.part_count <= 1;
}

bool dn_head_is_usual(const dn_arch *arch)
{
    const dn_head usual = {0};
    return arch->classes > 0 && memcmp(&arch->head, &usual, sizeof usual) == 0;
}

static int list_holding(const dn_arch *arch, dn_head_part holding[DN_MAX_HEAD_PARTS])
{
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    int count = dn_head_parts(arch, parts), kept = 0;
    for (int i = 0; i < count; i++)
        if (dn_is_linear(&parts[i]) || parts[i].kind == DN_HEAD_NORM)
            holding[kept++] = parts[i];
    return kept;
}

bool dn_heads_hold_the_same(const dn_arch *a, const dn_arch *b)
{
    dn_head_part first[DN_MAX_HEAD_PARTS], second[DN_MAX_HEAD_PARTS];
    int count = list_holding(a, first);
    return count == list_holding(b, second) &&
           dn_head_width(&a->head, 1) == dn_head_width(&b->head, 1) &&
           memcmp(first, second, (size_t)count * sizeof *first) == 0;
}

int dn_head_columns(const dn_head *head)
{
    return head->grid_width ? head->grid_width : dn_head_rows(head);
}

int dn_head_rows(const dn_head *head)
{
    return head->pool == DN_POOL_GRID ? head->grid : 1;
}

int dn_head_cells(const dn_head *head)
{
    return dn_head_rows(head) * dn_head_columns(head);
}

bool dn_pool_doubles(dn_head_pool pool)
{
    return pool == DN_POOL_MAX_MEAN || pool == DN_POOL_MEAN_MAX;
}

int dn_head_width(const dn_head *head, int channels)
{
    return dn_pool_doubles(head->pool)  ? 2 * channels
           : head->pool == DN_POOL_GRID ? channels * dn_head_cells(head)
                                        : channels;
}

bool dn_head_reads_pool(const dn_arch *arch, int part)
{
    for (int i = 0; i < part && i < arch->head.part_count; i++)
        if (dn_is_linear(&arch->head.parts[i]))
            return false;
    return true;
}

static dn_status check_parts(const dn_arch *arch)
{
    const dn_head *head = &arch->head;
    int made = 0;
    for (int i = 0; i < head->part_count; i++) {
        const dn_head_part *part = &head->parts[i];
        bool linear = dn_is_linear(part);
        if (part->kind > DN_HEAD_DROPOUT || (linear && part->outputs < 1) ||
            (!linear && part->outputs != 0) || part->outputs > 1000000)
            return dn_fail(DN_ERROR_ARGUMENT,
                           "architecture: part %d of the head is not one that a head can have",
                           i + 1);
        made = linear ? part->outputs : made;
    }
    if (head->part_count && made != arch->classes)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: the head's last linear has %d output%s for %d class%s", made,
                       dn_plural(made), arch->classes, arch->classes == 1 ? "" : "es");
    return DN_OK;
}

static bool is_grid(const dn_head *head)
{
    return head->grid >= 1 && head->grid <= MAX_GRID && head->grid_width >= 0 &&
           head->grid_width <= MAX_GRID && dn_head_cells(head) > 1;
}

dn_status dn_head_check(const dn_arch *arch)
{
    const dn_head *head = &arch->head;
    bool none = head->grid == 0 && head->grid_width == 0;
    if (head->pool > DN_POOL_MEAN_MAX || (head->pool == DN_POOL_GRID ? !is_grid(head) : !none))
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "architecture: the head's pool is not a kind of pool, or its grid does not suit it");
    if (head->window < 0 || head->window > MAX_WINDOW ||
        (head->window && head->pool != DN_POOL_MEAN && head->pool != DN_POOL_GRID))
        return dn_fail(DN_ERROR_ARGUMENT, "architecture: the head's pool cannot have this window");
    if (head->part_count < 0 || head->part_count > DN_MAX_HEAD_PARTS)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "architecture: the head has %d parts, 0 to %d are expected",
                       head->part_count, DN_MAX_HEAD_PARTS);
    return check_parts(arch);
}
