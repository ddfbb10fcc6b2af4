/* SPDX-License-Identifier: MIT */
/* libcurl is loaded when something is fetched, not linked: with the thirty
 * libraries that it brings in it would delay the start of every other command
 * by 4 ms (docs/weights.md). */
#include "files/download.h"

#include "base/text.h"
#include "densenet.h"
#include "ui/report.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

#define MAX_ATTEMPTS 10
#define LEAST_SPEED 1000 /* bytes per second */

/* Since 7.85 curl takes protocols as text. Older ones know numbers only, whose names headers
 * declare obsolete; which curl this is turns out when it is loaded. */
enum {
    PROTOCOLS = 181,
    REDIRECTION_PROTOCOLS = 182,
    PROTOCOLS_TEXT = 10318,
    REDIRECTION_PROTOCOLS_TEXT = 10319
};

static struct {
    void *library;
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *, CURLoption, ...);
    CURLcode (*perform)(CURL *);
    CURLcode (*getinfo)(CURL *, CURLINFO, ...);
    const char *(*strerror)(CURLcode);
    void (*cleanup)(CURL *);
} curl;

/* Converts dlsym's pointer to data into one to a function, as POSIX recommends. */
static bool find(const char *name, void *pointer)
{
    void *symbol = dlsym(curl.library, name);
    memcpy(pointer, &symbol, sizeof symbol);
    return symbol != NULL;
}

static bool load_curl(void)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so",
                                        "libcurl.4.dylib"};
    for (size_t i = 0; i < sizeof names / sizeof *names && !curl.library; i++)
        curl.library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!curl.library)
        return complain("libcurl, which fetches files, is not installed");
    return (find("curl_easy_init", &curl.init) && find("curl_easy_setopt", &curl.setopt) &&
            find("curl_easy_perform", &curl.perform) && find("curl_easy_getinfo", &curl.getinfo) &&
            find("curl_easy_strerror", &curl.strerror) &&
            find("curl_easy_cleanup", &curl.cleanup)) ||
           complain("libcurl lacks a function: %s", dlerror());
}

/* One request. */
typedef struct transfer {
    download *d;
    CURL *handle;
    bool begun, asked_range;
    bool too_large;
    int fault; /* errno of a failed write */
    double started;
    int64_t started_at;
    char message[CURL_ERROR_SIZE];
} transfer;

static long response_of(const transfer *t)
{
    long code = 0;
    curl.getinfo(t->handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

static bool write_all(int descriptor, const char *data, size_t size)
{
    while (size) {
        ssize_t count = write(descriptor, data, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        data += count;
        size -= (size_t)count;
    }
    return true;
}

/* A server that answers 200 to a request for the rest sends the whole. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    transfer *t = context;
    size *= count;
    bool sound = true;
    if (!t->begun) {
        if (t->asked_range && response_of(t) != 206)
            t->d->have = t->started_at = 0;
        sound = ftruncate(t->d->descriptor, t->d->have) == 0 &&
                lseek(t->d->descriptor, t->d->have, SEEK_SET) >= 0;
        t->begun = true;
    }
    t->too_large = sound && t->d->have + (int64_t)size > t->d->most;
    if (t->too_large)
        return 0;
    if (!sound || !write_all(t->d->descriptor, data, size)) {
        t->fault = errno;
        return 0;
    }
    t->d->have += (int64_t)size;
    return size;
}

static int show_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t upload_total,
                         curl_off_t uploaded)
{
    (void)upload_total;
    (void)uploaded;
    const transfer *t = context;
    double seconds = seconds_now() - t->started;
    if (total > 0)
        progress("%s: %.1f of %.1f MB, %.1f MB/s", t->d->label,
                 1e-6 * (double)(t->started_at + now), 1e-6 * (double)(t->started_at + total),
                 1e-6 * (double)now / (seconds > 0 ? seconds : 1));
    return 0;
}

/* Only HTTPS, also after a redirection, unless the caller's own URL is HTTP. */
static CURLcode restrict_protocols(transfer *t)
{
    bool http = strncasecmp(t->d->url, "http:", 5) == 0;
    const char *text = http ? "http,https" : "https";
    long numbers = http ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;
    CURLcode code = curl.setopt(t->handle, (CURLoption)PROTOCOLS_TEXT, text);
    if (code == CURLE_UNKNOWN_OPTION) {
        code = curl.setopt(t->handle, (CURLoption)PROTOCOLS, numbers);
        return code ? code : curl.setopt(t->handle, (CURLoption)REDIRECTION_PROTOCOLS, numbers);
    }
    return code ? code : curl.setopt(t->handle, (CURLoption)REDIRECTION_PROTOCOLS_TEXT, text);
}

/* An error page is not taken for the file, nor what is announced as too large begun. */
static CURLcode restrict_transfer(transfer *t)
{
    const CURLcode codes[] = {
        restrict_protocols(t),
        curl.setopt(t->handle, CURLOPT_URL, t->d->url),
        curl.setopt(t->handle, CURLOPT_FAILONERROR, 1L),
        curl.setopt(t->handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->d->most),
        curl.setopt(t->handle, CURLOPT_WRITEFUNCTION, receive),
        curl.setopt(t->handle, CURLOPT_WRITEDATA, t),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] != CURLE_OK)
            return codes[i];
    return CURLE_OK;
}

static CURLcode perform_request(transfer *t)
{
    char range[32], agent[48];
    CURLcode code = restrict_transfer(t);
    if (code != CURLE_OK)
        return code;
    snprintf(agent, sizeof agent, "densenet/%s", dn_version());
    curl.setopt(t->handle, CURLOPT_USERAGENT, agent);
    curl.setopt(t->handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl.setopt(t->handle, CURLOPT_MAXREDIRS, 8L);
    curl.setopt(t->handle, CURLOPT_NOSIGNAL, 1L);
    curl.setopt(t->handle, CURLOPT_CONNECTTIMEOUT, 30L);
    curl.setopt(t->handle, CURLOPT_LOW_SPEED_LIMIT, (long)LEAST_SPEED);
    curl.setopt(t->handle, CURLOPT_LOW_SPEED_TIME, (long)t->d->seconds);
    curl.setopt(t->handle, CURLOPT_ERRORBUFFER, t->message);
    curl.setopt(t->handle, CURLOPT_NOPROGRESS, 0L);
    curl.setopt(t->handle, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl.setopt(t->handle, CURLOPT_XFERINFODATA, t);
    if (t->asked_range) {
        snprintf(range, sizeof range, "%lld-", (long long)t->d->have);
        curl.setopt(t->handle, CURLOPT_RANGE, range);
    }
    return curl.perform(t->handle);
}

typedef enum outcome { FINISHED, AGAIN, FAILED } outcome;

static outcome outcome_of(transfer *t, CURLcode code)
{
    if (code == CURLE_OK)
        return FINISHED;
    if (t->fault) {
        complain("%s: cannot be written: %s", t->d->label, strerror(t->fault));
        return FAILED;
    }
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        complain("%s: sends more than %lld MB, which is not kept; --max-size allows more",
                 t->d->url, (long long)t->d->most / 1000000);
        if (ftruncate(t->d->descriptor, 0) == 0)
            t->d->have = 0;
        return FAILED;
    }
    if (code == CURLE_OPERATION_TIMEDOUT &&
        t->d->have - t->started_at < (int64_t)LEAST_SPEED * t->d->seconds) {
        complain("%s: sent less than %d bytes per second for %d second%s; run the command again to "
                 "resume",
                 t->d->url, LEAST_SPEED, t->d->seconds, dn_plural(t->d->seconds));
        return FAILED;
    }
    /* 416: there is no such rest, so what is there is not the beginning of the file. */
    if (t->asked_range && response_of(t) == 416 && ftruncate(t->d->descriptor, 0) == 0) {
        t->d->have = 0;
        return AGAIN;
    }
    if (t->d->have > t->started_at)
        return AGAIN;
    complain("%s: cannot be fetched: %s", t->d->url,
             t->message[0] ? t->message : curl.strerror(code));
    return FAILED;
}

bool download_rest(download *d)
{
    if (!curl.library && !load_curl())
        return false;
    outcome result = AGAIN;
    for (int attempt = 0; attempt < MAX_ATTEMPTS && result == AGAIN; attempt++) {
        transfer t = {.d = d,
                      .handle = curl.init(),
                      .asked_range = d->have > 0,
                      .started = seconds_now(),
                      .started_at = d->have};
        if (!t.handle)
            return complain("out of memory");
        result = outcome_of(&t, perform_request(&t));
        progress_end();
        curl.cleanup(t.handle);
    }
    return result == FINISHED ||
           (result == AGAIN &&
            complain("%s: the connection broke %d times; run the command again to resume", d->url,
                     MAX_ATTEMPTS));
}
