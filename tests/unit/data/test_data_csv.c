/* SPDX-License-Identifier: MIT */
/* CSV rows, and data sets made of them. */
#include "dataset_checks.h"
#include "encoding.h"

#include "data/datasets/csv.h"

#include <math.h>

/* Rows joined by ';', fields by '|'; or the fault. */
static const char *parse(const char *text, size_t size)
{
    static char list[1024];
    size_t at = 0;
    dn_csv csv;
    bool found = true;
    char *exact = malloc(size ? size : 1); /* so that a read past the end is seen */
    memcpy(exact, text, size);
    list[0] = '\0';
    dn_csv_begin("x.csv", exact, size, &csv);
    while (found) {
        if (dn_csv_next(&csv, &found) != DN_OK) {
            snprintf(list, sizeof list, "%s", dn_last_error());
            break;
        }
        for (int i = 0; found && i < csv.fields.count; i++)
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%s",
                                   i    ? "|"
                                   : at ? ";"
                                        : "",
                                   dn_name_list_get(&csv.fields, i));
    }
    dn_csv_end(&csv);
    free(exact);
    return list;
}

static void rows(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"\n\r\n", ""},
        {"a,b\nc,d\n", "a|b;c|d"},
        {"a,b\r\nc,d", "a|b;c|d"},
        {"\xef\xbb\xbf"
         "a,b\n\n\nc,d\n",
         "a|b;c|d"},
        {"a,,\n,b,", "a||;|b|"},
        {"\"a,b\",\"c\"\"d\"\n\"e\nf\",\"\"\"\"", "a,b|c\"d;e\nf|\""},
        {"\"\",x", "|x"},
        {"a\rb,c", "a\rb|c"},
        {"a \"b\" c,d", "a \"b\" c|d"},
        {"\"a", "x.csv: line 1 begins a quoted field that never ends"},
        {"a,b\n\nc,\"d\n\n", "x.csv: line 3 begins a quoted field that never ends"},
        {"\"a\"b,c", "x.csv: line 1 has text after a quoted field"},
        {"\"a\nb\"\n\"", "x.csv: line 3 begins a quoted field that never ends"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(parse(cases[i][0], strlen(cases[i][0])), cases[i][1]);
    assert_string_equal(parse("a\0b", 3), "x.csv: line 1 holds a zero byte; a CSV is text");
    assert_string_equal(parse("\"\0\"", 3), "x.csv: line 1 begins a quoted field that never ends");
}

static void labels_known_and_unknown(void **state)
{
    (void)state;
    scratch_text("set/labels.csv",
                 "image,Mass,\"Nodule, small\"\n"
                 "a.png,0,1\nsub/b.png,,1.0\n/abs/c.png,-1,0.25\nd.png,nan, 1 \n");
    dn_dataset *dataset = open_dataset("set/labels.csv", DN_PORTION_TRAIN);
    assert_string_equal(dn_dataset_format(dataset), "CSV");
    assert_int_equal(dn_dataset_objective(dataset), DN_OBJECTIVE_LABELS);
    assert_int_equal(dn_dataset_outputs(dataset), 2);
    assert_string_equal(dn_dataset_label(dataset, 1), "Nodule, small");
    static const float expected[4][2] = {{0, 1}, {NAN, 1}, {NAN, 0.25f}, {NAN, 1}};
    for (int i = 0; i < 4; i++) {
        float target[2];
        dn_dataset_target(dataset, i, target);
        assert_int_equal(dn_dataset_class(dataset, i), -1);
        for (int j = 0; j < 2; j++)
            assert_true(isnan(expected[i][j]) ? isnan(target[j]) : target[j] == expected[i][j]);
    }
    char name[256];
    dn_dataset_name(dataset, 1, name, sizeof name);
    assert_string_equal(name, scratch_path("set/sub/b.png"));
    dn_dataset_name(dataset, 2, name, sizeof name);
    assert_string_equal(name, "/abs/c.png");
    dn_image *image;
    assert_int_equal(dn_dataset_read(dataset, 2, NULL, &image), DN_ERROR_IO);

    static const char *const labels[] = {"Nodule, small", "Edema", "Mass"};
    assert_int_equal(dn_dataset_match(dataset, labels, 3), DN_OK);
    float target[3];
    dn_dataset_target(dataset, 0, target);
    assert_true(target[0] == 1 && isnan(target[1]) && target[2] == 0);
    dn_dataset *rest, *held;
    assert_int_equal(dn_dataset_split(dataset, 0.5, 1, &rest, &held), DN_OK);
    assert_int_equal(dn_dataset_count(held), 2);
    dn_dataset_free(rest);
    dn_dataset_free(held);
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("set/labels.csv");
}

static void folder_with_labels(void **state)
{
    (void)state;
    unsigned char *pixels = draw_picture(3, 2, 3);
    encoded png = encode_png(pixels, 3, 2, false);
    scratch_file("a.png", png.data, png.size);
    scratch_text("labels.csv", "image,x\na.png,1\n");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TEST);
    dn_image *image;
    assert_int_equal(dn_dataset_read(dataset, 0, NULL, &image), DN_OK);
    assert_int_equal(image->width, 3);
    dn_image_free(image);
    char name[256];
    dn_dataset_name(dataset, 0, name, sizeof name);
    assert_string_equal(name, scratch_path("a.png"));
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("");
    free(pixels);
    free(png.data);
}

static void assert_table(const char *folder, dn_portion portion, const char *source)
{
    dn_dataset *dataset = open_dataset(folder, portion);
    assert_string_equal(dn_dataset_source(dataset), scratch_path(source));
    dn_dataset_free(dataset);
}

/* Which table of a folder is taken. */
static void tables_of_a_folder(void **state)
{
    (void)state;
    static const char table[] = "image,x\na.png,1\n";
    scratch_text("set/labels.csv", table);
    scratch_text("set/other.csv", table);
    assert_table("set", DN_PORTION_TEST, "set/labels.csv");
    scratch_text("set/train.csv", table);
    assert_refused("set", DN_PORTION_TEST, "has a train.csv, but no labelled part named test");
    scratch_text("set/valid.csv", table);
    assert_table("set", DN_PORTION_TRAIN, "set/train.csv");
    assert_table("set", DN_PORTION_TEST, "set/valid.csv");
    scratch_text("set/test.csv", table);
    assert_table("set", DN_PORTION_TEST, "set/test.csv");
    assert_table("set", DN_PORTION_VALIDATION, "set/valid.csv");
    scratch_text("only/meta.csv", table);
    assert_table("only", DN_PORTION_TRAIN, "only/meta.csv");
    scratch_text("only/settings.json", "{}");
    scratch_text("only/log.csv", "a run's");
    assert_table("only", DN_PORTION_TRAIN, "only/meta.csv");
    scratch_text("only/second.csv", table);
    assert_refused("only", DN_PORTION_TRAIN, "has 2 tables, none named train.csv or labels.csv");
    scratch_text("folders/x/1.jpg", "");
    scratch_text("folders/notes.csv", table);
    assert_table("folders", DN_PORTION_TRAIN, "folders");
    assert_survives_lack_of_memory("set");
}

static void single_column_of_classes(void **state)
{
    (void)state;
    scratch_text("words.csv", "image,label\na.png,dog\nb.png,cat\nc.png,dog\n");
    dn_dataset *dataset = open_dataset("words.csv", DN_PORTION_TRAIN);
    assert_int_equal(dn_dataset_objective(dataset), DN_OBJECTIVE_CLASSES);
    assert_string_equal(list_labels(dataset), "cat dog");
    assert_string_equal(list_samples(dataset), "1:a.png 0:b.png 1:c.png");
    dn_dataset_free(dataset);
    scratch_text("numbers.csv", "image,label\na.png,10\nb.png,2\nc.png,0\n");
    dataset = open_dataset("numbers.csv", DN_PORTION_TRAIN);
    assert_int_equal(dn_dataset_outputs(dataset), 11);
    assert_string_equal(list_samples(dataset), "10:a.png 2:b.png 0:c.png");
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("words.csv");
    assert_survives_lack_of_memory("numbers.csv");
}

static void refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "does not begin with a header"},
        {"image\na.png\n", "does not begin with a header"},
        {"image,x\n", "holds no pictures"},
        {"image,,\na.png,1,0\n", "no column is known to be a label"},
        {"image,x,x\n", "two columns are named x"},
        {"image,x,y\na.png,1\n", "line 2 has 2 fields, the header has 3"},
        {"image,x,y\na.png,1,0,0\n", "line 2 has 4 fields, the header has 3"},
        {"image,x,y\na.png,1,0\nb.png,2,0\n", "line 3 has \"2\" under x"},
        {"image,x,y\na.png,1,1\nb.png,1,-2\n", "line 3 has \"-2\" under y"},
        {"image,x,y\na.png,1,1\nb.png,1,yes\n", "line 3 has \"yes\" under y"},
        {"image,x,y\na.png,1,1\nb.png,1,inf\n", "line 3 has \"inf\" under y"},
        {"image,x,y\na.png,cat,dog\n", "no column is known to be a label"},
        {"image,x\n,1\n", "line 2 names no picture"},
        {"image,x\na.png,cat\nb.png,\n", "names no class for "},
        {"image,x\na.png,3\nb.png,-4\n", "out of the range"},
        {"image,x\na.png,99999999999999999999\n", "out of the range"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_text("bad.csv", cases[i][0]);
        assert_refused("bad.csv", DN_PORTION_TRAIN, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        scratch_test(labels_known_and_unknown),
        scratch_test(folder_with_labels),
        scratch_test(tables_of_a_folder),
        scratch_test(single_column_of_classes),
        scratch_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
