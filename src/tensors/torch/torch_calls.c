/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_calls.h"

#include "tensors/torch/torch_operand.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 64 + DN_OPERANDS_READ, NAME_SIZE = 64, NEAR = 4096 };
enum { NAME_AND_OPERAND = NAME_SIZE + DN_OPERAND_SIZE };

static dn_status add_name(dn_class_calls *calls, dn_pool *pool, const char *name)
{
    char *copy;
    for (size_t i = 0; i < calls->count; i++)
        if (strcmp(calls->names[i], name) == 0)
            return DN_OK;
    if (calls->count > MOST_NAMES)
        return DN_OK;
    if (calls->count == MOST_NAMES)
        name = "more";
    DN_TRY(dn_pool_copy(pool, name, strlen(name), &copy));
    DN_TRY(dn_pool_grow(pool, sizeof *calls->names, calls->count, &calls->capacity, &calls->names));
    calls->names[calls->count++] = copy;
    return DN_OK;
}

/* ---- arguments that decide ---- */

/* The call's arguments from the second on, "[2, 3], True", without spaces. */
static void copy_arguments(dn_span rest, char text[NAME_SIZE])
{
    size_t length = 0;
    int depth = 0;
    if (rest.end - rest.at > NEAR)
        rest.end = rest.at + NEAR;
    while (rest.at < rest.end && !(depth == 0 && *rest.at == ',') && *rest.at != '\n') {
        depth += (*rest.at == '(' || *rest.at == '[') - (*rest.at == ')' || *rest.at == ']');
        rest.at++;
    }
    for (rest.at += rest.at < rest.end; rest.at < rest.end && length + 1 < NAME_SIZE; rest.at++) {
        if (*rest.at == '\n' || (depth == 0 && *rest.at == ')'))
            break;
        depth += (*rest.at == '(' || *rest.at == '[') - (*rest.at == ')' || *rest.at == ']');
        if (*rest.at != ' ')
            text[length++] = *rest.at;
    }
    text[length] = '\0';
}

/* Over dimensions 2 and 3, or one of them, by any of their numbers. */
static bool is_spatial(const char *arguments)
{
    const char *end = strchr(arguments, ']');
    if (*arguments != '[' || !end)
        return false;
    for (const char *at = arguments + 1; at < end; at++) {
        bool negative = *at == '-';
        at += negative;
        if (!(negative ? *at == '1' || *at == '2' : *at == '2' || *at == '3'))
            return false;
        at++;
        if (at < end && *at != ',')
            return false;
    }
    return end > arguments + 1;
}

static bool is_single(const char *arguments)
{
    return strncmp(arguments, "[1,1]", 5) == 0 || strcmp(arguments, "1") == 0 ||
           strcmp(arguments, "1,") == 0;
}

/* The side of a square window whose stride is its side, without padding; 0 of any other. */
static int window_side(const char *arguments)
{
    char expected[32], plain[40];
    int side = atoi(arguments + (*arguments == '['));
    snprintf(expected, sizeof expected, "[%d,%d]", side, side);
    size_t length = strlen(expected);
    if (side < 1 || strncmp(arguments, expected, length) != 0)
        return 0;
    const char *rest = arguments + length;
    snprintf(plain, sizeof plain, ",%s", expected);
    static const char none[] = ",annotate(List[int],[])", padding[] = ",[0,0]";
    if (strncmp(rest, none, sizeof none - 1) == 0)
        rest += sizeof none - 1;
    else if (strncmp(rest, plain, length + 1) == 0)
        rest += length + 1;
    if (strncmp(rest, padding, sizeof padding - 1) == 0)
        rest += sizeof padding - 1;
    static const char *const ends[] = {"",
                                       ",",
                                       ",False",
                                       ",False,",
                                       ",False,True",
                                       ",False,True,",
                                       ",False,True,None",
                                       ",False,True,None,"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(rest, ends[i]) == 0)
            return side;
    return 0;
}

/* What a call is by its name and arguments. */
static void name_call(dn_span token, dn_span rest, char name[NAME_SIZE])
{
    char arguments[NAME_SIZE];
    const char *last = token.end;
    while (last > token.at && last[-1] != '.')
        last--;
    snprintf(name, NAME_SIZE, "%.*s", (int)(token.end - last < 40 ? token.end - last : 40), last);
    copy_arguments(rest, arguments);
    if ((strcmp(name, "mean") == 0 && is_spatial(arguments)) ||
        (strcmp(name, "adaptive_avg_pool2d") == 0 && is_single(arguments)))
        snprintf(name, NAME_SIZE, "global_mean");
    else if (strcmp(name, "avg_pool2d") == 0 && window_side(arguments))
        snprintf(name, NAME_SIZE, "avg_pool2d=%d", window_side(arguments));
}

static bool operand_decides(const char *name)
{
    return strcmp(name, "relu") == 0 || strcmp(name, "relu_") == 0 ||
           strcmp(name, "avg_pool2d=2") == 0;
}

/* "relu:norm1", "avg_pool2d=2:conv", where what it is called of is known. */
static void add_operand(dn_code_lines *lines, dn_span argument, char name[NAME_AND_OPERAND])
{
    char operand[DN_OPERAND_SIZE];
    size_t length = strlen(name);
    if (operand_decides(name) && dn_code_operand(lines, argument, operand))
        snprintf(name + length, NAME_AND_OPERAND - length, ":%s", operand);
}

/* ---- calls ---- */

/* The end of a quoted text that begins here. */
static const char *skip_text(dn_span code)
{
    const char *at = code.at + 1;
    while (at < code.end && *at != '"' && *at != '\n')
        at += *at == '\\' && at + 1 < code.end ? 2 : 1;
    return at < code.end ? at + 1 : code.end;
}

/* The first call of "_0 = __torch__.torch.nn.functional.adaptive_avg_pool2d" by the name "_0", if
 * it is near. */
static dn_span find_use(dn_span code, dn_span alias)
{
    size_t length = (size_t)(alias.end - alias.at), room = (size_t)(code.end - code.at);
    const char *end = code.at + (room < NEAR ? room : NEAR);
    for (const char *at = code.at + 1; at < end && (size_t)(end - at) > length; at++)
        if (at[length] == '(' && !dn_is_word(at[-1]) && memcmp(at, alias.at, length) == 0)
            return (dn_span){at + length + 1, code.end};
    return (dn_span){code.end, code.end};
}

/* What a line's beginning assigns to, "  _0 = ": "_0". */
static dn_span alias_before(dn_span code, const char *token)
{
    const char *end = token - 3, *at = end;
    if (token - code.at < 4 || memcmp(end, " = ", 3) != 0)
        return (dn_span){token, token};
    while (at > code.at && dn_is_word(at[-1]))
        at--;
    return (dn_span){at, end};
}

static bool is_function(dn_span token)
{
    return dn_span_begins(token, "torch.") || dn_span_begins(token, "ops.") ||
           dn_span_begins(token, "__torch__.");
}

/* A function that gets a name by which it is called. */
static dn_status read_alias(dn_span code, dn_span token, dn_pool *pool, dn_class_calls *calls)
{
    char name[NAME_SIZE];
    dn_span alias = alias_before(code, token.at);
    if (alias.at == alias.end)
        return DN_OK;
    dn_span rest = find_use((dn_span){token.end, code.end}, alias);
    name_call(token, rest, name);
    return operand_decides(name) && rest.at < rest.end ? DN_OK : add_name(calls, pool, name);
}

static dn_status read_token(dn_span code, dn_span token, dn_code_lines *lines, dn_pool *pool,
                            dn_class_calls *calls)
{
    char name[NAME_AND_OPERAND];
    dn_span rest = {token.end, code.end};
    bool called = rest.at < rest.end && *rest.at == '(';
    rest.at += called;
    if (token.end - token.at == 2 && dn_span_begins(token, "if"))
        return add_name(calls, pool, "if");
    if (dn_span_begins(token, "__torch__.") && !called)
        return read_alias(code, token, pool, calls);
    if (called && !is_function(token))
        token = dn_code_alias(lines, token);
    if (!called || token.at == token.end || !is_function(token) ||
        dn_span_begins(token, "ops.prim."))
        return DN_OK;
    name_call(token, rest, name);
    add_operand(lines, rest, name);
    return add_name(calls, pool, name);
}

dn_status dn_class_read_calls(dn_span code, dn_pool *pool, dn_class_calls *calls)
{
    const char *at = code.at;
    dn_code_lines lines = {0};
    while (at < code.end) {
        if (*at == '"') {
            at = skip_text((dn_span){at, code.end});
        } else if (!dn_is_word(*at)) {
            at++;
        } else {
            const char *begin = at;
            while (at < code.end && dn_is_word(*at))
                at++;
            dn_code_lines_add(&lines, code, begin);
            DN_TRY(read_token(code, (dn_span){begin, at}, &lines, pool, calls));
        }
    }
    return calls->count ? DN_OK : add_name(calls, pool, "pass");
}
