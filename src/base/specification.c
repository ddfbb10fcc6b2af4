/* SPDX-License-Identifier: MIT */
#include "base/specification.h"

#include "base/locale.h"

#include <stdio.h>
#include <string.h>

static dn_status change(const dn_specification *language, void *settings, char *part)
{
    const char *subject = language->subject, *expected = NULL;
    char *value = strchr(part, '=');
    if (!value)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: \"%s\" is neither key=value nor, in first place, one of %s", subject,
                       part, language->names);
    *value++ = '\0';
    if (language->set(settings, part, value, &expected))
        return DN_OK;
    if (expected)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: %s=%s: expected %s", subject, part, value, expected);
    return dn_fail(DN_ERROR_ARGUMENT, "%s: unknown key \"%s\"; the keys are %s", subject, part,
                   language->keys);
}

static dn_status read_parts(const dn_specification *language, char *rest, void *settings)
{
    char *part = strsep(&rest, ",");
    if (language->begin(settings, part))
        part = strsep(&rest, ",");
    else if (language->named)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: \"%s\" is unknown; there are %s", language->subject,
                       part, language->names);
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
