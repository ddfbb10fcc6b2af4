/* SPDX-License-Identifier: MIT */
/* AMX's tiles of 16 rows of 64 bytes, and for the twin, the same in plain C. Tile numbers are
 * constants. */
#ifndef DN_TEMPLATES_TILES_H
#define DN_TEMPLATES_TILES_H

#include "base/element.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DN_TILE_ROWS 16
#define DN_TILE_BYTES 64

#ifndef DN_EMULATED
#include <immintrin.h>

typedef struct tile_file {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_file;

/* GCC's intrinsics do not say that they read and write memory. */
#define TILE_MEMORY __asm__ volatile("" ::: "memory")

/* All tiles whole. They keep their shape until tiles_end, after which the thread has no state
 * for the operating system to save. */
static inline void tiles_begin(tile_file *tiles)
{
    memset(tiles, 0, sizeof *tiles);
    tiles->palette = 1;
    for (int i = 0; i < 8; i++) {
        tiles->row_bytes[i] = DN_TILE_BYTES;
        tiles->rows[i] = DN_TILE_ROWS;
    }
    TILE_MEMORY;
    _tile_loadconfig(tiles);
}

static inline void tiles_end(tile_file *tiles)
{
    (void)tiles;
    _tile_release();
}

#define TILE_ZERO(tiles, number)                                                                   \
    do {                                                                                           \
        (void)(tiles);                                                                             \
        _tile_zero(number);                                                                        \
    } while (0)
#define TILE_LOAD(tiles, number, address, stride)                                                  \
    do {                                                                                           \
        (void)(tiles);                                                                             \
        _tile_loadd(number, address, (size_t)(stride));                                            \
    } while (0)
#define TILE_STORE(tiles, number, address, stride)                                                 \
    do {                                                                                           \
        (void)(tiles);                                                                             \
        _tile_stored(number, address, (size_t)(stride));                                           \
        TILE_MEMORY;                                                                               \
    } while (0)
#define TILE_ADD_PAIRS(tiles, sum, rows, columns)                                                  \
    do {                                                                                           \
        (void)(tiles);                                                                             \
        _tile_dpbf16ps(sum, rows, columns);                                                        \
    } while (0)
#define TILE_ADD_QUADS(tiles, sum, rows, columns)                                                  \
    do {                                                                                           \
        (void)(tiles);                                                                             \
        _tile_dpbusd(sum, rows, columns);                                                          \
    } while (0)
#else
typedef struct tile_file {
    unsigned char tile[8][DN_TILE_ROWS][DN_TILE_BYTES];
} tile_file;

static inline void tiles_begin(tile_file *tiles)
{
    memset(tiles, 0xff, sizeof *tiles); /* not numbers: nothing counts on what was there */
}

static inline void tiles_end(tile_file *tiles)
{
    tiles_begin(tiles);
}

static void tile_load(unsigned char tile[DN_TILE_ROWS][DN_TILE_BYTES], const char *address,
                      ptrdiff_t stride)
{
    for (int row = 0; row < DN_TILE_ROWS; row++)
        memcpy(tile[row], address + row * stride, DN_TILE_BYTES);
}

static void tile_store(unsigned char tile[DN_TILE_ROWS][DN_TILE_BYTES], char *address,
                       ptrdiff_t stride)
{
    for (int row = 0; row < DN_TILE_ROWS; row++)
        memcpy(address + row * stride, tile[row], DN_TILE_BYTES);
}

/* sum[m][n] += the products of row m's 32 numbers with column n's: those with even and those
 * with odd numbers are summed apart. */
static inline void tile_add_pairs(unsigned char sum[DN_TILE_ROWS][DN_TILE_BYTES],
                                  unsigned char rows[DN_TILE_ROWS][DN_TILE_BYTES],
                                  unsigned char columns[DN_TILE_ROWS][DN_TILE_BYTES])
{
    for (int m = 0; m < DN_TILE_ROWS; m++) {
        uint16_t left[32], right[32];
        float total[16], part[32] = {0};
        memcpy(left, rows[m], sizeof left);
        memcpy(total, sum[m], sizeof total);
        for (int k = 0; k < DN_TILE_ROWS; k++) {
            memcpy(right, columns[k], sizeof right);
            for (int n = 0; n < 32; n++)
                part[n] += dn_float_of_bf16(left[2 * k + n % 2]) * dn_float_of_bf16(right[n]);
        }
        for (int n = 0; n < 16; n++)
            total[n] += part[2 * n] + part[2 * n + 1];
        memcpy(sum[m], total, sizeof total);
    }
}

/* sum[m][n] += the products of row m's 64 bytes with column n's, which have a sign. */
static inline void tile_add_quads(unsigned char sum[DN_TILE_ROWS][DN_TILE_BYTES],
                                  unsigned char rows[DN_TILE_ROWS][DN_TILE_BYTES],
                                  unsigned char columns[DN_TILE_ROWS][DN_TILE_BYTES])
{
    for (int m = 0; m < DN_TILE_ROWS; m++) {
        int32_t total[16];
        memcpy(total, sum[m], sizeof total);
        for (int k = 0; k < DN_TILE_BYTES; k++)
            for (int n = 0; n < 16; n++)
                total[n] += rows[m][k] * (int8_t)columns[k / 4][4 * n + k % 4];
        memcpy(sum[m], total, sizeof total);
    }
}

#define TILE_ZERO(tiles, number) memset((tiles)->tile[number], 0, DN_TILE_ROWS *DN_TILE_BYTES)
#define TILE_LOAD(tiles, number, address, stride) tile_load((tiles)->tile[number], address, stride)
#define TILE_STORE(tiles, number, address, stride)                                                 \
    tile_store((tiles)->tile[number], address, stride)
#define TILE_ADD_PAIRS(tiles, sum, rows, columns)                                                  \
    tile_add_pairs((tiles)->tile[sum], (tiles)->tile[rows], (tiles)->tile[columns])
#define TILE_ADD_QUADS(tiles, sum, rows, columns)                                                  \
    tile_add_quads((tiles)->tile[sum], (tiles)->tile[rows], (tiles)->tile[columns])
#endif

#endif
