/* SPDX-License-Identifier: MIT */
/* Which layers of a quantised network stay in floats. */
#ifndef RUN_KEEP_LAYERS_H
#define RUN_KEEP_LAYERS_H

#include "reports/quantized_report.h"

/* Those that --keep names, as reports do, separated by commas; NULL: none. Complains of an unknown
 * name. */
bool keep_named_layers(dn_quantiser *quantiser, const char *names, quantized_report *report);

/* More and more, those with the worst signal to noise first, until what was measured drops by no
 * more than `target` points; below 0: none. Complains if it is not reached. */
bool keep_worst_layers(dn_quantiser *quantiser, const dn_model *exact, dn_model *model,
                       double target, quantized_report *report);

#endif
