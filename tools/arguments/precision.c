/* SPDX-License-Identifier: MIT */
#include "arguments/precision.h"

static const char *asked;

const option_row precision_option[] = {
    {"precision", 0, OPTION_TEXT, &asked, "f32|bf16-weights",
     "of the weights: bf16-weights takes half their memory", 0, 0},
    {0},
};

const char *precision_asked(void)
{
    return asked;
}
