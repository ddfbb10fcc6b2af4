/* SPDX-License-Identifier: MIT */
#include "summary/summary.h"

#include <inttypes.h>

static void add_count(dn_text *text, const char *name, uint64_t count)
{
    dn_text_add(text, ", \"%s\": %" PRIu64, name, count);
}

static void add_shape(dn_text *text, const char *name, const dn_shape *shape)
{
    dn_text_add(text, ", \"%s\": [", name);
    for (int i = 0; i < shape->rank; i++)
        dn_text_add(text, "%s%d", i ? ", " : "", shape->size[i]);
    dn_text_add(text, "]");
}

static void add_module(const dn_summary_view *view, const dn_torch_module *module, dn_text *text)
{
    dn_text_add(text, "{\"type\": \"%s\", \"depth\": %d, \"index\": %d", module->kind,
                module->depth, module->index);
    if (view->sized) {
        add_shape(text, "input_size", &module->input);
        add_shape(text, "output_size", &module->output);
        add_count(text, "mult_adds", module->multiply_adds);
    }
    add_count(text, "num_params", module->parameters);
    if (module->kernel_rank)
        dn_text_add(text, ", \"kernel_size\": [%d, %d]", module->kernel, module->kernel);
    dn_text_add(text, "}");
}

void dn_summary_json(const dn_summary_view *view, dn_text *text)
{
    const dn_module_tree *tree = view->tree;
    const char *separator = "{\"modules\": [\n  ";
    for (int i = 0; i < tree->count; i++) {
        if (tree->modules[i].depth > view->depth)
            continue;
        dn_text_add(text, "%s", separator);
        add_module(view, &tree->modules[i], text);
        separator = ",\n  ";
    }
    dn_text_add(text, "],\n \"total_params\": %" PRIu64, tree->modules[0].parameters);
    add_count(text, "param_bytes", dn_summary_parameter_bytes(view));
    if (view->sized) {
        add_count(text, "total_mult_adds", tree->modules[0].multiply_adds);
        add_count(text, "input_bytes", view->input_bytes);
        add_count(text, "forward_backward_bytes", dn_summary_pass_bytes(view));
    }
    dn_text_add(text, "}");
}
