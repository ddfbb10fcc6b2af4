/* SPDX-License-Identifier: MIT */
#include "image/dicom/dicom.h"

#include "base/locale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 64 };
#define MOST_DECIMAL 1e30 /* products of a few are still finite */

bool dn_dicom_is_vr(const unsigned char *bytes)
{
    return bytes[0] >= 'A' && bytes[0] <= 'Z' && bytes[1] >= 'A' && bytes[1] <= 'Z';
}

uint16_t dn_dicom_word(const unsigned char *data, bool big)
{
    return (uint16_t)(big ? data[0] << 8 | data[1] : data[1] << 8 | data[0]);
}

uint32_t dn_dicom_long(const unsigned char *data, bool big)
{
    uint32_t first = dn_dicom_word(data, big), second = dn_dicom_word(data + 2, big);
    return big ? first << 16 | second : second << 16 | first;
}

dn_status dn_dicom_fail(const dn_dicom *dicom, const char *fault)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: the DICOM file is damaged: %s", dicom->source->name,
                   fault);
}

/* The first of the values, which are text between backslashes. */
static bool first_text(const dn_dicom_value *value, char text[LONGEST_NUMBER])
{
    size_t size = 0;
    if (!value->data)
        return false;
    while (size < value->size && value->data[size] != '\\')
        size++;
    while (size && (value->data[size - 1] == ' ' || value->data[size - 1] == '\0'))
        size--;
    if (size >= LONGEST_NUMBER)
        return false;
    memcpy(text, value->data, size);
    text[size] = '\0';
    return size > 0;
}

bool dn_dicom_decimal(const dn_dicom *dicom, dn_dicom_attribute attribute, double *value)
{
    char text[LONGEST_NUMBER], *end;
    if (!first_text(&dicom->values[attribute], text))
        return false;
    locale_t callers = dn_use_decimal_points();
    const double read = strtod(text, &end);
    uselocale(callers);
    const bool sound = end != text && *end == '\0' && fabs(read) <= MOST_DECIMAL;
    if (sound)
        *value = read;
    return sound;
}

int64_t dn_dicom_integer(const dn_dicom *dicom, dn_dicom_attribute attribute, int64_t otherwise)
{
    const dn_dicom_value *value = &dicom->values[attribute];
    return value->data && value->size >= 2 ? dn_dicom_word(value->data, dicom->syntax->big)
                                           : otherwise;
}

int64_t dn_dicom_frames(const dn_dicom *dicom)
{
    char text[LONGEST_NUMBER];
    const dn_dicom_value *value = &dicom->values[DICOM_FRAMES];
    double number = 0;
    if (value->size <= LONGEST_NUMBER && !first_text(value, text))
        return 1;
    return dn_dicom_decimal(dicom, DICOM_FRAMES, &number) && number > 0 && number < 1e9
               ? (int64_t)number
               : 0;
}

bool dn_dicom_is(const dn_dicom *dicom, dn_dicom_attribute attribute, const char *text)
{
    char found[LONGEST_NUMBER];
    if (!first_text(&dicom->values[attribute], found))
        return false;
    return strcmp(found + strspn(found, " "), text) == 0;
}
