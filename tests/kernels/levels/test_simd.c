/* SPDX-License-Identifier: MIT */
/* The vector operations of one level, compiled with its instructions, against
 * loops over floats; at the end of a page, where a byte too many is a fault. */
#include "kernels/kernels.h"
#include "kernels/templates/simd_bytes.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __AVXVNNI__
#include <cpuid.h>
#endif

/* Tells CTest that this processor lacks the instructions. */
#define SKIPPED 77

static bool runs_here(void)
{
#ifdef __AVX512BF16__
    if (!__builtin_cpu_supports("avx512bf16"))
        return false;
#endif
#ifdef __AVX512VNNI__
    if (!__builtin_cpu_supports("avx512vnni"))
        return false;
#endif
#ifdef __AVXVNNI__
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) || !(eax & 1u << 4))
        return false;
#endif
#ifdef __AVX512F__
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#elif defined(__AVX2__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

static const float some_values[] = {0,     -0.0f,  1,        -1,        0.5f,   -3.25f,
                                    1e30f, -1e30f, INFINITY, -INFINITY, 1e-40f, NAN};
#define VALUES (int)(sizeof some_values / sizeof *some_values)

static int failures;

/* The same bits, except for the payload of a NaN. */
static void expect(const char *operation, int count, int lane, float found, float expected)
{
    if (memcmp(&found, &expected, sizeof found) == 0 || (isnan(found) && isnan(expected)))
        return;
    failures++;
    printf("%s, %d lanes, lane %d: %a, expected %a\n", operation, count, lane, (double)found,
           (double)expected);
}

/* Numbers below the normal ones may become 0. */
static void expect_half(const char *operation, int count, int lane, uint16_t found, float expected)
{
    if (fpclassify(expected) == FP_SUBNORMAL && found == 0)
        return;
    expect(operation, count, lane, dn_float_of_bf16(found),
           dn_float_of_bf16(dn_bf16_of_float(expected)));
}

static void check_ends(float *end)
{
    for (int count = 1; count <= DN_LANES; count++) {
        float *from = end - count;
        for (int i = 0; i < count; i++)
            from[i] = some_values[(i + count) % VALUES];
        vfloat some = v_load_first(from, count);
        for (int i = 0; i < DN_LANES; i++)
            expect("v_load_first", count, i, some[i], i < count ? from[i] : 0);
        float before = *(from - 1) = 7;
        v_store_first(from, some * 2, count);
        for (int i = 0; i < count; i++)
            expect("v_store_first", count, i, from[i], some_values[(i + count) % VALUES] * 2);
        expect("v_store_first", count, -1, *(from - 1), before);
    }
}

/* In the middle, where the following bytes must be unchanged. */
static void check_rest(float *at)
{
    for (int count = 1; count < DN_LANES; count++) {
        for (int i = 0; i < DN_LANES; i++)
            at[i] = 5;
        v_store_first(at, v_set(3), count);
        for (int i = 0; i < DN_LANES; i++)
            expect("v_store_first", count, i, at[i], i < count ? 3 : 5);
    }
}

/* The same at the end of a page and before other numbers, with bfloat16. */
static void check_half_ends(uint16_t *end)
{
    for (int count = 1; count <= DN_LANES; count++) {
        uint16_t *from = end - count;
        vfloat some = v_set(0);
        for (int i = 0; i < count; i++) {
            from[i] = dn_bf16_of_float(some_values[(i + count) % VALUES]);
            some[i] = some_values[(i + count) % VALUES];
        }
        vfloat found = v_load_bf16_first(from, count);
        for (int i = 0; i < DN_LANES; i++)
            expect("v_load_bf16_first", count, i, found[i],
                   i < count ? dn_float_of_bf16(from[i]) : 0);
        float before = dn_float_of_bf16(*(from - 1) = 0x40e0);
        v_store_bf16_first(from, some * 2, count);
        for (int i = 0; i < count; i++)
            expect_half("v_store_bf16_first", count, i, from[i], some[i] * 2);
        expect("v_store_bf16_first", count, -1, dn_float_of_bf16(*(from - 1)), before);
    }
}

static void check_half_rest(uint16_t *at)
{
    for (int count = 1; count < DN_LANES; count++) {
        for (int i = 0; i < DN_LANES; i++)
            at[i] = 5;
        v_store_bf16_first(at, v_set(3), count);
        for (int i = 0; i < DN_LANES; i++)
            expect("v_store_bf16_first", count, i, at[i], i < count ? 0x4040 : 5);
    }
}

static void check_two_halves(uint16_t *end)
{
    uint16_t *from = end - 2 * DN_LANES;
    vfloat two[2];
    for (int i = 0; i < 2 * DN_LANES; i++)
        two[i / DN_LANES][i % DN_LANES] = some_values[i % VALUES];
    v_store_two_bf16(from, two[0], two[1]);
    for (int i = 0; i < 2 * DN_LANES; i++)
        expect_half("v_store_two_bf16", DN_LANES, i, from[i], some_values[i % VALUES]);
}

/* All of 8 bits, and of 16 those near the ends of what has a sign. */
static void check_widths(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t half = i < 128 ? i : i < 192 ? 0x8000 - 160 + i : 0xffff - 255 + i;
        vbyte bytes = v_bytes_of_words((vword){0} + i);
        vhalf halves = v_halves_of_words((vword){0} + half);
        vbytes of_shorts = v_bytes_of_shorts((vushort){0} + (uint16_t)i);
        vword of_bytes = v_words_of_bytes(bytes), of_halves = v_words_of_halves(halves);
        for (int lane = 0; lane < DN_LANES; lane++) {
            expect("v_bytes_of_words", DN_LANES, lane, bytes[lane], (float)i);
            expect("v_words_of_bytes", DN_LANES, lane, (float)of_bytes[lane], (float)i);
            expect("v_halves_of_words", DN_LANES, lane, halves[lane], (float)half);
            expect("v_words_of_halves", DN_LANES, lane, (float)of_halves[lane], (float)half);
            expect("v_bytes_of_shorts", DN_SHORTS, lane, of_shorts[lane], (float)i);
        }
    }
    vword lanes = {0};
    for (int lane = 0; lane < DN_LANES; lane++)
        lanes[lane] = (uint32_t)lane;
    vword halves = v_words_of_halves(v_halves_of_words(lanes));
    vword bytes = v_words_of_bytes(v_bytes_of_words(lanes));
    for (int lane = 0; lane < DN_LANES; lane++) {
        expect("halves in their order", DN_LANES, lane, (float)halves[lane], (float)lane);
        expect("bytes in their order", DN_LANES, lane, (float)bytes[lane], (float)lane);
    }
}

/* Ties, and their neighbours, between bfloat16 numbers. */
static void check_rounding(void)
{
    for (uint32_t high = 0x3f80; high < 0x3f84; high++)
        for (int32_t near = -1; near <= 1; near++) {
            uint32_t bits = (high << 16) + 0x8000u + (uint32_t)near;
            float value;
            memcpy(&value, &bits, sizeof value);
            vhalf halves = v_narrow(v_set(value));
            uint32_t nearest = high + (near > 0 || (near == 0 && high % 2));
            for (int lane = 0; lane < DN_LANES; lane++)
                expect("v_narrow", DN_LANES, lane, halves[lane], (float)nearest);
        }
}

static void check_pairs(void)
{
    vword weights;
    for (int lane = 0; lane < DN_LANES; lane++)
        weights[lane] = dn_bf16_of_float((float)lane) | (uint32_t)dn_bf16_of_float(-2) << 16;
    uint32_t pair = dn_bf16_of_float(4) | (uint32_t)dn_bf16_of_float(0.5f) << 16;
    vfloat sum = v_add_pairs(v_set(10), weights, pair);
    for (int lane = 0; lane < DN_LANES; lane++)
        expect("v_add_pairs", DN_LANES, lane, sum[lane], 10 + (float)lane * 4 - 1);
}

/* Two additions, each of which is off by up to 2^-23 of its sum (simd_bf16.h). */
static void check_rounded_pairs(void)
{
    for (int i = 0; i < 1000; i++) {
        uint16_t a = (uint16_t)(0x3f80 + i * 37 % 128), b = (uint16_t)(0xbf00 + i * 53 % 256);
        uint16_t x = (uint16_t)(0x3f80 + i * 71 % 128), y = (uint16_t)(0x3e80 + i * 29 % 512);
        float start = (float)(i % 7 - 3) / 3;
        vfloat sum =
            v_add_pairs(v_set(start), (vword){0} + (a | (uint32_t)b << 16), x | (uint32_t)y << 16);
        double first = (double)dn_float_of_bf16(a) * (double)dn_float_of_bf16(x);
        double second = (double)dn_float_of_bf16(b) * (double)dn_float_of_bf16(y);
        double size = fabs((double)start) + fabs(first) + fabs(second);
        if (fabs((double)sum[i % DN_LANES] - ((double)start + first + second)) > size * 0x1p-22)
            expect("v_add_pairs", DN_LANES, i % DN_LANES, sum[i % DN_LANES],
                   (float)((double)start + first + second));
    }
}

static void check_transpose(void)
{
    vword rows[DN_LANES];
    for (int r = 0; r < DN_LANES; r++)
        for (int i = 0; i < DN_LANES; i++)
            rows[r][i] = (uint32_t)(100 * r + i);
    v_transpose(rows);
    for (int r = 0; r < DN_LANES; r++)
        for (int i = 0; i < DN_LANES; i++)
            expect("transpose", DN_LANES, i, (float)rows[r][i], (float)(100 * i + r));
}

/* Bytes at the end of a page, where a store may not reach further than the last. */
static void check_byte_ends(uint8_t *end)
{
    for (int count = 1; count <= DN_LANES; count++) {
        uint8_t *from = end - count;
        for (int i = 0; i < count; i++)
            from[i] = (uint8_t)(255 - 7 * i);
        vfloat found = v_load_bytes_first(from, count);
        for (int i = 0; i < count; i++)
            expect("v_load_bytes_first", count, i, found[i], (float)(255 - 7 * i));
        uint8_t before = *(from - 1) = 99;
        v_store_bytes_first(from, found * 0.5f, count);
        for (int i = 0; i < count; i++)
            expect("v_store_bytes_first", count, i, from[i], rintf((float)(255 - 7 * i) * 0.5f));
        expect("v_store_bytes_first", count, -1, *(from - 1), before);
    }
    for (int i = 0; i < VALUES; i++) {
        float value = some_values[i];
        vbyte bytes = v_to_bytes(v_set(value));
        expect("v_to_bytes", DN_LANES, 0, bytes[0],
               value > 0 ? rintf(value < 255 ? value : 255) : 0);
    }
}

static void check_quads(void)
{
    static const int8_t weights[][4] = {
        {127, -127, 127, 127}, {-127, -127, -127, -127}, {1, 2, 3, 4}};
    static const uint8_t quads[][4] = {{255, 255, 255, 255}, {0, 1, 128, 254}, {7, 0, 0, 200}};
    for (int w = 0; w < 3; w++)
        for (int q = 0; q < 3; q++) {
            uint32_t word, quad;
            int sum = 100000;
            memcpy(&word, weights[w], sizeof word);
            memcpy(&quad, quads[q], sizeof quad);
            for (int i = 0; i < 4; i++)
                sum += weights[w][i] * quads[q][i];
            vint start = v_begin_quads((vint){0} + 100000, (vword){0} + word);
            vint found = v_add_quads(start, (vword){0} + word, quad);
            for (int lane = 0; lane < DN_LANES; lane++)
                expect("v_add_quads", DN_LANES, lane, (float)found[lane], (float)sum);
        }
}

/* Every byte with factors and terms of all sizes. */
static void check_fixed(void)
{
    for (int byte = 0; byte < 256; byte++)
        for (int i = 0; i < 64; i++) {
            int16_t factor = (int16_t)(i * 1040 - 32767), term = (int16_t)(i * 997 % 65521 - 32760);
            const dn_fixed fixed = {&factor, &term, 0};
            vshort found =
                v_fixed((vbytes){0} + (uint8_t)byte, (vshort){0} + factor, (vshort){0} + term);
            for (int lane = 0; lane < DN_SHORTS; lane++)
                expect("v_fixed", DN_SHORTS, lane, found[lane],
                       (float)dn_fixed_value(&fixed, byte, 0));
            vushort clamped = v_clamp_short(found, 16320);
            int least = found[0] < 0 ? 0 : found[0];
            expect("v_clamp_short", DN_SHORTS, 0, clamped[0],
                   (float)(least < 16320 ? least : 16320));
        }
}

static float larger_or_nan(float a, float b)
{
    return a < b || b != b ? b : a;
}

static void check_values(void)
{
    for (int i = 0; i < VALUES; i++)
        for (int j = 0; j < VALUES; j++) {
            float a = some_values[i], b = some_values[j];
            vfloat larger = v_max(v_set(a), v_set(b)), rectified = v_relu(v_set(a)), set = v_set(a);
            vfloat linear = v_larger(v_floor(true), set);
            vfloat activated = v_larger(v_floor(false), set);
            vfloat first = v_larger(set, v_set(b)), last = v_smaller(set, v_set(b));
            for (int lane = 0; lane < DN_LANES; lane++) {
                expect("v_max", DN_LANES, lane, larger[lane], larger_or_nan(a, b));
                expect("v_relu", DN_LANES, lane, rectified[lane], s_activate(a, false));
                expect("v_floor", DN_LANES, lane, activated[lane], s_activate(a, false));
                expect("v_floor of a linear norm", DN_LANES, lane, linear[lane], a);
                expect("v_larger", DN_LANES, lane, first[lane], a > b ? a : b);
                expect("v_smaller", DN_LANES, lane, last[lane], a < b ? a : b);
                expect("v_set", DN_LANES, lane, set[lane], a);
            }
        }
}

int main(void)
{
    if (!runs_here())
        return SKIPPED;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0)
        return 2;
    check_ends((float *)(void *)(pages + page));
    check_rest((float *)(void *)pages);
    check_half_ends((uint16_t *)(void *)(pages + page));
    check_half_rest((uint16_t *)(void *)pages);
    check_two_halves((uint16_t *)(void *)(pages + page));
    check_widths();
    check_rounding();
    check_pairs();
    check_rounded_pairs();
    check_transpose();
    check_byte_ends((uint8_t *)(pages + page));
    check_quads();
    check_fixed();
    check_values();
    munmap(pages, 2 * page);
    return failures ? 1 : 0;
}
