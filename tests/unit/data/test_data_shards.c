/* SPDX-License-Identifier: MIT */
/* Archives by a pattern or a list. */
#include "data/datasets/shard_list.h"
#include "dataset_checks.h"
#include "tar_files.h"

static tar_file made;

static void write_shard(const char *path, const char *key, const char *class)
{
    char name[64];
    memset(&made, 0, sizeof made);
    snprintf(name, sizeof name, "%s.jpg", key);
    tar_add_text(&made, '0', name, "");
    snprintf(name, sizeof name, "%s.cls", key);
    tar_add_text(&made, '0', name, class);
    tar_finish(&made);
    scratch_file(path, made.bytes, made.size);
}

/* The paths with blanks between them; valid until the next call. */
static const char *expanded(const char *pattern)
{
    static char text[4096];
    dn_name_list paths = {0};
    assert_int_equal(dn_add_shards(pattern, &paths), DN_OK);
    text[0] = '\0';
    for (int i = 0; i < paths.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 dn_name_list_get(&paths, i));
    dn_name_list_free(&paths);
    return text;
}

static void braces_as_a_shell_expands_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a{08..11}.tar", "a08.tar a09.tar a10.tar a11.tar"},
        {"{8..11}", "8 9 10 11"},
        {"{1..010}x{a}", "001xa 002xa 003xa 004xa 005xa 006xa 007xa 008xa 009xa 010xa"},
        {"{3..1}", "3 2 1"},
        {"{a,b}{0..1}", "a0 a1 b0 b1"},
        {"{a,{b,c}d,}e", "ae bde cde e"},
        {"{a", "{a"},
        {"a}", "a}"},
        {"{1..x}", "1..x"},
        {"plain", "plain"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(expanded(cases[i][0]), cases[i][1]);
}

static void limits(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{0..999999999}", "more than 65536 shards"},
        {"{0..9}{0..999999}", "more than 65536 shards"},
        {"{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}", "more than 16 pairs of braces"},
        {"ftp://a/{1..2}", "is a URL of another kind"},
        {"https://user:word@a/*.tar?key=1", "https://a/*.tar: no server lists"},
        {"/nowhere/*", "no file has such a name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dn_name_list paths = {0};
        assert_true(dn_add_shards(cases[i][0], &paths) != DN_OK);
        assert_non_null(strstr(dn_last_error(), cases[i][1]));
        dn_name_list_free(&paths);
    }
}

static void any_pattern_ends(void **state)
{
    (void)state;
    static const char letters[] = "{{}},,..019a/";
    uint32_t random = 12345;
    for (int i = 0; i < 20000; i++) {
        char pattern[20] = "";
        dn_name_list paths = {0};
        for (size_t j = 0; j < sizeof pattern - 1; j++) {
            random = random * 1664525 + 1013904223;
            pattern[j] = letters[(random >> 16) % (sizeof letters - 1)];
        }
        if (dn_add_shards(pattern, &paths) == DN_OK)
            assert_true(paths.count > 0);
        dn_name_list_free(&paths);
    }
}

static void in_their_order(void **state)
{
    (void)state;
    write_shard("s-0.tar", "k0", "cat");
    write_shard("s-1.tar", "k1", "dog");
    write_shard("s-2.tar", "k2", "cat");
    static const struct {
        const char *list, *keys;
    } cases[] = {{"s-{0..2}.tar", "k0 k1 k2"},
                 {"s-{2,0,1}.tar", "k2 k0 k1"},
                 {"s-*.tar", "k0 k1 k2"},
                 {"list.txt", "k1 k2 k0"}};
    scratch_text("list.txt", "# shards\r\n\n  s-1.tar \r\ns-{2,0}.tar");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char found[64] = "", name[256];
        dn_dataset *dataset = open_dataset(cases[i].list, DN_PORTION_TRAIN);
        assert_string_equal(dn_dataset_format(dataset), "WebDataset");
        for (int j = 0; j < dn_dataset_count(dataset); j++) {
            dn_dataset_name(dataset, j, name, sizeof name);
            const char *key = strstr(name, ", k");
            assert_non_null(key);
            snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.2s", j ? " " : "",
                     key + 2);
        }
        assert_string_equal(found, cases[i].keys);
        dn_dataset_free(dataset);
        assert_survives_lack_of_memory(cases[i].list);
    }
}

static dn_status find_saved(const char *url, char *path, size_t size, void *context)
{
    ++*(int *)context;
    snprintf(path, size, "%s", scratch_path(strrchr(url, '/') + 1));
    return DN_OK;
}

static void add_to_text(const char *url, void *context)
{
    strcat(strcat(context, url), " ");
}

static void urls_that_were_saved(void **state)
{
    (void)state;
    char urls[128] = "";
    int found = 0;
    dn_dataset *dataset = NULL;
    const dn_dataset_options options = {
        .struct_size = sizeof options, .saved = find_saved, .saved_context = &found};
    write_shard("s-0.tar", "k0", "cat");
    write_shard("s-1.tar", "k1", "dog");
    write_shard("s-2.tar", "k2", "cat");
    scratch_text("urls.txt", "https://a/s-{2,0}.tar\ns-1.tar");
    assert_int_equal(dn_dataset_urls(scratch_path("urls.txt"), add_to_text, urls), DN_OK);
    assert_string_equal(urls, "https://a/s-2.tar https://a/s-0.tar ");
    assert_int_equal(dn_dataset_urls(scratch_path("s-1.tar"), add_to_text, urls), DN_OK);
    assert_int_equal(strlen(urls), 36);
    assert_int_equal(dn_dataset_open_with(scratch_path("urls.txt"), &options, &dataset), DN_OK);
    assert_int_equal(dn_dataset_count(dataset), 3);
    assert_int_equal(found, 2);
    dn_dataset_free(dataset);
    assert_int_equal(dn_dataset_open(scratch_path("urls.txt"), DN_PORTION_TRAIN, &dataset),
                     DN_ERROR_IO);
    assert_string_equal(dn_last_error(), "https://a/s-2.tar: is a URL; shards are read in place, "
                                         "from files: mount it or download it first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_as_a_shell_expands_them),
        cmocka_unit_test(limits),
        cmocka_unit_test(any_pattern_ends),
        scratch_test(in_their_order),
        scratch_test(urls_that_were_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
