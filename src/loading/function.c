/* SPDX-License-Identifier: MIT */
#include "loading/function.h"

#include "check/hypotheses.h"
#include "loading/match.h"
#include "loading/recorded/module_function.h"
#include "loading/request.h"
#include "network/stems.h"

#include <stdio.h>
#include <string.h>

static void doubt(dn_text *doubts, const char *sentence)
{
    dn_text_add(doubts, "%s%s", doubts->length ? "; " : "", sentence);
}

/* ---- what the file says ---- */

static void believe_modules(const dn_module_function *said, dn_model *model)
{
    dn_arch *arch = &model->arch;
    const dn_stem_row *usual = dn_stem_row_of(arch->stem);
    if (said->stem_stride)
        arch->stem_stride = said->stem_stride == usual->stride ? 0 : said->stem_stride;
    if (said->stem_pool != DN_STEM_POOL_USUAL)
        arch->stem_pool = said->stem_pool;
    if (said->transition_relu != DN_RELU_AUTO)
        arch->linear_transitions = said->transition_relu == DN_RELU_NO;
    if (said->final_relu != DN_RELU_AUTO)
        arch->linear_final = said->final_relu == DN_RELU_NO;
    if (arch->classes > 0)
        arch->head.window = said->window;
    if (said->bn_epsilon > 0 && said->bn_epsilon < 1)
        arch->bn_epsilon = said->bn_epsilon;
}

/* ---- what the statistics say ---- */

static void believe_statistics(const dn_hypotheses *shown, const dn_module_function *said,
                               dn_model *model)
{
    if (said->stem_pool == DN_STEM_POOL_USUAL && shown->stem_pool != DN_STEM_POOL_USUAL)
        model->arch.stem_pool = shown->stem_pool;
    if (said->transition_relu == DN_RELU_AUTO && shown->transition_relu != DN_RELU_AUTO)
        model->arch.linear_transitions = shown->transition_relu == DN_RELU_NO;
}

/* The usual values are 0 in an architecture, so that equal networks are equal. */
static void simplify(dn_arch *arch)
{
    const dn_stem_row *usual = dn_stem_row_of(arch->stem);
    if (arch->stem_stride == usual->stride)
        arch->stem_stride = 0;
    if (arch->stem_pool == (usual->pools ? DN_STEM_POOL_MAX : DN_STEM_POOL_NONE))
        arch->stem_pool = DN_STEM_POOL_USUAL;
}

/* ---- what remains ---- */

/* Whether something about the stem is neither known nor as it always is with its kernel. */
static void doubt_stem(const dn_function_question *question, const dn_module_function *said,
                       const dn_hypotheses *shown, const dn_model *model, dn_text *doubts)
{
    const dn_load_options *asked = question->asked;
    const dn_arch *arch = &model->arch;
    const dn_stem_row stem = dn_arch_stem(arch);
    bool pool_known = !stem.norm || said->stem_pool != DN_STEM_POOL_USUAL ||
                      shown->stem_pool != DN_STEM_POOL_USUAL ||
                      asked->stem_pool != DN_STEM_POOL_USUAL || asked->stem;
    bool stride_known = said->stem_stride || asked->stem_stride || asked->stem;
    bool plain = !arch->stem_kernel && (arch->stem_pool == DN_STEM_POOL_USUAL || stem.blurs);
    bool open = !plain || arch->stem == DN_STEM_CIFAR_NORM || shown->recorded;
    char text[256];
    if (!pool_known && open) {
        snprintf(text, sizeof text,
                 "whether its stem of %dx%d ends in a pool cannot be known: %s was assumed "
                 "(the option stem_pool says)",
                 stem.kernel, stem.kernel, stem.pools ? "one" : "none");
        doubt(doubts, text);
    }
    if (dn_may_blur(arch) && said->stem_pool == DN_STEM_POOL_USUAL &&
        asked->stem_pool == DN_STEM_POOL_USUAL)
        doubt(doubts, "if this is timm's densenetblur121d, answers will be wrong: it blurs where a "
                      "maximum was assumed (the option stem_pool blur says)");
    if (!stride_known && !plain) {
        snprintf(text, sizeof text,
                 "the stride of its stem of %dx%d cannot be known: %d was assumed "
                 "(the option stem_stride says)",
                 stem.kernel, stem.kernel, stem.stride);
        doubt(doubts, text);
    }
}

/* Whether statistics are there, but decide nothing: too young, or of transitions of both kinds. */
static void doubt_transitions(const dn_function_question *question, const dn_module_function *said,
                              const dn_hypotheses *shown, const dn_model *model, dn_text *doubts)
{
    bool known = said->transition_relu != DN_RELU_AUTO || shown->transition_relu != DN_RELU_AUTO ||
                 question->asked->transition_relu != DN_RELU_AUTO;
    if (!known && shown->recorded && model->arch.block_count > 1)
        doubt(doubts, "whether its transitions have a ReLU cannot be known: one each was assumed "
                      "(the option transition_relu says)");
}

/* Which source answered what, for a person. */
static void describe(const dn_function_question *question, const dn_module_function *said,
                     const dn_hypotheses *shown, bool asked, dn_model *model)
{
    bool pool = !question->recorded && said->stem_pool == DN_STEM_POOL_USUAL &&
                shown->stem_pool != DN_STEM_POOL_USUAL;
    bool relu = !question->recorded && said->transition_relu == DN_RELU_AUTO &&
                shown->transition_relu != DN_RELU_AUTO;
    bool stride = question->recorded || said->stem_stride || question->asked->stem_stride ||
                  question->asked->stem;
    snprintf(model->origin.function, sizeof model->origin.function, "%s%s%s%s%s%s%s%s",
             asked ? "request, " : "",
             question->recorded ? question->recorded
             : said->recorded   ? "modules"
                                : "names",
             pool || relu ? ", statistics (" : "", pool ? "stem's pool" : "",
             pool && relu ? ", " : "", relu ? "transitions" : "", pool || relu ? ")" : "",
             stride ? "" : ", stem's stride assumed");
}

/* What the chosen function cannot explain is said; which places these are, dn_model_check says. */
static dn_status doubt_contradictions(const dn_model *model, dn_text *doubts)
{
    dn_agreement *norms;
    int count, contradicted = 0, first = 0;
    char text[512];
    DN_TRY(dn_model_check(model, &norms, &count));
    for (int i = count; i-- > 0;)
        if (norms[i].verdict == DN_VERDICT_CONTRADICTS) {
            contradicted++;
            first = i;
        }
    snprintf(text, sizeof text,
             "the statistics of %d of its %d norms contradict its weights, first those of %s: it "
             "may be damaged, trained on with frozen statistics, or compute something else than is "
             "known of it",
             contradicted, count, norms[first].norm);
    if (contradicted)
        doubt(doubts, text);
    dn_free(norms);
    return DN_OK;
}

/* PyTorch's count of batches beside the last norm's statistics; -1 if there is none. */
static double count_batches(const dn_function_question *question, const dn_model *model)
{
    dn_key key = {.role = DN_ROLE_FINAL, .part = DN_PART_NORM_MEAN};
    const dn_slot *slot = dn_layout_find(&model->layout, &key);
    const char *name = slot ? question->sources[slot - model->layout.slots]->name : "";
    size_t length = (size_t)(dn_last_component(name) - name);
    double count = -1;
    for (size_t i = 0; slot && i < question->file->tensor_count; i++) {
        const dn_tensor *tensor = &question->file->tensors[i];
        if (strncmp(tensor->name, name, length) == 0 &&
            strcmp(tensor->name + length, "num_batches_tracked") == 0 && tensor->count == 1 &&
            tensor->dtype < DN_F8_E4M3)
            count = dn_to_double(tensor->dtype, tensor->data);
    }
    return count >= 0 && count < 1e15 ? count : -1;
}

dn_status dn_find_function(const dn_function_question *question, dn_model *model, dn_text *doubts)
{
    dn_module_function said = {0};
    dn_hypotheses shown = {0};
    model->batches_tracked = count_batches(question, model);
    if (!question->recorded) {
        DN_TRY(dn_read_module_function(question->file, question->sources, model, &said));
        DN_TRY(dn_weigh_hypotheses(model, &shown));
        if (question->blurs && said.stem_pool == DN_STEM_POOL_USUAL)
            said.stem_pool = DN_STEM_POOL_BLUR;
        believe_modules(&said, model);
        believe_statistics(&shown, &said, model);
    }
    bool asked;
    DN_TRY(dn_apply_request(question->asked, &model->arch, &asked));
    simplify(&model->arch);
    dn_name_by_pool(&model->arch);
    DN_TRY(dn_arch_check(&model->arch));
    if (said.assumed[0])
        doubt(doubts, said.assumed);
    if (said.classes[0])
        doubt(doubts, said.classes);
    if (!question->recorded)
        doubt_stem(question, &said, &shown, model, doubts);
    if (!question->recorded && !said.recorded)
        doubt_transitions(question, &said, &shown, model, doubts);
    describe(question, &said, &shown, asked, model);
    return doubt_contradictions(model, doubts);
}
