/* SPDX-License-Identifier: MIT */
/* What a config.json of timm says of a network's function, which no tensor tells. */
#include "loading/hub_config.h"

#include <string.h>

/* timm's names of global pools; those that begin with "fast" compute the same. */
static bool find_pool(const char *name, dn_head_pool *pool)
{
    static const struct {
        const char *name;
        dn_head_pool pool;
    } pools[] = {{"avg", DN_POOL_MEAN},
                 {"max", DN_POOL_MAX},
                 {"avgmax", DN_POOL_AVGMAX},
                 {"catavgmax", DN_POOL_MEAN_MAX}};
    if (name && strncmp(name, "fast", 4) == 0)
        name += 4;
    for (size_t i = 0; name && i < sizeof pools / sizeof *pools; i++)
        if (strcmp(pools[i].name, name) == 0) {
            *pool = pools[i].pool;
            return true;
        }
    return false;
}

/* Another pool changes the logits, so this doubt is said rather than one of pictures or labels. */
void dn_hub_check_pool(const json_t *config, dn_hub_doubt *about)
{
    const json_t *said = dn_hub_get(config, "global_pool");
    const char *name = json_string_value(said);
    bool usual = !said || json_is_null(said) || (name && (!*name || strcmp(name, "fast") == 0));
    dn_head_pool pool;
    if (!usual && !find_pool(name, &pool))
        dn_hub_say(
            about,
            "the global_pool in the config.json beside it, %.40s, is not known here, and was "
            "ignored",
            name ? name : "no text");
}

dn_hub_function dn_hub_function_of(const json_t *config)
{
    const char *name = json_string_value(json_object_get(config, "architecture"));
    dn_hub_function says = {.blurs = name && strstr(name, "densenetblur")};
    says.pools =
        config && find_pool(json_string_value(dn_hub_get(config, "global_pool")), &says.pool);
    return says;
}
