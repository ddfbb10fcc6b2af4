/* SPDX-License-Identifier: MIT */
#include "load/trial.h"

#include "base/file.h"
#include "base/status.h"
#include "load/clients.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int client_counts[] = {1, 8, 64};
static const double seconds = 3, warm_up_seconds = 0.5; /* of each number of clients */

static dn_status make_request(const dn_file_map *file, const char *api_key, char **request,
                              size_t *size)
{
    char *head;
    int length = asprintf(&head,
                          "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                          "application/octet-stream\r\nContent-Length: %zu\r\n%s%s%s\r\n",
                          file->size, api_key ? "X-API-Key: " : "", api_key ? api_key : "",
                          api_key ? "\r\n" : "");
    if (length < 0)
        return dn_fail_memory(file->size);
    *size = (size_t)length + file->size;
    *request = realloc(head, *size);
    if (!*request) {
        free(head);
        return dn_fail_memory(*size);
    }
    memcpy(*request + length, file->data, file->size);
    return DN_OK;
}

static void print_result(const load *asked, const load_result *r, bool json)
{
    if (json)
        printf("{\"clients\": %d, \"requests_per_second\": %.2f, \"median_ms\": %.2f, "
               "\"p99_ms\": %.2f, \"slowest_ms\": %.2f, \"answered\": %ld, \"refused\": %ld}\n",
               asked->clients, r->per_second, 1e3 * r->median, 1e3 * r->p99, 1e3 * r->slowest,
               r->answered, r->refused);
    else
        printf("%7d  %10.1f  %9.1f  %9.1f  %10.1f  %7ld\n", asked->clients, r->per_second,
               1e3 * r->median, 1e3 * r->p99, 1e3 * r->slowest, r->refused);
    fflush(stdout);
}

static dn_status ask_all(load *asked, bool json)
{
    load_result result;
    double wanted = asked->seconds;
    asked->clients = client_counts[0];
    asked->seconds = warm_up_seconds;
    DN_TRY(load_run(asked, &result));
    asked->seconds = wanted;
    if (!json)
        printf("clients  requests/s  median ms     p99 ms  slowest ms  refused\n");
    for (size_t i = 0; i < sizeof client_counts / sizeof *client_counts; i++) {
        asked->clients = client_counts[i];
        DN_TRY(load_run(asked, &result));
        print_result(asked, &result, json);
    }
    return DN_OK;
}

dn_status trial_run(int listening, const char *picture, const char *api_key, bool json)
{
    enum { MOST_PICTURE = 1 << 30 };
    struct sockaddr_storage address;
    socklen_t address_size = sizeof address;
    char *request = NULL;
    dn_file_map file;
    if (getsockname(listening, (struct sockaddr *)&address, &address_size) != 0)
        return dn_fail(DN_ERROR_IO, "the socket to listen at: %s", strerror(errno));
    load asked = {.picture = picture,
                  .address = (const struct sockaddr *)&address,
                  .address_size = address_size,
                  .seconds = seconds};
    DN_TRY(dn_file_read(picture, MOST_PICTURE, &file));
    dn_status status = make_request(&file, api_key, &request, &asked.request_size);
    dn_file_map_close(&file);
    DN_TRY(status);
    asked.request = request;
    status = ask_all(&asked, json);
    free(request);
    return status;
}
