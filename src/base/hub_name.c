/* SPDX-License-Identifier: MIT */
#include "base/hub_name.h"

#include <stdio.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

static bool take_part(const char *text, size_t length, char part[DN_HUB_PART])
{
    if (length == 0 || length >= DN_HUB_PART || !strchr(LETTERS, text[0]))
        return false;
    memcpy(part, text, length);
    part[length] = '\0';
    return strspn(part, LETTERS "-.") == length && !strstr(part, "..");
}

bool dn_hub_name_parse(const char *text, dn_hub_name *name)
{
    size_t owner = strcspn(text, "/");
    if (!text[owner])
        return false;
    const char *rest = text + owner + 1, *at = strchr(rest, '@');
    const char *revision = at ? at + 1 : "main";
    return take_part(text, owner, name->owner) &&
           take_part(rest, at ? (size_t)(at - rest) : strlen(rest), name->name) &&
           take_part(revision, strlen(revision), name->revision);
}

void dn_hub_name_folder(const dn_hub_name *name, char folder[DN_HUB_FOLDER])
{
    bool usual = strcmp(name->revision, "main") == 0;
    snprintf(folder, DN_HUB_FOLDER, "hub/%s/%s%s%s", name->owner, name->name, usual ? "" : "@",
             usual ? "" : name->revision);
}
