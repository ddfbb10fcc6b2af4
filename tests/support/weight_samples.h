/* SPDX-License-Identifier: MIT */
/* Small weight files in memory, in every format that is read. */
#ifndef WEIGHT_SAMPLES_H
#define WEIGHT_SAMPLES_H

#include "scratch.h"

#include "base/text.h"
#include "loading/load.h"
#include "tensors/zip/zip.h"

#include <math.h>

typedef struct sample {
    unsigned char *data;
    size_t size;
} sample;

static inline sample sample_read(const char *path)
{
    sample made = {0};
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    fseek(stream, 0, SEEK_END);
    made.size = (size_t)ftell(stream);
    rewind(stream);
    made.data = malloc(made.size ? made.size : 1);
    assert_int_equal(fread(made.data, 1, made.size, stream), made.size);
    fclose(stream);
    return made;
}

/* Some hundred parameters, of every kind that there is. */
static inline dn_model *sample_model(void)
{
    dn_arch arch = {.name = "densenet",
                    .block_count = 2,
                    .blocks = {2, 1},
                    .growth = 2,
                    .stem_channels = 4,
                    .bottleneck = 2,
                    .compression = 0.5,
                    .stem = DN_STEM_CIFAR_NORM,
                    .channels = 1,
                    .classes = 3,
                    .bn_epsilon = 1e-5};
    static const char *const labels[] = {"cat", "", "\"dog\" \xc3\xbc"};
    dn_model *model;
    dn_preprocess preprocess;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, 1, &model), DN_OK);
    assert_int_equal(dn_model_set_labels(model, labels, 3), DN_OK);
    assert_int_equal(dn_preprocess_parse("cifar10,channels=1", &preprocess), DN_OK);
    dn_model_set_preprocess(model, &preprocess);
    model->thresholds = malloc(3 * sizeof *model->thresholds);
    memcpy(model->thresholds, (float[]){0.25f, NAN, 0.125f}, 3 * sizeof(float));
    return model;
}

/* The model as dn_model_save writes it to a file of that name. */
static inline sample sample_saved(const dn_model *model, const char *name, const char *naming)
{
    dn_save_options options = {.struct_size = sizeof options, .naming = naming};
    assert_int_equal(dn_model_save(model, scratch_path(name), &options), DN_OK);
    return sample_read(scratch_path(name));
}

static inline void sample_storage(dn_zip *zip, int key, int64_t count, dn_text *keys, dn_text *data)
{
    char name[48], number[16];
    const unsigned char *bytes;
    dn_pool pool = {0};
    int length = snprintf(number, sizeof number, "%d", key);
    snprintf(name, sizeof name, "densenet/data/%d", key);
    const dn_zip_entry *entry = dn_zip_find(zip, name);
    assert_non_null(entry);
    assert_int_equal(dn_zip_read(zip, entry, &pool, &bytes), DN_OK);
    dn_text_add_bytes(keys, (char[]){'X', (char)length, 0, 0, 0}, 5);
    dn_text_add_bytes(keys, number, (size_t)length);
    dn_text_add_bytes(data, (const char *)&count, sizeof count);
    dn_text_add_bytes(data, (const char *)bytes, entry->size);
    dn_pool_free(&pool);
}

/* A PyTorch zip file of the model as one of the old format: the same pickle,
 * then the storages, a counter after each variance. */
static inline sample sample_legacy(const dn_model *model, const sample *zip_file)
{
    static const char begin[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
                                "\x80\x02M\xe9\x03."
                                "\x80\x02}X\x0d\0\0\0little_endian\x88s.";
    dn_pool pool = {0};
    dn_zip zip;
    dn_text file = {0}, keys = {0}, data = {0};
    const unsigned char *pickle;
    assert_int_equal(dn_zip_open(&pool, zip_file->data, zip_file->size, &zip), DN_OK);
    const dn_zip_entry *entry = dn_zip_find(&zip, "densenet/data.pkl");
    assert_int_equal(dn_zip_read(&zip, entry, &pool, &pickle), DN_OK);
    int key = 0;
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        sample_storage(&zip, key++, (int64_t)slot->count, &keys, &data);
        if (slot->key.part == DN_PART_NORM_VARIANCE)
            sample_storage(&zip, key++, 1, &keys, &data);
    }
    dn_text_add_bytes(&file, begin, sizeof begin - 1);
    dn_text_add_bytes(&file, (const char *)pickle, entry->size);
    dn_text_add_bytes(&file, "\x80\x02](", 4);
    dn_text_add_bytes(&file, keys.data, keys.length);
    dn_text_add_bytes(&file, "e.", 2);
    dn_text_add_bytes(&file, data.data, data.length);
    dn_text_drop(&keys);
    dn_text_drop(&data);
    dn_pool_free(&pool);
    assert_false(file.failed);
    return (sample){(unsigned char *)file.data, file.length};
}

#endif
