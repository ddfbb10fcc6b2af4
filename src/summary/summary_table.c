/* SPDX-License-Identifier: MIT */
/* The table as torchinfo 1.7.2 lays it out. */
#include "summary/numbers.h"
#include "summary/summary.h"

#include <stdio.h>

enum {
    CELL_WIDTH = 25,
    NAME_WIDTH = 40, /* at least */
    NAME_STEP = 5,   /* the name column widens by this; also a level's indentation */
    TITLE_SIZE = 48
};

/* torchinfo also counts the Python object that holds the input: this many bytes
 * in CPython 3.11. */
#define INPUT_OBJECT_BYTES 56

/* "Conv2d: 2-1"; returns its length. */
static int title_of(const dn_torch_module *module, char title[TITLE_SIZE])
{
    if (module->depth == 0)
        return snprintf(title, TITLE_SIZE, "%s", module->kind);
    return snprintf(title, TITLE_SIZE, "%s: %d-%d", module->kind, module->depth, module->index);
}

/* Rows that the depth hides widen the column too. */
static int name_width(const dn_module_tree *tree)
{
    int longest = 0;
    char title[TITLE_SIZE];
    for (int i = 0; i < tree->count; i++) {
        int length = title_of(&tree->modules[i], title) + NAME_STEP * tree->modules[i].depth + 1;
        longest = length > longest ? length : longest;
    }
    return longest < NAME_WIDTH ? NAME_WIDTH : (longest + NAME_STEP - 1) / NAME_STEP * NAME_STEP;
}

/* A row being written. Spaces are deferred until the next cell, so that no row ends in one. */
typedef struct row {
    dn_text *text;
    int start;   /* where in the row the next cell begins */
    int written; /* characters so far */
    size_t cell; /* where in the text the cell begins */
} row;

static void begin_cell(row *r)
{
    dn_text_add(r->text, "%*s", r->start - r->written, "");
    r->written = r->start;
    r->cell = r->text->length;
}

static void end_cell(row *r, int width)
{
    int characters = 0;
    for (size_t i = r->cell; i < r->text->length; i++)
        characters += ((unsigned char)r->text->data[i] & 0xC0) != 0x80; /* UTF-8 */
    r->written += characters;
    r->start += (characters > width ? characters : width) + 1;
}

static void add_header(const dn_column_list *columns, int width, dn_text *text)
{
    row r = {.text = text};
    begin_cell(&r);
    dn_text_add(text, "Layer (type:depth-idx)");
    end_cell(&r, width);
    for (int i = 0; i < columns->count; i++) {
        begin_cell(&r);
        dn_text_add(text, "%s", columns->chosen[i]->title);
        end_cell(&r, CELL_WIDTH);
    }
    dn_text_add(text, "\n");
}

static void add_name(const dn_torch_module *module, dn_text *text)
{
    char title[TITLE_SIZE];
    title_of(module, title);
    for (int level = 1; level < module->depth; level++)
        dn_text_add(text, "│    ");
    dn_text_add(text, "%s%s", module->depth == 0 ? "" : module->depth == 1 ? "├─" : "└─", title);
}

static void add_row(const dn_summary_view *view, const dn_torch_module *module, int width,
                    dn_text *text)
{
    row r = {.text = text};
    begin_cell(&r);
    add_name(module, text);
    end_cell(&r, width);
    for (int i = 0; i < view->columns.count; i++) {
        begin_cell(&r);
        view->columns.chosen[i]->write(view, module, text);
        end_cell(&r, CELL_WIDTH);
    }
    dn_text_add(text, "\n");
}

static void add_divider(int width, const char *end, dn_text *text)
{
    for (int i = 0; i < width; i++)
        dn_text_add_bytes(text, "=", 1);
    dn_text_add(text, "%s", end);
}

static void add_multiply_adds(uint64_t count, dn_text *text)
{
    static const struct {
        uint64_t size;
        char letter;
    } units[] = {{1000000000000, 'T'}, {1000000000, 'G'}, {1000000, 'M'}};
    int unit = 0;
    while (unit < 2 && count < units[unit].size)
        unit++;
    double number = (double)count / (double)units[unit].size;
    bool whole = number == (double)(uint64_t)number;
    char digits[DN_NUMBER_SIZE];
    dn_text_add(text, "Total mult-adds (%c): %s\n", units[unit].letter,
                whole ? dn_grouped((uint64_t)number, digits) : dn_fixed(number, true, digits));
}

static void add_megabytes(const char *what, uint64_t bytes, dn_text *text)
{
    char number[DN_NUMBER_SIZE];
    dn_text_add(text, "%s (MB): %s\n", what, dn_fixed((double)bytes / 1e6, false, number));
}

static void add_sizes(const dn_summary_view *view, dn_text *text)
{
    uint64_t input = view->input_bytes + INPUT_OBJECT_BYTES;
    uint64_t pass = dn_summary_pass_bytes(view);
    uint64_t parameters = dn_summary_parameter_bytes(view);
    add_megabytes("Input size", input, text);
    add_megabytes("Forward/backward pass size", pass, text);
    add_megabytes("Params size", parameters, text);
    add_megabytes("Estimated Total Size", input + pass + parameters, text);
}

void dn_summary_table(const dn_summary_view *view, dn_text *text)
{
    const dn_torch_module *network = view->tree->modules;
    int name = name_width(view->tree), width = name + CELL_WIDTH * view->columns.count;
    add_divider(width, "\n", text);
    add_header(&view->columns, name, text);
    add_divider(width, "\n", text);
    for (int i = 0; i < view->tree->count; i++)
        if (network[i].depth <= view->depth)
            add_row(view, &network[i], name, text);
    add_divider(width, "\n", text);

    char number[DN_NUMBER_SIZE];
    dn_grouped(network->parameters, number);
    dn_text_add(text, "Total params: %s\nTrainable params: %s\nNon-trainable params: 0\n", number,
                number);
    if (view->sized) {
        add_multiply_adds(network->multiply_adds, text);
        add_divider(width, "\n", text);
        add_sizes(view, text);
    }
    add_divider(width, "", text);
}
