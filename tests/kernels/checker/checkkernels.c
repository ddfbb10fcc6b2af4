/* SPDX-License-Identifier: MIT */
#include "checker.h"
#include "kernels/inherit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tells CTest that the level asked for cannot run here. */
#define SKIPPED 77

static const kernel_check *const checks[] = {&conv_check,
                                             &pointwise_check,
                                             &winograd_check,
                                             &activate_check,
                                             &max_pool_check,
                                             &global_pool_check,
                                             &statistics_check,
                                             &dropout_check,
                                             &combine_check,
                                             &norm_gradient_check,
                                             &pass_back_check,
                                             &product_check,
                                             &winograd_gradient_check,
                                             &pool_rows_check,
                                             &activated_pool_check,
                                             &pool_gradient_check,
                                             &activate_rows_check,
                                             &store_rows_check};
#define ALL_CHECKS (sizeof checks / sizeof *checks)

typedef struct check_options {
    const char *level, *check; /* NULL: all */
    uint64_t seed;
    bool seed_given; /* that one case of each check */
    int cases;
    bool bench;
    double bench_for;
} check_options;

static const char usage[] =
    "usage: checkkernels [--level NAME] [--check NAME] [--cases N] [--seed S]\n"
    "                    [--bench [--for SECONDS]]\n"
    "DENSENET_CPU names a level too. --seed runs the one case that failed under it.\n";

static bool parse(int count, char **arguments, check_options *options)
{
    for (int i = 1; i < count; i++) {
        const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : NULL;
        if (strcmp(name, "--bench") == 0) {
            options->bench = true;
            continue;
        }
        if (!value)
            return false;
        if (strcmp(name, "--level") == 0)
            options->level = value;
        else if (strcmp(name, "--check") == 0)
            options->check = value;
        else if (strcmp(name, "--cases") == 0)
            options->cases = atoi(value);
        else if (strcmp(name, "--for") == 0)
            options->bench_for = atof(value);
        else if (strcmp(name, "--seed") == 0) {
            options->seed = strtoull(value, NULL, 0);
            options->seed_given = true;
        } else
            return false;
        i++;
    }
    return true;
}

static void run_case(check_run *run, const kernel_check *check, uint64_t seed)
{
    run->seed = seed;
    run->random = dn_random_seed(seed, 0);
    run->failed = false;
    check->test(run);
}

/* Linux's name of the processor; times mean nothing without it. */
static void name_machine(void)
{
    char line[256], model[200] = "an unnamed processor";
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %199[^\n]", model) == 1)
            break;
    if (file)
        fclose(file);
    printf("one core of %s\n", model);
}

static const char *table_name(const dn_kernels *kernels)
{
    return kernels->maps == DN_F32    ? "f32"
           : kernels->maps == DN_BF16 ? "bf16"
           : kernels->unit            ? "bytes"
                                      : "kept";
}

/* Of what tables of floats or of bfloat16 may lack. */
static bool is_missing(const dn_kernels *kernels, const kernel_check *check)
{
    return (check == &winograd_check && !kernels->winograd) ||
           (check == &store_rows_check && !kernels->gradients->store_rows);
}

/* Returns how many cases failed. */
static int run_check(check_run *run, const kernel_check *check, const check_options *options)
{
    int failures = 0, cases = options->seed_given ? 1 : options->cases;
    run->check = check->name;
    run->worst = 0;
    for (int i = 0; i < cases && failures < 5; i++) {
        run_case(run, check, options->seed + (uint64_t)i);
        failures += run->failed;
    }
    printf("%-18s %-5s %-17s %s, largest error %.1e\n", run->kernels->name,
           table_name(run->kernels), check->name, failures ? "FAILED" : "ok", run->worst);
    return failures;
}

static int run_level(const dn_kernels *kernels, const check_options *options)
{
    check_run run = {.kernels = kernels, .bench_for = options->bench_for};
    int failures = 0;
    if (options->bench) {
        run.peak = measure_peak(kernels);
        printf("%-9s peak of one core %.1f GFLOP/s\n", kernels->name, run.peak * 1e-9);
    }
    for (size_t i = 0; i < ALL_CHECKS; i++) {
        if (options->check && strcmp(options->check, checks[i]->name) != 0)
            continue;
        if (is_missing(kernels, checks[i]))
            continue;
        if (options->bench) {
            run.check = checks[i]->name;
            run.random = dn_random_seed(1, 0);
            checks[i]->bench(&run);
        } else
            failures += run_check(&run, checks[i], options);
    }
    return failures;
}

/* A table for maps of bytes, unless another level has it. */
static int run_bytes(const dn_kernels *kernels, const dn_kernels *parents, int count,
                     const check_options *options)
{
    check_run run = {.kernels = kernels};
    int failures = 0;
    for (int i = 0; kernels && kernels != parents && i < count; i++)
        if (!options->check || strcmp(options->check, byte_checks[i].name) == 0)
            failures += run_check(&run, &byte_checks[i], options);
    return failures;
}

/* The level and its tables of other maps, but for what another level has already been checked
 * for. */
static int run_tables(const dn_kernels *kernels, const check_options *options)
{
    const dn_kernels *parent = kernels->inherits ? dn_kernels_whole(kernels->inherits) : NULL;
    bool all_inherited = parent && kernels->conv == parent->conv &&
                         kernels->pointwise == parent->pointwise &&
                         kernels->winograd == parent->winograd;
    int failures = all_inherited ? 0 : run_level(kernels, options);
    if (kernels->halves && !(parent && kernels->halves == parent->halves))
        failures += run_level(kernels->halves, options);
    failures += run_bytes(kernels->bytes, parent ? parent->bytes : NULL, BYTE_CHECKS, options);
    return failures + run_bytes(kernels->kept, parent ? parent->kept : NULL, KEPT_CHECKS, options);
}

int main(int count, char **arguments)
{
    check_options options = {
        .level = getenv("DENSENET_CPU"), .cases = 150, .seed = 1, .bench_for = 0.2};
    if (!parse(count, arguments, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* so that findings before a crash are seen */
    if (options.bench) {
        name_machine();
        options.level = options.level ? options.level : dn_kernels_best()->name;
    }
    int failures = 0;
    bool found = false;
    const dn_kernels *kernels = &dn_kernels_reference;
    for (int i = 0; kernels; kernels = dn_kernels_level(i++))
        if (!options.level || strcmp(options.level, kernels->name) == 0) {
            failures +=
                options.bench ? run_level(kernels, &options) : run_tables(kernels, &options);
            found = true;
        }
    if (!found) {
        printf("level %s does not run here\n", options.level);
        return SKIPPED;
    }
    return failures ? 1 : 0;
}
