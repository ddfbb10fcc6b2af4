/* SPDX-License-Identifier: MIT */
#include "files/transfer.h"

#include "densenet.h"
#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Since 7.85 curl takes protocols as text. Older ones know numbers only, whose names headers
 * declare obsolete; which curl this is turns out when it is loaded. */
enum {
    PROTOCOLS = 181,
    REDIRECTION_PROTOCOLS = 182,
    PROTOCOLS_TEXT = 10318,
    REDIRECTION_PROTOCOLS_TEXT = 10319
};

long transfer_answer(const transfer *t)
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

/* A hub says with its redirection to a large file which SHA-256 that has. */
static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    static const char key[] = "x-linked-etag: \"";
    transfer *t = context;
    const size_t begun = sizeof key - 1;
    size *= count;
    if (!t->d->sha256[0] && size > begun + 64 && strncasecmp(line, key, begun) == 0 &&
        line[begun + 64] == '"') {
        memcpy(t->d->sha256, line + begun, 64);
        if (strspn(t->d->sha256, "0123456789abcdefABCDEF") != 64)
            t->d->sha256[0] = '\0';
    }
    return size;
}

/* A network's login page, say, in place of the file. */
static bool is_page(const transfer *t)
{
    const char *type = NULL;
    curl.getinfo(t->handle, CURLINFO_CONTENT_TYPE, &type);
    return type && strncasecmp(type, "text/html", 9) == 0;
}

/* A server that answers 200 to a request for the rest sends the whole. */
static bool begin(transfer *t)
{
    if (t->asked_range && transfer_answer(t) != 206)
        t->d->have = t->started_at = 0;
    t->begun = true;
    return ftruncate(t->d->descriptor, t->d->have) == 0 &&
           lseek(t->d->descriptor, t->d->have, SEEK_SET) >= 0;
}

static bool redirects(const transfer *t)
{
    return transfer_answer(t) / 100 == 3;
}

/* Whether it begins to send what is there already, by its size: curl tells that since 7.55, whose
 * headers first name this number. */
static bool is_there(const transfer *t)
{
    enum { CONTENT_LENGTH = 0x60000F };
    curl_off_t size = -1;
    curl.getinfo(t->handle, (CURLINFO)CONTENT_LENGTH, &size);
    return !t->begun && !t->asked_range && size >= 0 && size == t->d->there;
}

static size_t receive(char *data, size_t size, size_t count, void *context)
{
    transfer *t = context;
    size *= count;
    if (redirects(t)) /* the text beside it */
        return size;
    t->page = is_page(t);
    t->d->same = !t->page && is_there(t);
    if (t->page || t->d->same)
        return 0;
    bool sound = t->begun || begin(t);
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

/* Not 0 ends the transfer. */
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
    return t->d->stopping && t->d->stopping();
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
        curl.setopt(t->handle, CURLOPT_HEADERFUNCTION, take_header),
        curl.setopt(t->handle, CURLOPT_HEADERDATA, t),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] != CURLE_OK)
            return codes[i];
    return CURLE_OK;
}

/* Some versions of curl take a header of one's own along to other hosts. */
static CURLcode perform_with_token(transfer *t)
{
    char header[640];
    const char *target = NULL;
    struct curl_slist list = {header, NULL};
    snprintf(header, sizeof header, "Authorization: Bearer %s", t->d->token);
    CURLcode code = curl.setopt(t->handle, CURLOPT_HTTPHEADER, &list);
    if (code == CURLE_OK)
        code = curl.setopt(t->handle, CURLOPT_FOLLOWLOCATION, 0L);
    if (code == CURLE_OK)
        code = curl.perform(t->handle);
    if (code != CURLE_OK || !redirects(t))
        return code;
    curl.getinfo(t->handle, CURLINFO_REDIRECT_URL, &target);
    code = curl.setopt(t->handle, CURLOPT_HTTPHEADER, (struct curl_slist *)NULL);
    if (code == CURLE_OK && target)
        code = curl.setopt(t->handle, CURLOPT_URL, target);
    curl.setopt(t->handle, CURLOPT_FOLLOWLOCATION, 1L);
    return code == CURLE_OK && target ? curl.perform(t->handle) : CURLE_TOO_MANY_REDIRECTS;
}

CURLcode transfer_perform(transfer *t)
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
    curl.setopt(t->handle, CURLOPT_LOW_SPEED_LIMIT, (long)TRANSFER_LEAST_SPEED);
    curl.setopt(t->handle, CURLOPT_LOW_SPEED_TIME, (long)t->d->seconds);
    curl.setopt(t->handle, CURLOPT_ERRORBUFFER, t->message);
    curl.setopt(t->handle, CURLOPT_NOPROGRESS, 0L);
    curl.setopt(t->handle, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl.setopt(t->handle, CURLOPT_XFERINFODATA, t);
    if (t->asked_range) {
        snprintf(range, sizeof range, "%lld-", (long long)t->d->have);
        curl.setopt(t->handle, CURLOPT_RANGE, range);
    }
    return t->d->token ? perform_with_token(t) : curl.perform(t->handle);
}
