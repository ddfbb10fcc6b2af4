/* SPDX-License-Identifier: MIT */
#include "net/match.h"

dn_status dn_match_structure(const dn_candidate *candidate, dn_match *match)
{
    (void)candidate;
    (void)match;
    return dn_fail(DN_ERROR_MISMATCH, "its tensors' names are of no known code base");
}
