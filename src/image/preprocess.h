/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_PREPROCESS_H
#define DN_IMAGE_PREPROCESS_H

#include "base/status.h"

/* Checks that every field is within the range that dn_preprocess_parse allows. */
dn_status dn_preprocess_check(const dn_preprocess *preprocess);

#endif
