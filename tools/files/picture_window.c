/* SPDX-License-Identifier: MIT */
#include "files/picture_window.h"

#include "ui/report.h"

#include <stdio.h>
#include <string.h>

bool picture_window(const char *text, dn_preprocess *preprocess)
{
    char specification[64];
    if (!text)
        return true;
    const char *comma = strchr(text, ',');
    int length = comma ? (int)(comma - text) : (int)strlen(text);
    int needed = snprintf(specification, sizeof specification, "window=%.*s%s%s", length, text,
                          comma ? ":" : "", comma ? comma + 1 : "");
    bool sound = needed > 0 && (size_t)needed < sizeof specification &&
                 !strchr(specification, ',') && (comma || !strchr(text, ':')) &&
                 dn_preprocess_parse(specification, preprocess) == DN_OK;
    return sound || complain("--window %s: auto, none, or a center and a width of at least 1, as "
                             "40,400, are expected",
                             text);
}
