/* SPDX-License-Identifier: MIT */
#include "files/download.h"

#include "base/text.h"
#include "base/url.h"
#include "files/transfer.h"
#include "ui/report.h"

#include <string.h>
#include <unistd.h>

#define MAX_ATTEMPTS 10

typedef enum outcome { FINISHED, AGAIN, FAILED } outcome;

/* What there is to say of an answer that is not the file; false: nothing. */
static bool say_answer(const transfer *t)
{
    const download *d = t->d;
    bool locked = d->answer == 401 || d->answer == 403;
    if (t->page)
        complain("%s: sends a web page instead of the file", d->shown);
    else if (locked && d->token)
        complain(
            "%s: is not given to the token in HF_TOKEN (%ld): it may not read this, or there is "
            "no such network",
            d->shown, d->answer);
    else if (locked && !d->hub)
        complain("%s: is not given to this request (%ld): a password or signature is missing, "
                 "wrong or of the past",
                 d->shown, d->answer);
    else if (locked)
        complain(
            "%s: is given to those with a token only (%ld): it is gated or private, or there is "
            "no such network; HF_TOKEN is where a hub's token is looked for",
            d->shown, d->answer);
    return t->page || locked || (d->optional && d->answer == 404);
}

static outcome outcome_of(transfer *t, CURLcode code)
{
    t->d->answer = transfer_answer(t);
    if (code == CURLE_OK || t->d->same)
        return FINISHED;
    if (code == CURLE_ABORTED_BY_CALLBACK || say_answer(t))
        return FAILED;
    if (t->fault) {
        complain("%s: cannot be written: %s", t->d->label, strerror(t->fault));
        return FAILED;
    }
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        complain("%s: sends more than %lld MB, which is not kept%s", t->d->shown,
                 (long long)t->d->most / 1000000, t->d->advice);
        if (ftruncate(t->d->descriptor, 0) == 0)
            t->d->have = 0;
        return FAILED;
    }
    if (code == CURLE_OPERATION_TIMEDOUT &&
        t->d->have - t->started_at < (int64_t)TRANSFER_LEAST_SPEED * t->d->seconds) {
        complain("%s: sent less than %d bytes per second for %d second%s; run the command again to "
                 "resume",
                 t->d->shown, TRANSFER_LEAST_SPEED, t->d->seconds, dn_plural(t->d->seconds));
        return FAILED;
    }
    /* 416: there is no such rest, so what is there is not the beginning of the file. */
    if (t->asked_range && transfer_answer(t) == 416 && ftruncate(t->d->descriptor, 0) == 0) {
        t->d->have = 0;
        return AGAIN;
    }
    if (t->d->have > t->started_at)
        return AGAIN;
    complain("%s: cannot be fetched: %s", t->d->shown,
             t->message[0] ? t->message : curl.strerror(code));
    return FAILED;
}

bool download_rest(download *d)
{
    if (!curl_load())
        return false;
    outcome result = AGAIN;
    dn_url_shown(d->url, d->shown, sizeof d->shown);
    for (int attempt = 0; attempt < MAX_ATTEMPTS && result == AGAIN; attempt++) {
        transfer t = {.d = d,
                      .handle = curl.init(),
                      .asked_range = d->have > 0,
                      .started = seconds_now(),
                      .started_at = d->have};
        if (!t.handle)
            return complain("out of memory");
        result = outcome_of(&t, transfer_perform(&t));
        progress_end();
        curl.cleanup(t.handle);
    }
    return result == FINISHED ||
           (result == AGAIN &&
            complain("%s: the connection broke %d times; run the command again to resume", d->shown,
                     MAX_ATTEMPTS));
}
