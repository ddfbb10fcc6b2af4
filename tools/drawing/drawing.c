/* SPDX-License-Identifier: MIT */
#include "drawing/drawing.h"

#include "drawing/drawn_text.h"
#include "files/output.h"
#include "ui/report.h"

#include <cairo-svg.h>
#include <string.h>

static cairo_status_t write_piece(void *context, const unsigned char *data, unsigned int length)
{
    return output_write(context, data, length) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* A failed write has been complained about already. */
static bool finish(output_file *file, cairo_status_t status)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return output_commit(file);
    if (status != CAIRO_STATUS_WRITE_ERROR)
        complain("%s: could not be drawn: %s", file->path, cairo_status_to_string(status));
    output_abandon(file);
    return false;
}

bool surface_write(cairo_surface_t *surface, const char *path)
{
    output_file file;
    if (!output_create(path, &file))
        return false;
    return finish(&file, cairo_surface_write_to_png_stream(surface, write_piece, &file));
}

static cairo_status_t draw_on(cairo_surface_t *surface,
                              void (*draw)(cairo_t *context, const void *drawn), const void *drawn)
{
    cairo_t *context = cairo_create(surface);
    draw(context, drawn);
    cairo_status_t status = cairo_status(context);
    cairo_destroy(context);
    return status;
}

static bool write_svg(void (*draw)(cairo_t *context, const void *drawn), const void *drawn,
                      int width, int height, const char *path)
{
    output_file file;
    if (!output_create(path, &file))
        return false;
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(write_piece, &file, width, height);
    cairo_status_t status = draw_on(surface, draw, drawn);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return finish(&file, status);
}

static bool ends_in(const char *path, const char *ending)
{
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ending) == 0;
}

bool drawing_name_is_known(const char *path)
{
    return ends_in(path, ".png") || ends_in(path, ".svg");
}

bool drawing_name_valid(const char *path)
{
    return drawing_name_is_known(path) ||
           complain("%s: the name of a picture must end in .png or .svg", path);
}

bool drawing_write(void (*draw)(cairo_t *context, const void *drawn), const void *drawn, int width,
                   int height, const char *path)
{
    if (!drawing_name_valid(path) || !drawn_text_fits())
        return false;
    if (ends_in(path, ".svg"))
        return write_svg(draw, drawn, width, height, path);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_status_t status = draw_on(surface, draw, drawn);
    bool sound = status == CAIRO_STATUS_SUCCESS
                     ? surface_write(surface, path)
                     : complain("%s: could not be drawn: %s", path, cairo_status_to_string(status));
    cairo_surface_destroy(surface);
    return sound;
}
