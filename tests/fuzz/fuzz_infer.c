/* SPDX-License-Identifier: MIT */
/* Requests of the Open Inference Protocol: the first line is what the header says of the length of
 * the JSON, "-" for no header; the body follows. Sizes that lie must lead nowhere: all data that a
 * plan promises are read, and the answer is JSON. */
#include "protocol/infer_plan.h"
#include "protocol/infer_response.h"
#include "protocol/repository_control.h"
#include "protocol/tensor_elements.h"
#include "protocol/tensor_floats.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 3, MOST_BATCH = 64 };

static const model_facts models[] = {
    {.name = "fixed",
     .channels = 3,
     .height = 2,
     .width = 2,
     .smallest = 1,
     .classes = CLASSES,
     .most_batch = MOST_BATCH,
     .most_pixels = 4},
    {.name = "any",
     .channels = 1,
     .height = -1,
     .width = -1,
     .smallest = 1,
     .classes = CLASSES,
     .most_batch = MOST_BATCH,
     .most_pixels = 1 << 20},
};
static volatile double sum;

static void read_data(const infer_plan *plan)
{
    tensor_floats floats;
    tensor_elements elements;
    if (!plan->has_files && tensor_floats_read(&plan->input, &floats) == DN_OK) {
        for (size_t i = 0; i < plan->input.elements; i++)
            sum += (double)floats.values[i];
        tensor_floats_free(&floats);
    }
    if (!plan->has_files || tensor_elements_read(&plan->input, &elements) != DN_OK)
        return;
    if (elements.count != (size_t)plan->batch)
        abort();
    for (size_t i = 0; i < elements.count; i++)
        for (size_t byte = 0; byte < elements.list[i].size; byte++)
            sum += elements.list[i].bytes[byte];
    tensor_elements_free(&elements);
}

static void answer(const infer_request *request, const infer_plan *plan, const model_facts *model)
{
    static const float values[MOST_BATCH * CLASSES] = {1, -2.5f, 3};
    infer_answer answers[2];
    infer_response response;
    for (int i = 0; i < plan->output_count; i++)
        answers[i] = (infer_answer){plan->outputs[i], values};
    if (infer_response_write(model, request->id, plan->batch, answers, plan->output_count,
                             &response) != DN_OK)
        abort();
    size_t length = response.header_size ? response.header_size : response.size;
    json_t *json = json_loadb(response.bytes, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json || response.header_size > response.size)
        abort();
    json_decref(json);
    free(response.bytes);
}

static void ask(const void *body, size_t size, const char *header)
{
    infer_request request;
    if (infer_request_read(body, size, header, &request) != DN_OK)
        return;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        infer_plan plan;
        if (infer_plan_make(&request, &models[i], &plan) != DN_OK)
            continue;
        if (plan.batch < 1 || plan.batch > MOST_BATCH)
            abort();
        read_data(&plan);
        answer(&request, &plan, &models[i]);
    }
    infer_request_free(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    if (!end)
        return 0;
    char *header = strndup((const char *)data, (size_t)(end - data));
    size_t length = size - (size_t)(end + 1 - data);
    void *body = malloc(length ? length : 1); /* of just its size, and aligned */
    bool flag;
    if (!header || !body)
        abort();
    memcpy(body, end + 1, length);
    ask(body, length, strcmp(header, "-") == 0 ? NULL : header);
    (void)repository_read_index(body, length, &flag);
    (void)repository_check_load(body, length);
    (void)repository_check_unload(body, length);
    free(header);
    free(body);
    return 0;
}
