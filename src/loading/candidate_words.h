/* SPDX-License-Identifier: MIT */
/* What names say about whether tensors are a network's, and which network's. */
#ifndef DN_LOADING_CANDIDATE_WORDS_H
#define DN_LOADING_CANDIDATE_WORDS_H

#include "tensors/tensors.h"

/* How likely the network at a path is the one wanted, 0 the likeliest; averages and teachers are
 * of DN_RANK_COPY, and an optimiser's state, of DN_RANK_NEVER, is none. */
enum { DN_RANK_COPY = 3, DN_RANK_NEVER = 4 };
int dn_rank_of_path(const char *path, size_t length);

/* Counters, thop's totals, TorchXRayVision's operating points, the weights of a loss: by name,
 * what changes no answer; and these or any single number, ignored wherever they occur. */
bool dn_is_known_counter(const dn_tensor *tensor);
bool dn_is_counter(const dn_tensor *tensor);

/* What frameworks keep beside a network (queues, metrics, projection heads): no reason to
 * refuse a network that is whole without it. */
bool dn_is_company(const dn_tensor *tensor);

#endif
