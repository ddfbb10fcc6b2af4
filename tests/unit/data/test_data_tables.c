/* SPDX-License-Identifier: MIT */
/* Tables as they are published: columns, blanks, doubts, findings, where pictures are. */
#include "dataset_checks.h"

#include <math.h>

static char heard[2048]; /* what was logged, a line each */

static void hear(dn_log_level level, const char *sentence, void *context)
{
    (void)level;
    (void)context;
    size_t length = strlen(heard);
    snprintf(heard + length, sizeof heard - length, "%s\n", sentence);
}

static dn_status try_table(const char *name, const dn_dataset_options *asked, dn_dataset **dataset)
{
    dn_dataset_options options = *asked;
    options.struct_size = sizeof options;
    heard[0] = '\0';
    dn_set_log(hear, NULL);
    dn_status status = dn_dataset_open_with(scratch_path(name), &options, dataset);
    dn_set_log(NULL, NULL);
    return status;
}

static dn_dataset *open_table(const char *name, const dn_dataset_options *options)
{
    dn_dataset *dataset = NULL;
    if (try_table(name, options, &dataset) != DN_OK)
        fail_msg("%s", dn_last_error());
    return dataset;
}

static void assert_table_refused(const char *name, dn_dataset_options options, const char *words)
{
    dn_dataset *dataset = NULL;
    if (try_table(name, &options, &dataset) == DN_OK || !strstr(dn_last_error(), words))
        fail_msg("said \"%s\", expected \"%s\"", dn_last_error(), words);
}

#define OPEN(name, ...) open_table(name, &(dn_dataset_options){__VA_ARGS__})

/* Row after row "0 1 ?;", ? for what is not known. */
static const char *list_targets(const dn_dataset *dataset)
{
    static char list[1024];
    size_t at = 0;
    list[0] = '\0';
    for (int i = 0; i < dn_dataset_count(dataset); i++) {
        float target[16];
        dn_dataset_target(dataset, i, target);
        for (int j = 0; j < dn_dataset_outputs(dataset); j++)
            at += isnan(target[j])
                      ? (size_t)snprintf(list + at, sizeof list - at, "? ")
                      : (size_t)snprintf(list + at, sizeof list - at, "%g ", (double)target[j]);
        list[at - 1] = ';';
    }
    return list;
}

static void assert_targets(const char *name, dn_dataset_options options, const char *labels,
                           const char *targets)
{
    dn_dataset *dataset = open_table(name, &options);
    assert_string_equal(list_labels(dataset), labels);
    assert_string_equal(list_targets(dataset), targets);
    dn_dataset_free(dataset);
}

static const char chexpert[] =
    "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,Fracture\n"
    "CheXpert-v1.0-small/train/patient1/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,\n"
    "CheXpert-v1.0-small/train/patient2/study1/view1_frontal.jpg,Male,0,Lateral,,,-1.0,1.0\n"
    "CheXpert-v1.0-small/train/patient2/study2/view1_frontal.jpg,Male,1,Frontal,PA,,0.0,-1.0\n";

static void chexperts_blanks_and_doubts(void **state)
{
    (void)state;
    static const char labels[] = "No Finding Edema Fracture";
    scratch_text("CheXpert-v1.0-small/train.csv", chexpert);
    const char *table = "CheXpert-v1.0-small/train.csv";
    dn_dataset_options options = {0};
    assert_targets(table, options, labels, "1 0 0;0 ? 1;0 0 ?;");
    assert_non_null(strstr(heard, "not labels, so not used: Sex, Age, Frontal/Lateral, AP/PA; "
                                  "used: No Finding, Edema, Fracture"));
    assert_non_null(strstr(heard,
                           "2 entries are uncertain (-1) and left out of account; the option "
                           "uncertain makes them zero or one"));
    assert_non_null(strstr(heard, "empty fields count as 0, as CheXpert means them"));
    assert_targets(table, (dn_dataset_options){.uncertain = "ignore"}, labels,
                   "1 0 0;0 ? 1;0 0 ?;");
    assert_null(strstr(heard, "uncertain"));
    assert_targets(table, (dn_dataset_options){.uncertain = "zero"}, labels, "1 0 0;0 0 1;0 0 0;");
    assert_targets(table, (dn_dataset_options){.uncertain = "one", .blank = "ignore"}, labels,
                   "1 ? ?;? 1 1;? 0 1;");
    assert_targets(table, (dn_dataset_options){.label_columns = "Fracture,Edema"}, "Fracture Edema",
                   "0 0;1 ?;? 0;");
    assert_null(strstr(heard, "not used"));
    assert_table_refused(table, (dn_dataset_options){.uncertain = "maybe"}, "uncertain \"maybe\"");
    assert_survives_lack_of_memory(table);
}

/* Below the table's folder, above it, and where the data set's folder has another name. */
static void chexperts_paths(void **state)
{
    (void)state;
    static const char *const pictures[] = {"train/patient1/study1/view1_frontal.jpg",
                                           "train/patient2/study1/view1_frontal.jpg"};
    static const struct {
        const char *table, *folder, *root;
    } cases[] = {{"1/CheXpert-v1.0-small/train.csv", "1/CheXpert-v1.0-small/", NULL},
                 {"2/other/train.csv", "2/other/", NULL},
                 {"3/train.csv", "3/CheXpert-v1.0-small/", NULL},
                 {"4/table.csv", "4/disk/CheXpert-v1.0-small/", "4/disk"},
                 {"5/table.csv", "5/CheXpert-v1.0-small/", "5/CheXpert-v1.0-small"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[512], picture[512], root[256];
        scratch_text(cases[i].table, chexpert);
        for (int j = 0; j < 2; j++) {
            snprintf(picture, sizeof picture, "%s%s", cases[i].folder, pictures[j]);
            scratch_text(picture, "");
        }
        snprintf(root, sizeof root, "%s", scratch_path(cases[i].root ? cases[i].root : ""));
        dn_dataset *dataset = OPEN(cases[i].table, .root = cases[i].root ? root : NULL);
        assert_int_equal(dn_dataset_check(dataset), DN_OK);
        dn_dataset_name(dataset, 1, name, sizeof name);
        assert_string_equal(name, scratch_path(picture));
        dn_dataset_free(dataset);
    }
    scratch_text("nowhere/train.csv", chexpert);
    dn_dataset *dataset = OPEN("nowhere/train.csv", 0);
    assert_int_equal(dn_dataset_check(dataset), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), "its pictures are not there"));
    dn_dataset_free(dataset);
}

static void nihs_findings(void **state)
{
    (void)state;
    scratch_text("nih.csv", "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient "
                            "Gender,View Position,OriginalImage[Width,Height],\n"
                            "00000001_000.png,Cardiomegaly|Emphysema,0,1,58,M,PA,2682,2749,\n"
                            "00000002_000.png,No Finding,1,1,58,M,PA,2682,2749,\n"
                            "00000003_000.png,Emphysema,0,2,81,M,AP,2500,2048,\n");
    assert_targets("nih.csv", (dn_dataset_options){0}, "Cardiomegaly Emphysema", "1 1;0 0;0 1;");
    assert_non_null(strstr(heard, "Patient Age, Patient Gender"));
    assert_non_null(strstr(heard, "used: Finding Labels"));
    assert_survives_lack_of_memory("nih.csv");
    /* a finding that a table does not have is known to be absent */
    static const char *const labels[] = {"Cardiomegaly", "Mass", "Emphysema"};
    dn_dataset *dataset = OPEN("nih.csv", 0);
    assert_int_equal(dn_dataset_match(dataset, labels, 3), DN_OK);
    assert_string_equal(list_targets(dataset), "1 0 1;0 0 0;0 0 1;");
    dn_dataset_free(dataset);
    scratch_text("none.csv", "Image Index,Finding Labels\n1.png,No Finding\n");
    assert_table_refused("none.csv", (dn_dataset_options){0}, "names no finding");
    scratch_text("own.csv", "id,found,day\n1.png, A | B ,3\n2.png,no finding,4\n");
    assert_targets("own.csv", (dn_dataset_options){.label_column = "found"}, "A B", "1 1;0 0;");
    assert_targets("own.csv", (dn_dataset_options){.label_column = "day", .task = "labels"}, "3 4",
                   "1 0;0 1;");
    scratch_text("flags.csv", "id,Effusion,Finding Labels\n1.png,0,1\n2.png,1,0\n");
    assert_table_refused("flags.csv",
                         (dn_dataset_options){.label_column = "Effusion", .task = "labels"},
                         "\"Effusion\" holds 0 and 1, no names of labels");
    assert_table_refused("flags.csv", (dn_dataset_options){0}, "\"Finding Labels\" holds 0 and 1");
    assert_targets("flags.csv", (dn_dataset_options){.label_columns = "Effusion"}, "Effusion",
                   "0;1;");
}

static void isics_one_hot_classes(void **state)
{
    (void)state;
    scratch_text("isic.csv", "image,MEL,NV,BCC\nISIC_1,0.0,1.0,0.0\nISIC_2,1.0,0.0,0.0\n"
                             "ISIC_3,0.0,0.0,1.0\n");
    scratch_text("ISIC_1.jpg", "");
    scratch_text("ISIC_3.png", "");
    dn_dataset *dataset = OPEN("isic.csv", 0);
    assert_int_equal(dn_dataset_objective(dataset), DN_OBJECTIVE_CLASSES);
    assert_string_equal(list_labels(dataset), "MEL NV BCC");
    assert_string_equal(list_samples(dataset), "1:ISIC_1.jpg 0:ISIC_2 2:ISIC_3.png");
    assert_non_null(strstr(heard, "each row has one 1, so its 3 columns are classes"));
    assert_int_equal(dn_dataset_check(dataset), DN_OK);
    dn_dataset_free(dataset);
    dataset = OPEN("isic.csv", .task = "labels");
    assert_int_equal(dn_dataset_objective(dataset), DN_OBJECTIVE_LABELS);
    dn_dataset_free(dataset);
    scratch_text("two.csv", "image,MEL,NV,BCC\nISIC_1,0,1,0\nISIC_2,1,0,1\n");
    assert_targets("two.csv", (dn_dataset_options){0}, "MEL NV BCC", "0 1 0;1 0 1;");
    assert_table_refused("two.csv", (dn_dataset_options){.task = "classes"},
                         "must have a 1 in one column");
    assert_survives_lack_of_memory("isic.csv");
}

/* NIH's folders, and one beside ISIC's table. */
static void pictures_in_folders_below(void **state)
{
    (void)state;
    char name[512];
    scratch_text("nih/Data_Entry.csv", "Image Index,Finding Labels\n1.png,Mass\n2.png,No Finding\n"
                                       "3.png,Mass\n12.png,Mass\n");
    scratch_text("nih/images_001/images/1.png", "");
    scratch_text("nih/images_002/images/2.png", "");
    scratch_text("nih/images_001/images/3.png", "");
    scratch_text("nih/images_002/images/3.png", "");
    dn_dataset *dataset = OPEN("nih/Data_Entry.csv", 0);
    assert_int_equal(dn_dataset_check(dataset), DN_OK);
    dn_dataset_name(dataset, 1, name, sizeof name);
    assert_string_equal(name, scratch_path("nih/images_002/images/2.png"));
    dn_image *image;
    assert_int_equal(dn_dataset_read(dataset, 2, NULL, &image), DN_ERROR_FORMAT);
    assert_non_null(strstr(dn_last_error(), "3.png: is in "));
    assert_int_equal(dn_dataset_read(dataset, 3, NULL, &image), DN_ERROR_IO);
    dn_dataset_free(dataset);
    assert_survives_lack_of_memory("nih/Data_Entry.csv");

    scratch_text("isic/truth.csv", "image,MEL,NV\nISIC_1,1,0\nISIC_2,0,1\n");
    scratch_text("isic/input/ISIC_1.jpg", "");
    scratch_text("isic/input/ISIC_10.jpg", "");
    scratch_text("isic/input/ISIC_2.seg.png", "");
    scratch_text("isic/input/ISIC_2.png", "");
    dataset = OPEN("isic/truth.csv", 0);
    assert_string_equal(list_samples(dataset), "0:isic/input/ISIC_1.jpg 1:isic/input/ISIC_2.png");
    dn_dataset_free(dataset);
}

static void columns_by_name(void **state)
{
    (void)state;
    scratch_text("ham.csv", "lesion_id,image_id,dx,dx_type,age,sex\n"
                            "HAM_1,ISIC_1,bkl,histo,80.0,male\nHAM_2,ISIC_2,nv,histo,1.0,male\n");
    dn_dataset *dataset = OPEN("ham.csv", 0);
    assert_string_equal(list_labels(dataset), "bkl nv");
    assert_string_equal(list_samples(dataset), "0:ISIC_1 1:ISIC_2");
    assert_non_null(strstr(heard, "used: dx"));
    dn_dataset_free(dataset);
    dataset = OPEN("ham.csv", .label_column = "sex", .image_column = "lesion_id");
    assert_string_equal(list_labels(dataset), "male");
    assert_string_equal(list_samples(dataset), "0:HAM_1 0:HAM_2");
    dn_dataset_free(dataset);
    assert_table_refused("ham.csv", (dn_dataset_options){.label_column = "d"}, "no column \"d\"");
    assert_table_refused("ham.csv", (dn_dataset_options){.image_column = "d"}, "no column \"d\"");
    assert_table_refused("ham.csv", (dn_dataset_options){.label_columns = "age,sex,e"},
                         "no column \"e\"");
    assert_table_refused("ham.csv", (dn_dataset_options){.label_columns = "image_id"},
                         "\"image_id\" is already the pictures'");
    assert_table_refused("ham.csv", (dn_dataset_options){.label_columns = "dx"},
                         "line 2 has \"bkl\" under dx");
    assert_table_refused("ham.csv",
                         (dn_dataset_options){.label_column = "dx", .label_columns = "sex"},
                         "exclude each other");
    /* a column of numbers that pandas adds */
    scratch_text("pandas.csv", ",image,label\n0,a.png,cat\n1,b.png,dog\n");
    dataset = OPEN("pandas.csv", 0);
    assert_string_equal(list_samples(dataset), "0:a.png 1:b.png");
    dn_dataset_free(dataset);
}

/* Without an ending as GIF too, also in folders below; one that is not there is named with its row.
 */
static void pictures_by_name(void **state)
{
    (void)state;
    scratch_text("named.csv", "image,x\n1,1\n2,0\nsub/3.png,1\n");
    scratch_text("1.gif", "");
    dn_dataset *dataset = OPEN("named.csv", 0);
    dn_image *image = NULL;
    char name[512];
    dn_dataset_name(dataset, 0, name, sizeof name);
    assert_string_equal(name, scratch_path("1.gif"));
    assert_int_equal(dn_dataset_read(dataset, 2, NULL, &image), DN_ERROR_IO);
    assert_non_null(
        strstr(dn_last_error(), "named.csv: the picture \"sub/3.png\" of row 3 is not there"));
    dn_dataset_free(dataset);
    scratch_text("below.csv", "image,x\n7,1\n8,0\n");
    scratch_text("images_001/images/7.gif", "");
    scratch_text("images_002/images/8.gif", "");
    dataset = OPEN("below.csv", 0);
    dn_dataset_name(dataset, 1, name, sizeof name);
    assert_string_equal(name, scratch_path("images_002/images/8.gif"));
    dn_dataset_free(dataset);
}

static void other_separators(void **state)
{
    (void)state;
    scratch_text("semicolons.csv", "image;label\na.png;cat\n");
    assert_table_refused("semicolons.csv", (dn_dataset_options){0},
                         "its header is separated by semicolons");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(chexperts_blanks_and_doubts),
        scratch_test(chexperts_paths),
        scratch_test(nihs_findings),
        scratch_test(isics_one_hot_classes),
        scratch_test(columns_by_name),
        scratch_test(pictures_in_folders_below),
        scratch_test(pictures_by_name),
        scratch_test(other_separators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
