/* SPDX-License-Identifier: MIT */
#include "summary/columns.h"

#include "summary/numbers.h"
#include "summary/summary.h"

#include <string.h>

static void write_shape(const dn_shape *shape, dn_text *cell)
{
    for (int i = 0; i < shape->rank; i++)
        dn_text_add(cell, "%s%d", i ? ", " : "[", shape->size[i]);
    dn_text_add(cell, "]");
}

static void write_input_size(const dn_summary_view *view, const dn_torch_module *module,
                             dn_text *cell)
{
    (void)view;
    write_shape(&module->input, cell);
}

static void write_output_size(const dn_summary_view *view, const dn_torch_module *module,
                              dn_text *cell)
{
    (void)view;
    write_shape(&module->output, cell);
}

/* A row shows a count unless rows below it do. */
static bool shows_count(const dn_summary_view *view, const dn_torch_module *module, uint64_t count)
{
    return count > 0 && (module->leaf || module->depth == view->depth);
}

static void write_count(const dn_summary_view *view, const dn_torch_module *module, uint64_t count,
                        dn_text *cell)
{
    char number[DN_NUMBER_SIZE];
    bool shown = shows_count(view, module, count);
    dn_text_add(cell, "%s", shown ? dn_grouped(count, number) : "--");
}

static void write_parameters(const dn_summary_view *view, const dn_torch_module *module,
                             dn_text *cell)
{
    write_count(view, module, module->parameters, cell);
}

static void write_multiply_adds(const dn_summary_view *view, const dn_torch_module *module,
                                dn_text *cell)
{
    write_count(view, module, module->multiply_adds, cell);
}

static void write_percent(const dn_summary_view *view, const dn_torch_module *module, dn_text *cell)
{
    if (!shows_count(view, module, module->parameters)) {
        dn_text_add(cell, "     --");
        return;
    }
    char number[DN_NUMBER_SIZE];
    double share = (double)module->parameters / (double)view->tree->modules[0].parameters;
    dn_text_add(cell, "%6s%%", dn_fixed(share * 100, false, number));
}

static void write_kernel(const dn_summary_view *view, const dn_torch_module *module, dn_text *cell)
{
    (void)view;
    if (module->kernel_rank == 2)
        dn_text_add(cell, "[%d, %d]", module->kernel, module->kernel);
    else if (module->kernel_rank == 1)
        dn_text_add(cell, "%d", module->kernel);
    else
        dn_text_add(cell, "--");
}

static void write_trainable(const dn_summary_view *view, const dn_torch_module *module,
                            dn_text *cell)
{
    (void)view;
    dn_text_add(cell, "%s", module->parameters ? "True" : "--");
}

static const dn_column columns[] = {
    {"input_size", "Input Shape", true, write_input_size},
    {"output_size", "Output Shape", true, write_output_size},
    {"num_params", "Param #", false, write_parameters},
    {"params_percent", "Param %", false, write_percent},
    {"kernel_size", "Kernel Shape", false, write_kernel},
    {"mult_adds", "Mult-Adds", true, write_multiply_adds},
    {"trainable", "Trainable", false, write_trainable},
};
#define COLUMN_COUNT (sizeof columns / sizeof *columns)

static dn_status unknown_column(const char *name, size_t length)
{
    char known[256] = "";
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        strcat(known, i ? ", " : "");
        strcat(known, columns[i].name);
    }
    return dn_fail(DN_ERROR_ARGUMENT, "columns: \"%.*s\" is not one of %s", (int)length, name,
                   known);
}

static const dn_column *find_column(const char *name, size_t length)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (strlen(columns[i].name) == length && memcmp(columns[i].name, name, length) == 0)
            return &columns[i];
    return NULL;
}

static dn_status add_column(const char *name, size_t length, bool sized, dn_column_list *list)
{
    const dn_column *column = find_column(name, length);
    if (!column)
        return unknown_column(name, length);
    if (column->needs_input && !sized)
        return dn_fail(DN_ERROR_ARGUMENT, "columns: %s needs an input size", column->name);
    if (list->count == DN_MAX_COLUMNS)
        return dn_fail(DN_ERROR_ARGUMENT, "columns: at most %d are supported", DN_MAX_COLUMNS);
    list->chosen[list->count++] = column;
    return DN_OK;
}

dn_status dn_columns_choose(const char *names, bool sized, dn_column_list *list)
{
    list->count = 0;
    if (!*names)
        return DN_OK;
    for (const char *name = names;; name++) {
        size_t length = strcspn(name, ",");
        DN_TRY(add_column(name, length, sized, list));
        name += length;
        if (!*name)
            return DN_OK;
    }
}
