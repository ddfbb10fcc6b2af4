/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "tensors/dtype.h"
#include "tensors/tensors.h"

#include <math.h>

static float widened(dn_dtype dtype, uint16_t bits)
{
    float value;
    dn_to_float(dtype, (const unsigned char *)&bits, 1, 1, &value);
    return value;
}

static uint16_t narrowed(dn_dtype dtype, float value)
{
    uint16_t bits;
    dn_from_float(dtype, &value, 1, (unsigned char *)&bits);
    return bits;
}

/* What sign, exponent and fraction say, by the definition of the format. */
static float by_definition(int exponent_bits, uint16_t bits)
{
    int fraction_bits = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
    int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
    int fraction = bits & ((1 << fraction_bits) - 1);
    double value = exponent ? ldexp(1 + ldexp(fraction, -fraction_bits), exponent - bias)
                            : ldexp(fraction, 1 - bias - fraction_bits);
    if (exponent == (1 << exponent_bits) - 1)
        value = fraction ? (double)NAN : (double)INFINITY;
    return (float)(bits >> 15 ? -value : value);
}

static void every_half(void **state)
{
    (void)state;
    for (int i = 0; i < 0x10000; i++) {
        static const struct {
            dn_dtype dtype;
            int exponent_bits;
        } formats[] = {{DN_F16, 5}, {DN_BF16, 8}};
        for (int f = 0; f < 2; f++) {
            float value = widened(formats[f].dtype, (uint16_t)i);
            float expected = by_definition(formats[f].exponent_bits, (uint16_t)i);
            if (isnan(expected)) {
                assert_true(isnan(value));
                assert_true(isnan(widened(formats[f].dtype, narrowed(formats[f].dtype, value))));
                continue;
            }
            assert_memory_equal(&value, &expected, sizeof value);
            assert_int_equal(narrowed(formats[f].dtype, value), i);
        }
    }
}

/* Between two neighbours to the nearer; from the middle to the even one. */
static void rounding(void **state)
{
    (void)state;
    static const dn_dtype dtypes[] = {DN_F16, DN_BF16};
    static const uint16_t infinities[] = {0x7c00, 0x7f80};
    for (int f = 0; f < 2; f++)
        for (uint16_t i = 0; i + 1 < infinities[f]; i++) {
            float low = widened(dtypes[f], i), high = widened(dtypes[f], (uint16_t)(i + 1));
            float middle = low + (high - low) / 2;
            assert_int_equal(narrowed(dtypes[f], middle), i + i % 2);
            assert_int_equal(narrowed(dtypes[f], nextafterf(middle, 0)), i);
            assert_int_equal(narrowed(dtypes[f], nextafterf(middle, INFINITY)), i + 1);
        }
    assert_int_equal(narrowed(DN_F16, 65519.996f), 0x7bff);
    assert_int_equal(narrowed(DN_F16, 65520), 0x7c00);
    assert_int_equal(narrowed(DN_F16, -1e30f), 0xfc00);
}

static void strides_and_doubles(void **state)
{
    (void)state;
    const double values[] = {1, 1e300, 0.1, -2, 1e-300, 5};
    float out[3];
    dn_to_float(DN_F64, (const unsigned char *)values, 3, 2, out);
    assert_true(out[0] == 1 && out[1] == 0.1f && out[2] == 0);
    dn_to_float(DN_F64, (const unsigned char *)(values + 1), 1, 1, out);
    assert_true(isinf(out[0]));
}

static void integers(void **state)
{
    (void)state;
    const unsigned char bytes[] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    assert_true(dn_to_double(DN_I64, bytes) == -2);
    assert_true(dn_to_double(DN_I16, bytes) == -2);
    assert_true(dn_to_double(DN_U8, bytes) == 254);
    assert_true(dn_to_double(DN_U32, bytes) == 4294967294.0);
}

/* Without elements, sizes may be any: their product is more than a number holds. */
static void sizes_of_nothing(void **state)
{
    (void)state;
    dn_tensor tensor = {.name = "x", .rank = 3, .shape = {0, 1LL << 32, 1LL << 32}};
    float untouched = 1;
    dn_tensor_pack(&tensor);
    assert_int_equal(dn_tensor_check(&tensor, 0, 0, "x"), DN_OK);
    assert_int_equal(tensor.count, 0);
    assert_true(dn_tensor_is_packed(&tensor));
    tensor.strides[2] = 7;
    assert_false(dn_tensor_is_packed(&tensor));
    dn_tensor_read(&tensor, &untouched);
    assert_true(untouched == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half),          cmocka_unit_test(rounding),
        cmocka_unit_test(strides_and_doubles), cmocka_unit_test(integers),
        cmocka_unit_test(sizes_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
