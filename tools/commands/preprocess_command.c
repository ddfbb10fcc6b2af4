/* SPDX-License-Identifier: MIT */
/* densenet preprocess: the tensor that a network would see. */
#include "arguments/threads.h"
#include "arguments/weights.h"
#include "base/picture_formats.h"
#include "commands/commands.h"
#include "files/npy.h"
#include "files/picture_list.h"
#include "files/pictures.h"
#include "files/same_file.h"
#include "ui/report.h"

#define BATCH 64 /* pictures between two writes */

static const char *output;

static const option_row options[] = {
    {"", 0, OPTION_TABLE, weights_options, NULL, NULL, 0, 0},
    {"output", 'o', OPTION_FILE, &output, "FILE", "the .npy to write", 0, 0},
    {"", 0, OPTION_TABLE, threads_option, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, list_options, NULL, NULL, 0, 0},
    {"", 0, OPTION_TABLE, picture_options, NULL, NULL, 0, 0},
    {0},
};

/* The array as it grows. */
typedef struct growing_array {
    output_file file;
    const dn_preprocess *preprocess;
    int64_t shape[4]; /* NCHW; height and width are 0 until the first picture */
} growing_array;

static bool add(growing_array *result, const char *path, const picture_tensor *tensor)
{
    int64_t *shape = result->shape;
    if (shape[0] == 0) {
        shape[2] = tensor->height;
        shape[3] = tensor->width;
    }
    if (shape[2] != tensor->height || shape[3] != tensor->width)
        return complain("%s: becomes %d wide and %d high, the pictures before it %lld wide "
                        "and %lld high: an array "
                        "has one size (--preprocess crop=N or resize=HxW makes it so)",
                        path, tensor->width, tensor->height, (long long)shape[3],
                        (long long)shape[2]);
    shape[0]++;
    return output_write(&result->file, tensor->data, tensor->bytes);
}

/* False only if the array cannot be continued. */
static bool add_batch(growing_array *result, char *const *paths, int count, int threads)
{
    picture_tensor tensors[BATCH];
    const picture_work work = {.preprocess = result->preprocess, .threads = threads};
    picture_tensors_fill(&work, paths, count, tensors);
    bool sound = true;
    for (int i = 0; sound && i < count; i++) {
        if (tensors[i].data)
            sound = add(result, paths[i], &tensors[i]);
        else if (tensors[i].fault)
            complain("%s", tensors[i].fault);
        else
            complain("%s: out of memory", paths[i]);
    }
    picture_tensors_free(count, tensors);
    return sound;
}

static bool add_all(growing_array *result, const picture_list *list, int threads)
{
    for (size_t done = 0; done < list->count; done += BATCH) {
        size_t left = list->count - done;
        progress("%zu of %zu pictures", done, list->count);
        if (!add_batch(result, list->paths + done, (int)(left < BATCH ? left : BATCH), threads))
            return false;
    }
    progress_end();
    picture_tensors_notices();
    return true;
}

static bool output_is_no_input(const picture_list *list)
{
    bool sound = weights_are_distinct(output, weights_argument());
    sound = sound && output_is_distinct(output, list_file());
    for (size_t i = 0; i < list->count && sound; i++)
        sound = output_is_distinct(output, list->paths[i]);
    return sound;
}

static int write_array(const dn_preprocess *preprocess, const picture_list *list)
{
    growing_array result = {.preprocess = preprocess, .shape = {0, preprocess->channels, 0, 0}};
    if (!npy_begin(output, &result.file))
        return EXIT_REFUSED;
    bool sound = add_all(&result, list, threads_chosen());
    if (!sound || result.shape[0] == 0) {
        output_abandon(&result.file);
        return EXIT_REFUSED;
    }
    if (!npy_end(&result.file, 4, result.shape))
        return EXIT_REFUSED;
    bool complete = list->failures == 0 && (size_t)result.shape[0] == list->count;
    return complete ? EXIT_DONE : EXIT_PART;
}

/* The pipeline of --weights, if given. */
static bool start_pipeline(dn_preprocess *preprocess)
{
    if (!weights_argument())
        return ok_or_complain(dn_preprocess_parse("torchvision", preprocess));
    dn_model *model = weights_load();
    if (!model)
        return false;
    dn_model_preprocess(model, preprocess);
    dn_model_free(model);
    return true;
}

static int run(int count, char **arguments)
{
    dn_preprocess preprocess;
    picture_list list;
    if (!output) {
        complain("preprocess: --output FILE is missing");
        return EXIT_REFUSED;
    }
    if (!npy_name_valid(output) || !start_pipeline(&preprocess) || !picture_pipeline(&preprocess) ||
        !picture_list_create(count, arguments, &list))
        return EXIT_REFUSED;
    int status = output_is_no_input(&list) ? write_array(&preprocess, &list) : EXIT_REFUSED;
    picture_list_free(&list);
    return status;
}

const command preprocess_command = {
    .name = "preprocess",
    .arguments = "PICTURE|FOLDER|- ...",
    .summary = "turn pictures into the tensor that a network would see",
    .description =
        "Writes float32 N x C x H x W, one picture after the other in the order given, those of\n"
        "a folder sorted by name; - is standard input. Read are " DN_FORMATS_READ ".\n"
        "The pixels are Pillow's and torchvision's, to the bit. The pipeline is the one that "
        "--weights\n"
        "would use, torchvision's without them, changed by --preprocess. A picture that cannot\n"
        "be read is reported and left out; the exit status is then 1.\n",
    .examples = "  densenet preprocess dog.jpg cat.png --output x.npy\n"
                "    torchvision's evaluation pipeline: 2 x 3 x 224 x 224\n"
                "  densenet preprocess xrays --preprocess xrv --output x.npy\n"
                "    TorchXRayVision's, for every picture in a folder\n"
                "  densenet preprocess photo.jpg --preprocess none --output x.npy\n"
                "    the decoded pixels divided by 255, at their own size\n",
    .options = options,
    .least = 0,
    .most = -1,
    .run = run,
};
