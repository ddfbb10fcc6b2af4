/* SPDX-License-Identifier: MIT */
#include "metrics/prometheus.h"

#include <inttypes.h>

void prometheus_begin(dn_text *text, const char *name, const char *type, const char *help)
{
    dn_text_add(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void prometheus_value(dn_text *text, const char *name, const char *label, const char *label_value,
                      double value)
{
    dn_text_add(text, "%s", name);
    if (label)
        dn_text_add(text, "{%s=\"%s\"}", label, label_value);
    dn_text_add(text, " %.17g\n", value);
}

void prometheus_histogram(dn_text *text, const char *name, const char *labels,
                          const double bounds[HISTOGRAM_BUCKETS], const histogram *h)
{
    uint64_t below = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        below += h->counts[i];
        dn_text_add(text, "%s_bucket{%s,le=\"%g\"} %" PRIu64 "\n", name, labels, bounds[i], below);
    }
    dn_text_add(text, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", name, labels, h->count);
    dn_text_add(text, "%s_sum{%s} %.9g\n%s_count{%s} %" PRIu64 "\n", name, labels, h->sum, name,
                labels, h->count);
}
