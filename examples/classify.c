/* SPDX-License-Identifier: MIT */
/* classify WEIGHTS PICTURE: prints what a network sees in a picture. */
#include <densenet.h>

#include <stdio.h>
#include <stdlib.h>

static void check(dn_status status)
{
    if (status != DN_OK) {
        fprintf(stderr, "classify: %s\n", dn_last_error());
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: classify WEIGHTS PICTURE\n");
        return 2;
    }
    dn_model *model;
    dn_image *image;
    check(dn_model_load(argv[1], NULL, &model));
    check(dn_image_read(argv[2], NULL, &image));

    dn_preprocess pipeline;
    int width, height;
    dn_model_preprocess(model, &pipeline);
    check(dn_preprocess_size(&pipeline, image->width, image->height, &width, &height));
    float *tensor = calloc((size_t)width * (size_t)height, sizeof(float[3]));
    check(dn_preprocess_run(&pipeline, image, tensor));

    dn_session *session;
    int classes = dn_model_arch(model)->classes, best = 0;
    float *scores = calloc((size_t)classes, sizeof(float));
    check(dn_session_create(model, NULL, &session));
    check(dn_session_run(session, tensor, 1, height, width, scores));
    dn_model_probabilities(model, 1, scores);
    for (int i = 1; i < classes; i++)
        if (scores[i] > scores[best])
            best = i;
    const char *label = dn_model_label(model, best);
    printf("class %d (%s): %.1f%%\n", best, label ? label : "unnamed", 100 * scores[best]);

    free(tensor);
    free(scores);
    dn_session_free(session);
    dn_image_free(image);
    dn_model_free(model);
}
