/* SPDX-License-Identifier: MIT */
/* Keys by the names of a known code base, after any wrapper's prefix. */
#include "base/memory.h"
#include "loading/doubled_name.h"
#include "loading/match.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

dn_status dn_match_create(size_t count, dn_match *match)
{
    *match = (dn_match){.dialect = "own names"};
    DN_TRY(dn_calloc(count, sizeof *match->pairs, &match->pairs));
    dn_status status = dn_calloc(count, sizeof *match->rest, &match->rest);
    if (status != DN_OK)
        dn_match_free(match);
    return status;
}

void dn_match_free(dn_match *match)
{
    free(match->pairs);
    free(match->rest);
    *match = (dn_match){0};
}

/* What comes before the dialect's own names ("module.", "net."), and whether these lack their
 * first component, as in a network that was cut. */
typedef struct prefix {
    char text[DN_UNDOUBLED_SIZE];
    size_t length;
    bool cut;
} prefix;

static bool parse_name(dn_dialect dialect, const char *name, bool cut, dn_key *key)
{
    char whole[DN_TENSOR_NAME_SIZE];
    if (!cut)
        return dn_name_parse(dialect, name, key);
    if (strnlen(name, sizeof whole) == sizeof whole) /* and costs no more, however long it is */
        return false;
    int length = snprintf(whole, sizeof whole, "features.%s", name);
    return length > 0 && (size_t)length < sizeof whole && dn_name_parse(dialect, whole, key);
}

/* The name of a tensor in its dictionary, or as it would be without a group of its own. */
static const char *plain_name(const dn_candidate *candidate, size_t number, dn_dialect dialect,
                              char text[DN_UNDOUBLED_SIZE])
{
    const char *name = candidate->tensors[number]->name + candidate->scope_length;
    return dialect == DN_DIALECT_KERAS ? dn_undoubled_name(name, text) : name;
}

/* A dense layer is unmistakable, so the first one decides. */
static bool find_prefix(const dn_candidate *candidate, dn_dialect dialect, bool cut, prefix *found)
{
    for (size_t i = 0; i < candidate->count; i++) {
        char text[DN_UNDOUBLED_SIZE];
        const char *name = plain_name(candidate, i, dialect, text);
        for (const char *at = name; at; at = strpbrk(at, "./")) {
            dn_key key;
            at += *at == '.' || *at == '/';
            size_t length = (size_t)(at - name);
            if (length >= sizeof found->text)
                break;
            if (parse_name(dialect, at, cut, &key) && key.role == DN_ROLE_LAYER) {
                *found = (prefix){.length = length, .cut = cut};
                memcpy(found->text, name, length);
                return true;
            }
        }
    }
    return false;
}

/* As in "0.0.", of an nn.Sequential. */
static bool ends_in_number(const prefix *p)
{
    size_t digits = 0;
    while (digits + 1 < p->length && isdigit((unsigned char)p->text[p->length - 2 - digits]))
        digits++;
    return digits > 0 && (digits + 1 == p->length || p->text[p->length - 2 - digits] == '.');
}

static void match_dialect(const dn_candidate *candidate, dn_dialect dialect, dn_match *match)
{
    prefix p = {0};
    match->pair_count = match->rest_count = 0;
    match->naming = dialect;
    bool known =
        find_prefix(candidate, dialect, false, &p) || find_prefix(candidate, dialect, true, &p);
    match->cut = p.cut && ends_in_number(&p);
    for (size_t i = 0; i < candidate->count; i++) {
        const dn_tensor *tensor = candidate->tensors[i];
        char text[DN_UNDOUBLED_SIZE];
        const char *name = plain_name(candidate, i, dialect, text);
        dn_key key;
        if (known && strncmp(name, p.text, p.length) == 0 &&
            parse_name(dialect, name + p.length, p.cut, &key))
            match->pairs[match->pair_count++] = (dn_pair){key, tensor};
        else
            match->rest[match->rest_count++] = tensor;
    }
}

static bool has_deep_stem(const dn_match *match)
{
    for (size_t i = 0; i < match->pair_count; i++)
        if (match->pairs[i].key.role == DN_ROLE_STEM && match->pairs[i].key.unit == 2)
            return true;
    return false;
}

dn_status dn_match_names(const dn_candidate *candidate, dn_match *match)
{
    DN_TRY(dn_match_create(candidate->count, match));
    dn_dialect best = DN_DIALECT_TORCHVISION;
    size_t most = 0;
    for (dn_dialect d = 0; d < DN_DIALECT_COUNT && most < candidate->count; d++) {
        match_dialect(candidate, d, match);
        if (match->pair_count > most) {
            most = match->pair_count;
            best = d;
        }
    }
    if (match->naming != best)
        match_dialect(candidate, best, match);
    bool timm = best == DN_DIALECT_TORCHVISION && has_deep_stem(match);
    match->dialect = timm ? "timm" : dn_dialect_name(best);
    match->convention = dn_dialect_concat(best);
    return DN_OK;
}
