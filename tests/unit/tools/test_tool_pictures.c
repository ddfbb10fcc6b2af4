/* SPDX-License-Identifier: MIT */
/* What PICTURE|FOLDER|- stands for. */
#include "testing.h"

#include "files/picture_list.h"
#include "files/pictures.h"
#include "scratch.h"

static void fill_folder(void)
{
    static const char *const files[] = {"b.JPEG",      "a.png", "c.webp", "readme.txt", "e.bmp",
                                        ".hidden.jpg", "B.jpg", "jpg",    "d.jpg.part"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        scratch_text(files[i], "");
    scratch_folder("inner.jpg");
    scratch_folder("empty");
}

static void folders_are_expanded(void **state)
{
    (void)state;
    static const char *const expected[] = {"B.jpg", "a.png", "b.JPEG", "c.webp", "e.bmp"};
    char slashed[sizeof scratch_root + 1];
    snprintf(slashed, sizeof slashed, "%s/", scratch_root);
    fill_folder();
    for (int i = 0; i < 2; i++) {
        char *arguments[] = {i ? slashed : scratch_root};
        picture_list list;
        assert_true(picture_list_create(1, arguments, &list));
        assert_int_equal(list.count, 5);
        assert_int_equal(list.failures, 0);
        for (int j = 0; j < 5; j++)
            assert_string_equal(list.paths[j], scratch_path(expected[j]));
        picture_list_free(&list);
    }
}

static void order_is_the_callers(void **state)
{
    (void)state;
    char text[] = "z/picture.dat", missing[] = "missing.jpg", input[] = "-";
    char *arguments[] = {text, scratch_root, missing, input};
    picture_list list;
    fill_folder();
    assert_true(picture_list_create(4, arguments, &list));
    assert_int_equal(list.count, 8);
    assert_string_equal(list.paths[0], text);
    assert_string_equal(list.paths[6], missing);
    assert_string_equal(list.paths[7], "-");
    picture_list_free(&list);
    char *twice[] = {input, input};
    assert_false(picture_list_create(2, twice, &list));
}

static void folders_without_pictures_are_counted(void **state)
{
    (void)state;
    char *arguments[] = {scratch_root};
    picture_list list;
    assert_true(picture_list_create(1, arguments, &list));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.failures, 1);
    picture_list_free(&list);
}

static void failures_are_sentences(void **state)
{
    (void)state;
    dn_preprocess preprocess;
    assert_int_equal(dn_preprocess_parse("torchvision", &preprocess), DN_OK);
    char missing[] = "/no/such/picture";
    char *paths[] = {missing, scratch_root};
    picture_tensor tensors[2];
    const picture_work work = {.preprocess = &preprocess, .threads = 2};
    picture_tensors_fill(&work, paths, 2, tensors);
    for (int i = 0; i < 2; i++) {
        assert_null(tensors[i].data);
        assert_int_equal(strncmp(tensors[i].fault, paths[i], strlen(paths[i])), 0);
    }
    picture_tensors_free(2, tensors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(folders_are_expanded),
        scratch_test(order_is_the_callers),
        scratch_test(folders_without_pictures_are_counted),
        scratch_test(failures_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
