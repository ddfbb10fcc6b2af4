/* SPDX-License-Identifier: MIT */
/* libmicrohttpd is loaded when something is served, not linked: with GnuTLS and what that brings
 * in it would delay the start of every other command, and the program runs where it is not
 * installed. */
#ifndef HTTP_MICROHTTPD_H
#define HTTP_MICROHTTPD_H

#include "densenet.h"

#include <microhttpd.h>

/* Its functions that are used, by the names that follow MHD_. */
#define MICROHTTPD_FUNCTIONS(use)                                                                  \
    use(start_daemon) use(stop_daemon) use(quiesce_daemon) use(suspend_connection)                 \
        use(resume_connection) use(get_connection_info) use(get_connection_values)                 \
            use(lookup_connection_value) use(lookup_connection_value_n) use(http_unescape)         \
                use(create_response_from_buffer) use(add_response_header) use(queue_response)      \
                    use(destroy_response)

#define MICROHTTPD_POINTER(name) __typeof__(&MHD_##name) name;
typedef struct microhttpd {
    void *library; /* NULL before it is loaded */
    MICROHTTPD_FUNCTIONS(MICROHTTPD_POINTER)
} microhttpd;

extern microhttpd mhd;

/* Loads it, unless it is. */
dn_status microhttpd_load(void);

#endif
