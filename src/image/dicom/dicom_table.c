/* SPDX-License-Identifier: MIT */
#include "image/dicom/dicom_table.h"

dn_status dn_dicom_table_open(const dn_dicom *dicom, dn_dicom_attribute shape,
                              dn_dicom_attribute data, dn_dicom_table *table)
{
    const dn_dicom_value *numbers = &dicom->values[shape], *entries = &dicom->values[data];
    bool big = dicom->syntax->big;
    *table = (dn_dicom_table){.big = big};
    if (!numbers->data && !entries->data)
        return DN_OK;
    if (!numbers->data || !entries->data || numbers->size < 6)
        return dn_dicom_fail(dicom, "a lookup table lacks its entries or what they are for");
    table->entries = dn_dicom_word(numbers->data, big);
    table->entries = table->entries ? table->entries : 65536;
    table->first = dn_dicom_word(numbers->data + 2, big);
    if (numbers->has_sign)
        table->first = (int16_t)table->first;
    table->bits = dn_dicom_word(numbers->data + 4, big);
    table->wide = entries->size / 2 >= (size_t)table->entries;
    if (table->bits < 8 || table->bits > 16 || entries->size < (size_t)table->entries ||
        (table->bits > 8 && !table->wide))
        return dn_dicom_fail(dicom, "a lookup table is shorter than it says");
    table->data = entries->data;
    return DN_OK;
}

uint32_t dn_dicom_table_at(const dn_dicom_table *table, double value)
{
    double last = (double)(table->entries - 1), at = value - (double)table->first;
    size_t index = (size_t)(!(at > 0) ? 0 : at > last ? last : at);
    return table->wide ? dn_dicom_word(table->data + 2 * index, table->big) : table->data[index];
}
