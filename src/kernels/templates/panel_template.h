/* SPDX-License-Identifier: MIT */
/* The rows of a block times panels of weights, each panel by the product for its kind. */

typedef void multiply_function(const panel_work *work);

/* Packed numbers that are multiplied at once. */
enum { TOGETHER = sizeof(float) / sizeof(packed_t) };

/* Defines multiply_NAME(work), the product of this kind. */
#ifdef DN_AMX
#include "kernels/templates/tile_template.h"
#define DEFINE_PRODUCT(NAME, ...)                                                                  \
    static void store_##NAME(pending_square *square)                                               \
    {                                                                                              \
        store_next((product_kind){__VA_ARGS__}, square);                                           \
    }                                                                                              \
    static void multiply_##NAME(const panel_work *work)                                            \
    {                                                                                              \
        multiply_tiles(work, store_##NAME);                                                        \
    }
#else
#define DEFINE_PRODUCT(NAME, ...)                                                                  \
    static void multiply_##NAME(const panel_work *work)                                            \
    {                                                                                              \
        multiply_any_panel((product_kind){__VA_ARGS__}, work);                                     \
    }
#endif

#if defined(DN_BYTES)
static void multiply_floats(const panel_work *work)
{
    multiply_any_panel((product_kind){DN_F32, 1, DN_F32}, work);
}

DEFINE_PRODUCT(into_maps, TOGETHER > 1 ? DN_I8 : DN_F32, TOGETHER, DN_U8)

/* Into maps, or of a head, floats. */
DN_INLINE multiply_function *product_of(const dn_panels *panels, bool into_maps)
{
    (void)panels;
    return into_maps ? multiply_into_maps : multiply_floats;
}
#else
DEFINE_PRODUCT(bf16_panel, DN_BF16, TOGETHER, DN_F32)

#ifdef DN_HALVES
DEFINE_PRODUCT(into_halves, DN_BF16, TOGETHER, DN_BF16)

/* Of such weights, into maps or into floats. */
DN_INLINE multiply_function *product_of(const dn_panels *panels, bool into_maps)
{
    (void)panels;
    return into_maps ? multiply_into_halves : multiply_bf16_panel;
}
#else
static void multiply_float_panel(const panel_work *work)
{
    multiply_any_panel((product_kind){DN_F32, 1, DN_F32}, work);
}

DN_INLINE multiply_function *product_of(const dn_panels *panels, bool into_maps)
{
    (void)into_maps;
    return panels->type == DN_F32 ? multiply_float_panel : multiply_bf16_panel;
}
#endif
#endif

/* block.output[r][n] for the outputs of panels first_panel .. last_panel - 1. */
static void multiply_rows(row_block *block, const row_shape *shape, const dn_panels *panels,
                          int first_panel, int last_panel, const dn_epilogue *epilogue)
{
    multiply_function *multiply = product_of(panels, shape->into_maps);
    int rows = dn_panel_rows(panels->depth, panels->unit);
    for (int p = first_panel; p < last_panel; p++) {
        int first = p * TILE_CHANNELS;
        multiply(&(panel_work){
            .block = block,
            .shape = shape,
            .weights = dn_panels_at(panels, (size_t)first * (size_t)rows).data,
            .first = first,
            .outputs = panels->outputs,
            .epilogue = epilogue,
        });
    }
}
