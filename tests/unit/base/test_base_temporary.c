/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "allocation.h"
#include "base/file.h"
#include "base/temporary.h"

#include <fcntl.h>
#include <sys/wait.h>

static void write_word(const char *path, const char *word)
{
    dn_file_writer writer;
    assert_int_equal(dn_file_create(path, &writer), DN_OK);
    assert_int_equal(dn_file_write(&writer, word, strlen(word)), DN_OK);
    assert_int_equal(dn_file_commit(&writer), DN_OK);
}

/* Neither takes the other's file for a leftover, and the last to finish stays. */
static void two_writers(void **state)
{
    (void)state;
    char *first, *second, text[8] = "";
    int a, b;
    const char *path = scratch_path("out");
    assert_int_equal(dn_temporary_create(path, &first, &a), DN_OK);
    assert_int_equal(dn_temporary_create(path, &second, &b), DN_OK);
    assert_string_not_equal(first, second);
    write_word(path, "three");
    assert_int_equal(access(first, F_OK) | access(second, F_OK), 0);
    assert_int_equal(rename(first, path), 0);
    close(a);
    close(b); /* as when its process is killed */
    write_word(path, "four");
    assert_int_equal(access(second, F_OK), -1);
    int descriptor = open(path, O_RDONLY);
    assert_int_equal(read(descriptor, text, sizeof text - 1), 4);
    assert_string_equal(text, "four");
    close(descriptor);
    dn_free(first);
    dn_free(second);
}

/* A leftover that is about to be removed by its name must not be another's file by then. */
static void names_do_not_come_twice(void **state)
{
    (void)state;
    char *first, *second;
    int a, b;
    const char *path = scratch_path("out");
    assert_int_equal(dn_temporary_create(path, &first, &a), DN_OK);
    assert_int_equal(rename(first, path), 0);
    close(a);
    assert_int_equal(dn_temporary_create(path, &second, &b), DN_OK);
    assert_string_not_equal(first, second);
    assert_int_equal(unlink(second), 0);
    close(b);
    dn_free(first);
    dn_free(second);
}

enum { WRITERS = 4, SAVES = 300 };

static int save_often(const char *path, const char *word)
{
    for (int i = 0; i < SAVES; i++) {
        dn_file_writer writer;
        if (dn_file_create(path, &writer) != DN_OK)
            return 1;
        bool written = dn_file_write(&writer, word, strlen(word)) == DN_OK;
        if (dn_file_commit(&writer) != DN_OK || !written)
            return 1;
    }
    return 0;
}

/* Processes that save to one path at once all succeed, and a name like a temporary file's that
 * somebody chose stays. */
static void many_writers(void **state)
{
    (void)state;
    const char *path = scratch_path("out");
    char users[1100], text[8] = "";
    snprintf(users, sizeof users, "%s.2024-12.tmp", path);
    close(open(users, O_WRONLY | O_CREAT, 0666));
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0)
            _exit(save_often(path, "whole"));
    for (int i = 0, status; i < WRITERS; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    int descriptor = open(path, O_RDONLY);
    assert_int_equal(read(descriptor, text, sizeof text), 5);
    assert_string_equal(text, "whole");
    close(descriptor);
    assert_int_equal(unlink(users), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(scratch_root), 0); /* nothing is left */
    assert_int_equal(mkdir(scratch_root, 0777), 0);
}

/* A killed process's lock goes with it. */
static void killed_writer(void **state)
{
    (void)state;
    char *temporary, left[1100] = "";
    int descriptor, status, said[2];
    const char *path = scratch_path("out");
    assert_int_equal(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
        bool created = dn_temporary_create(path, &temporary, &descriptor) == DN_OK;
        size_t length = created ? strlen(temporary) : 0;
        _exit(created && write(said[1], temporary, length) == (ssize_t)length ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(read(said[0], left, sizeof left - 1) > 0);
    assert_int_equal(access(left, F_OK), 0);
    write_word(path, "whole");
    assert_int_equal(access(left, F_OK), -1);
    close(said[0]);
    close(said[1]);
}

static void allocations_that_fail(void **state)
{
    (void)state;
    dn_file_writer writer;
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = dn_file_create(scratch_path("out"), &writer);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed) {
            assert_int_equal(status, DN_OK);
            break;
        }
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    dn_file_abandon(&writer);
    assert_int_equal(rmdir(scratch_root), 0); /* nothing is left */
    assert_int_equal(mkdir(scratch_root, 0777), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(two_writers),           scratch_test(names_do_not_come_twice),
        scratch_test(many_writers),          scratch_test(killed_writer),
        scratch_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
