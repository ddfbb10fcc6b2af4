/* SPDX-License-Identifier: MIT */
/* Files that are cut while they are mapped, in a program that goes on. */
#include "testing.h"

#include "base/file.h"
#include "base/lost_maps.h"

#include <signal.h>
#include <unistd.h>

enum { PAGES = 3 };

static void go_on(int number, siginfo_t *fault, void *context)
{
    (void)context;
    if (!dn_lost_maps_replace(fault->si_addr))
        signal(number, SIG_DFL);
}

static void write_pages(const char *path, size_t page)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < PAGES * page; i++)
        fputc('x', file);
    assert_int_equal(fclose(file), 0);
}

static void zeros_follow_what_is_left(void **state)
{
    (void)state;
    char path[] = "/tmp/test_base_lost_maps_XXXXXX";
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const struct sigaction action = {.sa_sigaction = go_on, .sa_flags = SA_SIGINFO};
    dn_file_map cut, whole;
    sigaction(SIGBUS, &action, NULL); /* in place of cmocka's */
    int file = mkstemp(path);
    assert_true(file >= 0);
    write_pages(path, page);
    assert_int_equal(dn_file_map_open(path, &cut), DN_OK);
    assert_int_equal(cut.data[2 * page], 'x');
    assert_int_equal(dn_file_map_check(&cut, path), DN_OK);
    assert_int_equal(ftruncate(file, (off_t)page), 0);
    assert_int_equal(cut.data[2 * page], 0);
    assert_int_equal(cut.data[0], 'x');
    assert_int_equal(cut.data[PAGES * page - 1], 0);
    assert_int_equal(dn_file_map_check(&cut, path), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), path));
    write_pages(path, page);
    assert_int_equal(dn_file_map_open(path, &whole), DN_OK);
    assert_int_equal(dn_file_map_check(&whole, path), DN_OK);
    dn_file_map_close(&cut);
    assert_int_equal(dn_file_map_check(&whole, path), DN_OK);
    assert_true(dn_lost_maps_replace(whole.data + page));
    assert_int_equal(whole.data[0], 'x');
    assert_int_equal(whole.data[page], 0);
    const unsigned char *gone = whole.data;
    dn_file_map_close(&whole);
    assert_false(dn_lost_maps_replace(gone));
    close(file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(zeros_follow_what_is_left)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
