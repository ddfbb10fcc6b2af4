/* SPDX-License-Identifier: MIT */
/* Tasks on several threads: each runs once, one at a time per thread number,
 * from any number of callers, nested, and after a fork. */
#include "testing.h"

#include "allocation.h"
#include "base/workers.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_TASKS 100
#define MOST_THREADS 8

typedef struct tally {
    atomic_int times[MOST_TASKS];
    atomic_int inside[MOST_THREADS];
    atomic_bool clash;
} tally;

static void count_task(void *context, int task, int thread)
{
    tally *t = context;
    if (atomic_fetch_add(&t->inside[thread], 1) != 0)
        atomic_store(&t->clash, true);
    atomic_fetch_add(&t->times[task], 1);
    atomic_fetch_sub(&t->inside[thread], 1);
}

static bool runs_each_once(int threads, int tasks)
{
    tally t = {0};
    dn_parallel((dn_team){NULL, threads}, tasks, count_task, &t);
    bool good = !atomic_load(&t.clash);
    for (int task = 0; task < MOST_TASKS; task++)
        good &= atomic_load(&t.times[task]) == (task < tasks);
    return good;
}

static bool many_calls(void)
{
    bool good = true;
    for (int i = 0; i < 3000; i++)
        good &= runs_each_once(1 + i % MOST_THREADS, i % (MOST_TASKS + 1));
    return good;
}

static void each_task_runs_once(void **state)
{
    (void)state;
    assert_true(many_calls());
}

/* What /proc says a thread of this process does: R runs, S sleeps. */
static char state_of(const char *thread)
{
    char path[64], state = '?';
    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", thread);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = '?';
    if (file)
        fclose(file);
    return state;
}

/* Threads that run, or wait for a core: this one at least. */
static int running_threads(void)
{
    int running = 0;
    DIR *threads = opendir("/proc/self/task");
    assert_non_null(threads);
    for (struct dirent *entry; (entry = readdir(threads));)
        running += entry->d_name[0] != '.' && state_of(entry->d_name) == 'R';
    closedir(threads);
    return running;
}

/* Once nothing is left to do, however long a busy machine takes to let them. */
static void helpers_sleep_between_calls(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_true(runs_each_once(3, MOST_TASKS));
        while (running_threads() > 1)
            usleep(1000);
    }
}

static void *call_often(void *good)
{
    *(bool *)good = many_calls();
    return NULL;
}

static void callers_have_threads_of_their_own(void **state)
{
    (void)state;
    pthread_t callers[4];
    bool good[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&callers[i], NULL, call_often, &good[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(callers[i], NULL);
        assert_true(good[i]);
    }
}

static void call_inside(void *context, int task, int thread)
{
    (void)task;
    (void)thread;
    if (!runs_each_once(4, 10))
        atomic_store((atomic_bool *)context, true);
}

static void calls_may_be_nested(void **state)
{
    (void)state;
    atomic_bool failed = false;
    dn_parallel((dn_team){NULL, 4}, 50, call_inside, &failed);
    assert_false(atomic_load(&failed));
}

static bool child_succeeded(pid_t child)
{
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A child has none of its parent's helpers. */
static void a_fork_works_on(void **state)
{
    (void)state;
    assert_true(runs_each_once(4, MOST_TASKS));
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(runs_each_once(4, MOST_TASKS) ? 0 : 1);
    }
    assert_true(child_succeeded(child));
    assert_true(runs_each_once(4, MOST_TASKS));
}

static void end_process(void *argument)
{
    (void)argument;
    _exit(0);
}

/* The child's one thread ends, and, after what the pool does then, its process. */
static void *fork_and_return(void *good)
{
    pthread_key_t last = 0;
    *(bool *)good = runs_each_once(4, MOST_TASKS) && pthread_key_create(&last, end_process) == 0;
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        pthread_setspecific(last, good);
    } else
        *(bool *)good &= child_succeeded(child);
    return NULL;
}

static void a_forked_thread_may_end(void **state)
{
    (void)state;
    pthread_t forking;
    bool good = false;
    assert_int_equal(pthread_create(&forking, NULL, fork_and_return, &good), 0);
    pthread_join(forking, NULL);
    assert_true(good);
}

static atomic_bool ready;

static void *call_a_few_times(void *good)
{
    while (!atomic_load(&ready))
        usleep(100);
    *(bool *)good = runs_each_once(4, MOST_TASKS) && runs_each_once(4, 7);
    return NULL;
}

/* In a new thread, which has no helpers yet. */
static void fewer_threads_do_the_same(void **state)
{
    (void)state;
    pthread_t callers[3];
    bool good[3] = {false};
    for (int i = 0; i < 3; i++) {
        atomic_store(&ready, false);
        assert_int_equal(pthread_create(&callers[i], NULL, call_a_few_times, &good[i]), 0);
        refuse_threads(i == 0);
        fail_allocation(i == 1 ? 0 : i == 2 ? 1 : -1);
        atomic_store(&ready, true);
        pthread_join(callers[i], NULL);
        refuse_threads(false);
        fail_allocation(-1);
        assert_true(good[i]);
    }
}

int main(void)
{
    alarm(120); /* what waits for ever should not */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_runs_once),
        cmocka_unit_test(helpers_sleep_between_calls),
        cmocka_unit_test(callers_have_threads_of_their_own),
        cmocka_unit_test(calls_may_be_nested),
        cmocka_unit_test(a_fork_works_on),
        cmocka_unit_test(a_forked_thread_may_end),
        cmocka_unit_test(fewer_threads_do_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
