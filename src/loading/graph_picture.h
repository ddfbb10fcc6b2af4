/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_GRAPH_PICTURE_H
#define DN_LOADING_GRAPH_PICTURE_H

#include "loading/load_job.h"
#include "loading/operators/walk.h"

/* What the graph does to pictures, or what is known of its family, as l->graph. */
dn_status dn_graph_picture(dn_load_job *l, const dn_walk *w, const dn_known *picture);

#endif
