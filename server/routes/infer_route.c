/* SPDX-License-Identifier: MIT */
/* POST /v2/models/NAME/infer: tensors or picture files in, outputs of the network out. */
#include "base/clock.h"
#include "base/memory.h"
#include "base/status.h"
#include "context.h"
#include "networks/picture.h"
#include "protocol/infer_plan.h"
#include "protocol/infer_response.h"
#include "protocol/tensor_elements.h"
#include "protocol/tensor_floats.h"
#include "routes/facts.h"
#include "routes/route.h"

#include <stdlib.h>
#include <string.h>

/* What one request computes with. */
typedef struct inference {
    exchange *x;
    dn_session *session;
    model_facts facts;
    infer_request request;
    infer_plan plan;
    float *logits, *probabilities; /* batch x classes; the second only if it is asked for */
} inference;

static dn_status run_file(inference *i, const tensor_element *file, int index, float *logits)
{
    char name[32];
    picture made;
    const picture_reading reading = {.most_pixels = i->x->server->options->most_pixels,
                                     .formats = i->x->server->options->formats};
    snprintf(name, sizeof name, "picture %d", index);
    double began = dn_seconds();
    dn_status status = picture_read(i->x->network, file->bytes, file->size, name, &reading, &made);
    i->x->decode_seconds += dn_seconds() - began;
    DN_TRY(status);
    status = picture_run(i->x->network, i->session, &made, logits);
    picture_free(&made);
    return status;
}

/* Stops, with x answered, when its time is over. */
static dn_status run_files(inference *i)
{
    tensor_elements files;
    DN_TRY(tensor_elements_read(&i->plan.input, &files));
    dn_status status = DN_OK;
    for (size_t n = 0; n < files.count && status == DN_OK && !exchange_is_vain(i->x); n++)
        status = run_file(i, &files.list[n], (int)n, i->logits + n * (size_t)i->facts.classes);
    tensor_elements_free(&files);
    return status;
}

/* Likewise. A picture of a batch takes as long as one alone. */
static dn_status run_tensor(inference *i)
{
    const infer_plan *plan = &i->plan;
    tensor_floats floats;
    double began = dn_seconds();
    dn_status status = tensor_floats_read(&plan->input, &floats);
    i->x->decode_seconds += dn_seconds() - began;
    DN_TRY(status);
    size_t values = plan->input.elements / (size_t)plan->batch;
    for (size_t n = 0; n < (size_t)plan->batch && status == DN_OK && !exchange_is_vain(i->x); n++)
        status = dn_session_run(i->session, floats.values + n * values, 1, plan->height,
                                plan->width, i->logits + n * (size_t)i->facts.classes);
    tensor_floats_free(&floats);
    return status;
}

static bool wants(const infer_plan *plan, const char *output)
{
    for (int i = 0; i < plan->output_count; i++)
        if (strcmp(plan->outputs[i].name, output) == 0)
            return true;
    return false;
}

static dn_status reply(inference *i)
{
    infer_answer answers[2];
    infer_response written;
    for (int n = 0; n < i->plan.output_count; n++) {
        const infer_output *asked = &i->plan.outputs[n];
        bool logits = strcmp(asked->name, MODEL_OUTPUT) == 0;
        answers[n] = (infer_answer){*asked, logits ? i->logits : i->probabilities};
    }
    DN_TRY(infer_response_write(&i->facts, i->request.id, i->plan.batch, answers,
                                i->plan.output_count, &written));
    exchange_reply(i->x, 200, written.header_size ? "application/octet-stream" : "application/json",
                   written.bytes, written.size);
    if (written.header_size)
        exchange_add_header(i->x, "Inference-Header-Content-Length", "%zu", written.header_size);
    return DN_OK;
}

static dn_status make_output(inference *i, size_t count)
{
    if (wants(&i->plan, MODEL_PROBABILITIES)) {
        DN_TRY(dn_calloc(count, sizeof(float), &i->probabilities));
        memcpy(i->probabilities, i->logits, count * sizeof(float));
        dn_model_probabilities(i->x->network->model, i->plan.batch, i->probabilities);
    }
    return reply(i);
}

static dn_status compute(inference *i)
{
    size_t count = (size_t)i->plan.batch * (size_t)i->facts.classes;
    DN_TRY(dn_calloc(count, sizeof(float), &i->logits));
    DN_TRY(i->plan.has_files ? run_files(i) : run_tensor(i));
    if (i->x->answered)
        return DN_OK;
    i->x->pictures = i->plan.batch;
    double began = dn_seconds();
    dn_status status = make_output(i, count);
    i->x->output_seconds += dn_seconds() - began;
    return status;
}

static void limit_time(exchange *x, uint64_t timeout_us)
{
    double end = x->began + 1e-6 * (double)timeout_us;
    if (timeout_us && end < x->job.deadline)
        x->job.deadline = end;
}

static dn_status answer_request(inference *i)
{
    exchange *x = i->x;
    session_pool *pool = x->network->sessions;
    double began = dn_seconds();
    dn_status status = infer_request_read(
        x->body, x->size, exchange_header(x, "Inference-Header-Content-Length"), &i->request);
    x->decode_seconds += dn_seconds() - began;
    DN_TRY(status);
    limit_time(x, i->request.timeout_us);
    DN_TRY(infer_plan_make(&i->request, &i->facts, &i->plan));
    DN_TRY(session_pool_borrow(pool, x->job.width, &i->session));
    status = compute(i);
    session_pool_return(pool, i->session);
    return status;
}

static void answer_infer(exchange *x)
{
    inference i = {.x = x};
    if (!facts_find(x, &i.facts))
        return;
    dn_status status = answer_request(&i);
    if (status == DN_ERROR_NUMERIC) /* JSON was asked for, of what it does not hold */
        exchange_refuse(x, 400, "%s", dn_last_error());
    else if (status != DN_OK)
        exchange_refuse_status(x, status);
    infer_request_free(&i.request);
    free(i.logits);
    free(i.probabilities);
}

const route infer_routes[] = {
    {"POST", "/v2/models/?/infer", answer_infer, ROUTE_NETWORK_IN_PATH, true, false},
    {"POST", "/v2/models/?/versions/?/infer", answer_infer, ROUTE_NETWORK_IN_PATH, true, false},
    {0},
};
