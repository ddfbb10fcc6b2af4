/* SPDX-License-Identifier: MIT */
/* Rows of matrix products, gathered from windows. */

#if defined(DN_PACKS_BYTES) || defined(DN_PAIRS)
/* Copies a run, whose last bytes may be copied twice, without a call for its few bytes. */
DN_INLINE void copy_chunks(char *target, const char *source, size_t size, size_t chunk)
{
    for (size_t at = 0; at + chunk < size; at += chunk)
        memcpy(target + at, source + at, chunk);
    memcpy(target + size - chunk, source + size - chunk, chunk);
}

DN_INLINE void copy_run(packed_t *target, const map_t *source, int run)
{
    size_t size = (size_t)run * sizeof *source;
    if (size >= 32)
        copy_chunks((char *)target, (const char *)source, size, 32);
    else if (size >= 16)
        copy_chunks((char *)target, (const char *)source, size, 16);
    else
        for (int at = 0; at < run; at++)
            target[at] = source[at];
}

/* Gathers a window. */
static void pack_window(const map_t *window, const row_shape *rows, packed_t *target)
{
    int depth = rows->segments * rows->run, padded = dn_panel_rows(depth, DN_DEPTH_UNIT);
    for (int row = 0; row < rows->segments; row++)
        copy_run(target + row * rows->run, window + row * rows->segment_stride, rows->run);
    memset(target + depth, 0, (size_t)(padded - depth) * sizeof *target);
}
#else
/* Gathers a window, whose pixels would otherwise be widened once per panel. */
static void pack_window(const map_t *window, const row_shape *rows, packed_t *target)
{
    for (int row = 0; row < rows->segments; row++) {
        const map_t *source = window + row * rows->segment_stride;
        packed_t *out = target + row * rows->run;
        int c = 0;
        for (; c + DN_LANES <= rows->run; c += DN_LANES)
            pack(out + c, m_load(source + c), DN_LANES);
        if (c < rows->run)
            pack(out + c, m_load_first(source + c, rows->run - c), rows->run - c);
    }
}
#endif
