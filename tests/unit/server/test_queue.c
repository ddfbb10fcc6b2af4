/* SPDX-License-Identifier: MIT */
/* The queue and its threads: bounds, turns, widths, the end. */
#include "queue/queue.h"
#include "testing.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST = 64 };

/* Jobs wait in run() until the gate is open, and are written down in their order. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool open;
    int started, finished;
    const job *order[MOST];
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void run(job *taken)
{
    pthread_mutex_lock(&gate.lock);
    gate.order[gate.started++] = taken;
    pthread_cond_broadcast(&gate.moved);
    while (!gate.open)
        pthread_cond_wait(&gate.moved, &gate.lock);
    gate.finished++;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static void set_gate(bool open)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    if (!open)
        gate.started = gate.finished = 0;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static void wait_until(const int *count, int value)
{
    pthread_mutex_lock(&gate.lock);
    while (*count < value)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    job jobs[5] = {{0}};
    set_gate(false);
    queue *q = queue_create(1, 3, run);
    assert_non_null(q);
    assert_true(queue_push(q, &jobs[0]));
    wait_until(&gate.started, 1);
    for (int i = 1; i < 4; i++)
        assert_true(queue_push(q, &jobs[i]));
    assert_false(queue_push(q, &jobs[4]));
    assert_int_equal(queue_waiting(q), 3);
    assert_int_equal(queue_computing(q), 1);
    set_gate(true);
    queue_close(q);
    assert_int_equal(gate.finished, 4); /* those that were taken are done */
    assert_false(queue_push(q, &jobs[4]));
    queue_free(q);
}

/* Lines take turns, whoever fills theirs first; within a line the first is first. */
static void lines_take_turns(void **state)
{
    (void)state;
    job first = {0}, many[4] = {{0}}, few[2] = {{0}}, other = {0};
    job_line flood = {0}, calm = {0};
    set_gate(false);
    queue *q = queue_create(1, MOST, run);
    assert_true(queue_push(q, &first));
    wait_until(&gate.started, 1);
    for (int i = 0; i < 4; i++) {
        many[i].line = &flood;
        assert_true(queue_push(q, &many[i]));
    }
    for (int i = 0; i < 2; i++) {
        few[i].line = &calm;
        assert_true(queue_push(q, &few[i]));
    }
    assert_true(queue_push(q, &other));
    set_gate(true);
    queue_close(q);
    const job *const expected[] = {&first,   &many[0], &few[0],  &other,
                                   &many[1], &few[1],  &many[2], &many[3]};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_ptr_equal(gate.order[i], expected[i]);
    queue_free(q);
}

/* Alone all cores, of several each a share. */
static void a_job_gets_its_share_of_the_cores(void **state)
{
    (void)state;
    job jobs[6] = {{0}};
    set_gate(false);
    queue *q = queue_create(6, MOST, run);
    assert_true(queue_push(q, &jobs[0]));
    wait_until(&gate.started, 1);
    assert_int_equal(jobs[0].width, 6);
    assert_true(queue_push(q, &jobs[1]));
    wait_until(&gate.started, 2);
    assert_int_equal(jobs[1].width, 2); /* three, as a power of two */
    for (int i = 2; i < 6; i++)
        assert_true(queue_push(q, &jobs[i]));
    wait_until(&gate.started, 6);
    assert_int_equal(gate.order[5]->width, 1);
    set_gate(true);
    queue_free(q);
    assert_int_equal(gate.finished, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_does_not_fit_is_refused),
                                       cmocka_unit_test(lines_take_turns),
                                       cmocka_unit_test(a_job_gets_its_share_of_the_cores)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
