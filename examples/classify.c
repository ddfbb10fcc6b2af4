/* SPDX-License-Identifier: MIT */
/* classify WEIGHTS PICTURE: prints what a network sees in a picture. */
#include <densenet.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void check(dn_status status)
{
    if (status != DN_OK) {
        fprintf(stderr, "classify: %s\n", dn_last_error());
        exit(1);
    }
}

/* What outputs mean depends on the network: one of many classes, any of many labels, or a yes. */
static void print_answer(const dn_model *model, const float *probabilities)
{
    int classes = dn_model_arch(model)->classes, best = 0;
    bool any = dn_model_objective(model) == DN_OBJECTIVE_LABELS || classes == 1;
    for (int i = 0; i < classes; i++) {
        const char *label = dn_model_label(model, i);
        if (any && !(label && !label[0])) /* an empty one was never trained */
            printf("output %d (%s): %.1f%%\n", i, label ? label : "unnamed",
                   100 * (double)probabilities[i]);
        if (probabilities[i] > probabilities[best])
            best = i;
    }
    if (any)
        return;
    const char *label = dn_model_label(model, best);
    printf("class %d (%s): %.1f%%\n", best, label ? label : "unnamed",
           100 * (double)probabilities[best]);
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
    int classes = dn_model_arch(model)->classes;
    if (classes == 0) {
        fprintf(stderr, "classify: %s: has no head, so it gives features, not answers\n", argv[1]);
        return 1;
    }
    check(dn_image_read(argv[2], NULL, &image));

    dn_preprocess pipeline;
    int width, height;
    dn_model_preprocess(model, &pipeline);
    check(dn_preprocess_size(&pipeline, image->width, image->height, &width, &height));
    float *tensor = calloc((size_t)width * (size_t)height, sizeof(float[3]));
    check(dn_preprocess_run(&pipeline, image, tensor));

    dn_session *session;
    float *scores = calloc((size_t)classes, sizeof(float));
    check(dn_session_create(model, NULL, &session));
    check(dn_session_run(session, tensor, 1, height, width, scores));
    dn_model_probabilities(model, 1, scores);
    print_answer(model, scores);

    free(tensor);
    free(scores);
    dn_session_free(session);
    dn_image_free(image);
    dn_model_free(model);
}
