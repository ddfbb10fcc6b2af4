/* SPDX-License-Identifier: MIT */
#include "run/calibration.h"

#include "arguments/threads.h"
#include "files/labelled.h"
#include "files/picture_list.h"
#include "files/pictures.h"
#include "ui/report.h"

enum { TOGETHER = 16 };

bool calibration_open(const char *path, calibration *data)
{
    const labelled_request request = {.portion = DN_PORTION_TRAIN};
    *data = (calibration){.path = path};
    return picture_list_holds(path) || labelled_open(path, &request, &data->labelled);
}

void calibration_close(calibration *data)
{
    dn_dataset_free(data->labelled);
}

/* ---- pictures ---- */

/* Returns how many of the paths were handed on, or -1. */
static int take_paths(const calibration *data, char *const *paths, int count,
                      calibration_take *take, void *context)
{
    picture_tensor tensors[TOGETHER];
    const picture_work work = {.preprocess = &data->preprocess, .threads = threads_chosen()};
    bool sound = true;
    int taken = 0;
    picture_tensors_fill(&work, paths, count, tensors);
    for (int i = 0; sound && i < count; i++)
        if (tensors[i].data) {
            sound = take(tensors[i].data, 1, tensors[i].height, tensors[i].width, context);
            taken++;
        } else {
            complain("skipped: %s",
                     tensors[i].fault ? tensors[i].fault : "out of memory for a picture");
        }
    picture_tensors_free(count, tensors);
    return sound ? taken : -1;
}

static int each_picture(const calibration *data, int most, const char *doing,
                        calibration_take *take, void *context)
{
    picture_list list;
    char *paths[] = {(char *)data->path};
    int taken = 0;
    if (!picture_list_create(1, paths, &list))
        return -1;
    size_t chosen = list.count < (size_t)most ? list.count : (size_t)most;
    for (size_t done = 0; taken >= 0 && done < chosen;) {
        char *some[TOGETHER];
        int count = 0;
        progress("%s %zu of %zu pictures", doing, done, chosen);
        for (; count < TOGETHER && done < chosen; done++)
            some[count++] = list.paths[done * list.count / chosen];
        int more = take_paths(data, some, count, take, context);
        taken = more < 0 ? -1 : taken + more;
    }
    progress_end();
    picture_tensors_notices();
    picture_list_free(&list);
    return taken;
}

/* ---- labelled data ---- */

static int take_batches(dn_loader *loader, const dn_loader_options *options, int most,
                        const char *doing, calibration_take *take, void *context)
{
    int taken = 0, batches = dn_loader_batches(loader);
    for (int i = 0; i < batches && taken < most; i++) {
        const dn_loaded *loaded;
        progress("%s %d of at most %d pictures", doing, taken, most);
        if (!ok_or_complain(dn_loader_next(loader, &loaded)))
            return -1;
        int n = loaded->batch.n < most - taken ? loaded->batch.n : most - taken;
        for (int s = 0; s < loaded->new_skips; s++)
            complain("skipped: %s", loaded->skips[s].reason);
        if (n && !take(loaded->batch.input, n, options->size, options->width, context))
            return -1;
        taken += n;
    }
    return taken;
}

static int each_sample(const calibration *data, int most, const char *doing, calibration_take *take,
                       void *context)
{
    dn_loader_options options;
    dn_loader *loader;
    dn_loader_defaults(&options, sizeof options);
    options.batch = TOGETHER;
    options.threads = threads_asked();
    options.shuffle = true; /* classes are often one after the other */
    options.preprocess = data->preprocess;
    dn_preprocess_fixed_size(&data->preprocess, &options.width, &options.size);
    if (!ok_or_complain(dn_loader_create(data->labelled, &options, &loader)))
        return -1;
    int taken = take_batches(loader, &options, most, doing, take, context);
    progress_end();
    dn_loader_free(loader);
    return taken;
}

int calibration_each(const calibration *data, int most, const char *doing, calibration_take *take,
                     void *context)
{
    int taken = data->labelled ? each_sample(data, most, doing, take, context)
                               : each_picture(data, most, doing, take, context);
    if (taken == 0)
        complain("%s: no picture could be read", data->path);
    return taken > 0 ? taken : -1;
}
