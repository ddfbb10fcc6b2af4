/* SPDX-License-Identifier: MIT */
#include "arguments/precision.h"

#include <string.h>

static const char *chosen = "f32";

const option_row precision_option[] = {
    {"precision", 0, OPTION_TEXT, &chosen, "f32|bf16|bf16-weights|int8|auto",
     "of weights and maps: bf16 takes half the memory, and less time where the processor "
     "multiplies it; bf16-weights is of weights alone; int8 takes a quarter, of a network that "
     "`densenet quantize` wrote; auto is the fastest whose recorded error is small (f32)",
     0, 0},
    {0},
};

const char *precision_chosen(void)
{
    return chosen;
}

bool precision_is_exact(void)
{
    return strcmp(chosen, "f32") == 0;
}
