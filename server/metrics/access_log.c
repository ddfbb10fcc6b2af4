/* SPDX-License-Identifier: MIT */
#include "metrics/access_log.h"

#include "base/status.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct access_log {
    pthread_mutex_t lock;
    const char *path;
    int file;
    bool cut; /* the last line has no end */
};

static dn_status open_file(const char *path, int *file)
{
    if (strcmp(path, "-") == 0) {
        *file = STDOUT_FILENO;
        return DN_OK;
    }
    int opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
    if (opened < 0)
        return dn_fail(DN_ERROR_IO, "%s: %s", path, strerror(errno));
    *file = opened;
    return DN_OK;
}

dn_status access_log_open(const char *path, access_log **log)
{
    access_log *made = calloc(1, sizeof *made);
    if (!made)
        return dn_fail_memory(sizeof *made);
    dn_status status = open_file(path, &made->file);
    if (status != DN_OK) {
        free(made);
        return status;
    }
    pthread_mutex_init(&made->lock, NULL);
    made->path = path;
    *log = made;
    return DN_OK;
}

static void add_text(dn_text *text, const char *key, const char *value)
{
    dn_text_add(text, ",\"%s\":", key);
    dn_text_add_json(text, value);
}

static void add_time(dn_text *text)
{
    char day[32];
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    dn_text_add(text, "{\"time\":\"%s.%03ldZ\"", day, now.tv_nsec / 1000000);
}

/* A line that cannot be written at once is lost: the answer counts more. Whoever reads a pipe may
 * have stopped. What follows a line that was cut begins on its own. */
static void append(access_log *log, const char *line, size_t length)
{
    struct pollfd file = {.fd = log->file, .events = POLLOUT};
    if (poll(&file, 1, 0) != 1 || !(file.revents & POLLOUT))
        return;
    if (log->cut && write(log->file, "\n", 1) == 1)
        log->cut = false;
    if (log->cut)
        return;
    ssize_t written = write(log->file, line, length);
    log->cut = written > 0 && (size_t)written < length;
}

void access_log_write(access_log *log, const access_line *line)
{
    dn_text text = {0};
    char *made;
    if (!log)
        return;
    add_time(&text);
    add_text(&text, "id", line->id);
    add_text(&text, "remote", line->remote);
    add_text(&text, "method", line->method);
    add_text(&text, "path", line->path);
    dn_text_add(&text, ",\"status\":%d,\"bytes_in\":%zu,\"bytes_out\":%zu,\"ms\":%.3f",
                line->status, line->bytes_in, line->bytes_out, 1e3 * line->seconds);
    if (line->network)
        add_text(&text, "network", line->network);
    if (line->pictures)
        dn_text_add(&text,
                    ",\"pictures\":%d,\"queue_ms\":%.3f,\"decode_ms\":%.3f,\"compute_ms\":%.3f"
                    ",\"output_ms\":%.3f",
                    line->pictures, 1e3 * line->queue_seconds, 1e3 * line->decode_seconds,
                    1e3 * line->compute_seconds, 1e3 * line->output_seconds);
    if (line->failure)
        add_text(&text, "failure", line->failure);
    dn_text_add(&text, "}\n");
    size_t length = text.length;
    if (dn_text_take(&text, &made) != DN_OK)
        return;
    pthread_mutex_lock(&log->lock);
    append(log, made, length);
    pthread_mutex_unlock(&log->lock);
    free(made);
}

dn_status access_log_reopen(access_log *log)
{
    int file = -1;
    if (!log || strcmp(log->path, "-") == 0)
        return DN_OK;
    DN_TRY(open_file(log->path, &file));
    pthread_mutex_lock(&log->lock);
    int old = log->file;
    log->file = file;
    log->cut = false;
    pthread_mutex_unlock(&log->lock);
    close(old);
    return DN_OK;
}

void access_log_close(access_log *log)
{
    if (!log)
        return;
    if (log->file != STDOUT_FILENO)
        close(log->file);
    pthread_mutex_destroy(&log->lock);
    free(log);
}
