/* SPDX-License-Identifier: MIT */
/* What sessions may be given: weights of another session, workers, memory; and what
 * they refuse. */
#include "testing.h"

#include "allocation.h"
#include "inference/session.h"
#include "ledger.h"
#include "sessions.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLASSES 7
#define LARGE 32 /* 3x3 convolutions by Winograd ... */
#define SMALL 4  /* ... and direct */

static dn_model *make_model(uint64_t seed)
{
    dn_arch arch;
    dn_model *model;
    assert_int_equal(dn_arch_find("densenet-bc-22-8", &arch), DN_OK);
    arch.classes = CLASSES;
    assert_int_equal(dn_model_init(&arch, DN_INIT_PAPER, seed, &model), DN_OK);
    return model;
}

static float pictures[2 * 3 * LARGE * LARGE];

static int fill_pictures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        pictures[i] = (float)(i * 7919 % 1000) / 500 - 1;
    return 0;
}

static void answer(dn_session *session, int n, int size, float *logits)
{
    assert_int_equal(dn_session_run(session, pictures, n, size, size, logits), DN_OK);
}

static void weights_are_shared(void **state)
{
    (void)state;
    dn_model *model = make_model(1);
    dn_session *first = open_session(model, 1), *second, *third;
    dn_session_options options = session_options(2);
    float expected[CLASSES], found[CLASSES];
    answer(first, 1, LARGE, expected);
    size_t weights = dn_session_bytes(first) - first->arena.bytes - first->runner.scratch.bytes;
    options.share = first;
    assert_int_equal(dn_session_create(model, &options, &second), DN_OK);
    assert_int_equal(dn_session_bytes(second), weights);
    dn_session_free(first);
    options.share = second;
    assert_int_equal(dn_session_create(model, &options, &third), DN_OK);
    dn_session_free(second);
    answer(third, 1, LARGE, found);
    assert_memory_equal(found, expected, sizeof found);
    dn_session_free(third);
    dn_model_free(model);
}

typedef struct caller {
    dn_session *session;
    float expected[2][2 * CLASSES];
    bool good;
} caller;

/* Shapes of both forms in turn, the second caller the other way round. */
static void *call_often(void *context)
{
    caller *c = context;
    c->good = true;
    for (int i = 0; i < 40; i++) {
        float found[2 * CLASSES];
        int form = i % 2;
        c->good &= dn_session_run(c->session, pictures, 2, form ? SMALL : LARGE,
                                  form ? SMALL : LARGE, found) == DN_OK &&
                   memcmp(found, c->expected[form], sizeof found) == 0;
    }
    return NULL;
}

/* Many threads lay out both forms of the same weights and take turns at the same workers. */
static void sessions_run_at_once(void **state)
{
    (void)state;
    enum { CALLERS = 4 };
    dn_model *model = make_model(2);
    dn_workers *workers;
    caller callers[CALLERS];
    pthread_t threads[CALLERS];
    dn_session *alone = open_session(model, 1), *root;
    assert_int_equal(dn_workers_create(3, &workers), DN_OK);
    dn_session_options options = session_options(0);
    options.workers = workers;
    assert_int_equal(dn_session_create(model, &options, &root), DN_OK);
    options.share = root;
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(dn_session_create(model, &options, &callers[i].session), DN_OK);
        answer(alone, 2, LARGE, callers[i].expected[0]);
        answer(alone, 2, SMALL, callers[i].expected[1]);
    }
    dn_session_free(root);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &callers[i]), 0);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(callers[i].good);
        dn_session_free(callers[i].session);
    }
    dn_session_free(alone);
    dn_workers_free(workers);
    dn_model_free(model);
}

static void workers_outlive_a_fork(void **state)
{
    (void)state;
    dn_model *model = make_model(3);
    dn_workers *workers;
    dn_session *session;
    float expected[CLASSES], found[CLASSES];
    assert_int_equal(dn_workers_create(3, &workers), DN_OK);
    dn_session_options options = session_options(3);
    options.workers = workers;
    assert_int_equal(dn_session_create(model, &options, &session), DN_OK);
    answer(session, 1, LARGE, expected);
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        answer(session, 1, LARGE, found);
        _exit(memcmp(found, expected, sizeof found) != 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    answer(session, 1, LARGE, found);
    assert_memory_equal(found, expected, sizeof found);
    dn_session_free(session);
    dn_workers_free(workers);
    dn_model_free(model);
}

static void plans_of_eight_shapes_are_kept(void **state)
{
    (void)state;
    dn_model *model = make_model(4);
    dn_session *session = open_session(model, 2);
    float expected[DN_SESSION_PLANS + 1][CLASSES], found[CLASSES];
    for (int turn = 0; turn < 2; turn++) /* the first makes room for the largest */
        for (int i = 0; i < DN_SESSION_PLANS; i++)
            answer(session, 1, LARGE - i, expected[i]);
    for (int i = 0; i < DN_SESSION_PLANS; i++) {
        fail_allocation(0);
        dn_status status = dn_session_run(session, pictures, 1, LARGE - i, LARGE - i, found);
        fail_allocation(-1);
        assert_int_equal(status, DN_OK);
        assert_memory_equal(found, expected[i], sizeof found);
    }
    answer(session, 1, SMALL, found); /* in place of the one that waited longest */
    fail_allocation(0);
    assert_int_equal(dn_session_run(session, pictures, 1, LARGE, LARGE, found), DN_ERROR_MEMORY);
    fail_allocation(-1);
    dn_session_free(session);
    dn_model_free(model);
}

static void memory_comes_from_the_allocator(void **state)
{
    (void)state;
    dn_model *model = make_model(5);
    float logits[CLASSES];
    for (int possible = 0;; possible++) {
        ledger l = {.left = possible};
        dn_allocator allocator = {lend, take_back, &l};
        dn_session_options options = session_options(1);
        options.allocator = &allocator;
        dn_session *session;
        dn_status status = dn_session_create(model, &options, &session);
        bool opened = status == DN_OK;
        if (opened)
            status = dn_session_run(session, pictures, 1, LARGE, LARGE, logits);
        if (status == DN_OK)
            assert_in_range(dn_session_bytes(session), l.held - 64 * 20, l.held);
        if (opened)
            dn_session_free(session);
        assert_int_equal(l.held, 0);
        if (status == DN_OK)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    dn_model_free(model);
}

static void refuses(const dn_model *model, const dn_session_options *options, const char *words)
{
    dn_session *session;
    assert_int_equal(dn_session_create(model, options, &session), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), words));
}

static void threads_may_change(void **state)
{
    (void)state;
    dn_model *model = make_model(8);
    dn_session *session = open_session(model, 1);
    float expected[2 * CLASSES], found[2 * CLASSES];
    answer(session, 2, LARGE, expected);
    size_t arena = session->arena.bytes;
    for (int i = 0; i < 12; i++) {
        int threads = 1 + i * 5 % 4;
        assert_int_equal(dn_session_set_threads(session, threads), DN_OK);
        answer(session, 2, LARGE, found);
        assert_memory_equal(found, expected, sizeof found);
        assert_int_equal(session->plans[0]->threads, threads);
        assert_in_range(session->runner.scratch_threads, threads, 4);
    }
    assert_int_equal(session->arena.bytes, arena);
    assert_int_equal(dn_session_set_threads(session, -1), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_session_set_threads(NULL, 1), DN_ERROR_ARGUMENT);
    answer(session, 2, LARGE, found);
    assert_memory_equal(found, expected, sizeof found);
    dn_session_free(session);
    dn_model_free(model);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    dn_model *model = make_model(6), *other = make_model(7);
    dn_session *session = open_session(other, 1);
    dn_session_options options = session_options(0);
    ledger l = {.left = 100, .shift = 4};
    dn_allocator allocator = {lend, take_back, &l};
    options.device = "cuda";
    refuses(model, &options, "device \"cuda\"");
    options = session_options(0);
    options.precision = "int3";
    refuses(model, &options, "precision \"int3\"");
    options = session_options(0);
    options.share = session;
    refuses(model, &options, "another model");
    options = session_options(0);
    options.allocator = &allocator;
    refuses(model, &options, "not aligned to 64");
    assert_int_equal(l.held, 0);
    allocator.release = NULL;
    refuses(model, &options, "both functions");
    refuses(model, &(dn_session_options){.threads = 2}, "not initialised");
    struct {
        dn_session_options known;
        int more;
    } newer;
    dn_session_defaults(&newer.known, sizeof newer);
    newer.more = 1;
    refuses(model, &newer.known, "does not know");
    newer.more = 0;
    newer.known.threads = 1;
    dn_session *made;
    assert_int_equal(dn_session_create(model, &newer.known, &made), DN_OK);
    dn_session_free(made);
    dn_session_free(session);
    dn_model_free(other);
    dn_model_free(model);
}

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_shared),
        cmocka_unit_test(sessions_run_at_once),
        cmocka_unit_test(workers_outlive_a_fork),
        cmocka_unit_test(plans_of_eight_shapes_are_kept),
        cmocka_unit_test(memory_comes_from_the_allocator),
        cmocka_unit_test(threads_may_change),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, fill_pictures, NULL);
}
