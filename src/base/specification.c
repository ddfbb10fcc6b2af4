/* SPDX-License-Identifier: MIT */
#include "base/specification.h"

#include "base/locale.h"

#include <stdio.h>
#include <string.h>

enum { LIST_SIZE = 128 };

static const char *setting_key(const dn_specification *language, int index)
{
    const dn_setting *setting = language->setting(index);
    return setting ? setting->key : NULL;
}

static const char *preset_name(const dn_specification *language, int index)
{
    return language->name(index);
}

typedef const char *word_at(const dn_specification *language, int index);

static int find_word(const dn_specification *language, word_at *at, const char *word)
{
    const char *other;
    for (int i = 0; (other = at(language, i)); i++)
        if (strcmp(other, word) == 0)
            return i;
    return -1;
}

static const char *list_words(const dn_specification *language, word_at *at, char list[LIST_SIZE])
{
    const char *word;
    list[0] = '\0';
    for (int i = 0; (word = at(language, i)); i++) {
        size_t length = strlen(list);
        snprintf(list + length, LIST_SIZE - length, "%s%s", i ? ", " : "", word);
    }
    return list;
}

static dn_status change(const dn_specification *language, void *settings, char *part)
{
    const char *subject = language->subject;
    char list[LIST_SIZE], *value = strchr(part, '=');
    if (!value)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: \"%s\" is neither key=value nor, in first place, one of %s", subject,
                       part, list_words(language, preset_name, list));
    *value++ = '\0';
    int index = find_word(language, setting_key, part);
    if (index < 0)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: unknown key \"%s\"; the keys are %s", subject, part,
                       list_words(language, setting_key, list));
    if (!language->set(settings, index, value))
        return dn_fail(DN_ERROR_ARGUMENT, "%s: %s=%s: expected %s", subject, part, value,
                       language->setting(index)->expected);
    return DN_OK;
}

static dn_status read_parts(const dn_specification *language, char *rest, void *settings)
{
    char list[LIST_SIZE], *part = strsep(&rest, ",");
    int name = find_word(language, preset_name, part);
    if (name < 0 && language->named)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: \"%s\" is unknown; the choices are %s",
                       language->subject, part, list_words(language, preset_name, list));
    if (name >= 0) {
        language->begin(settings, name);
        part = strsep(&rest, ",");
    }
    for (; part; part = strsep(&rest, ","))
        DN_TRY(change(language, settings, part));
    return DN_OK;
}

dn_status dn_specification_read(const dn_specification *language, const char *text, void *settings)
{
    char copy[512];
    if (strlen(text) >= sizeof copy)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: the specification is too long", language->subject);
    snprintf(copy, sizeof copy, "%s", text);
    locale_t callers = dn_use_decimal_points();
    dn_status status = read_parts(language, copy, settings);
    uselocale(callers);
    return status;
}
