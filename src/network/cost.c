/* SPDX-License-Identifier: MIT */
#include "network/layout.h"

/* A convolution's multiply-adds are its weights times its output's pixels. */
double dn_arch_operations(const dn_arch *arch, int height, int width)
{
    dn_layout layout;
    dn_stem_conv convs[3];
    double sum = 0;
    if (dn_arch_check(arch) != DN_OK || dn_layout_create(arch, &layout) != DN_OK)
        return 0;
    dn_stem_convs(arch, convs);
    for (int i = 0; i < layout.count; i++) {
        const dn_slot *slot = &layout.slots[i];
        bool conv = slot->key.part == DN_PART_CONV;
        if (conv && slot->key.role == DN_ROLE_STEM) {
            height = (height + convs[slot->key.unit].stride - 1) / convs[slot->key.unit].stride;
            width = (width + convs[slot->key.unit].stride - 1) / convs[slot->key.unit].stride;
        } else if (conv && slot->key.role == DN_ROLE_LAYER && slot->key.block == 0 &&
                   slot->key.layer == 0 && slot->key.unit == 0 && dn_stem_pools(arch)) {
            height = (height + 1) / 2;
            width = (width + 1) / 2;
        }
        double pixels = (double)height * width;
        if (conv)
            sum += 2 * pixels * (double)slot->count;
        else if (slot->key.part == DN_PART_LINEAR_WEIGHT)
            sum += 2 * (double)slot->count;
        if (conv && slot->key.role == DN_ROLE_TRANSITION) {
            height /= 2;
            width /= 2;
        }
    }
    dn_layout_free(&layout);
    return sum;
}
