/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "arguments/suggestion.h"
#include "reports/published_list.h"
#include "run/pull_source.h"
#include "ui/report.h"

#include <string.h>

static pull_options chosen = {.max_size = 1000, .timeout = 60};
static bool list, json;

static const option_row options[] = {
    {"list", 0, OPTION_FLAG, &list, NULL, "show what can be fetched, and what is there", 0, 0},
    {"json", 0, OPTION_FLAG, &json, NULL, "the list as JSON", 0, 0},
    {"from", 0, OPTION_FILE, &chosen.from, "FOLDER|URL",
     "a mirror: what the names stand for, in a folder or under a URL", 0, 0},
    {"url", 0, OPTION_TEXT, &chosen.url, "URL", "fetch this instead of the published file", 0, 0},
    {"sha256", 0, OPTION_TEXT, &chosen.sha256, "HEX",
     "what its SHA-256 begins with, if not as published", 0, 0},
    {"max-size", 0, OPTION_INT, &chosen.max_size, "MB", "give up when it is larger (1000)", 1,
     1000000},
    {"timeout", 0, OPTION_INT, &chosen.timeout, "SECONDS",
     "give up after so many at less than 1000 bytes per second (60)", 1, 86400},
    {0},
};

static bool check_digits(const char *hex)
{
    size_t length = strlen(hex);
    return (length >= 8 && length <= 64 && strspn(hex, "0123456789abcdefABCDEF") == length) ||
           complain("--sha256: \"%s\" is not 8 to 64 hexadecimal digits", hex);
}

static bool is_of_one(int count)
{
    const char *option = chosen.url ? "url" : chosen.sha256 ? "sha256" : NULL;
    return count == 1 || !option ||
           complain("pull: --%s is of one file, and %d are asked for", option, count);
}

static bool options_agree(int count)
{
    if (list && (count || chosen.url || chosen.sha256 || chosen.from))
        return complain("pull: --list shows names, and takes none");
    if (json && !list)
        return complain("pull: --json is how --list answers; that is missing");
    if (!list && !count)
        return complain("pull: a name is missing; densenet pull --list shows them");
    if (chosen.url && chosen.from)
        return complain("pull: --url and --from are two places; one is expected");
    return (!chosen.sha256 || check_digits(chosen.sha256)) && (list || is_of_one(count));
}

static const dn_published *find_published(const char *name)
{
    const dn_published *weights;
    for (int i = 0; (weights = dn_published_weights(i)); i++)
        if (strcmp(weights->name, name) == 0 || strcmp(weights->file, name) == 0)
            break;
    return weights;
}

static bool refuse_name(const char *name)
{
    suggestion near = {.word = name, .length = strlen(name)};
    const dn_published *weights;
    for (int i = 0; (weights = dn_published_weights(i)); i++)
        suggest(&near, weights->name);
    return near.best
               ? complain("pull: \"%s\" is not published; did you mean \"%s\"?", name, near.best)
               : complain("pull: \"%s\" is not published, nor a hub's OWNER/NAME; densenet "
                          "pull --list shows names",
                          name);
}

static bool is_name(const char *name)
{
    dn_hub_name hub;
    if (find_published(name))
        return true;
    if (!dn_hub_name_parse(name, &hub))
        return refuse_name(name);
    return !chosen.url ||
           complain("pull: --url is of one file, and %s has several; --from is for mirrors", name);
}

static bool pull(const char *name)
{
    const dn_published *weights = find_published(name);
    dn_hub_name hub;
    if (weights)
        return pull_published(&chosen, weights);
    return dn_hub_name_parse(name, &hub) && pull_hub(&chosen, &hub);
}

static int run(int count, char **arguments)
{
    if (!options_agree(count))
        return EXIT_REFUSED;
    if (list)
        return published_list_print(json) ? EXIT_DONE : EXIT_REFUSED;
    for (int i = 0; i < count; i++)
        if (!is_name(arguments[i]))
            return EXIT_REFUSED;
    for (int i = 0; i < count; i++)
        if (!pull(arguments[i]))
            return EXIT_REFUSED;
    return EXIT_DONE;
}

const command pull_command = {
    .name = "pull",
    .arguments = "NAME ...",
    .summary = "fetch published weights into the cache",
    .description =
        "NAME is one that --list shows, of torchvision, TorchXRayVision or Keras, or a network of\n"
        "a model hub as OWNER/NAME or OWNER/NAME@REVISION: its config.json says labels and\n"
        "preprocessing. It goes to $XDG_CACHE_HOME/densenet or ~/.cache/densenet, and from then "
        "on\n"
        "can be used by its name: --weights densenet121. All of it appears, or nothing.\n"
        "Where a checksum is published it is compared; where none is, pull says so, and takes\n"
        "only what is a whole DenseNet. An interrupted fetch resumes where there is a checksum to\n"
        "compare, and begins again where there is none. A connection that cannot be made in 30\n"
        "seconds, a server that hardly sends anything, and a file that is larger than any\n"
        "DenseNet's end it.\n"
        "--from takes the files from a mirror, a folder or a URL: of published weights by their\n"
        "file's name, of a hub's network as OWNER/NAME/resolve/REVISION/FILE. The token in\n"
        "HF_TOKEN, which gated networks need, is sent to the hub or its mirror, over TLS, and not\n"
        "to where it redirects.\n",
    .examples = "  densenet pull densenet121\n"
                "  densenet predict photo.jpg --weights densenet121\n"
                "  densenet pull timm/densenet121.ra_in1k densenet121-res224-all\n"
                "    a network of a hub, and one of chest X-rays\n"
                "  densenet pull --from /mnt/weights keras-densenet169\n"
                "    from a folder that holds the published file\n"
                "  densenet pull --list\n",
    .options = options,
    .least = 0,
    .most = -1,
    .run = run,
};
