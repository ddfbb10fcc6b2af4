/* SPDX-License-Identifier: MIT */
/* Tar archives as data sets. */
#include "dataset_checks.h"
#include "encoding.h"
#include "tar_files.h"

static tar_file made;

/* Members "name" or "name=contents". */
static void write_tar(const char *path, const char *const *members)
{
    memset(&made, 0, sizeof made);
    for (; *members; members++) {
        char name[256];
        size_t length = strcspn(*members, "=");
        snprintf(name, sizeof name, "%.*s", (int)length, *members);
        tar_add_text(&made, '0', name, (*members)[length] ? *members + length + 1 : "");
    }
    tar_finish(&made);
    scratch_file(path, made.bytes, made.size);
}

#define WRITE_TAR(path, ...) write_tar(path, (const char *const[]){__VA_ARGS__, NULL})

static void class_folders_in_imagefolders_order(void **state)
{
    (void)state;
    WRITE_TAR("x.tar", "root/b/2.jpg", "./root//b/10.PNG", "root/b/x-y/0.jpg", "root/b/x/1.jpg",
              "root/a-b/1.jpg", "root/a/1.jpg", "root/b/note.txt", "root/b/._2.jpg",
              "root/.git/1.jpg", "../root/a/2.jpg", "root/../b/3.jpg");
    dn_dataset *dataset = open_dataset("x.tar", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "tar");
    assert_string_equal(list_labels(dataset), "a a-b b");
    assert_string_equal(list_samples(dataset),
                        "0:x.tar, root/a/1.jpg 1:x.tar, root/a-b/1.jpg 2:x.tar, root/b/10.PNG "
                        "2:x.tar, root/b/2.jpg 2:x.tar, root/b/x/1.jpg 2:x.tar, root/b/x-y/0.jpg");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("x.tar");
}

static void links_are_counted(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    tar_add_text(&made, '0', "a/1.jpg", "");
    tar_add_text(&made, '1', "a/2.jpg", "");
    tar_add_text(&made, '0', "b/1.jpg", "");
    tar_add_text(&made, '2', "b/2.jpg", "");
    tar_finish(&made);
    scratch_file("links.tar", made.bytes, made.size);
    dn_dataset *dataset = open_dataset("links.tar", DN_PORTION_TRAIN);
    assert_int_equal(dn_dataset_count(dataset), 2);
    assert_int_equal(dn_dataset_links(dataset), 2);
    assert_true(dn_dataset_reads(dataset, "", scratch_path("links.tar")));
    assert_false(dn_dataset_reads(dataset, "", scratch_path("another.tar")));
    dn_dataset_free(dataset);
}

static void roots(void **state)
{
    (void)state;
    WRITE_TAR("top.tar", "a/1.jpg", "b/1.jpg");
    dn_dataset *dataset = open_dataset("top.tar", DN_PORTION_TRAIN);
    assert_string_equal(list_labels(dataset), "a b");
    dn_dataset_free(dataset);
    WRITE_TAR("one.tar", "x/only/1.jpg", "x/only/2.jpg");
    dataset = open_dataset("one.tar", DN_PORTION_TRAIN);
    assert_string_equal(list_labels(dataset), "only");
    dn_dataset_free(dataset);
    WRITE_TAR("deep.tar", "x/a1/s/1.jpg", "x/a2/s/2.jpg");
    dataset = open_dataset("deep.tar", DN_PORTION_TRAIN);
    assert_string_equal(list_labels(dataset), "a1 a2");
    dn_dataset_free(dataset);
}

static void train_and_val(void **state)
{
    (void)state;
    WRITE_TAR("x.tar", "set/train/a/1.jpg", "set/train/b/1.jpg", "set/val/b/2.jpg",
              "set/val/a/2.jpg", "set/test/3.jpg");
    dn_dataset *dataset = open_dataset("x.tar", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset),
                        "0:x.tar, set/train/a/1.jpg 1:x.tar, set/train/b/1.jpg");
    dn_dataset_free(dataset);
    dataset = open_dataset("x.tar", DN_PORTION_TEST);
    assert_string_equal(list_samples(dataset), "0:x.tar, set/val/a/2.jpg 1:x.tar, set/val/b/2.jpg");
    assert_non_null(strstr(dn_dataset_source(dataset), "x.tar, set/val"));
    assert_string_equal(dn_dataset_part(dataset, DN_PORTION_VALIDATION), "val");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("x.tar");
}

static void folder_of_tars(void **state)
{
    (void)state;
    WRITE_TAR("shards/2.tar", "b/1.jpg", "a/2.jpg");
    WRITE_TAR("shards/1.tar", "a/1.jpg");
    dn_dataset *dataset = open_dataset("shards", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset),
                        "0:shards/1.tar, a/1.jpg 0:shards/2.tar, a/2.jpg 1:shards/2.tar, b/1.jpg");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("shards");
    WRITE_TAR("classes/n02.tar", "n02_1.JPEG");
    WRITE_TAR("classes/n01.tar", "n01_2.JPEG", "n01_1.JPEG");
    dataset = open_dataset("classes", DN_PORTION_TRAIN);
    assert_string_equal(list_labels(dataset), "n01 n02");
    assert_int_equal(dn_dataset_class(dataset, 2), 1);
    dn_dataset_free(dataset);
    /* next to class folders an archive is only where they came from */
    scratch_text("mixed/a/1.jpg", "");
    WRITE_TAR("mixed/all.tar", "b/1.jpg");
    dataset = open_dataset("mixed", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "class folders");
    dn_dataset_free(dataset);
}

static void webdataset_numbers(void **state)
{
    (void)state;
    WRITE_TAR("x.tar", "s/001.jpg", "s/001.cls=2", "s/001.txt=words", "s/000.cls= 0\n", "s/000.png",
              "s/002.seg.png", "s/002.jpg", "s/002.json={\"label\": 1}", "s/003.json={\"cls\": 7}");
    dn_dataset *dataset = open_dataset("x.tar", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "WebDataset");
    assert_string_equal(list_labels(dataset), "0 1 2");
    assert_string_equal(list_samples(dataset),
                        "2:x.tar, s/001.jpg 0:x.tar, s/000.png 1:x.tar, s/002.jpg");
    static const char *const labels[] = {"dog", "cat", "cow", "hen"};
    assert_int_equal(dn_dataset_match(dataset, labels, 4), DN_OK);
    assert_string_equal(list_labels(dataset), "dog cat cow hen");
    assert_int_equal(dn_dataset_class(dataset, 0), 2);
    assert_int_equal(dn_dataset_match(dataset, labels, 2), DN_ERROR_MISMATCH);
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("x.tar");
}

static void webdataset_names(void **state)
{
    (void)state;
    WRITE_TAR("x.tar", "1.jpg", "1.cls=dog", "2.jpg", "2.json={\"class\": \"cat\"}", "3.jpg",
              "3.json={\"cls\": \"dog\"}", "3.cls=cat");
    dn_dataset *dataset = open_dataset("x.tar", DN_PORTION_TRAIN);
    assert_string_equal(list_labels(dataset), "cat dog");
    assert_string_equal(list_samples(dataset), "1:x.tar, 1.jpg 0:x.tar, 2.jpg 0:x.tar, 3.jpg");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("x.tar");
}

/* Each archive starts afresh: 1.jpg of one has nothing to do with 1.cls of another. */
static void webdataset_samples_end_with_their_archive(void **state)
{
    (void)state;
    WRITE_TAR("shards/1.tar", "1.jpg", "1.cls=dog");
    WRITE_TAR("shards/2.tar", "1.jpg", "1.cls=cat");
    dn_dataset *dataset = open_dataset("shards", DN_PORTION_TRAIN);
    assert_string_equal(list_samples(dataset), "1:shards/1.tar, 1.jpg 0:shards/2.tar, 1.jpg");
    dn_dataset_free(dataset);
    WRITE_TAR("torn/1.tar", "0.jpg", "0.cls=dog", "1.jpg");
    WRITE_TAR("torn/2.tar", "1.cls=cat", "2.jpg", "2.cls=dog");
    assert_refused("torn", DN_PORTION_TRAIN, "1.jpg has no .cls or .json of the same key");
}

static void pictures_in_place(void **state)
{
    (void)state;
    unsigned char *pixels = draw_picture(5, 4, 3);
    encoded png = encode_png(pixels, 5, 4, false);
    memset(&made, 0, sizeof made);
    tar_add_text(&made, '0', "b/0.png", "no picture");
    tar_add(&made, '0', "a/0.png", png.data, png.size);
    scratch_file("plain name", made.bytes, made.size); /* recognised by content */
    dn_dataset *dataset = open_dataset("plain name", DN_PORTION_TRAIN);
    dn_image *image;
    assert_int_equal(dn_dataset_read(dataset, 0, NULL, &image), DN_OK);
    assert_memory_equal(image->pixels, pixels, 60);
    dn_image_free(image);
    assert_int_equal(dn_dataset_read(dataset, 1, NULL, &image), DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "plain name, b/0.png"));
    dn_dataset_free(dataset);
    free(png.data);
    free(pixels);
}

static void refused(void **state)
{
    (void)state;
    WRITE_TAR("flat.tar", "1.jpg", "a/2.jpg");
    assert_refused("flat.tar", DN_PORTION_TRAIN, "1.jpg is not in a class folder");
    WRITE_TAR("bare.tar", "1.jpg", "2.jpg");
    assert_refused("bare.tar", DN_PORTION_TRAIN, "1.jpg is not in a class folder");
    WRITE_TAR("none.tar", "a/1.txt");
    assert_refused("none.tar", DN_PORTION_TRAIN, "holds no pictures");
    WRITE_TAR("phone.tar", "a/1.jxl", "b/2.JXL", "b/3.psd", "b/1.txt");
    assert_refused("phone.tar", DN_PORTION_TRAIN,
                   "holds only pictures in formats that are not read: 2 .jxl, 1 .psd; JPEG, PNG");
    scratch_text("empty.tar", "");
    assert_refused("empty.tar", DN_PORTION_TRAIN, "holds no pictures");
    scratch_text("words.tar", "no archive at all");
    assert_refused("words.tar", DN_PORTION_TRAIN, "holds no pictures");
    WRITE_TAR("half.tar", "1.jpg", "1.cls=1", "2.jpg");
    assert_refused("half.tar", DN_PORTION_TRAIN, "2.jpg has no .cls or .json of the same key");
    WRITE_TAR("negative.tar", "1.jpg", "1.cls=-1");
    assert_refused("negative.tar", DN_PORTION_TRAIN, "1.jpg: has the class -1");
    WRITE_TAR("blank.tar", "1.jpg", "1.cls= \n");
    assert_refused("blank.tar", DN_PORTION_TRAIN, "1.cls gives no class");
    WRITE_TAR("json.tar", "1.jpg", "1.json={\"cls\":");
    assert_refused("json.tar", DN_PORTION_TRAIN, "1.json is not valid JSON");
    WRITE_TAR("json2.tar", "1.jpg", "1.json={\"cls\": 1.5}");
    assert_refused("json2.tar", DN_PORTION_TRAIN, "1.json gives no class");
    WRITE_TAR("cut.tar", "a/1.jpg=0123", "b/1.jpg=0123");
    scratch_file("cut.tar", made.bytes, 3 * TAR_BLOCK + 2);
    assert_refused("cut.tar", DN_PORTION_TRAIN, "the file only 2 more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(class_folders_in_imagefolders_order),
        scratch_test(links_are_counted),
        scratch_test(roots),
        scratch_test(train_and_val),
        scratch_test(folder_of_tars),
        scratch_test(webdataset_numbers),
        scratch_test(webdataset_names),
        scratch_test(webdataset_samples_end_with_their_archive),
        scratch_test(pictures_in_place),
        scratch_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
