/* SPDX-License-Identifier: MIT */
/* Whose a hub's config.json is. */
#include "loading/hub_config.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool dn_hub_say(dn_hub_doubt *about, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(about->text, sizeof about->text, format, arguments);
    va_end(arguments);
    return false;
}

const json_t *dn_hub_pretrained(const json_t *config)
{
    const json_t *inner = json_object_get(config, "pretrained_cfg");
    return json_is_object(inner) ? inner : config;
}

const json_t *dn_hub_get(const json_t *config, const char *key)
{
    const json_t *value = json_object_get(config, key);
    return value ? value : json_object_get(dn_hub_pretrained(config), key);
}

bool dn_hub_is_config(const json_t *config)
{
    static const char *const keys[] = {"architecture", "architectures", "pretrained_cfg",
                                       "id2label"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(config, keys[i]))
            return true;
    return false;
}

/* The number of outputs it speaks of; -1: of none. */
static json_int_t classes_of(const json_t *config)
{
    static const char *const keys[] = {"num_classes", "num_labels"};
    for (int i = 0; i < 2; i++)
        if (json_is_integer(dn_hub_get(config, keys[i])))
            return json_integer_value(dn_hub_get(config, keys[i]));
    const json_t *labels = json_object_get(config, "id2label");
    return json_is_object(labels) ? (json_int_t)json_object_size(labels) : -1;
}

bool dn_hub_fits(const json_t *config, const dn_arch *arch, dn_hub_doubt *about)
{
    const char *name = json_string_value(json_object_get(config, "architecture"));
    dn_arch named;
    if (name && (!strstr(name, "densenet") ||
                 (dn_arch_find(name, &named) == DN_OK && strcmp(named.name, arch->name) != 0)))
        return dn_hub_say(about, "the config.json beside it is of %.64s, and was ignored", name);
    json_int_t classes = classes_of(config);
    if (classes >= 0 && classes != arch->classes)
        return dn_hub_say(
            about,
            "the config.json beside it is of %lld class%s, the network has %d output%s; "
            "it was ignored",
            (long long)classes, classes == 1 ? "" : "es", arch->classes, dn_plural(arch->classes));
    return true;
}
