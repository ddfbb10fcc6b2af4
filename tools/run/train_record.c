/* SPDX-License-Identifier: MIT */
#include "run/train_record.h"

#include "arguments/threads.h"
#include "run/data_fingerprint.h"
#include "run/launched.h"
#include "run/train_settings.h"
#include "ui/build_facts.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Entries of settings.json. */
static struct {
    json_t *defaults, *resolved;
} record;

static json_t *network_of(const dn_arch *arch)
{
    char head[DN_HEAD_TEXT_SIZE];
    json_t *blocks = json_array();
    dn_arch_head_text(arch, head, sizeof head);
    for (int b = 0; b < arch->block_count; b++)
        json_array_append_new(blocks, json_integer(arch->blocks[b]));
    return json_pack("{s:s, s:o, s:i, s:s, s:i, s:i, s:f, s:i, s:i, s:s, s:f, s:I}", "arch",
                     arch->name, "blocks", blocks, "growth", arch->growth, "stem",
                     dn_stem_name(arch->stem), "stem_channels", arch->stem_channels, "bottleneck",
                     arch->bottleneck, "compression", arch->compression, "channels", arch->channels,
                     "classes", arch->classes, "head", head, "bn_epsilon", arch->bn_epsilon,
                     "parameters", (json_int_t)dn_arch_parameters(arch));
}

static json_t *fingerprint_of(const dn_dataset *data)
{
    char digest[65];
    if (!data)
        return json_null();
    data_fingerprint(data, digest);
    return json_string(digest);
}

/* onecycle changes it, unless it was chosen. */
static json_t *momentum_of(const dn_trainer_options *options)
{
    bool cycles = strcmp(options->schedule, "onecycle") == 0;
    if (options->momentum < 0 && cycles)
        return json_string("0.95 to 0.85 and back");
    return json_real(options->momentum < 0 ? 0.9 : options->momentum);
}

/* Of "step", which the others do not heed. */
static json_t *milestones_of(const dn_trainer_options *options)
{
    if (strcmp(options->schedule, "step") != 0)
        return json_null();
    return json_string(train_chosen.milestones ? train_chosen.milestones : "0.5,0.75");
}

/* What the settings, the data and the weights of --init came to. */
static json_t *resolve(const train_run *run, const dn_model *start)
{
    dn_trainer_options options;
    char pipeline[256];
    dn_preprocess_format(&run->preprocess, pipeline, sizeof pipeline);
    if (!train_settings_trainer(&options))
        return NULL;
    return json_pack("{s:o, s:s, s:i, s:i, s:o, s:o, s:i, s:I, s:o, s:o}", "network",
                     network_of(dn_model_arch(start)), "pipeline", pipeline, "height", run->height,
                     "width", run->width, "momentum", momentum_of(&options), "milestones",
                     milestones_of(&options), "batch-size", train_chosen.batch_size,
                     "steps-per-epoch", (json_int_t)run->steps_per_epoch, "data-fingerprint",
                     fingerprint_of(run->train), "val-fingerprint", fingerprint_of(run->val));
}

/* The program, as bits depend on it. */
static json_t *program(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "version", dn_version(), "commit", build_commit,
                     "compiler", build_compiler, "kernels", dn_cpu_level());
}

/* The programs of all calls, each once, this one last. */
static json_t *programs(void)
{
    json_t *list = json_array(), *own = program(), *call;
    size_t i;
    json_array_foreach(train_settings_recorded("calls"), i, call)
    {
        json_t *one = json_deep_copy(call);
        json_object_del(one, "date");
        json_object_del(one, "threads");
        json_object_del(one, "step");
        json_object_del(one, "ranks");
        bool known = json_equal(one, own);
        for (size_t j = 0; j < json_array_size(list); j++)
            known = known || json_equal(json_array_get(list, j), one);
        if (!known)
            json_array_append(list, one);
        json_decref(one);
    }
    json_array_append_new(list, own);
    return list;
}

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "unknown";
}

/* A run may go on by another program, or on data of the same size; that its bits are then not those
 * of a run by one program on one data set is said. */
static void say_differences(void)
{
    const json_t *calls = train_settings_recorded("calls"), *had_resolved;
    const json_t *last = json_array_get(calls, json_array_size(calls) - 1);
    json_t *own = program();
    bool same = true;
    const char *keys[] = {"version", "commit", "compiler", "kernels"};
    for (size_t i = 0; last && i < sizeof keys / sizeof *keys; i++)
        same = same && strcmp(text_in(last, keys[i]), text_in(own, keys[i])) == 0;
    json_decref(own);
    if (!same)
        complain("warning: %s: was last trained by densenet %s, commit %s, %s, with %s kernels; "
                 "this is %s, commit %s, %s, with %s kernels: the numbers may differ from those of "
                 "one program",
                 train_chosen.resume, text_in(last, "version"), text_in(last, "commit"),
                 text_in(last, "compiler"), text_in(last, "kernels"), dn_version(), build_commit,
                 build_compiler, dn_cpu_level());
    const char *what[][2] = {{"data-fingerprint", "trains"}, {"val-fingerprint", "validates"}};
    had_resolved = train_settings_recorded("resolved");
    for (size_t i = 0; i < 2; i++) {
        const json_t *had = json_object_get(had_resolved, what[i][0]);
        if (had && !json_equal(had, json_object_get(record.resolved, what[i][0])))
            complain(
                "warning: %s: the data that it %s on is not what it was: names, sizes or labels "
                "of its files differ",
                train_chosen.resume, what[i][1]);
    }
}

bool train_record_make(const train_run *run, dn_model *start)
{
    record.defaults = train_settings_values(run->chosen, false);
    record.resolved = resolve(run, start);
    if (train_chosen.resume)
        say_differences();
    json_t *whole =
        json_pack("{s:o, s:o, s:O}", "programs", programs(), "settings",
                  train_settings_values(run->chosen, true), "resolved", record.resolved);
    char *text = whole ? json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(whole);
    bool sound = text ? ok_or_complain(dn_model_set_training(start, text))
                      : complain("out of memory for the record of the training");
    free(text);
    return sound;
}

json_t *train_record_resolved(void)
{
    return json_incref(record.resolved);
}

/* In UTC; SOURCE_DATE_EPOCH stands for the clock, as in builds that are to be repeated. */
static json_t *date_now(void)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    char text[32], *end = NULL;
    long long seconds = fixed ? strtoll(fixed, &end, 10) : 0;
    time_t moment = fixed && end != fixed && !*end ? (time_t)seconds : time(NULL);
    struct tm parts;
    if (!gmtime_r(&moment, &parts))
        return json_null();
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return json_string(text);
}

json_t *train_record_entries(int64_t steps)
{
    const json_t *had = train_settings_recorded("calls");
    json_t *call = program(), *calls = had ? json_deep_copy(had) : json_array();
    json_object_set_new(call, "date", date_now());
    json_object_set_new(call, "threads", json_integer(threads_chosen()));
    json_object_set_new(call, "step", json_integer(steps));
    if (launched_machines())
        json_object_set_new(call, "ranks", json_integer(launched_count()));
    json_array_append_new(calls, call);
    json_t *entries = json_pack("{s:o, s:o, s:o}", "defaults", record.defaults, "resolved",
                                record.resolved, "calls", calls);
    record.defaults = record.resolved = NULL;
    return entries;
}
