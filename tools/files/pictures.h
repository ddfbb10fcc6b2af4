/* SPDX-License-Identifier: MIT */
/* The pictures that a command is given, and the options for them. */
#ifndef TOOL_PICTURES_H
#define TOOL_PICTURES_H

#include "arguments/options.h"
#include "densenet.h"

/* --preprocess, --image-size, --max-pixels, --exif-orientation and --window. */
extern const option_row picture_options[];

/* Applies --image-size, --preprocess, --exif-orientation and --window to the pipeline that would be
 * used without it. */
bool picture_pipeline(dn_preprocess *preprocess);

/* The result for a picture: a tensor, or a sentence saying why not (both NULL
 * if there was no memory even for that). */
typedef struct picture_tensor {
    int width, height;
    size_t bytes;
    void *data;      /* floats, channels x height x width, or bytes, height x width x channels */
    dn_image *image; /* kept on request, otherwise NULL */
    char *fault;
} picture_tensor;

typedef struct picture_work {
    const dn_preprocess *preprocess;
    int threads;
    bool as_bytes; /* for dn_session_run_bytes */
    bool keep_images;
} picture_work;

/* Reads and preprocesses pictures, each on one of the threads. Release the
 * results with picture_tensors_free. */
void picture_tensors_fill(const picture_work *work, char *const *paths, int count,
                          picture_tensor *tensors);
void picture_tensors_free(int count, picture_tensor *tensors);

/* Says, once for all that were filled, what was noticed about them. */
void picture_tensors_notices(void);

/* Or how many pictures it would be said of, since this was last asked. */
void picture_tensors_noticed(int64_t *turned, int64_t *faint);

/* The same of so many pictures with an orientation that is not applied, and so many that are
 * dn_image_is_faint. */
void picture_notices(int64_t turned_count, int64_t faint_count);

#endif
