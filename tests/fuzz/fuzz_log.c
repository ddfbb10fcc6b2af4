/* SPDX-License-Identifier: MIT */
/* A training run's log.csv: what is read of it is written so that it reads back
 * with as many lines. */
#include "memory_file.h"
#include "run/run_log.h"

#include <stdlib.h>
#include <string.h>

static char *write_log(const run_log *log, size_t *size)
{
    char *text;
    FILE *stream = open_memstream(&text, size);
    if (!stream)
        abort();
    fprintf(stream, "kind,epoch,step,loss,accuracy,rate,val_loss,%s,seconds\n",
            log->auroc ? "val_auroc" : "val_accuracy");
    for (int i = 0; i < log->count; i++)
        if (!run_log_write(stream, log->auroc, &log->rows[i]))
            abort();
    if (fclose(stream) != 0)
        abort();
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    run_log log, again;
    memory_file("log.csv", data, size);
    if (!run_log_read(memory_folder(), &log))
        return 0;
    size_t length;
    char *text = write_log(&log, &length);
    memory_file("log.csv", text, length);
    if (!run_log_read(memory_folder(), &again) || again.count != log.count ||
        again.auroc != log.auroc)
        abort();
    for (int i = 0; i < log.count; i++)
        if (log.rows[i].step < 0 || again.rows[i].step != log.rows[i].step ||
            again.rows[i].epoch_end != log.rows[i].epoch_end)
            abort();
    run_log_free(&again);
    run_log_free(&log);
    free(text);
    return 0;
}
