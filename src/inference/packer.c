/* SPDX-License-Identifier: MIT */
#include "inference/packer.h"

#include "base/memory.h"

static void run_job(void *context, int task, int thread)
{
    (void)thread;
    const dn_packer *packer = context;
    const dn_pack_job *job = &packer->jobs[task];
    dn_pack_piece(job->kernels, job->form, &job->weights, job->piece, job->out);
}

/* Releases a mapped file's pages once they are used, so that a network never takes its
 * memory twice. */
void dn_packer_finish(dn_packer *packer)
{
    dn_parallel(packer->team, packer->job_count, run_job, packer);
    packer->job_count = 0;
    dn_model_forget_pages(packer->model);
}

void *dn_packer_take(dn_packer *packer, size_t bytes)
{
    void *part = packer->base ? packer->base + packer->used : NULL;
    packer->used += dn_round_up(bytes, DN_ALIGNMENT);
    return part;
}

dn_panels dn_packer_add(dn_packer *packer, dn_window_form form, const dn_weights *weights)
{
    void *out = dn_packer_take(packer, dn_packed_size(packer->kernels, form, weights));
    for (int piece = 0; out && piece < dn_pack_pieces(form, weights); piece++) {
        if (packer->job_count == DN_PACKER_JOBS)
            dn_packer_finish(packer);
        packer->jobs[packer->job_count++] =
            (dn_pack_job){packer->kernels, *weights, form, piece, out};
    }
    return dn_packed_panels(packer->kernels, form, weights, out);
}
