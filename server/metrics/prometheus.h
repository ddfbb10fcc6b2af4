/* SPDX-License-Identifier: MIT */
/* Metrics as Prometheus reads them (text format 0.0.4). */
#ifndef METRICS_PROMETHEUS_H
#define METRICS_PROMETHEUS_H

#include "base/text.h"
#include "metrics/counters.h"

/* Adds the lines that say what a metric is; type: "counter", "gauge" or "histogram". */
void prometheus_begin(dn_text *text, const char *name, const char *type, const char *help);

/* Adds a value, with a label if label is not NULL. */
void prometheus_value(dn_text *text, const char *name, const char *label, const char *label_value,
                      double value);

/* Adds a histogram; labels: `network="a",stage="b"`. */
void prometheus_histogram(dn_text *text, const char *name, const char *labels,
                          const double bounds[HISTOGRAM_BUCKETS], const histogram *h);

#endif
