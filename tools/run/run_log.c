/* SPDX-License-Identifier: MIT */
#include "run/run_log.h"

#include "files/output.h"
#include "ui/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEGINNING "kind,epoch,step,"
#define MOST_EPOCHS 1e9
#define HEADER BEGINNING "loss,accuracy,rate,val_loss,val_accuracy,seconds\n"
#define HEADER_LABELS BEGINNING "loss,accuracy,rate,val_loss,val_auroc,seconds,val_auroc_labels\n"

static char *log_path(const char *run)
{
    char *path;
    if (asprintf(&path, "%s/log.csv", run) < 0) {
        complain("out of memory");
        return NULL;
    }
    return path;
}

/* The next field of a line, empty ones as NaN; moves *at after its comma. */
static double take_number(char **at, bool *sound)
{
    char *end;
    if (**at == ',' || **at == '\0') {
        *at += **at == ',';
        return NAN;
    }
    double value = strtod(*at, &end);
    *sound = *sound && end != *at && (*end == ',' || *end == '\0');
    *at = *end == ',' ? end + 1 : end;
    return value;
}

static bool parse_row(char *line, log_row *row)
{
    bool sound = true;
    char *at = strchr(line, ',');
    if (!at)
        return false;
    *at++ = '\0';
    row->epoch_end = strcmp(line, "epoch") == 0;
    if (!row->epoch_end && strcmp(line, "step") != 0)
        return false;
    row->epoch = take_number(&at, &sound);
    double step = take_number(&at, &sound);
    row->step = step >= 0 && step < 9e15 ? (int64_t)step : 0;
    row->loss = take_number(&at, &sound);
    row->accuracy = take_number(&at, &sound);
    row->rate = take_number(&at, &sound);
    row->val_loss = take_number(&at, &sound);
    row->val_score = take_number(&at, &sound);
    row->seconds = take_number(&at, &sound);
    row->val_ranked = take_number(&at, &sound); /* not in every log */
    return sound && *at == '\0' && row->epoch >= 0 && row->epoch <= MOST_EPOCHS;
}

static bool keep_row(run_log *log, const log_row *row)
{
    if ((log->count & (log->count - 1)) == 0) { /* full at each power of two */
        size_t capacity = log->count ? 2 * (size_t)log->count : 1;
        log_row *grown = realloc(log->rows, capacity * sizeof *grown);
        if (!grown)
            return complain("out of memory for the log");
        log->rows = grown;
    }
    log->rows[log->count++] = *row;
    return true;
}

static bool read_lines(FILE *stream, const char *path, run_log *log)
{
    char *line = NULL;
    size_t capacity = 0;
    bool sound = true;
    ssize_t length;
    for (int number = 1; sound && (length = getline(&line, &capacity, stream)) > 0; number++) {
        log_row row;
        if (line[length - 1] != '\n')
            break; /* a line that was being written when the run was interrupted */
        line[length - 1] = '\0';
        if (number == 1 && strncmp(line, BEGINNING, strlen(BEGINNING)) != 0)
            sound = complain("%s: is not a training log", path);
        else if (number == 1)
            log->auroc = strstr(line, "val_auroc") != NULL;
        else if (parse_row(line, &row))
            sound = keep_row(log, &row);
        else
            sound = complain("%s: line %d is not a line of a training log", path, number);
    }
    free(line);
    return sound;
}

bool run_log_read(const char *run, run_log *log)
{
    *log = (run_log){0};
    char *path = log_path(run);
    FILE *stream = path ? fopen(path, "r") : NULL;
    bool sound = stream && read_lines(stream, path, log);
    if (path && !stream)
        complain("%s: cannot be read: %s", path, strerror(errno));
    if (stream)
        fclose(stream);
    if (!sound)
        run_log_free(log);
    free(path);
    return sound;
}

void run_log_free(run_log *log)
{
    free(log->rows);
    *log = (run_log){0};
}

static bool print_number(FILE *stream, const char *format, double value)
{
    return (!isfinite(value) || fprintf(stream, format, value) >= 0) && fputc(',', stream) != EOF;
}

static bool print_row(FILE *stream, bool auroc, const log_row *row)
{
    return fprintf(stream, "%s,%.6f,%lld,", row->epoch_end ? "epoch" : "step", row->epoch,
                   (long long)row->step) >= 0 &&
           print_number(stream, "%.7g", row->loss) && print_number(stream, "%.5f", row->accuracy) &&
           print_number(stream, "%.6g", row->rate) && print_number(stream, "%.7g", row->val_loss) &&
           print_number(stream, "%.5f", row->val_score) &&
           fprintf(stream, "%.3f%s", row->seconds, auroc ? "," : "") >= 0 &&
           (!auroc || !isfinite(row->val_ranked) ||
            fprintf(stream, "%.0f", row->val_ranked) >= 0) &&
           fputc('\n', stream) != EOF;
}

/* Rewrites the part that is kept of an earlier log. */
static bool rewrite(const char *path, const run_log *old, bool auroc, int64_t step, bool epoch_open)
{
    output_file file;
    if (!output_create(path, &file))
        return false;
    bool sound = fputs(auroc ? HEADER_LABELS : HEADER, file.stream) >= 0;
    for (int i = 0; sound && i < old->count; i++) {
        const log_row *row = &old->rows[i];
        if (row->step < step || (row->step == step && !(row->epoch_end && epoch_open)))
            sound = print_row(file.stream, auroc, row);
    }
    if (sound)
        return output_commit(&file);
    output_abandon(&file);
    return complain("%s: cannot be written: %s", path, strerror(errno));
}

FILE *run_log_open(const char *run, bool auroc, int64_t step, bool epoch_open)
{
    run_log old = {0};
    FILE *stream = NULL;
    char *path = log_path(run);
    if (path && (step == 0 || run_log_read(run, &old)) &&
        rewrite(path, &old, auroc, step, epoch_open)) {
        stream = fopen(path, "a");
        if (!stream)
            complain("%s: cannot be written: %s", path, strerror(errno));
    }
    run_log_free(&old);
    free(path);
    return stream;
}

bool run_log_write(FILE *stream, bool auroc, const log_row *row)
{
    return !stream || (print_row(stream, auroc, row) && fflush(stream) == 0) ||
           complain("the log cannot be written: %s", strerror(errno));
}
