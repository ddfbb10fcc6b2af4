/* SPDX-License-Identifier: MIT */
/* What reading a file may cost, and JSON, which is judged before it is parsed. */
#include "testing.h"

#include "base/budget.h"
#include "base/json.h"
#include "base/pool.h"

#include <stdint.h>

#define MEBIBYTE ((size_t)1 << 20)

static void takes_until_nothing_is_left(void **state)
{
    (void)state;
    dn_budget budget;
    dn_budget_begin(MEBIBYTE, &budget);
    assert_int_equal(dn_budget_take_bytes(&budget, 100 * MEBIBYTE), DN_OK);
    assert_int_equal(dn_budget_admit_bytes(&budget, 12 * MEBIBYTE), DN_OK);
    assert_int_equal(dn_budget_admit_bytes(&budget, 12 * MEBIBYTE + 1), DN_ERROR_LIMIT);
    assert_int_equal(dn_budget_take_bytes(&budget, 12 * MEBIBYTE), DN_OK);
    assert_int_equal(dn_budget_take_bytes(&budget, 1), DN_ERROR_LIMIT);
    assert_string_equal(dn_last_error(), "its contents need more than 112 MiB of memory, the most "
                                         "for a file of 1048576 bytes");
    assert_int_equal(dn_budget_take_steps(&budget, budget.most_steps), DN_OK);
    assert_int_equal(dn_budget_take_steps(&budget, 1), DN_ERROR_LIMIT);
    assert_string_equal(dn_last_error(), "its contents need more than 335 million steps to "
                                         "understand, the most for a file of 1048576 bytes");
}

static void sizes_do_not_overflow(void **state)
{
    (void)state;
    dn_budget budget;
    dn_budget_begin(SIZE_MAX, &budget);
    assert_int_equal(dn_budget_take_bytes(&budget, SIZE_MAX), DN_OK);
    dn_budget_begin(0, &budget);
    assert_int_equal(dn_budget_take_bytes(&budget, 1), DN_OK);
    assert_int_equal(dn_budget_take_bytes(&budget, SIZE_MAX), DN_ERROR_LIMIT);
}

static void pools_take_from_it(void **state)
{
    (void)state;
    dn_budget budget;
    void *memory;
    dn_budget_begin(0, &budget);
    dn_pool pool = {.budget = &budget};
    assert_int_equal(dn_pool_alloc(&pool, 1, 40 * MEBIBYTE, &memory), DN_OK);
    assert_int_equal(dn_pool_alloc(&pool, 1, 40 * MEBIBYTE, &memory), DN_ERROR_LIMIT);
    dn_pool_free(&pool);
}

static dn_status parse(const char *piece, size_t count, size_t most)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    dn_budget budget;
    json_t *parsed = NULL;
    assert_non_null(stream);
    fputc('[', stream);
    for (size_t i = 0; i < count; i++)
        fputs(piece, stream);
    fputs("1]", stream);
    assert_int_equal(fclose(stream), 0);
    dn_budget_begin(0, &budget);
    budget.most_bytes = most;
    dn_status status = dn_json_parse(text, size, "x", &budget, &parsed);
    json_decref(parsed);
    free(text);
    return status;
}

/* By what it would become; commas and brackets in strings are only text. */
static void json_is_judged_first(void **state)
{
    (void)state;
    assert_int_equal(parse("{},", 10000, 2000000), DN_ERROR_LIMIT);
    assert_non_null(strstr(dn_last_error(), "x: its contents need more than"));
    assert_int_equal(parse("{},", 10000, 4000000), DN_OK);
    assert_int_equal(parse("\"{{{,,,[[[\\\"[[{{,,,,,,,\",", 10000, 2000000), DN_OK);
    assert_int_equal(parse("[", 10000, 1000), DN_ERROR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_until_nothing_is_left),
        cmocka_unit_test(sizes_do_not_overflow),
        cmocka_unit_test(pools_take_from_it),
        cmocka_unit_test(json_is_judged_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
