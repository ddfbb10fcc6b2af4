/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_class.h"

#include "base/locale.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    KERNEL_SIZE,
    STRIDE,
    PADDING,
    DILATION,
    GROUPS,
    EPS,
    CEIL_MODE,
    PADDING_MODE,
    OUTPUT_SIZE,
    DIVISOR
};
enum { SKIPPED = -1, END = -2 };

/* Names, and what an argument that is not written is; -1: it must be written. */
static const struct {
    const char *name;
    int usual;
} attributes[DN_CLASS_VALUES] = {
    [KERNEL_SIZE] = {"kernel_size", -1},
    [STRIDE] = {"stride", 1},
    [PADDING] = {"padding", 0},
    [DILATION] = {"dilation", 1},
    [GROUPS] = {"groups", 1},
    [EPS] = {"eps", -1},
    [CEIL_MODE] = {"ceil_mode", 0},
    [PADDING_MODE] = {"padding_mode", -1},
    [OUTPUT_SIZE] = {"output_size", -1},
    [DIVISOR] = {"divisor_override", -1},
};

/* Calls by which a traced module computes, and their arguments from number `first` on. */
static const struct {
    const char *name;
    int first;
    int arguments[7];
} calls[] = {
    {"torch._convolution(", 3, {STRIDE, PADDING, DILATION, SKIPPED, SKIPPED, GROUPS, END}},
    {"torch._convolution_mode(", 3, {STRIDE, PADDING, DILATION, GROUPS, END}},
    {"torch.conv2d(", 3, {STRIDE, PADDING, DILATION, GROUPS, END}},
    {"torch.batch_norm(", 7, {EPS, END}},
    {"torch.max_pool2d(", 1, {KERNEL_SIZE, STRIDE, PADDING, DILATION, CEIL_MODE, END}},
    {"torch.avg_pool2d(", 1, {KERNEL_SIZE, STRIDE, PADDING, CEIL_MODE, SKIPPED, DIVISOR, END}},
    {"torch.adaptive_avg_pool2d(", 1, {OUTPUT_SIZE, END}},
    {"torch.adaptive_max_pool2d(", 1, {OUTPUT_SIZE, END}},
};

static dn_span trimmed(dn_span span)
{
    while (span.at < span.end && strchr(" \n", *span.at))
        span.at++;
    while (span.at < span.end && strchr(" \n", span.end[-1]))
        span.end--;
    return span;
}

/* ---- literals ---- */

static bool read_number(dn_span span, double *number)
{
    char digits[40], *end;
    size_t length = (size_t)(span.end - span.at);
    if (dn_span_is(span, "True") || dn_span_is(span, "False")) {
        *number = *span.at == 'T';
        return true;
    }
    if (length == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, span.at, length);
    digits[length] = '\0';
    *number = strtod(digits, &end);
    return *end == '\0' && isfinite(*number);
}

static bool read_numbers(dn_span span, dn_class_value *value)
{
    const int most = sizeof value->numbers / sizeof *value->numbers;
    int count = 0;
    while (span.at < span.end) {
        const char *comma = memchr(span.at, ',', (size_t)(span.end - span.at));
        dn_span item = {span.at, comma ? comma : span.end};
        if (count == most || !read_number(trimmed(item), &value->numbers[count++]))
            return false;
        span.at = comma ? comma + 1 : span.end;
    }
    value->count = count;
    return count > 0;
}

static bool is_known(const dn_class_value *value)
{
    return value->count || (*value->text && strcmp(value->text, "?") != 0);
}

/* A number, a word, or a list or tuple of numbers; "?" of anything else, a variable for instance.
 */
static void read_literal(dn_span span, dn_class_value *value)
{
    dn_span inside = {span.at + 1, span.end - 1};
    size_t length = (size_t)(span.end - span.at);
    int first = length ? *span.at : '\0', last = length >= 2 ? span.end[-1] : '\0';
    if ((first == '[' && last == ']') || (first == '(' && last == ')')) {
        if (!read_numbers(inside, value))
            value->count = 0;
    } else if (first == '"' && last == '"' && length - 2 < sizeof value->text) {
        memcpy(value->text, inside.at, length - 2);
        value->text[length - 2] = '\0';
    } else if (read_number(span, value->numbers)) {
        value->count = 1;
    }
    if (!is_known(value) && !dn_span_is(span, "None"))
        memcpy(value->text, "?", 2);
}

/* ---- constants of a scripted module: "  stride : Final[Tuple[int, int]] = (2, 2)" ---- */

static void read_constant(dn_span line, dn_class_value *values)
{
    static const char marker[] = " : Final[", equal[] = " = ";
    for (int i = 0; i < DN_CLASS_VALUES; i++) {
        dn_span rest = line;
        if (!dn_span_begins(rest, values[i].name))
            continue;
        rest.at += strlen(values[i].name);
        if (!dn_span_begins(rest, marker))
            continue;
        while (rest.at < rest.end && !dn_span_begins(rest, equal))
            rest.at++;
        if (rest.at < rest.end)
            read_literal(trimmed((dn_span){rest.at + strlen(equal), rest.end}), &values[i]);
    }
}

static void read_constants(dn_span code, dn_class_value *values)
{
    while (code.at < code.end) {
        const char *newline = memchr(code.at, '\n', (size_t)(code.end - code.at));
        dn_span line = {code.at, newline ? newline : code.end};
        if (dn_span_begins(line, "  ")) {
            line.at += 2;
            read_constant(line, values);
        }
        code.at = newline ? newline + 1 : code.end;
    }
}

/* ---- arguments of calls: "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1])" ---- */

/* Takes the next argument off the rest of a call; false after the last. */
static bool next_argument(dn_span *rest, dn_span *argument)
{
    int depth = 0;
    bool quoted = false;
    const char *at = rest->at;
    for (; at < rest->end; at++) {
        if (*at == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (depth == 0 && (*at == ',' || *at == ')'))
            break;
        depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
    }
    *argument = trimmed((dn_span){rest->at, at});
    rest->at = at < rest->end && *at == ',' ? at + 1 : rest->end;
    return argument->at < argument->end;
}

/* What an argument is that is not there, or is not a list; a pool's stride is its kernel's size. */
static void assume_usual(int attribute, dn_class_value *values)
{
    const dn_class_value *kernel = &values[KERNEL_SIZE];
    dn_class_value *value = &values[attribute];
    if (attribute == STRIDE && kernel->count) {
        value->count = kernel->count;
        memcpy(value->numbers, kernel->numbers, sizeof value->numbers);
    } else if (attributes[attribute].usual >= 0) {
        value->count = 1;
        value->numbers[0] = attributes[attribute].usual;
    }
}

static void read_arguments(dn_span rest, int first, const int *wanted, dn_class_value *values)
{
    dn_span argument;
    for (int i = 0; i < first; i++)
        next_argument(&rest, &argument);
    for (; *wanted != END; wanted++) {
        bool there = next_argument(&rest, &argument);
        if (*wanted == SKIPPED || is_known(&values[*wanted]))
            continue;
        if (!there || dn_span_is(argument, "[]") || dn_span_is(argument, "annotate(List[int], [])"))
            assume_usual(*wanted, values);
        else
            read_literal(argument, &values[*wanted]);
    }
}

/* The first of each kind, so that the time is linear in the code's length. */
static void read_calls(dn_span code, dn_class_value *values)
{
    bool seen[sizeof calls / sizeof *calls] = {false};
    for (; (code.at = memchr(code.at, 't', (size_t)(code.end - code.at))); code.at++)
        for (size_t i = 0; dn_span_begins(code, "torch.") && i < sizeof calls / sizeof *calls; i++)
            if (!seen[i] && dn_span_begins(code, calls[i].name)) {
                dn_span rest = {code.at + strlen(calls[i].name), code.end};
                read_arguments(rest, calls[i].first, calls[i].arguments, values);
                seen[i] = true;
            }
}

void dn_class_read(dn_span code, dn_class_value values[DN_CLASS_VALUES])
{
    locale_t callers = dn_use_decimal_points();
    for (int i = 0; i < DN_CLASS_VALUES; i++)
        values[i] = (dn_class_value){.name = attributes[i].name};
    read_constants(code, values);
    read_calls(code, values);
    uselocale(callers);
}
