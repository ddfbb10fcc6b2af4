/* SPDX-License-Identifier: MIT */
/* A folder of a model hub, in Hugging Face's layout:
 * https://HOST/OWNER/NAME/resolve/REVISION/{config.json,model.safetensors}. */
#include "base/file.h"
#include "base/json.h"
#include "files/fetch.h"
#include "files/path_join.h"
#include "run/pull_part.h"
#include "run/pull_source.h"
#include "ui/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char hub[] = "https://huggingface.co";
static const char *const weight_files[] = {PULL_SAFETENSORS, PULL_PICKLE};

enum { MAX_CONFIG = 16000000 };

/* A network that is being fetched. */
typedef struct pull_job {
    const pull_options *options;
    const dn_hub_name *name;
    const char *token;
    char text[3 * DN_HUB_PART]; /* OWNER/NAME@REVISION */
    char *folder, *part;        /* the network's, and where it is until it is whole */
    bool compared;              /* the weights with a checksum */
} pull_job;

/* What may follow a host's name in an address: a port, a path. Not a user's "@" of another host. */
static bool ends_host(const char *rest)
{
    if (*rest == ':')
        rest += 1 + strspn(rest + 1, "0123456789");
    return !*rest || *rest == '/';
}

/* A token goes to a host over TLS, or to this machine. */
static bool may_know_token(const char *base)
{
    static const char *const safe[] = {"https://", "http://127.0.0.1", "http://localhost"};
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++) {
        size_t length = strlen(safe[i]);
        if (strncmp(base, safe[i], length) == 0 && (i == 0 || ends_host(base + length)))
            return true;
    }
    return false;
}

static bool find_token(pull_job *job)
{
    const char *token = getenv("HF_TOKEN");
    if (!token || !token[0] || !may_know_token(job->options->from ? job->options->from : hub))
        return true;
    for (size_t i = 0; token[i]; i++)
        if (token[i] <= ' ' || token[i] > '~' || i >= 512)
            return complain("HF_TOKEN: is not a token: letters, digits and signs are expected, 512 "
                            "at most");
    job->token = token;
    return true;
}

/* Fetches one of the network's files, of which there may be none. */
static bool fetch_one(pull_job *job, const char *file, int64_t most, fetch *f)
{
    char inside[4 * DN_HUB_PART + 32];
    snprintf(inside, sizeof inside, "%s/%s/resolve/%s/%s", job->name->owner, job->name->name,
             job->name->revision, file);
    char *source = path_join(job->options->from ? job->options->from : hub, inside);
    char *path = path_join(job->part, file);
    *f = (fetch){.source = source,
                 .label = job->text,
                 .token = job->token,
                 .optional = true,
                 .hub = true,
                 .most = most,
                 .advice = most == MAX_CONFIG ? "" : "; --max-size allows more",
                 .seconds = job->options->timeout};
    if (most != MAX_CONFIG)
        f->expected.sha256 = job->options->sha256;
    bool sound = source && path && fetch_file(f, path);
    f->source = NULL;
    free(source);
    free(path);
    return sound;
}

/* Which architecture config.json names; *timm: it is timm's, which says all there is to say. */
static bool check_config(pull_job *job, bool *timm)
{
    char what[4 * DN_HUB_PART];
    json_t *config = NULL;
    dn_file_map map;
    dn_budget budget;
    char *path = path_join(job->part, PULL_CONFIG);
    bool read = path && ok_or_complain(dn_file_read(path, MAX_CONFIG, &map));
    free(path);
    if (!read)
        return false;
    snprintf(what, sizeof what, "%s: its config.json", job->text);
    dn_budget_begin(map.size, &budget);
    bool sound =
        ok_or_complain(dn_json_parse((const char *)map.data, map.size, what, &budget, &config));
    const char *named = json_string_value(json_object_get(config, "architecture"));
    *timm = named != NULL;
    if (sound && named && !strstr(named, "densenet"))
        sound = complain("%s: its config.json is of %.64s, which is no DenseNet", job->text, named);
    json_decref(config);
    dn_file_map_close(&map);
    return sound;
}

static bool fetch_configs(pull_job *job)
{
    fetch f;
    bool timm = false;
    if (!fetch_one(job, PULL_CONFIG, MAX_CONFIG, &f))
        return f.absent;
    return check_config(job, &timm) &&
           (timm || fetch_one(job, PULL_PROCESSOR, MAX_CONFIG, &f) || f.absent);
}

static bool fetch_weights(pull_job *job)
{
    fetch f;
    int64_t most = (int64_t)job->options->max_size * 1000000;
    for (int i = 0; i < 2; i++) {
        if (fetch_one(job, weight_files[i], most, &f)) {
            job->compared = f.compared;
            return true;
        }
        if (!f.absent)
            return false;
    }
    return complain("%s: %s has no such network, or one without %s and %s", job->text,
                    job->options->from ? job->options->from : hub, weight_files[0],
                    weight_files[1]);
}

static bool fetch_all(pull_job *job)
{
    int lock = pull_part_begin(job->part, job->options->sha256 != NULL);
    if (lock < 0)
        return false;
    bool sound = fetch_configs(job) && fetch_weights(job) && pull_is_network(job->part) &&
                 pull_part_keep(job->part, job->folder);
    if (!sound)
        pull_part_remove();
    pull_part_end(lock);
    if (sound && !job->compared)
        complain("%s: no checksum of its weights is published; all that was checked is that they "
                 "are a whole DenseNet",
                 job->text);
    return sound;
}

bool pull_hub(const pull_options *options, const dn_hub_name *name)
{
    char cache[PATH_MAX], inside[DN_HUB_FOLDER];
    pull_job job = {.options = options, .name = name};
    bool usual = strcmp(name->revision, "main") == 0;
    snprintf(job.text, sizeof job.text, "%s/%s%s%s", name->owner, name->name, usual ? "" : "@",
             usual ? "" : name->revision);
    if (!ok_or_complain(dn_cache_folder(cache, sizeof cache)) || !find_token(&job))
        return false;
    dn_hub_name_folder(name, inside);
    job.folder = path_join(cache, inside);
    if (job.folder && asprintf(&job.part, "%s~part", job.folder) < 0)
        job.part = NULL;
    bool sound = job.part ? dn_is_folder(job.folder) || fetch_all(&job)
                          : complain("out of memory for a path");
    if (sound)
        printf("%s: %s\n", job.text, job.folder);
    free(job.part);
    free(job.folder);
    return sound;
}
