/* SPDX-License-Identifier: MIT */
/* Batches, each answered by one of the processes, said in order by the first. */
#include "files/pictures.h"
#include "run/collected.h"
#include "run/launched.h"
#include "run/predictor.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static void add_counts(predictor_counts *sum, const predictor_counts *more)
{
    sum->unread += more->unread;
    sum->unanswered += more->unanswered;
    sum->turned += more->turned;
    sum->faint += more->faint;
}

/* What comes of a batch, and then its texts. */
typedef struct outcome {
    predictor_counts counts;
    uint64_t answers, complaints, cells; /* bytes of each text */
    uint64_t failed;                     /* the run ends */
} outcome;

/* ---- by this process ---- */

static bool answer_to_memory(predictor *p, const picture_list *list, size_t batch, dn_text *answers)
{
    char *printed = NULL;
    size_t size = 0;
    p->out = open_memstream(&printed, &size);
    bool sound = p->out || complain("predict: out of memory");
    sound = sound && predictor_answer(p, list, batch);
    if (p->out && fclose(p->out) != 0)
        sound = complain("predict: out of memory");
    if (printed)
        dn_text_add_bytes(answers, printed, size);
    free(printed);
    return sound;
}

/* The bytes of an outcome; the batch may be beyond the last. */
static dn_text make_outcome(predictor *p, const picture_list *list, size_t batch)
{
    dn_text answers = {0}, cells = {0}, all = {0};
    p->counts = (predictor_counts){0};
    p->cells = &cells;
    complaints_catch();
    bool none = batch >= predictor_batches(p, list) || launched_rank() >= launched_count();
    bool sound = none || answer_to_memory(p, list, batch, &answers);
    dn_text complaints = complaints_caught();
    const outcome made = {p->counts, answers.length, complaints.length, cells.length, !sound};
    dn_text_add_bytes(&all, (const char *)&made, sizeof made);
    dn_text_add_bytes(&all, answers.data, answers.length);
    dn_text_add_bytes(&all, complaints.data, complaints.length);
    dn_text_add_bytes(&all, cells.data, cells.length);
    all.failed = all.failed || answers.failed || complaints.failed || cells.failed;
    dn_text_drop(&answers);
    dn_text_drop(&complaints);
    dn_text_drop(&cells);
    return all;
}

/* ---- by all ---- */

static bool is_count(int64_t count, const predictor *p)
{
    return count >= 0 && count <= p->batch;
}

/* Whether another process can have answered this. */
static bool is_sound(const predictor *p, const outcome *made, uint64_t size)
{
    const predictor_counts *counts = &made->counts;
    uint64_t left = size - sizeof *made;
    return is_count(counts->unread, p) && is_count(counts->unanswered, p) &&
           is_count(counts->turned, p) && is_count(counts->faint, p) && made->answers <= left &&
           made->complaints <= left - made->answers &&
           made->cells == left - made->answers - made->complaints && (!made->cells || p->heat);
}

static bool say_outcome(predictor *p, const char *bytes, uint64_t size, predictor_counts *sum)
{
    outcome made;
    if (!size)
        return true;
    if (size >= sizeof made)
        memcpy(&made, bytes, sizeof made);
    if (size < sizeof made || !is_sound(p, &made, size))
        return complain("predict: what another process answered is damaged");
    const char *answers = bytes + sizeof made, *complaints = answers + made.answers;
    complaints_relay(complaints, made.complaints);
    if (launched_first())
        fwrite(answers, 1, made.answers, stdout);
    add_counts(sum, &made.counts);
    if (made.cells && launched_first() &&
        !heat_folder_take(p->heat, complaints + made.complaints, made.cells))
        return false;
    return !made.failed;
}

/* Batches first, first + 1, ..., each of another process. */
static bool answer_round(predictor *p, const picture_list *list, size_t first,
                         predictor_counts *sum)
{
    const dn_machines *machines = launched_machines();
    collected all;
    dn_text own = make_outcome(p, list, first + (size_t)machines->rank);
    bool sound = !own.failed || complain("predict: out of memory");
    sound = sound && collect(machines, own.data, own.length, &all);
    for (int i = 0; i < machines->count && sound; i++)
        sound = say_outcome(p, collected_of(&all, i), all.sizes[i], sum);
    flush_answers();
    if (!own.failed)
        collected_free(&all);
    dn_text_drop(&own);
    return sound;
}

static bool answer_shared(predictor *p, const picture_list *list)
{
    predictor_counts sum = {0};
    bool sound = true;
    size_t batches = predictor_batches(p, list);
    for (size_t first = 0; first < batches && sound; first += (size_t)launched_count())
        sound = answer_round(p, list, first, &sum);
    p->counts = sum;
    return sound;
}

static bool answer_alone(predictor *p, const picture_list *list)
{
    bool sound = true;
    size_t batches = predictor_batches(p, list);
    p->out = stdout;
    for (size_t batch = 0; batch < batches && sound; batch++)
        sound = predictor_answer(p, list, batch);
    return sound;
}

bool predictor_run(predictor *p, const picture_list *list)
{
    bool sound = launched_machines() ? answer_shared(p, list) : answer_alone(p, list);
    progress_end();
    picture_notices(p->counts.turned, p->counts.faint);
    return sound;
}
