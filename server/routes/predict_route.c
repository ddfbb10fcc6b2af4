/* SPDX-License-Identifier: MIT */
/* POST /predict: pictures in, names out. */
#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "context.h"
#include "networks/picture.h"
#include "routes/heat.h"
#include "routes/route.h"
#include "routes/uploads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_TOP = 5, MOST_TOP = 1000000 };

/* What one request computes with. */
typedef struct prediction {
    exchange *x;
    const network *network;
    dn_session *session;
    int top; /* answers per picture; 0: all */
    picture_reading reading;
    float *logits;
    dn_answer *answers;
    int answered;     /* pictures */
    dn_text text;     /* of the reply */
    dn_status status; /* of the last picture without an answer */
    char *last_fault;
} prediction;

static dn_status check_numbers(const float *logits, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (!isfinite(logits[i]))
            return dn_fail(DN_ERROR_NUMERIC, "%s: the network's answer is not a number", name);
    return DN_OK;
}

/* Leaves probabilities in p->logits. */
static dn_status compute(prediction *p, const upload *file, picture *made)
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
    int count = dn_answers_rank(p->network->model, p->logits, p->top, p->answers);
    DN_TRY(dn_answers_json(p->network->model, p->answers, count, &rows));
    dn_text_add(&p->text, ",\"predictions\":%s,\"precision\":\"%s\"}", rows,
                session_pool_precision(p->network->sessions));
    dn_free(rows);
    p->answered++;
    return DN_OK;
}

static void add_picture(prediction *p, const upload *file, bool first)
{
    picture made;
    dn_text_add(&p->text, "%s{\"picture\":", first ? "" : ",");
    dn_text_add_json(&p->text, file->name);
    dn_status status = compute(p, file, &made);
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

static void answer_pictures(prediction *p, const uploads *files)
{
    char *text;
    dn_text_add(&p->text, "{\"model\":");
    dn_text_add_json(&p->text, p->network->name);
    dn_text_add(&p->text, ",\"pictures\":[");
    for (int i = 0; i < files->count && !exchange_is_overdue(p->x); i++)
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

/* The output that ?cam= names, the strongest if it names none; -1 if x is answered. */
static int find_output(prediction *p, const char *name)
{
    char number[DN_OUTPUT_NUMBER_SIZE];
    if (!name[0]) {
        int count = dn_answers_rank(p->network->model, p->logits, 0, p->answers);
        int best = dn_answers_strongest(p->answers, count);
        if (best >= 0 && !p->answers[best].untrained)
            return p->answers[best].output;
        exchange_refuse(p->x, 400, "no output of the network was trained");
        return -1;
    }
    int output = dn_output_find(p->network->model, name);
    if (output < 0)
        exchange_refuse(p->x, 400, "the network has no class \"%.100s\"", name);
    else if (!dn_output_name(p->network->model, output, number) ||
             dn_output_is_untrained(p->network->model, output))
        exchange_refuse(p->x, 400, "output %d was not trained, and has no heat map", output);
    else
        return output;
    return -1;
}

static void answer_heat(prediction *p, const uploads *files, const char *class)
{
    picture made;
    if (files->count != 1) {
        exchange_refuse(p->x, 400, "a heat map is of one picture; %d were sent", files->count);
        return;
    }
    dn_status status = compute(p, &files->list[0], &made);
    if (status != DN_OK) {
        exchange_refuse_status(p->x, status);
        return;
    }
    int output = find_output(p, class);
    if (output >= 0)
        heat_reply(p->x, p->session, &made, output);
    picture_free(&made);
}

static bool read_top(exchange *x, const network *n, int *top)
{
    const char *given = exchange_query(x, "top");
    *top = dn_model_objective(n->model) == DN_OBJECTIVE_LABELS ? 0 : USUAL_TOP;
    if (!given)
        return true;
    char *end;
    long number = strtol(given, &end, 10);
    if (end == given || *end || number < 1 || number > MOST_TOP)
        exchange_refuse(x, 400, "top is \"%.20s\"; a number from 1 to %d is needed", given,
                        MOST_TOP);
    *top = (int)number;
    return !x->answered;
}

static bool read_orientation(exchange *x, bool *upright)
{
    const char *given = exchange_query(x, "orientation");
    *upright = given && strcmp(given, "exif") == 0;
    if (given && !*upright)
        exchange_refuse(x, 400, "orientation is \"%.20s\"; exif or nothing is needed", given);
    return !x->answered;
}

static void answer_predict(exchange *x)
{
    uploads files;
    prediction p = {.x = x, .network = x->network};
    p.reading.most_pixels = x->server->options->most_pixels;
    p.reading.formats = x->server->options->formats;
    if (!read_top(x, p.network, &p.top) || !read_orientation(x, &p.reading.upright) ||
        !uploads_find(x, &files))
        return;
    size_t classes = (size_t)p.network->classes;
    p.logits = malloc(classes * sizeof *p.logits);
    p.answers = malloc(classes * sizeof *p.answers);
    const char *class = exchange_query(x, "cam");
    if (!p.logits || !p.answers) {
        exchange_refuse(x, 500, "out of memory");
    } else if (session_pool_borrow(p.network->sessions, x->job.width, &p.session) != DN_OK) {
        exchange_refuse(x, 500, "%s", dn_last_error());
    } else {
        if (class)
            answer_heat(&p, &files, class);
        else
            answer_pictures(&p, &files);
        session_pool_return(p.network->sessions, x->job.width, p.session);
    }
    free(p.last_fault);
    free(p.logits);
    free(p.answers);
    uploads_free(&files);
}

const route predict_routes[] = {
    {"POST", "/predict", answer_predict, ROUTE_NETWORK_IN_QUERY, true, false, "predict"},
    {0},
};
