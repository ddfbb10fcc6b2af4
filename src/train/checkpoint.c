/* SPDX-License-Identifier: MIT */
/* A checkpoint: a trainer's whole state as one safetensors file. It holds the
 * parameters, the optimiser's arrays and the averaged weights, and in its
 * metadata the step and the caller's note. */
#include "base/memory.h"
#include "base/text.h"
#include "tensors/tensors.h"
#include "tensors/writers.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ARRAYS 4
#define MOST_STEPS (1LL << 53) /* more than any run has; sums with it do not overflow */

/* An array of the checkpoint: its name in the file, and its data. */
typedef struct checkpoint_array {
    char name[24];
    float *data;
} checkpoint_array;

static int list_arrays(const dn_trainer *trainer, checkpoint_array arrays[MOST_ARRAYS])
{
    int count = 0;
    arrays[count++] = (checkpoint_array){"parameters", dn_engine_parameters(trainer->engine)};
    float *data;
    for (int slot = 0; (data = dn_optimiser_slot(trainer->optimiser, slot)); slot++) {
        arrays[count].data = data;
        snprintf(arrays[count++].name, sizeof arrays->name, "optimiser%d", slot);
    }
    if (trainer->average)
        arrays[count++] = (checkpoint_array){"average", trainer->average};
    return count;
}

static dn_status make_metadata(const dn_trainer *trainer, const char *note, char **metadata)
{
    dn_text text = {0};
    dn_text_add(&text, "{\"densenet.step\":\"%lld\",\"densenet.note\":",
                (long long)dn_trainer_steps(trainer));
    dn_text_add_json(&text, note);
    dn_text_add(&text, "}");
    return dn_text_take(&text, metadata);
}

dn_status dn_trainer_save(const dn_trainer *trainer, const char *path, const char *note)
{
    DN_NEED(trainer);
    DN_NEED(path);
    checkpoint_array arrays[MOST_ARRAYS];
    dn_output outputs[MOST_ARRAYS];
    int count = list_arrays(trainer, arrays);
    int64_t floats = (int64_t)dn_engine_layout(trainer->engine)->floats;
    for (int i = 0; i < count; i++)
        outputs[i] = (dn_output){.name = arrays[i].name,
                                 .dtype = DN_F32,
                                 .rank = 1,
                                 .shape = {floats},
                                 .data = arrays[i].data};
    char *metadata;
    DN_TRY(make_metadata(trainer, note, &metadata));
    dn_file_writer writer;
    dn_status status = dn_file_create(path, &writer);
    if (status == DN_OK) {
        status = dn_write_safetensors(&writer, metadata, outputs, (size_t)count);
        if (status == DN_OK)
            status = dn_file_commit(&writer);
        else
            dn_file_abandon(&writer);
    }
    free(metadata);
    return status;
}

static const dn_tensor *find_tensor(const dn_tensor_file *file, const char *name)
{
    for (size_t i = 0; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

static const char *find_text(const dn_tensor_file *file, const char *path)
{
    const dn_value *value = dn_tensor_file_value(file, path);
    return value && value->texts && value->count == 1 ? value->texts[0] : NULL;
}

/* Everything is checked before anything is changed. */
static dn_status restore(dn_trainer *trainer, const dn_tensor_file *file, const char *path,
                         char **note)
{
    checkpoint_array arrays[MOST_ARRAYS];
    const dn_tensor *tensors[MOST_ARRAYS];
    int count = list_arrays(trainer, arrays);
    size_t floats = dn_engine_layout(trainer->engine)->floats;
    const char *step = find_text(file, "densenet.step"), *text = find_text(file, "densenet.note");
    char *end = NULL;
    long long steps = step ? strtoll(step, &end, 10) : -1;
    if (!text || steps < 0 || end == step || *end || steps > MOST_STEPS)
        return dn_fail(DN_ERROR_FORMAT, "%s: is not the state of a training run", path);
    for (int i = 0; i < count; i++) {
        tensors[i] = find_tensor(file, arrays[i].name);
        if (!tensors[i] || tensors[i]->dtype != DN_F32 || tensors[i]->count != floats)
            return dn_fail(DN_ERROR_MISMATCH,
                           "%s: its \"%s\" does not belong to this network and optimiser: %zu "
                           "float32 values are expected",
                           path, arrays[i].name, floats);
    }
    DN_TRY(dn_copy_string(text, note));
    for (int i = 0; i < count; i++)
        dn_tensor_read(tensors[i], arrays[i].data);
    dn_optimiser_set_steps(trainer->optimiser, steps);
    return DN_OK;
}

dn_status dn_trainer_restore(dn_trainer *trainer, const char *path, char **note)
{
    DN_NEED(trainer);
    DN_NEED(path);
    DN_NEED(note);
    dn_tensor_file *file;
    DN_TRY(dn_tensor_file_open(path, &file));
    dn_status status = restore(trainer, file, path, note);
    dn_tensor_file_close(file);
    return status;
}
