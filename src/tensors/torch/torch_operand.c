/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_operand.h"

#include <stdio.h>
#include <string.h>

enum { DEEPEST = 8, LONGEST_SIGNATURE = 1024 };

/* ---- lines ---- */

/* Up to the parenthesis that ends it. */
static dn_span signature_at(dn_span code)
{
    size_t room =
        dn_span_length(code) < LONGEST_SIGNATURE ? dn_span_length(code) : LONGEST_SIGNATURE;
    const char *end = memchr(code.at, ')', room);
    return (dn_span){code.at, end ? end : code.at};
}

/* Whether "NAME: " is in it. */
static bool is_argument(dn_span signature, dn_span name)
{
    for (const char *at = signature.at; at < signature.end; at++) {
        dn_span word = dn_span_word((dn_span){at, signature.end});
        if (dn_span_equals(word, name) && word.end < signature.end && *word.end == ':')
            return true;
        if (word.end > at)
            at = word.end;
    }
    return false;
}

void dn_code_lines_add(dn_code_lines *lines, dn_span code, const char *at)
{
    dn_span word = dn_span_word((dn_span){at, code.end}), rest = {word.end, code.end};
    if (dn_span_is(word, "def") && rest.at < rest.end) {
        static const char forward[] = " forward(";
        lines->count = 0;
        lines->signature = (dn_span){rest.at, rest.at};
        if (dn_span_begins(rest, forward))
            lines->signature = signature_at((dn_span){rest.at + sizeof forward - 1, rest.end});
    } else if (dn_span_begins(rest, " = ") && at > code.at && (at[-1] == ' ' || at[-1] == '\n')) {
        lines->items[lines->count++ % DN_LINES_KEPT] =
            (dn_code_line){word, {rest.at + 3, code.end}};
    }
}

/* The value that a name had last, among the first *before lines, which becomes its line. */
static const dn_code_line *find_line(const dn_code_lines *lines, dn_span name, int *before)
{
    int oldest = lines->count > DN_LINES_KEPT ? lines->count - DN_LINES_KEPT : 0;
    for (int i = *before - 1; i >= oldest; i--) {
        const dn_code_line *line = &lines->items[i % DN_LINES_KEPT];
        if (dn_span_equals(line->name, name)) {
            *before = i;
            return line;
        }
    }
    return NULL;
}

dn_span dn_code_alias(const dn_code_lines *lines, dn_span name)
{
    int before = lines->count;
    const dn_code_line *line = find_line(lines, name, &before);
    bool stands = line && dn_span_begins(line->value, "__torch__.");
    return stands ? dn_span_word(line->value) : (dn_span){name.at, name.at};
}

/* ---- modules ---- */

static bool add_part(dn_span part, char path[DN_OPERAND_SIZE])
{
    size_t used = strlen(path);
    int length =
        (int)(dn_span_length(part) < DN_OPERAND_SIZE ? dn_span_length(part) : DN_OPERAND_SIZE);
    snprintf(path + used, DN_OPERAND_SIZE - used, "%s%.*s", used && length ? "." : "", length,
             part.at);
    return strlen(path) + 1 < DN_OPERAND_SIZE;
}

static bool write_path(const dn_code_lines *lines, dn_span name, int before, int depth,
                       char path[DN_OPERAND_SIZE]);

/* What a line assigns: "BASE.NAME" or "getattr(BASE, "NAME")". */
static bool write_value(const dn_code_lines *lines, dn_span value, int before, int depth,
                        char path[DN_OPERAND_SIZE])
{
    static const char get[] = "getattr(";
    bool named = dn_span_begins(value, get);
    dn_span inner = dn_span_word((dn_span){value.at + (named ? sizeof get - 1 : 0), value.end});
    dn_span rest = {inner.end, value.end};
    if (inner.at == inner.end || dn_span_begins(rest, "(") ||
        !write_path(lines, inner, before, depth - 1, path))
        return false;
    if (!named)
        return true;
    if (!dn_span_begins(rest, ", \""))
        return false;
    dn_span text = dn_span_word((dn_span){rest.at + 3, rest.end});
    return dn_span_begins((dn_span){text.end, rest.end}, "\")") && add_part(text, path);
}

/* The path of a module by a name of the code, from the module whose code it is. */
static bool write_path(const dn_code_lines *lines, dn_span name, int before, int depth,
                       char path[DN_OPERAND_SIZE])
{
    const char *dot = memchr(name.at, '.', dn_span_length(name));
    dn_span base = {name.at, dot ? dot : name.end}, part = {dot ? dot + 1 : name.end, name.end};
    const dn_code_line *line = find_line(lines, base, &before);
    path[0] = '\0';
    if (line && (depth == 0 || !write_value(lines, line->value, before, depth, path)))
        return false;
    return add_part(part, path);
}

/* ---- functions ---- */

/* Those whose answer is zero or the same wherever the argument is positive, in the same order. */
static bool passes(const char *name)
{
    static const char *const passing[] = {
        "relu",   "relu_",   "dropout", "dropout_", "feature_dropout", "contiguous", "clone",
        "detach", "flatten", "view",    "reshape",  "squeeze",         "squeeze_",   "to"};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (strcmp(name, passing[i]) == 0)
            return true;
    return false;
}

/* The last part of a function's name: "relu" of "__torch__.torch.nn.functional.relu". */
static bool write_function(const dn_code_lines *lines, dn_span word, int before,
                           char name[DN_OPERAND_SIZE])
{
    const dn_code_line *alias = find_line(lines, word, &before);
    if (alias)
        word = dn_span_word(alias->value);
    if (!dn_span_begins(word, "torch.") && !dn_span_begins(word, "ops.") &&
        !dn_span_begins(word, "__torch__."))
        return false;
    while (memchr(word.at, '.', dn_span_length(word)))
        word.at = (const char *)memchr(word.at, '.', dn_span_length(word)) + 1;
    snprintf(name, DN_OPERAND_SIZE, "@%.*s",
             (int)(dn_span_length(word) < 40 ? dn_span_length(word) : 40), word.at);
    return true;
}

bool dn_code_operand(dn_code_lines *lines, dn_span argument, char operand[DN_OPERAND_SIZE])
{
    int before = lines->count;
    if (lines->signature.at == lines->signature.end || lines->read == DN_OPERANDS_READ)
        return false;
    lines->read++;
    for (int depth = 0; depth < DEEPEST && argument.at < argument.end; depth++) {
        dn_span word;
        if (*argument.at == '(') {
            word = dn_span_word((dn_span){argument.at + 1, argument.end});
            return dn_span_begins((dn_span){word.end, argument.end}, ").forward(") &&
                   write_path(lines, word, before, DEEPEST, operand) && operand[0];
        }
        word = dn_span_word(argument);
        if (word.at == word.end)
            return false;
        if (word.end < argument.end && *word.end == '(') {
            if (!write_function(lines, word, before, operand))
                return false;
            if (!passes(operand + 1))
                return true;
            argument.at = word.end + 1;
            continue;
        }
        const dn_code_line *line = find_line(lines, word, &before);
        if (!line) {
            snprintf(operand, DN_OPERAND_SIZE, "@input");
            return lines->count <= DN_LINES_KEPT && is_argument(lines->signature, word);
        }
        argument = line->value;
    }
    return false;
}
