/* SPDX-License-Identifier: MIT */
#include "files/pictures.h"

#include "base/workers.h"
#include "files/image_size.h"
#include "files/picture_window.h"
#include "ui/report.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *preprocess;
    int image_size[2];
    int64_t max_pixels;
    bool exif_orientation;
    const char *window;
} chosen;

static atomic_llong turned, faint; /* pictures, as in picture_notices */

const option_row picture_options[] = {
    {"preprocess", 0, OPTION_TEXT, &chosen.preprocess, "SPEC",
     "pipeline torchvision, timm, xrv, keras, cifar10, cifar100 or none, and changes to it: "
     "torchvision,resize=232,filter=bicubic; or changes alone: crop=288; HEIGHTxWIDTH scales "
     "both sides: resize=256x128,crop=0",
     0, 0},
    {"image-size", 0, OPTION_SIDES, chosen.image_size, "N|HxW",
     "what the network sees, whatever the pipeline makes: a square, or height and width, as "
     "256x128",
     1, 4096},
    {"max-pixels", 0, OPTION_LONG, &chosen.max_pixels, "N",
     "largest picture that is decoded (178956970)", 1, 9e15},
    {"exif-orientation", 0, OPTION_FLAG, &chosen.exif_orientation, NULL,
     "turn pictures as their EXIF orientation says; without it, it is ignored, as by PyTorch", 0,
     0},
    {"window", 0, OPTION_TEXT, &chosen.window, "auto|C,W|none",
     "what of a DICOM picture's values is shown: what the file says, a center and a width, or "
     "all that it could store (by the pipeline: none of xrv, else auto)",
     0, 0},
    {0},
};

bool picture_pipeline(dn_preprocess *preprocess)
{
    if (chosen.image_size[0])
        image_size_fit(preprocess, chosen.image_size, false);
    if (chosen.preprocess && dn_preprocess_parse(chosen.preprocess, preprocess) != DN_OK)
        return complain("--%s", dn_last_error());
    preprocess->exif_orientation = preprocess->exif_orientation || chosen.exif_orientation;
    if (!picture_window(chosen.window, preprocess))
        return false;
    return image_size_is(chosen.image_size, chosen.preprocess, preprocess);
}

void picture_notices(int64_t turned_count, int64_t faint_count)
{
    if (turned_count)
        complain("%lld picture%s an EXIF orientation that is not applied; --exif-orientation "
                 "applies it",
                 (long long)turned_count, turned_count == 1 ? " carries" : "s carry");
    if (faint_count)
        complain("%lld picture%s 16 bits a sample and use%s a fraction of them, no more than 12: "
                 "the network sees %s nearly black",
                 (long long)faint_count, faint_count == 1 ? " has" : "s have",
                 faint_count == 1 ? "s" : "", faint_count == 1 ? "it" : "them");
}

void picture_tensors_noticed(int64_t *turned_count, int64_t *faint_count)
{
    *turned_count = atomic_exchange(&turned, 0);
    *faint_count = atomic_exchange(&faint, 0);
}

void picture_tensors_notices(void)
{
    int64_t turned_count, faint_count;
    picture_tensors_noticed(&turned_count, &faint_count);
    picture_notices(turned_count, faint_count);
}

static const char input_path[] = "/dev/stdin";

static dn_status picture_read(const dn_preprocess *preprocess, const char *path, dn_image **image)
{
    dn_image_limits limits;
    dn_image_defaults(&limits, sizeof limits);
    dn_preprocess_reading(preprocess, &limits);
    limits.max_pixels = chosen.max_pixels;
    return dn_image_read(strcmp(path, "-") == 0 ? input_path : path, &limits, image);
}

/* Keeps the error message, since the library's belongs to the thread. */
static void set_fault(picture_tensor *tensor, const char *path, const char *fault)
{
    if (asprintf(&tensor->fault, "%s: %s", path, fault) < 0)
        tensor->fault = NULL;
}

/* The library's message begins with what it was to read, and knows nothing of
 * this program's options. */
static void note_unread(picture_tensor *tensor, const char *path, dn_status status)
{
    const char *fault = dn_last_error(), *context = "";
    bool raisable = status == DN_ERROR_LIMIT && strstr(fault, "max_pixels");
    size_t length = strlen(input_path);
    if (strcmp(path, "-") == 0 && strncmp(fault, input_path, length) == 0) {
        context = "standard input: ";
        fault += length + strlen(": ");
    }
    if (asprintf(&tensor->fault, "%s%s%s", context, fault,
                 raisable ? "; --max-pixels raises it" : "") < 0)
        tensor->fault = NULL;
}

static dn_status preprocess(const picture_work *work, const dn_image *image, picture_tensor *tensor)
{
    if (work->as_bytes)
        return dn_preprocess_bytes(work->preprocess, image, tensor->data);
    return dn_preprocess_run(work->preprocess, image, tensor->data);
}

static void fill_from_image(const picture_work *work, const char *path, const dn_image *image,
                            picture_tensor *tensor)
{
    if (dn_preprocess_size(work->preprocess, image->width, image->height, &tensor->width,
                           &tensor->height) != DN_OK) {
        set_fault(tensor, path, dn_last_error());
        return;
    }
    tensor->bytes = (size_t)tensor->width * (size_t)tensor->height *
                    (size_t)work->preprocess->channels * (work->as_bytes ? 1 : sizeof(float));
    tensor->data = malloc(tensor->bytes);
    if (tensor->data && preprocess(work, image, tensor) == DN_OK)
        return;
    set_fault(tensor, path, tensor->data ? dn_last_error() : "out of memory");
    free(tensor->data);
    tensor->data = NULL;
}

typedef struct fill_job {
    const picture_work *work;
    char *const *paths;
    picture_tensor *tensors;
} fill_job;

static void prepare_picture(void *context, int i, int thread)
{
    (void)thread;
    const fill_job *job = context;
    picture_tensor *tensor = &job->tensors[i];
    dn_image *image;
    *tensor = (picture_tensor){0};
    dn_status status = picture_read(job->work->preprocess, job->paths[i], &image);
    if (status != DN_OK) {
        note_unread(tensor, job->paths[i], status);
        return;
    }
    if (job->work->preprocess->exif_orientation && dn_image_upright(image) != DN_OK)
        set_fault(tensor, job->paths[i], dn_last_error());
    else
        fill_from_image(job->work, job->paths[i], image, tensor);
    turned += image->orientation > 0;
    faint += dn_image_is_faint(image);
    if (job->work->keep_images)
        tensor->image = image;
    else
        dn_image_free(image);
}

void picture_tensors_fill(const picture_work *work, char *const *paths, int count,
                          picture_tensor *tensors)
{
    fill_job job = {work, paths, tensors};
    dn_parallel((dn_team){NULL, work->threads}, count, prepare_picture, &job);
}

void picture_tensors_free(int count, picture_tensor *tensors)
{
    for (int i = 0; i < count; i++) {
        dn_image_free(tensors[i].image);
        free(tensors[i].data);
        free(tensors[i].fault);
    }
}
