/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv_names.h"

#include <string.h>
#include <strings.h>

static const char *const images[] = {"image",     "path",       "image index", "image_id",
                                     "image id",  "image_name", "isic_id",     "filename",
                                     "file_name", "file",       "image_path",  "filepath",
                                     "file_path", "img",        "picture",     NULL};
static const char *const classes[] = {"label", "class", "category", "target", "diagnosis",
                                      "dx",    "breed", "species",  NULL};
static const char *const findings[] = {"finding labels", NULL};
static const char *const others[] = {"",
                                     "unnamed: 0",
                                     "sex",
                                     "gender",
                                     "age",
                                     "age_approx",
                                     "patient age",
                                     "patient gender",
                                     "patient sex",
                                     "patient id",
                                     "patient_id",
                                     "patientid",
                                     "subject_id",
                                     "study_id",
                                     "dicom_id",
                                     "lesion_id",
                                     "frontal/lateral",
                                     "ap/pa",
                                     "view",
                                     "view position",
                                     "follow-up #",
                                     "fold",
                                     "split",
                                     "width",
                                     "height",
                                     NULL};

static bool is_among(const char *const *names, const char *name)
{
    while (*names && strcasecmp(*names, name) != 0)
        names++;
    return *names;
}

bool dn_csv_names_image(const char *name)
{
    return is_among(images, name);
}

bool dn_csv_names_class(const char *name)
{
    return is_among(classes, name);
}

bool dn_csv_names_findings(const char *name)
{
    return is_among(findings, name);
}

bool dn_csv_names_no_label(const char *name)
{
    return is_among(others, name);
}

bool dn_csv_is_chexpert(const dn_name_list *names)
{
    static const char *const columns[] = {"Path", "Frontal/Lateral", "No Finding"};
    size_t held = 0;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        for (int j = 0; j < names->count; j++)
            held += strcmp(columns[i], dn_name_list_get(names, j)) == 0;
    return held == sizeof columns / sizeof *columns;
}
