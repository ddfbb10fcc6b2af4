/* SPDX-License-Identifier: MIT */
/* What this program writes into a file's metadata beside the tensors, and what
 * it makes of other programs' labels and thresholds. docs/weights.md lists the
 * keys. */
#ifndef DN_NET_CARD_H
#define DN_NET_CARD_H

#include "net/model.h"
#include "weights/tensors.h"

/* How the entries spell the stem, and the entries that are an int of dn_arch. */
#define DN_CARD_NUMBERS 5
typedef struct dn_card_number {
    const char *key;
    size_t offset;
} dn_card_number;
extern const char *const dn_card_stems[];
extern const dn_card_number dn_card_numbers[DN_CARD_NUMBERS];

bool dn_card_exists(const dn_tensor_file *file);

/* An entry's text, NULL where the file has none such. */
const char *dn_card_text(const dn_tensor_file *file, const char *key);

/* Entries that were not believed, for a person; "" where all were. */
typedef struct dn_card_doubts {
    char text[512];
} dn_card_doubts;

/* Adds `KEY is "VALUE" in its metadata, REASON`; returns false. */
bool dn_card_doubt(dn_card_doubts *doubts, const dn_tensor_file *file, const char *key,
                   const char *reason);

/* Replaces *arch, which was read off the tensors, by the recorded one where it
 * describes the same tensors (the BN epsilon is in no shape). False where there
 * is none, or one that describes others: then the rest of the card is not to be
 * believed either. */
bool dn_card_arch(const dn_tensor_file *file, dn_arch *arch, dn_card_doubts *doubts);

/* The recorded concatenation order, AUTO where there is none. */
dn_concat dn_card_concat(const dn_tensor_file *file, dn_card_doubts *doubts);

/* Labels, task, preprocessing and thresholds, as far as the file has them. */
dn_status dn_card_read(const dn_tensor_file *file, dn_model *model, dn_card_doubts *doubts);

/* Calls add(context, key, text) for each entry of the model's card. */
typedef dn_status dn_card_entry(void *context, const char *key, const char *text);
dn_status dn_card_write(const dn_model *model, dn_concat concat, dn_card_entry *add, void *context);

#endif
