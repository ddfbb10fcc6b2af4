/* SPDX-License-Identifier: MIT */
/* What gradients of maps of bfloat16 need besides those of all maps: floats rounded into maps,
 * and, where pairs are multiplied at once, into words of two. */
static void store_rows(const dn_store_rows *op)
{
    const int whole = op->channels / DN_LANES * DN_LANES, rest = op->channels - whole;
    for (int row = 0; row < op->count; row++) {
        const float *from = op->input.data + row * op->input.stride;
        map_t *to = (map_t *)op->out.address + row * op->out.stride;
        for (int c = 0; c < whole; c += DN_LANES)
            m_store(to + c, v_load(from + c));
        if (rest)
            m_store_first(to + whole, v_load_first(from + whole, rest), rest);
    }
}

#ifdef DN_PAIRS
static void pair_channels(const dn_pair_rows *op)
{
    for (int row = 0; row < op->count; row++) {
        void *words = op->out.data + row * op->out.stride;
        map_t *to = words;
        store_rows(&(dn_store_rows){.input = {op->input.data + row * op->input.stride, 0},
                                    .out = {to, 0},
                                    .count = 1,
                                    .channels = op->channels});
        end_pairs(to, op->channels);
    }
}

DN_INLINE vword rounded_words(const float *from, int lanes)
{
    return v_words_of_halves(v_narrow(v_load_first(from, lanes)));
}

static void pair_pixels(const dn_pair_rows *op)
{
    for (int row = 0; row < op->count; row += 2) {
        const float *even = op->input.data + row * op->input.stride;
        const float *odd = row + 1 < op->count ? even + op->input.stride : NULL;
        float *to = op->out.data + row / 2 * op->out.stride;
        for (int c = 0; c < op->channels; c += DN_LANES) {
            int lanes = dn_min(op->channels - c, DN_LANES);
            vword words = rounded_words(even + c, lanes);
            if (odd)
                words |= rounded_words(odd + c, lanes) << 16;
            v_store_first(to + c, (vfloat)words, lanes);
        }
    }
}
#endif
