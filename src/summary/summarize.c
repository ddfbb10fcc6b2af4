/* SPDX-License-Identifier: MIT */
#include "base/locale.h"
#include "base/memory.h"
#include "base/sized_options.h"
#include "summary/summary.h"

static dn_status check_input(const dn_arch *arch, const dn_summary_options *o)
{
    int least = dn_arch_smallest_input(arch);
    if (o->batch < 1 || o->channels < 1 || o->height < 1 || o->width < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "input %d,%d,%d,%d: four positive sizes are expected",
                       o->batch, o->channels, o->height, o->width);
    if (o->channels != arch->channels)
        return dn_fail(DN_ERROR_ARGUMENT, "input %d,%d,%d,%d: the network takes %d channel%s",
                       o->batch, o->channels, o->height, o->width, arch->channels,
                       arch->channels == 1 ? "" : "s");
    if (o->height < least || o->width < least)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "input %d,%d,%d,%d: too small, this network's pools need %dx%d or more",
                       o->batch, o->channels, o->height, o->width, least, least);
    return DN_OK;
}

/* A parameter is used at most once per pixel, and an output has no more
 * channels than there are parameters behind it: no total exceeds 16 bytes x parameters x pixels. */
static dn_status check_totals(const dn_module_tree *tree, const dn_summary_options *o)
{
    size_t bound = (size_t)tree->modules[0].parameters;
    if (!dn_multiply(bound, 16, &bound) || !dn_multiply(bound, (size_t)o->batch, &bound) ||
        !dn_multiply(bound, (size_t)o->height, &bound) ||
        !dn_multiply(bound, (size_t)o->width, &bound))
        return dn_fail(DN_ERROR_ARGUMENT, "input %d,%d,%d,%d: too large to count", o->batch,
                       o->channels, o->height, o->width);
    return DN_OK;
}

static dn_status write_summary(const dn_summary_options *o, const dn_module_tree *tree, bool sized,
                               char **out)
{
    dn_summary_view view = {.tree = tree, .sized = sized, .depth = o->depth};
    const char *columns = o->columns ? o->columns : sized ? "output_size,num_params" : "num_params";
    DN_TRY(dn_columns_choose(columns, sized, &view.columns));
    if (sized)
        view.input_bytes = 4 * (uint64_t)o->batch * (uint64_t)o->channels * (uint64_t)o->height *
                           (uint64_t)o->width;
    dn_text text = {0};
    if (o->json)
        dn_summary_json(&view, &text);
    else
        dn_summary_table(&view, &text);
    return dn_text_take(&text, out);
}

static const dn_summary_options defaults = {.depth = 3};

void dn_summary_defaults(dn_summary_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &defaults, sizeof defaults);
}

dn_status dn_summary(const dn_arch *arch, const dn_summary_options *options, char **text)
{
    DN_NEED(arch);
    DN_NEED(text);
    dn_summary_options chosen = defaults, *o = &chosen;
    DN_TRY(dn_read_options(options, &chosen, sizeof chosen));
    bool sized = o->batch || o->channels || o->height || o->width;
    DN_TRY(dn_arch_check(arch));
    if (sized)
        DN_TRY(check_input(arch, o));
    dn_module_tree tree;
    DN_TRY(dn_module_tree_create(arch, o->batch, o->height, o->width, &tree));
    dn_status status = check_totals(&tree, o);
    if (status == DN_OK) {
        locale_t callers = dn_use_decimal_points();
        status = write_summary(o, &tree, sized, text);
        uselocale(callers);
    }
    dn_module_tree_free(&tree);
    return status;
}
