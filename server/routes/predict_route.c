/* SPDX-License-Identifier: MIT */
/* POST /predict: pictures in, names or a heat map out. */
#include "base/clock.h"
#include "context.h"
#include "routes/heat.h"
#include "routes/prediction.h"
#include "routes/route.h"

#include <stdlib.h>
#include <string.h>

enum { USUAL_TOP = 5, MOST_TOP = 1000000 };

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
    dn_status status = prediction_compute(p, &files->list[0], &made);
    if (status != DN_OK) {
        exchange_refuse_status(p->x, status);
        return;
    }
    double began = dn_seconds();
    int output = find_output(p, class);
    if (output >= 0)
        heat_reply(p->x, p->session, &made, output);
    p->x->output_seconds += dn_seconds() - began;
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
            prediction_answer(&p, &files);
        session_pool_return(p.network->sessions, p.session);
    }
    free(p.last_fault);
    free(p.logits);
    free(p.answers);
    uploads_free(&files);
}

const route predict_routes[] = {
    {"POST", "/predict", answer_predict, ROUTE_NETWORK_IN_QUERY, true, false},
    {0},
};
