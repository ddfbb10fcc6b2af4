/* SPDX-License-Identifier: MIT */
/* The networks that TorchXRayVision publishes keep their operating points in
 * that library's source, not in the file (models.py of release 1.5.2). */
#include "loading/other_metadata.h"

#include <math.h>
#include <string.h>

const char *const dn_xrv_labels[DN_XRV_OUTPUTS] = {
    "Atelectasis",  "Consolidation",
    "Infiltration", "Pneumothorax",
    "Edema",        "Emphysema",
    "Fibrosis",     "Effusion",
    "Pneumonia",    "Pleural_Thickening",
    "Cardiomegaly", "Nodule",
    "Mass",         "Hernia",
    "Lung Lesion",  "Fracture",
    "Lung Opacity", "Enlarged Cardiomediastinum",
};

/* At which 80% of what is called positive is right, of the first network alone. */
static const float ppv80[DN_XRV_OUTPUTS] = {
    0.72715247f, 0.8885005f,  0.92493945f, 0.6527224f,  0.68707734f, 0.46127197f,
    0.7272054f,  0.6127343f,  0.9878492f,  0.61979693f, 0.66309816f, 0.7853459f,
    0.930661f,   0.93645346f, 0.6788558f,  0.6547198f,  0.61614525f, 0.8489876f};

static const char suffix[] = "-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt";

static const struct {
    const char *data_sets; /* what the file's name begins with */
    float thresholds[DN_XRV_OUTPUTS];
} published[] = {
    {"nih-pc-chex-mimic_ch-google-openi-kaggle",
     {0.07422872f, 0.038290843f, 0.09814756f, 0.0098118475f, 0.023601074f, 0.0022490358f,
      0.010060724f, 0.103246614f, 0.056810737f, 0.026791653f, 0.050318155f, 0.023985857f,
      0.01939503f, 0.042889766f, 0.053369623f, 0.035975814f, 0.20204692f, 0.05015312f}},
    {"nih",
     {0.039117552f, 0.0034529066f, 0.11396341f, 0.0057298196f, 0.00045666535f, 0.0018880932f,
      0.012037827f, 0.038744126f, 0.0037213727f, 0.014730946f, 0.016149804f, 0.054241467f,
      0.037198864f, 0.0004403434f, NAN, NAN, NAN, NAN}},
    {"pc",
     {0.031012505f, 0.013347598f, 0.081435576f, 0.001262615f, 0.002587246f, 0.0035944257f,
      0.0023071f, 0.055412333f, 0.044385884f, 0.042766232f, 0.043258056f, 0.037629247f,
      0.005658899f, 0.0091741895f, NAN, 0.026507627f, NAN, NAN}},
    {"chex",
     {0.1988969f, 0.05710573f, NAN, 0.0531293f, 0.1435217f, NAN, NAN, 0.27212676f, 0.07749717f, NAN,
      0.19712369f, NAN, NAN, NAN, 0.09932402f, 0.09273402f, 0.3270967f, 0.10888247f}},
    {"kaggle",
     {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0.13486601f, NAN, NAN, NAN, NAN, NAN, NAN, NAN,
      0.13511065f, NAN}},
    {"mimic_nb",
     {0.08558747f, 0.011884617f, NAN, 0.0040595434f, 0.010733786f, NAN, NAN, 0.118761964f,
      0.022924708f, NAN, 0.06358637f, NAN, NAN, NAN, 0.022143636f, 0.017476924f, 0.1258702f,
      0.014020768f}},
    {"mimic_ch",
     {0.09121389f, 0.010573786f, NAN, 0.005023008f, 0.003698257f, NAN, NAN, 0.08001232f,
      0.037242252f, NAN, 0.05006329f, NAN, NAN, NAN, 0.019866971f, 0.03823637f, 0.11303808f,
      0.0069147074f}},
};

static bool is_published(const char *path, size_t network)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(published[network].data_sets);
    return strncmp(name, published[network].data_sets, length) == 0 &&
           strcmp(name + length, suffix) == 0;
}

const float *dn_xrv_thresholds(const char *path)
{
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        if (is_published(path, i))
            return published[i].thresholds;
    return NULL;
}

const float *dn_xrv_ppv80(const char *path)
{
    return is_published(path, 0) ? ppv80 : NULL;
}
