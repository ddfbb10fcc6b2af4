/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_operand.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 8, LONGEST_SIGNATURE = 1024 };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static dn_span word_at(const char *at, const char *end)
{
    dn_span word = {at, at};
    while (word.end < end && is_word(*word.end))
        word.end++;
    return word;
}

static size_t length_of(dn_span span)
{
    return (size_t)(span.end - span.at);
}

static bool begins(dn_span span, const char *text)
{
    size_t length = strlen(text);
    return length_of(span) >= length && memcmp(span.at, text, length) == 0;
}

static bool is(dn_span span, const char *text)
{
    return begins(span, text) && length_of(span) == strlen(text);
}

/* ---- lines ---- */

/* Up to the parenthesis that ends it. */
static dn_span signature_at(dn_span code)
{
    size_t room = length_of(code) < LONGEST_SIGNATURE ? length_of(code) : LONGEST_SIGNATURE;
    const char *end = memchr(code.at, ')', room);
    return (dn_span){code.at, end ? end : code.at};
}

/* Whether "NAME: " is in it. */
static bool is_argument(dn_span signature, dn_span name)
{
    for (const char *at = signature.at; at < signature.end; at++) {
        dn_span word = word_at(at, signature.end);
        if (length_of(word) == length_of(name) && memcmp(word.at, name.at, length_of(name)) == 0 &&
            word.end < signature.end && *word.end == ':')
            return true;
        if (word.end > at)
            at = word.end;
    }
    return false;
}

void dn_code_lines_add(dn_code_lines *lines, dn_span code, const char *at)
{
    dn_span word = word_at(at, code.end), rest = {word.end, code.end};
    if (is(word, "def") && rest.at < rest.end) {
        static const char forward[] = " forward(";
        lines->count = 0;
        lines->signature = (dn_span){rest.at, rest.at};
        if (begins(rest, forward))
            lines->signature = signature_at((dn_span){rest.at + sizeof forward - 1, rest.end});
    } else if (begins(rest, " = ") && at > code.at && (at[-1] == ' ' || at[-1] == '\n')) {
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
        if (length_of(line->name) == length_of(name) &&
            memcmp(line->name.at, name.at, length_of(name)) == 0) {
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
    bool stands = line && begins(line->value, "__torch__.");
    return stands ? word_at(line->value.at, line->value.end) : (dn_span){name.at, name.at};
}

/* ---- modules ---- */

static bool add_part(dn_span part, char path[DN_OPERAND_SIZE])
{
    size_t used = strlen(path);
    int length = (int)(length_of(part) < DN_OPERAND_SIZE ? length_of(part) : DN_OPERAND_SIZE);
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
    bool named = begins(value, get);
    dn_span inner = word_at(value.at + (named ? sizeof get - 1 : 0), value.end);
    dn_span rest = {inner.end, value.end};
    if (inner.at == inner.end || begins(rest, "(") ||
        !write_path(lines, inner, before, depth - 1, path))
        return false;
    if (!named)
        return true;
    if (!begins(rest, ", \""))
        return false;
    dn_span text = word_at(rest.at + 3, rest.end);
    return begins((dn_span){text.end, rest.end}, "\")") && add_part(text, path);
}

/* The path of a module by a name of the code, from the module whose code it is. */
static bool write_path(const dn_code_lines *lines, dn_span name, int before, int depth,
                       char path[DN_OPERAND_SIZE])
{
    const char *dot = memchr(name.at, '.', length_of(name));
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
        word = word_at(alias->value.at, alias->value.end);
    if (!begins(word, "torch.") && !begins(word, "ops.") && !begins(word, "__torch__."))
        return false;
    while (memchr(word.at, '.', length_of(word)))
        word.at = (const char *)memchr(word.at, '.', length_of(word)) + 1;
    snprintf(name, DN_OPERAND_SIZE, "@%.*s", (int)(length_of(word) < 40 ? length_of(word) : 40),
             word.at);
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
            word = word_at(argument.at + 1, argument.end);
            return begins((dn_span){word.end, argument.end}, ").forward(") &&
                   write_path(lines, word, before, DEEPEST, operand) && operand[0];
        }
        word = word_at(argument.at, argument.end);
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
