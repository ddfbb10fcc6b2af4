/* SPDX-License-Identifier: MIT */
/* The network of a file that holds a graph of operators (ONNX). */
#ifndef DN_LOADING_GRAPH_NETWORK_H
#define DN_LOADING_GRAPH_NETWORK_H

#include "loading/load_job.h"

/* As dn_find_network: roles, order and function come from the graph, never from names. The sentence
 * names the first node that no DenseNet has. */
dn_status dn_graph_network(dn_load_job *l);

/* The pipeline and temperature that the graph says. */
void dn_graph_describe(const dn_load_job *l, dn_model *model);

#endif
