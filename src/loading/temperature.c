/* SPDX-License-Identifier: MIT */
#include "loading/temperature.h"

#include "loading/metadata.h"

#include <math.h>
#include <string.h>

/* Whether a path ends in "temperature" and what comes before leads to the network. */
static bool stands_beside(const char *path, const char *inside)
{
    const char *name = dn_last_component(path);
    return strcmp(name, "temperature") == 0 && strncmp(path, inside, (size_t)(name - path)) == 0;
}

static dn_status take(const dn_tensor_file *file, const char *path, double value,
                      double *temperature)
{
    if (!(value > 0 && isfinite(value)))
        return dn_fail(DN_ERROR_MISMATCH, "%s: \"%s\" is %g; a positive finite number is expected",
                       file->name, path, value);
    *temperature = value;
    return DN_OK;
}

static dn_status refuse(const dn_tensor_file *file, const char *path, const char *what)
{
    return dn_fail(DN_ERROR_MISMATCH, "%s: \"%s\" is %s; one positive number is expected",
                   file->name, path, what);
}

static dn_status take_tensor(const dn_tensor_file *file, const dn_tensor *tensor,
                             double *temperature)
{
    float value;
    if (tensor->count != 1)
        return refuse(file, tensor->name, "a tensor of several numbers, or none");
    if (!dn_dtype_is_float(tensor->dtype))
        return refuse(file, tensor->name, dn_dtype_name(tensor->dtype));
    dn_tensor_read(tensor, &value);
    return take(file, tensor->name, (double)value, temperature);
}

/* Safetensors' metadata are text. */
static dn_status take_value(const dn_tensor_file *file, const dn_value *value, double *temperature)
{
    if (value->count != 1)
        return refuse(file, value->path, "a list");
    if (value->numbers)
        return take(file, value->path, value->numbers[0], temperature);
    double number;
    if (!dn_metadata_real(value->texts[0], &number))
        return refuse(file, value->path, "text");
    return take(file, value->path, number, temperature);
}

dn_status dn_temperature_find(const dn_tensor_file *file, const char *inside, double *temperature)
{
    for (size_t i = 0; i < file->tensor_count; i++)
        if (stands_beside(file->tensors[i].name, inside))
            return take_tensor(file, &file->tensors[i], temperature);
    for (size_t i = 0; i < file->value_count; i++)
        if (stands_beside(file->values[i].path, inside))
            return take_value(file, &file->values[i], temperature);
    return DN_OK;
}
