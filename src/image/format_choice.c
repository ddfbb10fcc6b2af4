/* SPDX-License-Identifier: MIT */
#include "image/format_choice.h"

#include "base/picture_formats.h"

dn_status dn_format_is_chosen(const char *list, const char *key, const char *picture)
{
    bool found;
    DN_TRY(dn_picture_formats_check(list, key, &found));
    if (found)
        return DN_OK;
    return dn_fail(DN_ERROR_FORMAT, "%s: is a %s picture; only %s are read here", picture, key,
                   list);
}
