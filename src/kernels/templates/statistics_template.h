/* SPDX-License-Identifier: MIT */
/* A batch's statistics and dropout, on rows in cache. Each vector of channels is
 * processed down all rows; the last vector may have fewer lanes. */

typedef uint32_t vuint __attribute__((vector_size(4 * DN_LANES)));

/* ---- statistics ---- */

/* Vectors that are summed at once, to hide an addition's latency, and rows that are summed
 * before they go into a longer sum, since short sums have small errors. */
#define STATISTICS_VECTORS 4
#define STATISTICS_ROWS 16

/* all[v] += the sum over the rows of (value - centre)^power. */
DN_INLINE void sum_rows(const dn_statistics *op, int c, int vectors, int lanes, int power,
                        const vfloat centre[STATISTICS_VECTORS], vfloat all[STATISTICS_VECTORS])
{
    const map_t *row = (const map_t *)op->input.address + c;
    for (int v = 0; v < vectors; v++)
        all[v] = v_set(0);
    for (int first = 0; first < op->count; first += STATISTICS_ROWS) {
        vfloat some[STATISTICS_VECTORS];
        for (int v = 0; v < vectors; v++)
            some[v] = v_set(0);
        for (int end = dn_min(first + STATISTICS_ROWS, op->count), r = first; r < end; r++) {
            for (int v = 0; v < vectors; v++) {
                vfloat deviation = m_load_first(row + v * DN_LANES, lanes) - centre[v];
                some[v] += power == 2 ? deviation * deviation : deviation;
            }
            row += op->input.stride;
        }
        for (int v = 0; v < vectors; v++)
            all[v] += some[v];
    }
}

/* Goes over the rows twice, first for the mean, so that no squares cancel. The first row
 * is the centre until the mean is known. */
DN_INLINE void statistics_columns(const dn_statistics *op, int c, int vectors, int lanes)
{
    vfloat mean[STATISTICS_VECTORS], sum[STATISTICS_VECTORS];
    for (int v = 0; v < vectors; v++)
        mean[v] = m_load_first((const map_t *)op->input.address + c + v * DN_LANES, lanes);
    sum_rows(op, c, vectors, lanes, 1, mean, sum);
    for (int v = 0; v < vectors; v++)
        mean[v] += sum[v] / (float)op->count;
    sum_rows(op, c, vectors, lanes, 2, mean, sum);
    for (int v = 0; v < vectors; v++) {
        v_store_first(op->mean + c + v * DN_LANES, mean[v], lanes);
        v_store_first(op->deviation + c + v * DN_LANES, sum[v], lanes);
    }
}

static void statistics(const dn_statistics *op)
{
    int c = 0;
    for (; c + STATISTICS_VECTORS * DN_LANES <= op->channels; c += STATISTICS_VECTORS * DN_LANES)
        statistics_columns(op, c, STATISTICS_VECTORS, DN_LANES);
    for (; c + DN_LANES <= op->channels; c += DN_LANES)
        statistics_columns(op, c, 1, DN_LANES);
    if (c < op->channels)
        statistics_columns(op, c, 1, op->channels - c);
}

/* ---- dropout ---- */

/* The finaliser of MurmurHash3 (Appleby). */
DN_INLINE vuint scramble(vuint value)
{
    value ^= value >> 16;
    value *= 0x85ebca6bu;
    value ^= value >> 13;
    value *= 0xc2b2ae35u;
    return value ^ value >> 16;
}

DN_INLINE void dropout_vector(const dn_dropout *op, int row, int c, int lanes, vuint lane)
{
    map_t *address = (map_t *)op->rows.address + row * op->rows.stride + c;
    uint32_t number = (op->first + (uint32_t)row) * (uint32_t)op->channels + (uint32_t)c;
    vuint hash = scramble((lane + number) ^ (uint32_t)op->key);
    hash = scramble(hash + (uint32_t)(op->key >> 32));
    vint keep = (vint)((vint)(hash >> 8) < op->threshold);
    vfloat scaled = m_load_first(address, lanes) * op->scale;
    m_store_first(address, (vfloat)((vint)scaled & keep), lanes);
}

static void dropout(const dn_dropout *op)
{
    vuint lane;
    for (int i = 0; i < DN_LANES; i++)
        lane[i] = (uint32_t)i;
    for (int row = 0; row < op->count; row++) {
        int c = 0;
        for (; c + DN_LANES <= op->channels; c += DN_LANES)
            dropout_vector(op, row, c, DN_LANES, lane);
        if (c < op->channels)
            dropout_vector(op, row, c, op->channels - c, lane);
    }
}
