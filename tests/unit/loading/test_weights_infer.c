/* SPDX-License-Identifier: MIT */
/* The architecture that shapes describe, which may say anything. */
#include "testing.h"

#include "loading/match.h"

/* The shape of a tensor, and whose it is. */
typedef struct described {
    dn_key key;
    int rank;
    int64_t shape[4];
} described;

static dn_status infer(const described *all, size_t count, dn_arch *arch)
{
    dn_tensor tensors[16];
    dn_match match;
    assert_true(count <= 16);
    assert_int_equal(dn_match_create(count, &match), DN_OK);
    for (size_t i = 0; i < count; i++) {
        tensors[i] = (dn_tensor){.name = "tensor", .rank = all[i].rank};
        memcpy(tensors[i].shape, all[i].shape, sizeof all[i].shape);
        match.pairs[match.pair_count++] = (dn_pair){all[i].key, &tensors[i]};
    }
    dn_status status = dn_infer(&match, NULL, arch);
    dn_match_free(&match);
    return status;
}

/* Two blocks, `layers` plain layers of so many maps in the first. */
static dn_status infer_plain(int layers, int64_t growth, int64_t transition, dn_arch *arch)
{
    const described all[] = {
        {{.role = DN_ROLE_STEM, .part = DN_PART_CONV}, 4, {4, 3, 3, 3}},
        {{.role = DN_ROLE_LAYER, .part = DN_PART_CONV}, 4, {growth, 4, 3, 3}},
        {{.role = DN_ROLE_LAYER, .layer = layers - 1, .part = DN_PART_CONV}, 4, {growth, 4, 3, 3}},
        {{.role = DN_ROLE_TRANSITION, .part = DN_PART_CONV}, 4, {transition, transition, 1, 1}},
        {{.role = DN_ROLE_LAYER, .block = 1, .part = DN_PART_CONV}, 4, {growth, 10, 3, 3}},
        {{.role = DN_ROLE_HEAD, .part = DN_PART_LINEAR_WEIGHT}, 2, {10, 16}},
    };
    return infer(all, sizeof all / sizeof *all, arch);
}

static void shapes_tell(void **state)
{
    (void)state;
    dn_arch arch;
    assert_int_equal(infer_plain(2, 3, 10, &arch), DN_OK);
    assert_int_equal(arch.block_count, 2);
    assert_int_equal(arch.blocks[0], 2);
    assert_int_equal(arch.growth, 3);
    assert_int_equal(arch.bottleneck, 0);
    assert_true(arch.compression == 1);
}

static void shapes_lie(void **state)
{
    (void)state;
    dn_arch arch;
    assert_int_equal(infer_plain(10000, 1000000, 10, &arch), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "leaves 10000000004"));
    assert_int_equal(infer_plain(2, INT64_MAX, 10, &arch), DN_ERROR_MISMATCH);
    assert_int_equal(infer_plain(2, -3, 10, &arch), DN_ERROR_MISMATCH);
    assert_int_equal(infer_plain(1001, 3, 3007, &arch), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "layers of a block is 1001"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_tell),
        cmocka_unit_test(shapes_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
