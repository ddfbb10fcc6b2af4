/* SPDX-License-Identifier: MIT */
#include "run/predictor.h"

#include "arguments/threads.h"
#include "files/pictures.h"
#include "ui/memory_headroom.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Damaged weights, or a picture that no weights were trained for. */
static void warn_unanswered(predictor *p, const char *path)
{
    static const char fault[] = "the network's answer is not a number";
    complain("%s: %s", path, fault);
    predictions_print_fault(p->out, p->format, path, fault, p->check != NULL);
    flush_answers();
    p->counts.unanswered++;
}

static void warn_unread(predictor *p, const char *path, const char *fault)
{
    fault = fault ? fault : "out of memory for a picture";
    complain("%s", fault);
    predictions_print_fault(p->out, p->format, path, fault, p->check != NULL);
    flush_answers();
    p->counts.unread++;
}

/* How the index-th picture of the run fits what the network recorded; warns of a foreign one. */
static bool check_picture(const predictor *p, int index, const char *path, dn_input_fit *fit)
{
    if (!ok_or_complain(dn_input_check_picture(p->check, index, fit)))
        return false;
    if (dn_input_fit_is_foreign(fit))
        complain("%s: foreign to the network: what it makes of this picture is %.1f deviations and "
                 "a factor of %.1f in variance from what it saw in training",
                 path, fit->shift, exp(fit->spread));
    return true;
}

/* What a picture's map is of. */
static dn_answer shown(const predictor *p, const float *probabilities, int named)
{
    if (p->class < 0)
        return p->ranked[dn_answers_strongest(p->ranked, named)];
    return (dn_answer){.output = p->class, .probability = probabilities[p->class]};
}

/* Prints the answer for each picture from its row of logits. */
static bool print_answers(predictor *p, const picture_list *list, size_t first,
                          picture_tensor *const *pictures, int count)
{
    char *const *paths = list->paths + first;
    int classes = dn_model_arch(p->model)->classes;
    for (int i = 0; i < count; i++) {
        float *row = p->logits + (size_t)i * (size_t)classes;
        if (!all_finite(row, (size_t)classes)) {
            warn_unanswered(p, paths[i]);
            continue;
        }
        dn_model_probabilities(p->model, 1, row);
        int named = dn_answers_rank(p->model, row, p->most, p->ranked);
        prediction_facts facts = {.precision = dn_session_precision(p->session)};
        if (p->heat && named) {
            dn_answer of = shown(p, row, named);
            if (of.untrained) {
                complain("%s: no heat map: no output of the network was trained", paths[i]);
                return false;
            }
            const heat_source source = {p->session, i, &p->preprocess, pictures[i]->image};
            facts.heat = heat_folder_add(p->heat, &source, &of, first + (size_t)i, p->cells);
            if (!facts.heat)
                return false;
        }
        progress_end();
        dn_input_fit fit;
        if (p->check && !check_picture(p, i, paths[i], &fit))
            return false;
        facts.fit = p->check ? &fit : NULL;
        predictions_print(p->out, p->format, p->model, paths[i], p->ranked, named, &facts);
        flush_answers();
    }
    return true;
}

/* Pictures as bytes, where the pipeline makes them, are a quarter of the floats. */
static bool reads_bytes(const predictor *p)
{
    return p->preprocess.filter != DN_GAUSSIAN;
}

static bool gather(predictor *p, picture_tensor *const *pictures, int count)
{
    size_t each = pictures[0]->bytes, bytes = each * (size_t)count;
    if (bytes > p->input_bytes) {
        if (!memory_suffices((double)bytes, "predict: %d picture%s, %d wide and %d high, in a run",
                             count, count == 1 ? "" : "s", pictures[0]->width, pictures[0]->height))
            return false;
        void *grown = realloc(p->input, bytes);
        if (!grown)
            return complain("predict: out of memory");
        p->input = grown;
        p->input_bytes = bytes;
    }
    for (int i = 0; i < count; i++)
        memcpy((char *)p->input + (size_t)i * each, pictures[i]->data, each);
    return true;
}

static dn_status run_session(predictor *p, int count, int height, int width)
{
    const dn_byte_pictures pictures = {p->input, count, height, width};
    if (reads_bytes(p))
        return dn_session_run_bytes(p->session, &pictures, &p->preprocess, p->logits);
    return dn_session_run(p->session, p->input, count, height, width, p->logits);
}

/* One run over pictures whose tensors have the same size. */
static bool run_together(predictor *p, const picture_list *list, size_t first,
                         picture_tensor *const *pictures, int count)
{
    return gather(p, pictures, count) &&
           ok_or_complain(run_session(p, count, pictures[0]->height, pictures[0]->width)) &&
           print_answers(p, list, first, pictures, count);
}

/* Pictures in runs of equal size; one that could not be read ends a run, so that answers have the
 * pictures' order. */
static bool run_batch(predictor *p, const picture_list *list, size_t begin, int count)
{
    picture_tensor *tensors = p->tensors;
    for (int first = 0, next; first < count; first = next) {
        picture_tensor *group[PREDICTOR_MOST];
        for (next = first; next < count && tensors[next].data; next++) {
            group[next - first] = &tensors[next];
            if (tensors[next].width != tensors[first].width ||
                tensors[next].height != tensors[first].height)
                break;
        }
        if (next > first && !run_together(p, list, begin + (size_t)first, group, next - first))
            return false;
        if (next == first) {
            warn_unread(p, list->paths[begin + (size_t)next], tensors[next].fault);
            next++;
        }
    }
    return true;
}

size_t predictor_batches(const predictor *p, const picture_list *list)
{
    return (list->count + (size_t)p->batch - 1) / (size_t)p->batch;
}

bool predictor_answer(predictor *p, const picture_list *list, size_t batch)
{
    const picture_work work = {.preprocess = &p->preprocess,
                               .threads = threads_chosen(),
                               .as_bytes = reads_bytes(p),
                               .keep_images = p->heat != NULL};
    size_t begin = batch * (size_t)p->batch, left = list->count - begin;
    int count = left < (size_t)p->batch ? (int)left : p->batch;
    int64_t turned, faint;
    progress("%zu of %zu pictures", begin, list->count);
    picture_tensors_fill(&work, list->paths + begin, count, p->tensors);
    bool sound = run_batch(p, list, begin, count);
    picture_tensors_free(count, p->tensors);
    picture_tensors_noticed(&turned, &faint);
    p->counts.turned += turned;
    p->counts.faint += faint;
    return sound;
}
