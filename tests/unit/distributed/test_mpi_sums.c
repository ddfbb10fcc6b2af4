/* SPDX-License-Identifier: MIT */
/* Sums over MPI. This program starts itself through mpirun, with the name of a role: the ranks play
 * it and end with a status that says whether all was as it should be. */
#include "base/element.h"
#include "testing.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WRONG 9 /* statuses of a job */
#define NAMED 5
#define ENDED 2
#define ROUNDS 50

static const dn_machines *machines;
static const char *self;

#define MUST(condition) must(condition, #condition, __LINE__)
static void must(bool condition, const char *text, int line)
{
    if (condition)
        return;
    fprintf(stderr, "line %d, rank %d: %s: %s\n", line, machines ? machines->rank : -1, text,
            dn_last_error());
    dn_mpi_leave(WRONG);
    exit(WRONG);
}

/* ---- values that every rank can compute of every other ---- */

static double value(int rank, size_t key, size_t index)
{
    uint64_t x = (uint64_t)index * 0x9e3779b97f4a7c15u + key * 0xbf58476d1ce4e5b9u + (uint64_t)rank;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    double size = (double)(1u << (x & 15)) / 256; /* sums depend on their order */
    return ((double)(x >> 11) * 0x1p-53 - 0.5) * size;
}

static float float_sum(size_t key, size_t index, bool rounded)
{
    double total = -0.0;
    for (int rank = 0; rank < machines->count; rank++) {
        float own = (float)value(rank, key, index);
        total += (double)(rounded ? dn_float_of_bf16(dn_bf16_of_float(own)) : own);
    }
    return rounded ? dn_float_of_bf16(dn_bf16_of_float((float)total)) : (float)total;
}

static double double_sum(size_t key, size_t index)
{
    double total = -0.0;
    for (int rank = 0; rank < machines->count; rank++)
        total += value(rank, key, index);
    return total;
}

static void pause_for(double seconds)
{
    nanosleep(&(struct timespec){0, (long)(seconds * 1e9)}, NULL);
}

/* ---- the roles ---- */

static const size_t counts[] = {0, 1, 15, 16, 17, 1001, 5000, 65537, 1000003};
#define COUNTS (sizeof counts / sizeof *counts)

/* Many sums under way at once, and blocking ones among them; rank 1 is late here and there. */
static void sum_floats(size_t round, size_t largest, bool compressed, bool is_checked)
{
    static const size_t few[] = {1, 7, 5000, 30001};
    float *values[COUNTS];
    double *doubles = malloc(few[3] * sizeof *doubles);
    MUST(doubles != NULL);
    for (size_t s = 0; s < largest; s++) {
        values[s] = malloc(counts[s] * sizeof(float) + 1);
        MUST(values[s] != NULL);
        for (size_t i = 0; i < counts[s]; i++)
            values[s][i] = (float)value(machines->rank, round + s, i);
    }
    for (size_t s = 0; s < largest; s++) {
        if (machines->rank == 1 && (round + s) % 7 == 0)
            pause_for(0.004);
        MUST(machines->begin(machines->context, values[s], counts[s], s % 3 == 0) == DN_OK);
        if (machines->rank != 0 && s % 2)
            MUST(machines->advance(machines->context) == DN_OK);
        if (s % 2 == 0)
            continue;
        size_t count = few[s / 2 % 4];
        for (size_t i = 0; i < count; i++)
            doubles[i] = value(machines->rank, round + s + 100, i);
        MUST(machines->sum(machines->context, doubles, count) == DN_OK);
        for (size_t i = 0; i < count && is_checked; i++) {
            double expected = double_sum(round + s + 100, i);
            MUST(memcmp(&doubles[i], &expected, sizeof expected) == 0);
        }
    }
    MUST(machines->finish(machines->context) == DN_OK);
    for (size_t s = 0; s < largest; s++) {
        bool rounded = compressed && s % 3 != 0 && machines->count > 1;
        for (size_t i = 0; i < counts[s] && is_checked; i++) {
            float expected = float_sum(round + s, i, rounded);
            MUST(memcmp(&values[s][i], &expected, sizeof expected) == 0);
        }
        free(values[s]);
    }
    free(doubles);
}

static void gather_bytes(size_t bytes)
{
    unsigned char *own = malloc(bytes + 1), *all = malloc((size_t)machines->count * bytes + 1);
    MUST(own && all);
    for (size_t i = 0; i < bytes; i++)
        own[i] = (unsigned char)(i * 7 + (size_t)machines->rank * 31);
    MUST(machines->gather(machines->context, own, bytes, all) == DN_OK);
    for (int rank = 0; rank < machines->count; rank++)
        for (size_t i = 0; i < bytes; i++)
            MUST(all[(size_t)rank * bytes + i] == (unsigned char)(i * 7 + (size_t)rank * 31));
    free(own);
    free(all);
}

static long resident_pages(void)
{
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    fclose(file);
    return pages;
}

static void play_sums(bool compressed)
{
    const dn_machines *again = NULL;
    MUST(dn_mpi_join(NULL, &again) == DN_ERROR_ARGUMENT && !again);
    MUST(dn_mpi_local_count() == machines->count);
    MUST(dn_mpi_host(0) && *dn_mpi_host(0) && !dn_mpi_host(-1) && !dn_mpi_host(machines->count));
    sum_floats(0, COUNTS, compressed, true);
    gather_bytes(0);
    gather_bytes(1);
    gather_bytes(3000001);
    long before = 0;
    for (size_t round = 1; round <= ROUNDS; round++) {
        sum_floats(round, COUNTS - 1, compressed, round % 10 == 1);
        gather_bytes(1000);
        if (round == ROUNDS / 5)
            before = resident_pages();
    }
    /* A copy of the values kept in each round would be ten times as much. */
    MUST((resident_pages() - before) * sysconf(_SC_PAGESIZE) < 2000000);
    dn_mpi_leave(0);
    MUST(!dn_mpi_host(0) && dn_mpi_local_count() == 0);
}

static bool stopping(void *context)
{
    return *(int *)context > 0;
}

static void tell(int rank, const char *host, double seconds, void *context)
{
    bool is_right = rank == 1 && strcmp(host, dn_mpi_host(1)) == 0 && seconds >= 0.3 &&
                    seconds < 50 && *(int *)context == 1;
    dn_mpi_leave(is_right ? NAMED : WRONG);
}

/* Rank 1 never comes to the second sum; the others say so. */
static void play_late(void)
{
    double values[] = {1, 2, 3};
    MUST(machines->sum(machines->context, values, 3) == DN_OK);
    if (machines->rank == 1)
        for (;;)
            pause();
    MUST(machines->sum(machines->context, values, 3) == DN_OK);
    MUST(false);
}

static void play_ending(void)
{
    double values[] = {1, 2, 3};
    if (machines->rank == 1)
        dn_mpi_leave(ENDED);
    MUST(machines->sum(machines->context, values, 3) == DN_OK);
    MUST(false);
}

/* Rank 1 sums more values than rank 0; one of them judges what it sees. */
static void play_odd(int judge, dn_status expected)
{
    double values[20] = {0};
    dn_status status = machines->sum(machines->context, values, machines->rank == 1 ? 20 : 10);
    if (machines->rank != judge)
        pause();
    MUST(status == expected && strstr(dn_last_error(), judge == 1 ? "rank 0 on " : "rank 1 on "));
    dn_mpi_leave(NAMED);
}

static int play(const char *role)
{
    int is_stopping = 1;
    dn_mpi_options options;
    dn_mpi_defaults(&options, sizeof options);
    bool compressed = strcmp(role, "bf16") == 0;
    options.compression = compressed ? "bf16" : "none";
    if (strcmp(role, "late") == 0) {
        options.waiting = tell;
        options.stopping = stopping;
        options.context = &is_stopping;
    }
    MUST(dn_mpi_launched());
    MUST(dn_mpi_join(&options, &machines) == DN_OK);
    if (strcmp(role, "late") == 0)
        play_late();
    else if (strcmp(role, "ending") == 0)
        play_ending();
    else if (strcmp(role, "longer") == 0)
        play_odd(0, DN_ERROR_IO);
    else if (strcmp(role, "shorter") == 0)
        play_odd(1, DN_ERROR_MISMATCH);
    else
        play_sums(compressed);
    return 0;
}

/* ---- the jobs ---- */

/* Returns the status of a job of some ranks, 127 if there is no mpirun. */
static int job(const char *ranks, const char *role)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("mpirun", "mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks, self, role,
               (char *)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_one_process_needs_no_messages(void **state)
{
    (void)state;
    assert_int_equal(job("1", "sums"), 0);
    assert_int_equal(job("1", "bf16"), 0);
}

static void test_sums_have_the_bits_of_a_loop_over_ranks(void **state)
{
    (void)state;
    assert_int_equal(job("2", "sums"), 0);
    assert_int_equal(job("3", "sums"), 0);
    assert_int_equal(job("4", "sums"), 0);
    assert_int_equal(job("3", "bf16"), 0);
}

static void test_so_they_have_over_tcp(void **state)
{
    (void)state;
    setenv("OMPI_MCA_pml", "ob1", 1);
    setenv("OMPI_MCA_btl", "tcp,self", 1);
    setenv("OMPI_MCA_btl_tcp_if_include", "lo", 1);
    assert_int_equal(job("2", "sums"), 0);
    assert_int_equal(job("4", "bf16"), 0);
    unsetenv("OMPI_MCA_pml");
    unsetenv("OMPI_MCA_btl");
    unsetenv("OMPI_MCA_btl_tcp_if_include");
}

static void test_who_does_not_come_is_named(void **state)
{
    (void)state;
    assert_int_equal(job("3", "late"), NAMED);
}

static void test_who_leaves_early_ends_all(void **state)
{
    (void)state;
    assert_int_equal(job("3", "ending"), ENDED);
}

static void test_who_does_something_else_is_named(void **state)
{
    (void)state;
    assert_int_equal(job("2", "longer"), NAMED);
    assert_int_equal(job("2", "shorter"), NAMED);
}

static void test_join_needs_a_launcher(void **state)
{
    (void)state;
    const dn_machines *none = NULL;
    dn_mpi_options options;
    dn_mpi_defaults(&options, sizeof options);
    assert_false(dn_mpi_launched());
    assert_int_equal(dn_mpi_join(NULL, &none), DN_ERROR_ARGUMENT);
    assert_string_equal(dn_last_error(), "no MPI launcher, such as mpirun, started this process");
    options.compression = "fp4";
    assert_int_equal(dn_mpi_join(&options, &none), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "fp4: unknown compression"));
    assert_null(none);
    assert_null(dn_mpi_host(0));
    assert_int_equal(dn_mpi_local_count(), 0);
    dn_mpi_leave(1);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join_needs_a_launcher),
        cmocka_unit_test(test_one_process_needs_no_messages),
        cmocka_unit_test(test_sums_have_the_bits_of_a_loop_over_ranks),
        cmocka_unit_test(test_so_they_have_over_tcp),
        cmocka_unit_test(test_who_does_not_come_is_named),
        cmocka_unit_test(test_who_leaves_early_ends_all),
        cmocka_unit_test(test_who_does_something_else_is_named),
    };
    const dn_machines *none = NULL;
    self = arguments[0];
    if (count > 1)
        return play(arguments[1]);
    dn_mpi_join(NULL, &none);
    if (strstr(dn_last_error(), "this build has no MPI")) {
        puts("skipped: this build has no MPI");
        return 77;
    }
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 1); /* which containers forbid */
    /* Open MPI leaves some memory to the system; what is freed must not seem to stay. */
    setenv("ASAN_OPTIONS", "detect_leaks=0:quarantine_size_mb=1", 1);
    if (job("1", "sums") == 127) {
        puts("skipped: mpirun is not installed");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
