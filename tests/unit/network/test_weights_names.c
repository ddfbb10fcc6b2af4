/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "network/layout.h"
#include "network/names.h"

static const dn_arch odd = {.block_count = 3,
                            .blocks = {1, 12, 3},
                            .growth = 3,
                            .stem_channels = 5,
                            .stem_hidden = {2, 4},
                            .bottleneck = 2,
                            .compression = 0.5,
                            .stem = DN_STEM_DEEP,
                            .channels = 3,
                            .classes = 4,
                            .bn_epsilon = 1e-5};

/* Every name of every dialect leads back to its key, and no two are the same. */
static void names_lead_back(void **state)
{
    (void)state;
    dn_layout layout;
    assert_int_equal(dn_layout_create(&odd, &layout), DN_OK);
    dn_name_context context = dn_name_context_of(&odd);
    for (dn_dialect dialect = 0; dialect < DN_DIALECT_COUNT; dialect++)
        for (int i = 0; i < layout.count; i++) {
            char name[DN_TENSOR_NAME_SIZE], other[DN_TENSOR_NAME_SIZE];
            dn_key key;
            dn_name_format(dialect, &context, &layout.slots[i].key, name);
            assert_true(dn_name_parse(dialect, name, &key));
            assert_ptr_equal(dn_layout_find(&layout, &key), &layout.slots[i]);
            for (int j = 0; j < i; j++) {
                dn_name_format(dialect, &context, &layout.slots[j].key, other);
                assert_string_not_equal(name, other);
            }
        }
    dn_layout_free(&layout);
}

static void known_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        dn_dialect dialect;
        dn_key key;
    } known[] = {
        {"features.conv0.weight", DN_DIALECT_TORCHVISION, {DN_ROLE_STEM, 0, 0, 0, DN_PART_CONV}},
        {"features.denseblock2.denselayer10.norm2.running_var",
         DN_DIALECT_TORCHVISION,
         {DN_ROLE_LAYER, 1, 9, 1, DN_PART_NORM_VARIANCE}},
        {"features.norm5.bias",
         DN_DIALECT_TORCHVISION,
         {DN_ROLE_FINAL, 0, 0, 0, DN_PART_NORM_BIAS}},
        {"features.denseblock1.denselayer1.conv.2.weight",
         DN_DIALECT_TORCHVISION_2017,
         {DN_ROLE_LAYER, 0, 0, 1, DN_PART_CONV}},
        {"features.denseblock1.denselayer3.bn.norm_running_mean",
         DN_DIALECT_EFFICIENT,
         {DN_ROLE_LAYER, 0, 2, 0, DN_PART_NORM_MEAN}},
        {"features.norm_final.weight",
         DN_DIALECT_EFFICIENT,
         {DN_ROLE_FINAL, 0, 0, 0, DN_PART_NORM_WEIGHT}},
        {"dense_blocks.1.12.transition.2.weight",
         DN_DIALECT_REFERENCE,
         {DN_ROLE_TRANSITION, 1, 0, 0, DN_PART_CONV}},
        {"dense_blocks.3.16.running_mean",
         DN_DIALECT_REFERENCE,
         {DN_ROLE_FINAL, 0, 0, 0, DN_PART_NORM_MEAN}},
        {"fc.weight", DN_DIALECT_REFERENCE, {DN_ROLE_HEAD, 0, 0, 0, DN_PART_LINEAR_WEIGHT}},
        {"features.denseblock1.denselayer2.conv1.bias",
         DN_DIALECT_TORCHVISION,
         {DN_ROLE_LAYER, 0, 1, 0, DN_PART_CONV_BIAS}},
        {"conv2_block3_1_bn/moving_variance:0",
         DN_DIALECT_KERAS,
         {DN_ROLE_LAYER, 0, 2, 1, DN_PART_NORM_VARIANCE}},
        {"conv1/conv/kernel", DN_DIALECT_KERAS, {DN_ROLE_STEM, 0, 0, 0, DN_PART_CONV}},
        {"pool4_conv.weight", DN_DIALECT_KERAS, {DN_ROLE_TRANSITION, 2, 0, 0, DN_PART_CONV}},
        {"classifier.0.bias", DN_DIALECT_TORCHVISION, {DN_ROLE_HEAD, 0, 0, 0, DN_PART_LINEAR_BIAS}},
        {"fc.3.running_var", DN_DIALECT_REFERENCE, {DN_ROLE_HEAD, 0, 0, 3, DN_PART_NORM_VARIANCE}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        dn_key key;
        assert_true(dn_name_parse(known[i].dialect, known[i].name, &key));
        assert_int_equal(key.role, known[i].key.role);
        assert_int_equal(key.block, known[i].key.block);
        assert_int_equal(key.layer, known[i].key.layer);
        assert_int_equal(key.unit, known[i].key.unit);
        assert_int_equal(key.part, known[i].key.part);
    }
}

static void other_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "features",
        "features.conv0",
        "features.conv0.weight.weight",
        "features.conv.weight",
        "features.conv01.weight",
        "features.conv12345.weight",
        "classifier.a.weight",
        "features.denseblock0.denselayer1.norm1.weight",
        "features.denseblock1.denselayer1.conv1.running_mean",
        "features.denseblock1.denselayer1.conv1.gamma",
        "features.denseblock1.denselayer1.norm1.num_batches_tracked",
        "xfeatures.conv0.weight",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        dn_key key;
        assert_false(dn_name_parse(DN_DIALECT_TORCHVISION, names[i], &key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_back),
        cmocka_unit_test(known_names),
        cmocka_unit_test(other_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
