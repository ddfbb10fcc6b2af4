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
    predictions_print_fault(p->format, path, fault, p->check != NULL);
    p->unanswered++;
}

static void warn_unread(predictor *p, const char *path, const char *fault)
{
    fault = fault ? fault : "out of memory for a picture";
    complain("%s", fault);
    predictions_print_fault(p->format, path, fault, p->check != NULL);
    p->unread++;
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
static bool print_answers(predictor *p, char *const *paths, picture_tensor *const *pictures,
                          int count)
{
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
            facts.heat = heat_folder_add(p->heat, p->session, i, &of, &p->preprocess, paths[i],
                                         pictures[i]->image);
            if (!facts.heat)
                return false;
        }
        progress_end();
        dn_input_fit fit;
        if (p->check && !check_picture(p, i, paths[i], &fit))
            return false;
        facts.fit = p->check ? &fit : NULL;
        predictions_print(p->format, p->model, paths[i], p->ranked, named, &facts);
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
static bool run_together(predictor *p, char *const *paths, picture_tensor *const *pictures,
                         int count)
{
    return gather(p, pictures, count) &&
           ok_or_complain(run_session(p, count, pictures[0]->height, pictures[0]->width)) &&
           print_answers(p, paths, pictures, count);
}

/* Pictures in runs of equal size; one that could not be read ends a run, so that answers have the
 * pictures' order. */
static bool run_batch(predictor *p, char *const *paths, picture_tensor *tensors, int count)
{
    for (int first = 0, next; first < count; first = next) {
        picture_tensor *group[PREDICTOR_MOST];
        for (next = first; next < count && tensors[next].data; next++) {
            group[next - first] = &tensors[next];
            if (tensors[next].width != tensors[first].width ||
                tensors[next].height != tensors[first].height)
                break;
        }
        if (next > first && !run_together(p, paths + first, group, next - first))
            return false;
        if (next == first) {
            warn_unread(p, paths[next], tensors[next].fault);
            next++;
        }
    }
    return true;
}

bool predictor_run(predictor *p, const picture_list *list)
{
    const picture_work work = {.preprocess = &p->preprocess,
                               .threads = threads_chosen(),
                               .as_bytes = reads_bytes(p),
                               .keep_images = p->heat != NULL};
    picture_tensor *tensors = calloc((size_t)p->batch, sizeof *tensors);
    bool sound = tensors || complain("predict: out of memory");
    for (size_t done = 0; sound && done < list->count; done += (size_t)p->batch) {
        size_t left = list->count - done;
        int count = left < (size_t)p->batch ? (int)left : p->batch;
        progress("%zu of %zu pictures", done, list->count);
        picture_tensors_fill(&work, list->paths + done, count, tensors);
        sound = run_batch(p, list->paths + done, tensors, count);
        picture_tensors_free(count, tensors);
    }
    progress_end();
    picture_tensors_notices();
    free(tensors);
    return sound;
}
