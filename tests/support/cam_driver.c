/* SPDX-License-Identifier: MIT */
/* Writes the heat maps of every picture and output, for parity_head_uses.py:
 *     cam_driver WEIGHTS INPUT N HEIGHT WIDTH OUT
 * Numbers are raw float32. Prints whether the maps are exact. */
#include "densenet.h"

#include <stdio.h>
#include <stdlib.h>

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "cam_driver: %s: %s\n", what, dn_last_error());
    exit(1);
}

static void write_maps(const dn_session *session, int n, int outputs, FILE *out)
{
    int height, width;
    check(dn_session_cam(session, 0, 0, NULL, &height, &width) == DN_OK, "size");
    size_t pixels = (size_t)height * (size_t)width;
    float *map = malloc(pixels * sizeof *map);
    check(map, "memory");
    for (int i = 0; i < n * outputs; i++) {
        check(dn_session_cam(session, i / outputs, i % outputs, map, &height, &width) == DN_OK,
              "map");
        check(fwrite(map, sizeof *map, pixels, out) == pixels, "output");
    }
    free(map);
}

int main(int count, char **arguments)
{
    dn_model *model;
    dn_session *session;
    check(count == 7, "six arguments are expected");
    int n = atoi(arguments[3]), height = atoi(arguments[4]), width = atoi(arguments[5]);
    check(dn_model_load(arguments[1], NULL, &model) == DN_OK, arguments[1]);
    const dn_arch *arch = dn_model_arch(model);
    size_t floats = (size_t)(n * arch->channels * height * width);
    float *input = malloc(floats * sizeof *input);
    float *logits = malloc((size_t)(n * arch->classes) * sizeof *logits);
    FILE *in = fopen(arguments[2], "rb"), *out = fopen(arguments[6], "wb");
    check(input && logits && in && out, "files");
    check(fread(input, sizeof *input, floats, in) == floats, arguments[2]);
    check(dn_session_create(model, NULL, &session) == DN_OK, "session");
    check(dn_session_run(session, input, n, height, width, logits) == DN_OK, "run");
    write_maps(session, n, arch->classes, out);
    printf("%s\n", dn_arch_cam_is_exact(arch) ? "exact" : "gradient-weighted");
    fclose(in);
    check(fclose(out) == 0, "output");
    dn_session_free(session);
    dn_model_free(model);
    free(input);
    free(logits);
    return 0;
}
