/* SPDX-License-Identifier: MIT */
/* Folders of class folders, and what all data sets have in common. */
#include "dataset_checks.h"
#include "encoding.h"

#include <math.h>

static void folder_order_is_torchvisions(void **state)
{
    (void)state;
    static const char *const files[] = {"b/2.jpg",     "b/10.PNG",    "b/note.txt", "b/x/1.webp",
                                        "b/x-y/0.jpg", "b/.hid.jpg",  "a/z.jpeg",   "a/Z.jpg",
                                        "C/1.tiff",    ".git/1.jpg",  "stray.jpg",  "a/.x/1.jpg",
                                        "b/.jpg",      "b/x/y/1.jpg", "b/jpg"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        scratch_text(files[i], "");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "class folders");
    assert_int_equal(dn_dataset_objective(dataset), DN_OBJECTIVE_CLASSES);
    assert_string_equal(list_labels(dataset), "C a b");
    /* folders are ordered by path: b, b/x, b/x-y, b/x/y; and '-' precedes '/' */
    assert_string_equal(list_samples(dataset),
                        "0:C/1.tiff 1:a/Z.jpg 1:a/z.jpeg 2:b/10.PNG 2:b/2.jpg 2:b/x/1.webp "
                        "2:b/x-y/0.jpg 2:b/x/y/1.jpg");
    float target[3];
    dn_dataset_target(dataset, 1, target);
    assert_true(target[0] == 0 && target[1] == 1 && target[2] == 0);
    dn_dataset_free(dataset);
}

static char heard[512];

static void hear(dn_log_level level, const char *sentence, void *context)
{
    (void)level, (void)context;
    size_t at = strlen(heard);
    snprintf(heard + at, sizeof heard - at, "%s\n", sentence);
}

static void expect_heard(const char *sentence)
{
    char expected[512];
    snprintf(expected, sizeof expected, "%s%s\n", scratch_root, sentence);
    assert_string_equal(heard, expected);
}

/* What ImageFolder does not list is left out, and named once if it is a picture. */
static void pictures_that_are_left_out_are_counted(void **state)
{
    (void)state;
    static const char *const files[] = {"a/1.tga", "a/2.jxl",     "b/3.JXL", "b/x/4.psd",
                                        "a/5.png", "b/notes.txt", "b/6.jpg", "b/.7.jxl"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        scratch_text(files[i], "");
    heard[0] = '\0';
    dn_set_log(hear, NULL);
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    dn_set_log(NULL, NULL);
    assert_string_equal(list_samples(dataset), "0:a/5.png 1:b/6.jpg");
    expect_heard(": 4 pictures in formats that are not read are left out: 2 .jxl, 1 .psd, 1 .tga");
    dn_dataset_free(dataset);
}

/* Said at once, not picture by picture. */
static void data_of_other_formats(void **state)
{
    (void)state;
    scratch_text("folder/a/1.psd", "");
    scratch_text("folder/a/2.psd", "");
    scratch_text("folder/b/3.psd", "");
    scratch_text("table.csv", "image,x\n1.psd,1\n2.psd,0\n");
    scratch_text("mixed.csv", "image,x\n1.psd,1\n2.png,0\n");
    assert_refused("folder", DN_PORTION_TRAIN,
                   "holds only pictures in formats that are not read: 3 .psd; JPEG, PNG");
    assert_refused("table.csv", DN_PORTION_TRAIN,
                   "holds only pictures in formats that are not read: 2 .psd; JPEG, PNG");
    heard[0] = '\0';
    dn_set_log(hear, NULL);
    dn_dataset *dataset = open_dataset("mixed.csv", DN_PORTION_TRAIN);
    dn_set_log(NULL, NULL);
    assert_non_null(strstr(heard, "1 picture in formats that are not read is skipped: 1 .psd"));
    dn_dataset_free(dataset);
    scratch_text("part/a/1.png", "");
    scratch_text("part/b/1.psd", "");
    assert_refused("part", DN_PORTION_TRAIN, "part/b: a class folder without pictures in it");
}

/* As ImageFolder lists them, so that classes keep their numbers; and GIF. */
static void every_listed_format_is_read(void **state)
{
    (void)state;
    static const char gif[] = "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0"
                              "\x02\x02\x44\x01\0;";
    unsigned char *pixels = draw_picture(5, 4, 3);
    encoded png = encode_png(pixels, 5, 4, false);
    scratch_file("a/1.pgm", "P5 1 1 255 x", 12);
    scratch_file("a/2.GIF", gif, sizeof gif - 1);
    scratch_file("b/1.png", png.data, png.size);
    scratch_text("c/1.ppm", "P3 1 1 255 1 2 3");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    dn_image *image = NULL;
    assert_string_equal(list_samples(dataset), "0:a/1.pgm 0:a/2.GIF 1:b/1.png 2:c/1.ppm");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(dn_dataset_read(dataset, i, NULL, &image), DN_OK);
        dn_image_free(image);
    }
    dn_dataset_free(dataset);
    free(png.data);
    free(pixels);
}

static void links_are_followed(void **state)
{
    (void)state;
    scratch_text("far/1.jpg", "");
    scratch_text("data/a/1.jpg", "");
    assert_int_equal(symlink("../far", scratch_path("data/b")), 0);
    assert_int_equal(symlink("nowhere", scratch_path("data/c")), 0);
    assert_int_equal(symlink("../a/1.jpg", scratch_path("data/a/2.jpg")), 0);
    dn_dataset *dataset = open_dataset("data", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset), "0:data/a/1.jpg 0:data/a/2.jpg 1:data/b/1.jpg");
    dn_dataset_free(dataset);
    assert_int_equal(symlink(".", scratch_path("data/a/again")), 0);
    assert_refused("data", DN_PORTION_TRAIN, "circle");
}

/* Fifteen folders, each with two links to the next: 2^15 paths, and each folder is read once. */
static void a_folder_is_entered_once(void **state)
{
    (void)state;
    char name[64], target[64];
    scratch_text("chain/1/p.jpg", "");
    scratch_text("data/a/1.jpg", "");
    for (int i = 1; i < 15; i++) {
        snprintf(name, sizeof name, "chain/%d/p.jpg", i + 1);
        scratch_text(name, "");
        for (const char *link = "xy"; *link; link++) {
            snprintf(name, sizeof name, "chain/%d/%c", i, *link);
            snprintf(target, sizeof target, "../%d", i + 1);
            assert_int_equal(symlink(target, scratch_path(name)), 0);
        }
    }
    assert_int_equal(symlink("../../chain/1", scratch_path("data/a/first")), 0);
    scratch_text("data/b/1.jpg", "");
    dn_dataset *dataset = open_dataset("data", DN_PORTION_TRAIN);
    assert_int_equal(dn_dataset_count(dataset), 17);
    dn_dataset_free(dataset);
    /* A class is not within another. */
    assert_int_equal(symlink("..", scratch_path("data/b/up")), 0);
    assert_refused("data", DN_PORTION_TRAIN, "data/b/up: is a link that leads in a circle");
}

static void assert_part(const char *name, dn_portion portion, const char *source)
{
    dn_dataset *dataset = open_dataset(name, portion);
    assert_string_equal(dn_dataset_source(dataset), scratch_path(source));
    dn_dataset_free(dataset);
}

static void train_and_val(void **state)
{
    (void)state;
    scratch_text("train/a/1.jpg", "");
    scratch_text("train/b/1.jpg", "");
    scratch_text("val/a/2.jpg", "");
    scratch_text("val/b/2.jpg", "");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset), "0:train/a/1.jpg 1:train/b/1.jpg");
    assert_string_equal(dn_dataset_part(dataset, DN_PORTION_VALIDATION), "val");
    dn_dataset_free(dataset);
    dataset = open_dataset("", DN_PORTION_TEST);
    assert_string_equal(list_samples(dataset), "0:val/a/2.jpg 1:val/b/2.jpg");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("");
    scratch_text("test/a/3.jpg", "");
    assert_part("", DN_PORTION_TEST, "test");
    assert_part("", DN_PORTION_VALIDATION, "val");
}

/* Each part may be of any kind; without a part for validation the test part is opened. */
static void names_and_kinds_of_parts(void **state)
{
    (void)state;
    scratch_text("a/train/x/1.jpg", "");
    scratch_text("a/dev/x/1.jpg", "");
    assert_part("a", DN_PORTION_VALIDATION, "a/dev");
    scratch_text("b/train/train.csv", "image,x\n1.jpg,1\n");
    scratch_text("b/test/labels.csv", "image,x\n1.jpg,1\n");
    assert_part("b", DN_PORTION_TRAIN, "b/train/train.csv");
    assert_part("b", DN_PORTION_VALIDATION, "b/test/labels.csv");
    scratch_text("c/train/x/1.jpg", "");
    scratch_text("c/train/y/1.jpg", "");
    assert_part("c", DN_PORTION_TRAIN, "c/train");
    assert_refused("c", DN_PORTION_TEST, "no labelled part named test, val");
    scratch_text("d/train/x/1.jpg", "");
    scratch_text("d/test/1.jpg", "");
    assert_part("d", DN_PORTION_TRAIN, "d/train");
    assert_refused("d", DN_PORTION_TEST, "no labelled part named test, val");
    scratch_text("e/x/1.jpg", "");
    dn_dataset *dataset = open_dataset("e", DN_PORTION_TRAIN);
    assert_null(dn_dataset_part(dataset, DN_PORTION_TRAIN));
    assert_null(dn_dataset_part(dataset, DN_PORTION_TEST));
    dn_dataset_free(dataset);
}

static void runs_are_no_class(void **state)
{
    (void)state;
    dn_dataset_options options;
    dn_dataset *dataset;
    scratch_text("a/1.jpg", "");
    scratch_text("b/1.jpg", "");
    scratch_text("runs/x/settings.json", "{}");
    scratch_text("runs/x/log.csv", "");
    scratch_text("runs/x/curves.png", "");
    scratch_text("b/mine/settings.json", "{}");
    scratch_text("b/mine/log.csv", "");
    scratch_text("b/mine/curves.png", "");
    dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset), "0:a/1.jpg 1:b/1.jpg");
    assert_string_equal(list_labels(dataset), "a b");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("");
    /* where one will be written, or was about to be */
    scratch_folder("new/deep");
    assert_refused("", DN_PORTION_TRAIN, "new: a class folder without pictures");
    dn_dataset_defaults(&options, sizeof options);
    options.output = scratch_path("new/deep/run");
    assert_int_equal(dn_dataset_open_with(scratch_path(""), &options, &dataset), DN_OK);
    assert_string_equal(list_labels(dataset), "a b");
    dn_dataset_free(dataset);
    scratch_text("new/deep/run/curves.png", "");
    scratch_text("new/1.jpg", "");
    assert_int_equal(dn_dataset_open_with(scratch_path(""), &options, &dataset), DN_OK);
    assert_string_equal(list_samples(dataset), "0:a/1.jpg 1:b/1.jpg 2:new/1.jpg");
    dn_dataset_free(dataset);
    /* a training part alone, and what was made of it */
    scratch_text("alone/train/a/1.jpg", "");
    scratch_text("alone/runs/x/settings.json", "{}");
    assert_part("alone", DN_PORTION_TRAIN, "alone/train");
    assert_survives_lack_of_memory("alone");
}

/* Trains are a class too. */
static void classes_named_train_and_test(void **state)
{
    (void)state;
    scratch_text("train/1.jpg", "");
    scratch_text("test/1.jpg", "");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset), "0:test/1.jpg 1:train/1.jpg");
    dn_dataset_free(dataset);
}

static void refused(void **state)
{
    (void)state;
    dn_dataset *dataset;
    assert_refused("nothing", DN_PORTION_TRAIN, "cannot be opened");
    scratch_folder("empty");
    assert_refused("empty", DN_PORTION_TRAIN, "no class folders");
    scratch_text("flat/1.jpg", "");
    assert_refused("flat", DN_PORTION_TRAIN, "no class folders");
    scratch_text("gap/a/1.jpg", "");
    scratch_text("gap/b/readme.txt", "");
    assert_refused("gap", DN_PORTION_TRAIN, "b: a class folder without pictures");
    scratch_text("pickle/batches.meta", "");
    assert_refused("pickle", DN_PORTION_TRAIN, "pickle");
    scratch_text("words.txt", "words");
    assert_refused("words.txt", DN_PORTION_TRAIN, "is not a data set");
    scratch_text("data.tgz", "\x1f\x8b\x08");
    assert_refused("data.tgz", DN_PORTION_TRAIN, "compressed by gzip");
    assert_int_equal(dn_dataset_open("/dev/null", DN_PORTION_TRAIN, &dataset), DN_ERROR_IO);
}

static void samples_are_read(void **state)
{
    (void)state;
    unsigned char *pixels = draw_picture(5, 4, 3);
    encoded png = encode_png(pixels, 5, 4, false);
    scratch_file("a/1.png", png.data, png.size);
    scratch_text("b/1.png", "no picture");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    dn_image *image = NULL;
    assert_int_equal(dn_dataset_read(dataset, 0, NULL, &image), DN_OK);
    assert_int_equal(image->width, 5);
    assert_memory_equal(image->pixels, pixels, 60);
    dn_image_free(image);
    const dn_image_limits few = {.struct_size = sizeof few, .max_pixels = 10};
    assert_int_equal(dn_dataset_read(dataset, 0, &few, &image), DN_ERROR_LIMIT);
    assert_int_equal(dn_dataset_read(dataset, 1, NULL, &image), DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "b/1.png"));
    dn_dataset_free(dataset);
    free(png.data);
    free(pixels);
}

/* Classes of 20, 10, 5 and 1: a fifth of the whole is 7, of which 4, 2 and 1. */
static void make_classes(void)
{
    static const int sizes[] = {20, 10, 5, 1};
    for (int class = 0; class < 4; class ++)
        for (int i = 0; i < sizes[class]; i++) {
            char name[32];
            snprintf(name, sizeof name, "%c/%02d.jpg", 'a' + class, i);
            scratch_text(name, "");
        }
}

static void splits_class_by_class(void **state)
{
    (void)state;
    make_classes();
    dn_dataset *whole = open_dataset("", DN_PORTION_TRAIN), *rest, *held, *rest2, *held2;
    assert_int_equal(dn_dataset_split(whole, 0.2, 1, &rest, &held), DN_OK);
    assert_int_equal(dn_dataset_count(held), 7);
    assert_int_equal(dn_dataset_count(rest), 29);
    int counts[4] = {0};
    for (int i = 0; i < 7; i++)
        counts[dn_dataset_class(held, i)]++;
    assert_true(counts[0] == 4 && counts[1] == 2 && counts[2] == 1 && counts[3] == 0);
    assert_int_equal(dn_dataset_outputs(held), 4);
    assert_string_equal(dn_dataset_label(rest, 3), "d");

    /* together they are the whole, in its order */
    for (int i = 0, a = 0, b = 0; i < 36; i++) {
        char name[256], other[256] = "";
        dn_dataset_name(whole, i, name, sizeof name);
        if (a < 29)
            dn_dataset_name(rest, a, other, sizeof other);
        if (strcmp(name, other) == 0) {
            a++;
            continue;
        }
        dn_dataset_name(held, b++, other, sizeof other);
        assert_string_equal(name, other);
    }

    /* by seed: the same, or another */
    assert_int_equal(dn_dataset_split(whole, 0.2, 1, &rest2, &held2), DN_OK);
    char first[4096];
    snprintf(first, sizeof first, "%s", list_samples(held));
    assert_string_equal(first, list_samples(held2));
    dn_dataset_free(rest2);
    dn_dataset_free(held2);
    assert_int_equal(dn_dataset_split(whole, 0.2, 2, &rest2, &held2), DN_OK);
    assert_string_not_equal(first, list_samples(held2));
    dn_dataset_free(rest2);
    dn_dataset_free(held2);

    /* a part of a part */
    assert_int_equal(dn_dataset_split(rest, 0.5, 2, &rest2, &held2), DN_OK);
    assert_int_equal(dn_dataset_count(rest2) + dn_dataset_count(held2), 29);
    dn_dataset_free(rest2);
    dn_dataset_free(held2);
    dn_dataset_free(rest);
    dn_dataset_free(held);
    dn_dataset_free(whole);
}

/* What rounding leaves of one class is owed by the next: of five classes of
 * three, a fifth is three in all. */
static void small_classes_share_what_is_held(void **state)
{
    (void)state;
    for (int i = 0; i < 15; i++) {
        char name[32];
        snprintf(name, sizeof name, "%c/%d.jpg", 'a' + i % 5, i);
        scratch_text(name, "");
    }
    dn_dataset *whole = open_dataset("", DN_PORTION_TRAIN), *rest, *held;
    assert_int_equal(dn_dataset_split(whole, 0.2, 1, &rest, &held), DN_OK);
    assert_int_equal(dn_dataset_count(held), 3);
    dn_dataset_free(rest);
    dn_dataset_free(held);
    dn_dataset_free(whole);
}

/* Every sample is held equally often. */
static void splits_are_fair(void **state)
{
    (void)state;
    int held_count[20] = {0};
    for (int i = 0; i < 20; i++) {
        char name[32];
        snprintf(name, sizeof name, "%c/%02d.jpg", 'a' + i % 2, i / 2);
        scratch_text(name, "");
    }
    dn_dataset *whole = open_dataset("", DN_PORTION_TRAIN);
    for (uint64_t seed = 0; seed < 2000; seed++) {
        dn_dataset *rest, *held;
        assert_int_equal(dn_dataset_split(whole, 0.3, seed, &rest, &held), DN_OK);
        for (int i = 0; i < dn_dataset_count(held); i++) {
            char name[256];
            dn_dataset_name(held, i, name, sizeof name);
            const char *end = name + strlen(name) - 6;
            held_count[(end[-2] == 'b') * 10 + atoi(end)]++;
        }
        dn_dataset_free(rest);
        dn_dataset_free(held);
    }
    for (int i = 0; i < 20; i++)
        assert_true(abs(held_count[i] - 600) < 80);
    dn_dataset_free(whole);
}

static void splits_that_cannot_be(void **state)
{
    (void)state;
    scratch_text("a/1.jpg", "");
    scratch_text("b/1.jpg", "");
    dn_dataset *whole = open_dataset("", DN_PORTION_TRAIN), *rest, *held;
    assert_int_equal(dn_dataset_split(whole, 0.5, 1, &rest, &held), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_dataset_split(whole, 0, 1, &rest, &held), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_dataset_split(whole, 1, 1, &rest, &held), DN_ERROR_ARGUMENT);
    assert_int_equal(dn_dataset_split(whole, NAN, 1, &rest, &held), DN_ERROR_ARGUMENT);
    dn_dataset_free(whole);
}

static void matches_a_networks_outputs(void **state)
{
    (void)state;
    static const char *const labels[] = {"dog", NULL, "cat", "bird"}, *const none[] = {NULL, NULL};
    static const char *const others[] = {"cat", "cow"};
    scratch_text("cat/1.jpg", "");
    scratch_text("dog/1.jpg", "");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN), *rest, *held;
    assert_int_equal(dn_dataset_match(dataset, others, 2), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "\"dog\""));
    assert_string_equal(list_labels(dataset), "cat dog");
    assert_int_equal(dn_dataset_match(dataset, none, 2), DN_OK);
    assert_string_equal(list_labels(dataset), "cat dog");
    assert_int_equal(dn_dataset_match(dataset, none, 1), DN_ERROR_MISMATCH);
    assert_int_equal(dn_dataset_match(dataset, labels, 4), DN_OK);
    assert_string_equal(list_labels(dataset), "dog  cat bird");
    assert_string_equal(list_samples(dataset), "2:cat/1.jpg 0:dog/1.jpg");
    float target[4];
    dn_dataset_target(dataset, 0, target);
    assert_true(target[2] == 1 && target[0] == 0);
    dn_dataset_free(dataset);

    make_classes();
    dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_int_equal(dn_dataset_split(dataset, 0.5, 1, &rest, &held), DN_OK);
    assert_int_equal(dn_dataset_match(rest, labels, 4), DN_ERROR_ARGUMENT);
    dn_dataset_free(rest);
    dn_dataset_free(held);
    dn_dataset_free(dataset);
}

static void matches_numbers(void **state)
{
    (void)state;
    static const char *const named[] = {"dog", "cat", "bird"}, *const sorted[] = {"0", "10", "1"};
    scratch_text("table.csv", "image,label\na.png,0\nb.png,1\n");
    scratch_text("flags.csv", "image,0,1\na.png,0,1\nb.png,1,1\n");
    dn_dataset *dataset = open_dataset("table.csv", DN_PORTION_TRAIN);
    assert_int_equal(dn_dataset_objective(dataset), DN_OBJECTIVE_LABELS);
    dn_dataset_free(dataset);
    dn_dataset_options classes = {.struct_size = sizeof classes, .task = "classes"};
    assert_int_equal(dn_dataset_open_with(scratch_path("table.csv"), &classes, &dataset), DN_OK);
    assert_int_equal(dn_dataset_match(dataset, sorted, 3), DN_OK); /* names, though numbers */
    assert_int_equal(dn_dataset_class(dataset, 1), 2);
    dn_dataset_free(dataset);
    assert_int_equal(dn_dataset_open_with(scratch_path("table.csv"), &classes, &dataset), DN_OK);
    assert_int_equal(dn_dataset_match(dataset, named, 3), DN_OK); /* by number */
    assert_int_equal(dn_dataset_class(dataset, 1), 1);
    dn_dataset_free(dataset);
    dataset = open_dataset("flags.csv", DN_PORTION_TRAIN); /* labels have names */
    assert_int_equal(dn_dataset_match(dataset, named, 3), DN_ERROR_MISMATCH);
    assert_non_null(strstr(dn_last_error(), "its label \"0\""));
    dn_dataset_free(dataset);
}

static dn_status match_swapped(dn_dataset *whole)
{
    static const char *const labels[] = {"b", "a"};
    return dn_dataset_match(whole, labels, 2);
}

static dn_status split_in_halves(dn_dataset *whole)
{
    dn_dataset *rest = NULL, *held = NULL;
    dn_status status = dn_dataset_split(whole, 0.5, 1, &rest, &held);
    dn_dataset_free(rest);
    dn_dataset_free(held);
    return status;
}

/* Every allocation of an action fails in turn, and leaves the data set as it was. */
static void assert_fails_clean(dn_dataset *whole, dn_status (*action)(dn_dataset *whole))
{
    char before[4096];
    snprintf(before, sizeof before, "%s", list_samples(whole));
    for (int i = 0;; i++) {
        fail_allocation(i);
        dn_status status = action(whole);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (!failed)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
        assert_string_equal(list_samples(whole), before);
    }
}

static void allocations_that_fail(void **state)
{
    (void)state;
    scratch_text("train/a/1.jpg", "");
    scratch_text("train/b/c/1.jpg", "");
    scratch_text("test/b/1.jpg", "");
    assert_survives_lack_of_memory("");
    make_classes();
    dn_dataset *whole = open_dataset("train", DN_PORTION_TRAIN);
    assert_fails_clean(whole, match_swapped);
    dn_dataset_free(whole);
    scratch_text("many/a/1.jpg", "");
    scratch_text("many/a/2.jpg", "");
    whole = open_dataset("many", DN_PORTION_TRAIN);
    assert_fails_clean(whole, split_in_halves);
    dn_dataset_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(folder_order_is_torchvisions),
        scratch_test(pictures_that_are_left_out_are_counted),
        scratch_test(data_of_other_formats),
        scratch_test(every_listed_format_is_read),
        scratch_test(links_are_followed),
        scratch_test(a_folder_is_entered_once),
        scratch_test(train_and_val),
        scratch_test(names_and_kinds_of_parts),
        scratch_test(runs_are_no_class),
        scratch_test(classes_named_train_and_test),
        scratch_test(refused),
        scratch_test(samples_are_read),
        scratch_test(splits_class_by_class),
        scratch_test(small_classes_share_what_is_held),
        scratch_test(splits_are_fair),
        scratch_test(splits_that_cannot_be),
        scratch_test(matches_a_networks_outputs),
        scratch_test(matches_numbers),
        scratch_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
