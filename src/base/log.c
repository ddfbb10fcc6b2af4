/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static dn_log_function *receiver;
static void *receiver_context;

void dn_set_log(dn_log_function *log, void *context)
{
    receiver = log;
    receiver_context = context;
}

void dn_log(dn_log_level level, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    if (!receiver)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    dn_clean(sentence);
    receiver(level, sentence, receiver_context);
}
