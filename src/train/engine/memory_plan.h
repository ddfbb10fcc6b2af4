/* SPDX-License-Identifier: MIT */
#ifndef DN_ENGINE_MEMORY_PLAN_H
#define DN_ENGINE_MEMORY_PLAN_H

#include "train/engine/state.h"

/* Sizes and, with `allocate`, the arena and the addresses of everything in it. */
dn_status dn_engine_lay_out(dn_engine *engine, bool allocate);

#endif
