/* SPDX-License-Identifier: MIT */
#include "routes/heat.h"

#include "base/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SIDE = 256, MOST_SIDE = 1024 };

/* The size of the reply: small pictures are enlarged by whole factors, large ones shrunk. */
static double factor_for(const dn_image *image)
{
    double side = fmax(image->width, image->height);
    if (side > MOST_SIDE)
        return MOST_SIDE / side;
    return side < LEAST_SIDE ? ceil(LEAST_SIDE / side) : 1;
}

static int scaled(int side, double factor)
{
    return (int)fmax(1, round(side * factor));
}

/* The picture at that size as height x width x 3 bytes. */
static dn_status scale_picture(const dn_image *image, int width, int height, unsigned char *rgb)
{
    dn_preprocess resize;
    char specification[64];
    snprintf(specification, sizeof specification, "none,channels=3,resize=%dx%d", height, width);
    DN_TRY(dn_preprocess_parse(specification, &resize));
    return dn_preprocess_bytes(&resize, image, rgb);
}

/* What ?map= asks for. */
typedef enum layers { MAP_OVER_PICTURE, MAP_ALONE, PICTURE_ALONE } layers;

static bool read_layers(exchange *x, layers *wanted)
{
    static const char *const names[] = {"over", "alone", "none"};
    const char *given = exchange_query(x, "map");
    for (int i = 0; i < 3; i++)
        if (strcmp(given ? given : "over", names[i]) == 0) {
            *wanted = (layers)i;
            return true;
        }
    exchange_refuse(x, 400, "map is \"%.20s\"; over, alone or none is needed", given);
    return false;
}

static dn_status draw(const dn_heat_map *map, const dn_image *image, layers wanted, int width,
                      int height, void **file, size_t *size)
{
    bool alone = wanted == MAP_ALONE;
    int channels = alone ? 4 : 3;
    size_t bytes = (size_t)width * (size_t)height * (size_t)channels;
    unsigned char *pixels = malloc(bytes);
    dn_status status = pixels ? DN_OK : dn_fail_memory(bytes);
    if (status == DN_OK && alone)
        status = dn_heat_map_layer(map, map->most, width, height, pixels);
    if (status == DN_OK && !alone)
        status = scale_picture(image, width, height, pixels);
    if (status == DN_OK && wanted == MAP_OVER_PICTURE)
        status = dn_heat_map_paint(map, map->most, width, height, pixels, pixels);
    if (status == DN_OK)
        status = dn_png_encode(pixels, width, height, channels, file, size);
    free(pixels);
    return status;
}

/* Letters, digits and a few marks; other bytes as %XX (RFC 3986). */
static void add_label(exchange *x, const char *label)
{
    char coded[3 * 256 + 1], *to = coded;
    for (int i = 0; i < 256 && label[i]; i++) {
        unsigned char byte = (unsigned char)label[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || (byte && strchr("-_.~", byte));
        to += sprintf(to, plain ? "%c" : "%%%02X", byte);
    }
    exchange_add_header(x, "Densenet-Label", "%s", coded);
}

static void add_facts(exchange *x, const dn_heat_map *map, int output)
{
    char number[DN_OUTPUT_NUMBER_SIZE];
    exchange_add_header(x, "Densenet-Output", "%d", output);
    add_label(x, dn_output_name(x->network->model, output, number));
    exchange_add_header(x, "Densenet-Evidence", "%.4g", map->most);
    exchange_add_header(x, "Densenet-Cropped", "%s", map->cropped ? "yes" : "no");
}

void heat_reply(exchange *x, const dn_session *session, const picture *shown, int output)
{
    layers wanted;
    const dn_image *image = shown->image;
    double factor = factor_for(image);
    dn_heat_map map;
    void *file;
    size_t size;
    if (!read_layers(x, &wanted))
        return;
    dn_status status = dn_heat_map_create(session, 0, output, &x->network->preprocess, image->width,
                                          image->height, &map);
    if (status == DN_OK) {
        dn_heat_map_scale(&map, factor);
        status = draw(&map, image, wanted, scaled(image->width, factor),
                      scaled(image->height, factor), &file, &size);
        if (status == DN_OK) {
            exchange_reply(x, 200, "image/png", file, size);
            add_facts(x, &map, output);
        }
        dn_heat_map_free(&map);
    }
    if (status != DN_OK)
        exchange_refuse_status(x, status);
}
