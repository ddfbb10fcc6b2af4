/* SPDX-License-Identifier: MIT */
/* What the steps from a file to a model share. */
#ifndef DN_LOADING_LOAD_JOB_H
#define DN_LOADING_LOAD_JOB_H

#include "base/text.h"
#include "loading/beside.h"
#include "loading/match.h"
#include "loading/match_head.h"
#include "loading/metadata.h"
#include "loading/quantised.h"

/* What a graph of operators says besides its architecture. */
typedef struct dn_graph_facts {
    double temperature; /* 0: none */
    bool prepares;      /* pictures, by means and deviations of samples scaled to 0..1 */
    float mean[3], std[3];
} dn_graph_facts;

/* What loading has found out so far. */
typedef struct dn_load_job {
    dn_tensor_file *file;
    dn_load_options options;
    dn_concat asked;   /* by the caller */
    const char *state; /* by the caller; NULL: the likeliest */
    dn_beside beside;
    dn_arch arch;
    dn_layout layout;
    const dn_tensor **sources; /* of each slot */
    const dn_tensor **biases;  /* of the convolution in each slot, or NULL */
    dn_head_facts head;
    bool accepts_none; /* a network without a head will do, since nothing has one */
    bool saw_none;
    dn_origin origin;
    dn_concat concat;
    bool metadata;        /* this program's metadata is present and describes the network */
    dn_graph_facts graph; /* of a file of operators */
    bool filter;          /* the filter of a stem's blur is among its tensors */
    bool blurs;           /* that, or a name, says that the stem blurs */
    dn_quantised_tensors quantised;
    dn_metadata_doubts doubts;
    dn_text warning;
} dn_load_job;

/* Adds a sentence to the model's warning. */
__attribute__((format(printf, 2, 3))) void dn_load_warn(dn_load_job *l, const char *format, ...);

/* Adds a part to what origin->derived says. */
void dn_note_derived(dn_origin *origin, const char *what);

/* Takes a candidate, if it is a network's: its architecture, sources, order and origin.
 * DN_ERROR_MISMATCH, with a sentence, if it is none. */
dn_status dn_try_candidate(dn_load_job *l, const dn_candidate *candidate);
void dn_discard_match(dn_load_job *l);

/* Takes the likeliest candidate of the file, or that of l->state. */
dn_status dn_find_network(dn_load_job *l);

#endif
