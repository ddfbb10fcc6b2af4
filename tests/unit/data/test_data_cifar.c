/* SPDX-License-Identifier: MIT */
/* CIFAR's binary files. */
#include "dataset_checks.h"

enum { PICTURE = 3072, MOST_RECORDS = 8 };

/* Records of label bytes and a picture whose first red, green and blue are
 * 100, 101 and 102 more than the record's number. */
static void write_records(const char *name, int label_bytes, const unsigned char *labels, int count)
{
    static unsigned char bytes[MOST_RECORDS * (2 + PICTURE)];
    size_t size = PICTURE + (size_t)label_bytes;
    memset(bytes, 0, sizeof bytes);
    for (int i = 0; i < count; i++) {
        unsigned char *record = bytes + (size_t)i * size;
        memcpy(record, labels, (size_t)label_bytes);
        labels += label_bytes;
        for (int c = 0; c < 3; c++)
            record[label_bytes + c * 1024] = (unsigned char)(100 + c + i);
    }
    scratch_file(name, bytes, (size_t)count * size);
}

static const char names[] =
    "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\r\ntruck\n\n";

static void cifar10_folder(void **state)
{
    (void)state;
    const unsigned char first[] = {3, 8, 0}, second[] = {9}, test[] = {5, 6};
    write_records("data_batch_2.bin", 1, second, 1);
    write_records("data_batch_1.bin", 1, first, 3);
    write_records("test_batch_a.bin", 1, test, 2);
    scratch_text("batches.meta.txt", names);
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "CIFAR-10");
    assert_string_equal(list_samples(dataset),
                        "3:data_batch_1.bin, record 0 8:data_batch_1.bin, record 1 "
                        "0:data_batch_1.bin, record 2 9:data_batch_2.bin, record 0");
    assert_int_equal(dn_dataset_outputs(dataset), 10);
    assert_string_equal(dn_dataset_label(dataset, 8), "ship");
    dn_image *image;
    assert_int_equal(dn_dataset_read(dataset, 2, NULL, &image), DN_OK);
    assert_true(image->width == 32 && image->height == 32 && image->channels == 3);
    const unsigned char pixel[] = {102, 103, 104};
    assert_memory_equal(image->pixels, pixel, 3);
    dn_image_free(image);
    dn_dataset_free(dataset);
    dataset = open_dataset("", DN_PORTION_TEST);
    assert_string_equal(list_samples(dataset),
                        "5:test_batch_a.bin, record 0 6:test_batch_a.bin, record 1");
    assert_true(dn_dataset_reads(dataset, scratch_path(""), scratch_path("test_batch_a.bin")));
    assert_true(dn_dataset_reads(dataset, scratch_path(""), scratch_path("batches.meta.txt")));
    assert_false(dn_dataset_reads(dataset, scratch_path(""), scratch_path("other.bin")));
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("");
}

static void single_files(void **state)
{
    (void)state;
    const unsigned char labels[] = {1, 2};
    write_records("some.bin", 1, labels, 2);
    dn_dataset *dataset = open_dataset("some.bin", DN_PORTION_TEST);
    assert_int_equal(dn_dataset_count(dataset), 2);
    assert_string_equal(list_labels(dataset), "0 1 2 3 4 5 6 7 8 9");
    dn_dataset_free(dataset);
    scratch_text("batches.meta.txt", names);
    dataset = open_dataset("some.bin", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_label(dataset, 9), "truck");
    dn_dataset_free(dataset);

    assert_int_equal(chdir(scratch_root), 0);
    assert_int_equal(dn_dataset_open("some.bin", DN_PORTION_TRAIN, &dataset), DN_OK);
    assert_string_equal(dn_dataset_label(dataset, 9), "truck");
    dn_dataset_free(dataset);
    assert_int_equal(chdir("/"), 0);
}

static void cifar100_folder(void **state)
{
    (void)state;
    const unsigned char train[] = {19, 99, 0, 50}, test[] = {4, 7};
    write_records("train.bin", 2, train, 2);
    write_records("test.bin", 2, test, 1);
    char labels[2048];
    int at = 0;
    for (int i = 0; i < 100; i++)
        at += snprintf(labels + at, sizeof labels - (size_t)at, "fine%d\n", i);
    scratch_text("fine_label_names.txt", labels);
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "CIFAR-100");
    assert_string_equal(list_samples(dataset), "99:train.bin, record 0 50:train.bin, record 1");
    assert_string_equal(dn_dataset_label(dataset, 99), "fine99");
    dn_image *image;
    assert_int_equal(dn_dataset_read(dataset, 1, NULL, &image), DN_OK);
    assert_int_equal(((unsigned char *)image->pixels)[2], 103);
    dn_image_free(image);
    dn_dataset_free(dataset);
    dataset = open_dataset("", DN_PORTION_TEST);
    assert_string_equal(list_samples(dataset), "7:test.bin, record 0");
    dn_dataset_free(dataset);
}

static void refused(void **state)
{
    (void)state;
    const unsigned char bad[] = {1, 10}, good[] = {1}, bad100[] = {3, 100}, good100[] = {0, 3};
    write_records("bad.bin", 1, bad, 2);
    assert_refused("bad.bin", DN_PORTION_TRAIN, "record 1 has the label 10, out of the range 0..9");
    write_records("bad100.bin", 2, bad100, 1);
    assert_refused("bad100.bin", DN_PORTION_TRAIN,
                   "record 0 has the label 100, out of the range 0..99");
    scratch_text("short.bin", "0123");
    assert_refused("short.bin", DN_PORTION_TRAIN, "4 bytes are not a whole number");
    scratch_text("none.bin", "");
    assert_refused("none.bin", DN_PORTION_TRAIN, "holds no pictures");
    write_records("only/data_batch_1.bin", 1, good, 1);
    assert_refused("only", DN_PORTION_TEST, "no test files");
    write_records("only/data_batch_2.bin", 2, good100, 1);
    assert_refused("only", DN_PORTION_TRAIN, "holds CIFAR-100 records");
    write_records("names/data_batch_1.bin", 1, good, 1);
    scratch_text("names/batches.meta.txt", "one\ntwo\n");
    assert_refused("names", DN_PORTION_TRAIN, "names 2 classes, expected 10");
    scratch_file("names/batches.meta.txt", "one\0two\n", 8);
    assert_refused("names", DN_PORTION_TRAIN, "is not text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(cifar10_folder),
        scratch_test(single_files),
        scratch_test(cifar100_folder),
        scratch_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
