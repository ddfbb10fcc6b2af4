/* SPDX-License-Identifier: MIT */
/* The metadata that this program writes into a file with the tensors, and how
 * it reads other programs' labels and thresholds. docs/weights.md lists the
 * keys. */
#ifndef DN_LOADING_METADATA_H
#define DN_LOADING_METADATA_H

#include "network/model.h"
#include "tensors/tensors.h"

/* The entries that are an int of dn_arch. */
#define DN_METADATA_NUMBERS 5
typedef struct dn_metadata_number {
    const char *key;
    size_t offset;
} dn_metadata_number;
extern const dn_metadata_number dn_metadata_numbers[DN_METADATA_NUMBERS];

bool dn_metadata_exists(const dn_tensor_file *file);

/* An entry's text; NULL if the file has no such entry. */
const char *dn_metadata_text(const dn_tensor_file *file, const char *key);

/* A number as text; false if it is none. */
bool dn_metadata_real(const char *text, double *number);

/* Entries that were not believed, for a person; "" if all were. */
typedef struct dn_metadata_doubts {
    char text[512];
} dn_metadata_doubts;

/* Adds `KEY is "VALUE" in its metadata, REASON`; returns false. */
bool dn_metadata_doubt(dn_metadata_doubts *doubts, const dn_tensor_file *file, const char *key,
                       const char *reason);

/* Replaces *arch, which was inferred from the tensors, by the recorded one if that
 * describes the same tensors (no shape tells the BN epsilon). False if there is
 * none or it describes other tensors: then the rest of the metadata is not to be
 * believed either. */
bool dn_metadata_arch(const dn_tensor_file *file, dn_arch *arch, dn_metadata_doubts *doubts);

/* The recorded concatenation order; AUTO if there is none. */
dn_concat dn_metadata_concat(const dn_tensor_file *file, dn_metadata_doubts *doubts);

/* Labels, objective, preprocessing and thresholds, if the file has them. */
dn_status dn_metadata_read(const dn_tensor_file *file, dn_model *model, dn_metadata_doubts *doubts);

/* In a file that has no tensors which count them: the batches that the norms' statistics saw. */
#define DN_BATCHES_KEY "densenet.batches_tracked"

/* Calls add(context, key, text) for each entry of the model's metadata. */
typedef dn_status dn_metadata_entry(void *context, const char *key, const char *text);
dn_status dn_metadata_write(const dn_model *model, dn_concat concat, dn_metadata_entry *add,
                            void *context);

#endif
