/* SPDX-License-Identifier: MIT */
#include "protocol/infer_response.h"

#include "base/element.h"
#include "base/locale.h"
#include "base/memory.h"
#include "base/text.h"
#include "protocol/classification.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct writer {
    const model_facts *model;
    size_t batch;
    dn_text json, binary;
} writer;

static void add_comma(dn_text *text)
{
    if (text->length && text->data[text->length - 1] != '[')
        dn_text_add(text, ",");
}

static void add_json_string(dn_text *text, const char *string)
{
    add_comma(text);
    dn_text_add_json(text, string);
}

static void add_binary_string(dn_text *text, const char *string)
{
    size_t size = strlen(string);
    const unsigned char length[] = {(unsigned char)size, (unsigned char)(size >> 8),
                                    (unsigned char)(size >> 16), (unsigned char)(size >> 24)};
    dn_text_add_bytes(text, (const char *)length, sizeof length);
    dn_text_add_bytes(text, string, size);
}

static dn_status check_finite(const infer_answer *answer, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(answer->values[i]))
            return dn_fail(
                DN_ERROR_NUMERIC,
                "output '%s' has values that are no numbers, which only binary data hold",
                answer->asked.name);
    return DN_OK;
}

static dn_status add_classes(writer *w, const infer_answer *answer, dn_text *text)
{
    for (size_t i = 0; i < w->batch; i++)
        DN_TRY(classify(w->model, answer->values + i * (size_t)w->model->classes, answer->asked.top,
                        answer->asked.binary ? add_binary_string : add_json_string, text));
    return DN_OK;
}

static dn_status add_floats(const infer_answer *answer, size_t count, dn_text *binary)
{
    unsigned char *bytes = NULL;
    DN_TRY(dn_calloc(count, sizeof(float), &bytes));
    dn_from_float(DN_F32, answer->values, count, bytes);
    dn_text_add_bytes(binary, (const char *)bytes, count * sizeof(float));
    free(bytes);
    return DN_OK;
}

static dn_status add_data(writer *w, const infer_answer *answer)
{
    size_t before = w->binary.length, count = w->batch * (size_t)w->model->classes;
    bool classes = answer->asked.top > 0, binary = answer->asked.binary;
    if (classes || !binary)
        DN_TRY(check_finite(answer, count));
    dn_text_add(&w->json, binary ? ",\"parameters\":{\"binary_data_size\":" : ",\"data\":[");
    if (classes)
        DN_TRY(add_classes(w, answer, binary ? &w->binary : &w->json));
    else if (binary)
        DN_TRY(add_floats(answer, count, &w->binary));
    for (size_t i = 0; i < count && !classes && !binary; i++)
        dn_text_add(&w->json, "%s%.9g", i ? "," : "", (double)answer->values[i]);
    if (binary)
        dn_text_add(&w->json, "%zu}", w->binary.length - before);
    else
        dn_text_add(&w->json, "]");
    return DN_OK;
}

static dn_status add_output(writer *w, const infer_answer *answer)
{
    size_t classes = (size_t)w->model->classes, top = answer->asked.top;
    size_t columns = top && top < classes ? top : classes;
    add_comma(&w->json);
    dn_text_add(&w->json, "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%zu,%zu]",
                answer->asked.name, top ? "BYTES" : "FP32", w->batch, columns);
    DN_TRY(add_data(w, answer));
    dn_text_add(&w->json, "}");
    return DN_OK;
}

static dn_status add_all(writer *w, const char *id, const infer_answer *answers, int count)
{
    dn_text_add(&w->json, "{\"model_name\":");
    dn_text_add_json(&w->json, w->model->name);
    dn_text_add(&w->json, ",\"model_version\":\"" MODEL_VERSION "\"");
    if (id) {
        dn_text_add(&w->json, ",\"id\":");
        dn_text_add_json(&w->json, id);
    }
    dn_text_add(&w->json, ",\"outputs\":[");
    for (int i = 0; i < count; i++)
        DN_TRY(add_output(w, &answers[i]));
    dn_text_add(&w->json, "]}");
    return DN_OK;
}

dn_status infer_response_write(const model_facts *model, const char *id, int batch,
                               const infer_answer *answers, int count, infer_response *written)
{
    writer w = {.model = model, .batch = (size_t)batch};
    *written = (infer_response){0};
    locale_t former = dn_use_decimal_points();
    dn_status status = add_all(&w, id, answers, count);
    uselocale(former);
    size_t header_size = w.json.length;
    if (w.binary.length) {
        written->header_size = header_size;
        dn_text_add_bytes(&w.json, w.binary.data, w.binary.length);
    }
    w.json.failed |= w.binary.failed;
    written->size = w.json.length;
    if (status == DN_OK)
        status = dn_text_take(&w.json, &written->bytes);
    dn_text_drop(&w.json);
    dn_text_drop(&w.binary);
    if (status != DN_OK)
        *written = (infer_response){0};
    return status;
}
