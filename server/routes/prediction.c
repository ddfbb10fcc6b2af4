/* SPDX-License-Identifier: MIT */
#include "routes/prediction.h"

#include "base/clock.h"
#include "base/status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static dn_status check_numbers(const float *logits, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (!isfinite(logits[i]))
            return dn_fail(DN_ERROR_NUMERIC, "%s: the network's answer is not a number", name);
    return DN_OK;
}

dn_status prediction_compute(prediction *p, const upload *file, picture *made)
{
    double began = dn_seconds();
    dn_status status =
        picture_read(p->network, file->bytes, file->size, file->name, &p->reading, made);
    p->x->decode_seconds += dn_seconds() - began;
    DN_TRY(status);
    status = picture_run(p->network, p->session, made, p->logits);
    if (status == DN_OK)
        status = check_numbers(p->logits, p->network->classes, file->name);
    if (status == DN_OK) {
        dn_model_probabilities(p->network->model, 1, p->logits);
        p->x->pictures++;
    } else {
        picture_free(made);
    }
    return status;
}

static dn_status add_answers(prediction *p)
{
    char *rows;
    double began = dn_seconds();
    int count = dn_answers_rank(p->network->model, p->logits, p->top, p->answers);
    DN_TRY(dn_answers_json(p->network->model, p->answers, count, &rows));
    dn_text_add(&p->text, ",\"predictions\":%s,\"precision\":\"%s\"}", rows,
                session_pool_precision(p->network->sessions));
    dn_free(rows);
    p->answered++;
    p->x->output_seconds += dn_seconds() - began;
    return DN_OK;
}

static void add_picture(prediction *p, const upload *file, bool first)
{
    picture made;
    dn_text_add(&p->text, "%s{\"picture\":", first ? "" : ",");
    dn_text_add_json(&p->text, file->name);
    dn_status status = prediction_compute(p, file, &made);
    if (status == DN_OK) {
        picture_free(&made);
        status = add_answers(p);
    }
    if (status == DN_OK)
        return;
    p->status = status;
    free(p->last_fault);
    p->last_fault = strdup(dn_last_error());
    dn_text_add(&p->text, ",\"error\":");
    dn_text_add_json(&p->text, dn_last_error());
    dn_text_add(&p->text, "}");
}

void prediction_answer(prediction *p, const uploads *files)
{
    char *text;
    dn_text_add(&p->text, "{\"model\":");
    dn_text_add_json(&p->text, p->network->name);
    dn_text_add(&p->text, ",\"pictures\":[");
    for (int i = 0; i < files->count && !exchange_is_vain(p->x); i++)
        add_picture(p, &files->list[i], i == 0);
    dn_text_add(&p->text, "]}");
    dn_status taken = dn_text_take(&p->text, &text);
    if (taken == DN_OK && !p->x->answered && p->answered) {
        exchange_reply(p->x, 200, "application/json", text, strlen(text));
        return;
    }
    if (taken == DN_OK)
        free(text);
    if (!p->x->answered && p->last_fault)
        exchange_refuse(p->x, exchange_status_of(p->status), "%s", p->last_fault);
    else if (!p->x->answered)
        exchange_refuse(p->x, 500, "out of memory");
}
