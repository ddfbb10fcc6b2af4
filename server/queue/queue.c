/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"

#include "base/clock.h"
#include "base/thread.h"

#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    void (*run)(job *done);
    job_line others; /* of jobs for no network */
    job_line *turn;  /* the line served last, in the ring of those with jobs; NULL: none has any */
    int cores, most, waiting, computing, threads;
    bool closed;
    pthread_t thread[];
};

static void append(job_line *line, job *added)
{
    added->next = NULL;
    if (line->first)
        line->last->next = added;
    else
        line->first = added;
    line->last = added;
}

/* A line that gets its first job is served after all others. */
static void enter_ring(queue *q, job_line *line)
{
    line->next = q->turn ? q->turn->next : line;
    if (q->turn)
        q->turn->next = line;
    q->turn = line;
}

/* The first job of the line whose turn it is. */
static job *take(queue *q)
{
    job_line *line = q->turn->next;
    job *taken = line->first;
    line->first = taken->next;
    if (line->first)
        q->turn = line;
    else if (line == q->turn)
        q->turn = NULL;
    else
        q->turn->next = line->next;
    q->waiting--;
    return taken;
}

/* The largest power of two that is a fair share of the cores. */
static int width_for(const queue *q)
{
    int share = q->cores / (q->computing + q->waiting), width = 1;
    while (2 * width <= share)
        width *= 2;
    return share > 1 && q->computing + q->waiting == 1 ? q->cores : width;
}

static void *compute(void *context)
{
    queue *q = context;
    pthread_mutex_lock(&q->lock);
    for (;;) {
        while (!q->waiting && !q->closed)
            pthread_cond_wait(&q->more, &q->lock);
        if (!q->waiting)
            break;
        job *taken = take(q);
        q->computing++;
        taken->width = width_for(q);
        pthread_mutex_unlock(&q->lock);
        taken->started = dn_seconds();
        q->run(taken);
        pthread_mutex_lock(&q->lock);
        q->computing--;
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

queue *queue_create(int cores, int most, void (*run)(job *done))
{
    queue *q = calloc(1, sizeof *q + (size_t)cores * sizeof *q->thread);
    if (!q)
        return NULL;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->more, NULL);
    q->run = run;
    q->cores = cores;
    q->most = most;
    while (q->threads < cores && !dn_start_thread(&q->thread[q->threads], compute, q))
        q->threads++;
    if (q->threads)
        return q;
    queue_free(q);
    return NULL;
}

bool queue_push(queue *q, job *added)
{
    pthread_mutex_lock(&q->lock);
    bool room = !q->closed && q->waiting < q->most;
    if (room) {
        job_line *line = added->line ? added->line : &q->others;
        if (!line->first)
            enter_ring(q, line);
        append(line, added);
        added->queued = dn_seconds();
        q->waiting++;
        pthread_cond_signal(&q->more);
    }
    pthread_mutex_unlock(&q->lock);
    return room;
}

static int read_count(queue *q, const int *count)
{
    pthread_mutex_lock(&q->lock);
    int value = *count;
    pthread_mutex_unlock(&q->lock);
    return value;
}

int queue_waiting(queue *q)
{
    return read_count(q, &q->waiting);
}

int queue_computing(queue *q)
{
    return read_count(q, &q->computing);
}

void queue_close(queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->lock);
    for (int i = 0; i < q->threads; i++)
        pthread_join(q->thread[i], NULL);
    q->threads = 0;
}

void queue_free(queue *q)
{
    if (!q)
        return;
    queue_close(q);
    pthread_cond_destroy(&q->more);
    pthread_mutex_destroy(&q->lock);
    free(q);
}
