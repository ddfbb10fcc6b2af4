/* SPDX-License-Identifier: MIT */
/*
 * libdensenet: densely connected convolutional networks (Huang, Liu, van der
 * Maaten, Weinberger, 2017): architectures, weight files of every origin,
 * preprocessing of pictures, inference, heat maps, training.
 *
 * Conventions
 *   - Every function that can fail returns dn_status, and its result through a
 *     pointer; on failure, what the pointer points to is unchanged.
 *   - dn_last_error() describes the calling thread's last failure.
 *   - The library never exits, never prints and changes no global state. It may
 *     be used after a fork while no other thread is inside it, its own threads do not
 *     count and are started anew; a thread must not be cancelled inside it.
 *   - Networks run and are trained rounding to nearest and with numbers below 1.2e-38 taken
 *     as 0, whatever the calling thread's floating-point mode, which is left as it was.
 *   - Tensors that cross this interface are float32, NCHW, contiguous.
 *   - The caller owns what a function creates and releases it with the matching
 *     *_free, which accepts NULL.
 *   - NULL, where no comment allows it, is refused with DN_ERROR_ARGUMENT; a function that
 *     cannot fail then does nothing and returns 0, false or NULL, an index or class -1.
 *   - A structure of options is initialised by its *_defaults function, which takes
 *     sizeof the structure: later versions may add members at the end. Where a
 *     function says that options may be NULL, that means these defaults.
 */
#ifndef DENSENET_H
#define DENSENET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DN_API __attribute__((visibility("default")))
#else
#define DN_API
#endif

/* ------------------------------------------------------------------ status */

typedef enum dn_status {
    DN_OK = 0,
    DN_ERROR_ARGUMENT, /* an argument or option is invalid */
    DN_ERROR_IO,       /* a file could not be opened, read or written */
    DN_ERROR_FORMAT,   /* a file is damaged, or not what it claims to be */
    DN_ERROR_MISMATCH, /* a valid file that does not fit the network */
    DN_ERROR_LIMIT,    /* larger than the limit set for untrusted input */
    DN_ERROR_MEMORY,   /* an allocation failed */
    DN_ERROR_NUMERIC   /* NaN or infinity where a finite number is needed */
} dn_status;

/* One sentence about the calling thread's last failure: the file, the fault, what was
 * expected and what was found; "" before the first. Owned by the library and valid until
 * the thread's next call. */
DN_API const char *dn_last_error(void);

/* The macros are the version of this header; dn_version() returns that of the library in
 * use, as "MAJOR.MINOR.PATCH". Before 1.0 a minor version may change this interface,
 * afterwards only a major one; the shared library is named accordingly: libdensenet.so.0.1. */
#define DN_VERSION_MAJOR 0
#define DN_VERSION_MINOR 1
#define DN_VERSION_PATCH 0
DN_API const char *dn_version(void);

/* Sets the function that receives messages that are not failures: a doubt about a weight
 * file (see also dn_model_warning), threads that the system refuses to start, an instruction
 * set that this machine lacks. It may be called from any thread, during a call of the
 * library, and must not call it. NULL, the initial value, discards them. Must not be called while
 * the library is in use. */
typedef enum dn_log_level { DN_LOG_INFO, DN_LOG_WARNING } dn_log_level;
typedef void dn_log_function(dn_log_level level, const char *sentence, void *context);
DN_API void dn_set_log(dn_log_function *log, void *context);

/* Returns the level of the kernels in use: "avx512", "avx2", "neon", "baseline", or
 * "reference", which is plain C for comparison. It is the fastest that this machine runs,
 * or the one named by the environment variable DENSENET_CPU when the library first reads
 * it; a level that this machine does not run is ignored. */
DN_API const char *dn_cpu_level(void);

/* Returns the index-th level that this machine runs, from "reference" to the fastest; NULL past
 * the last. */
DN_API const char *dn_cpu_level_name(int index);

/* Returns the number of cores that this process may run on, or that its container's share
 * of CPU time amounts to if that is less. A thread count of 0 means this number. */
DN_API int dn_core_count(void);

/* ------------------------------------------------------------ architecture */

#define DN_MAX_BLOCKS 16
#define DN_NAME_SIZE 64

typedef enum dn_stem {
    DN_STEM_IMAGENET,   /* 7x7/2 convolution, BN, ReLU, 3x3/2 max-pool */
    DN_STEM_CIFAR,      /* 3x3/1 convolution */
    DN_STEM_CIFAR_NORM, /* 3x3/1 convolution, BN, ReLU */
    DN_STEM_DEEP        /* three 3x3 convolutions (the first /2), each with BN
                           and ReLU, then the 3x3/2 max-pool: timm's deep stem */
} dn_stem;

/* Returns the name of a stem in commands and files: "imagenet", "cifar", "cifar-norm",
 * "deep"; NULL past the last. */
DN_API const char *dn_stem_name(dn_stem stem);

typedef enum dn_stem_pool {
    DN_STEM_POOL_USUAL, /* as its kind: imagenet and deep do, cifar and cifar-norm do not */
    DN_STEM_POOL_MAX,
    DN_STEM_POOL_NONE,
    DN_STEM_POOL_BLUR /* 3x3/1 maxima, then the filter [1 2 1] x [1 2 1] / 16 at every other
                         pixel of maps reflected at their edges: timm's densenetblur121d */
} dn_stem_pool;

/* A part of a network's head, as a module of an nn.Sequential. */
typedef enum dn_head_kind {
    DN_HEAD_LINEAR, /* with a bias */
    DN_HEAD_LINEAR_NO_BIAS,
    DN_HEAD_NORM, /* BN of vectors */
    DN_HEAD_RELU,
    DN_HEAD_DROPOUT /* keeps its place among the modules; nothing is dropped */
} dn_head_kind;

typedef struct dn_head_part {
    dn_head_kind kind;
    int outputs; /* of a linear; else 0 */
} dn_head_part;

/* How the last maps become the vector that the first part reads. */
typedef enum dn_head_pool {
    DN_POOL_MEAN,     /* one mean per channel */
    DN_POOL_MAX_MEAN, /* all maxima, then all means: fastai's AdaptiveConcatPool2d */
    DN_POOL_GRID,     /* rows and columns of means, flattened channel by channel */
    DN_POOL_MAX,      /* one maximum per channel */
    DN_POOL_AVGMAX,   /* half the sum of mean and maximum: timm's avgmax */
    DN_POOL_MEAN_MAX  /* all means, then all maxima: timm's catavgmax */
} dn_head_pool;

/* What comes after the last block's norm and ReLU. All zeros: the mean, and one linear with
 * bias to the network's classes, as in all published networks. */
#define DN_MAX_HEAD_PARTS 16
typedef struct dn_head {
    dn_head_pool pool;
    int grid;       /* DN_POOL_GRID: rows, and columns without grid_width; else 0 */
    int part_count; /* 0: a linear with bias; if there are parts, the last linear makes the
                       classes */
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    int grid_width; /* DN_POOL_GRID: columns; 0: as many as rows, which holds of square last maps
                       only, and others are refused: of how many rows and columns a classifier
                       reads means, its tensors do not tell */
    int window;     /* rows, and columns, of each mean, if the network fixes them (AvgPool2d): last
                       maps of another size are refused; 0: as the maps make them */
} dn_head;

/* A member of the family. Plain data: copy it freely. */
typedef struct dn_arch {
    char name[DN_NAME_SIZE]; /* "densenet121", or "densenet" if it has no name of its own */
    int block_count;
    int blocks[DN_MAX_BLOCKS]; /* layers of each dense block */
    int growth;                /* k: maps that each layer adds */
    int stem_channels;         /* maps that the stem passes to the first block */
    int stem_hidden[2];        /* deep stem: outputs of its first two convolutions */
    int bottleneck;            /* a layer's 1x1 convolution has bottleneck * k outputs;
                                  0: layers are a single 3x3 convolution */
    double compression;        /* a transition keeps floor(compression * channels) */
    dn_stem stem;
    int channels;      /* of the input picture: 3, or 1 */
    int classes;       /* 0: the network has no head */
    double bn_epsilon; /* 1e-5 */

    /* What is not usual: all 0 in the networks of the paper and of torchvision. Most of it no
     * tensor tells (docs/checking.md). */
    int stem_kernel;         /* side of the stem's first convolution, odd; 0: its kind's */
    int stem_stride;         /* of the stem's first convolution; 0: its kind's */
    dn_stem_pool stem_pool;  /* whether the stem ends in the 3x3/2 max-pool, or blurs */
    bool linear_transitions; /* transitions have no ReLU after their norm */
    bool linear_final;       /* no ReLU after the last norm, before the global average */
    dn_head head;
} dn_arch;

/* Writes a head as text, "mean,linear=14" or "max+mean,norm,linear-no-bias=5", and "none" if
 * there is none; truncated to `size` bytes, of which DN_HEAD_TEXT_SIZE suffice. "" for an
 * architecture that fails dn_arch_check. */
#define DN_HEAD_TEXT_SIZE 512
DN_API void dn_arch_head_text(const dn_arch *arch, char *text, size_t size);

/* Returns whether a class's map (dn_session_cam) is exact: if the architecture is valid and its
 * head linear on means. */
DN_API bool dn_arch_cam_is_exact(const dn_arch *arch);

/* Fills *arch from a name: densenet121|169|201|264|161, timm's densenetblur121d and
 * densenet264d (growth rate 48; both have a deep stem), densenet-L-K (plain)
 * and densenet-bc-L-K (bottleneck, compression 0.5), the paper's CIFAR
 * networks for any growth rate K and any depth L whose layers divide evenly among the
 * blocks. ImageNet networks get 1000 classes, CIFAR ones 10. DN_ERROR_ARGUMENT if there is
 * no such network. */
DN_API dn_status dn_arch_find(const char *name, dn_arch *arch);

/* Returns the index-th fixed name ("densenet121", ...), NULL past the last. */
DN_API const char *dn_arch_name(int index);

/* Checks the range of every field, and that each transition keeps at least one channel;
 * otherwise DN_ERROR_ARGUMENT. The three functions below return 0 for an architecture that
 * fails this check. */
DN_API dn_status dn_arch_check(const dn_arch *arch);

/* Returns the number of trainable parameters: convolutions, BN weights and biases, the
 * classifier. */
DN_API size_t dn_arch_parameters(const dn_arch *arch);

/* Returns the arithmetic operations of the forward pass of one picture of this size, in
 * convolutions and classifier, as the network is defined: two per multiply-add, even if
 * the algorithm used needs fewer. */
DN_API double dn_arch_operations(const dn_arch *arch, int height, int width);

/* Returns whether the stem shrinks pictures, by a stride or a pool, as those for large ones do. */
DN_API bool dn_arch_shrinks(const dn_arch *arch);

/* Returns the smallest height or width that leaves every pool at least one pixel. */
DN_API int dn_arch_smallest_input(const dn_arch *arch);

/* ----------------------------------------------------------------- summary */

typedef struct dn_summary_options {
    size_t struct_size;                 /* set by dn_summary_defaults */
    int batch, channels, height, width; /* of the input; all 0: none given */
    int depth;                          /* of the deepest rows shown; 0 is the network itself */
    const char *columns;                /* torchinfo's names, comma-separated; NULL: its default */
    bool json;                          /* JSON with every column instead of the table */
} dn_summary_options;
DN_API void dn_summary_defaults(dn_summary_options *options, size_t struct_size);

/* Makes the table that torchinfo 1.7.2 prints for the reference PyTorch module of
 * this architecture, byte for byte, without a final newline. options NULL: no
 * input size, depth 3. The caller releases *text with dn_free. */
DN_API dn_status dn_summary(const dn_arch *arch, const dn_summary_options *options, char **text);

/* Releases memory that this interface says to release with dn_free. NULL is allowed. */
DN_API void dn_free(void *memory);

/* ---------------------------------------------------------------- pictures */

/* Decoded pixels, interleaved, rows from top to bottom without padding. They equal those
 * of Pillow's convert("RGB"), which drops alpha and, like torchvision, ignores EXIF
 * orientation, except that grey of more than 8 bits, in PNG, TIFF, JPEG 2000 or PGM, is kept in
 * 16 (Pillow clips it at 255). TIFF, HEIF and AVIF are turned as they say, as Pillow does. Grey
 * DICOM is kept in floating point, 0 black and 1 white, with a window from 0 to 1, without one
 * also outside. */
typedef struct dn_image {
    int width, height;
    int channels;    /* 1 grey, 3 RGB */
    int depth;       /* 8 or 16 bits per sample; 16-bit samples are native uint16_t; 32, only of
                        one channel: float */
    void *pixels;    /* owned by the image */
    int orientation; /* of the file's EXIF, which has not been applied: 2 to 8; 0: upright,
                        or not known */
} dn_image;

/* How the stored values of grey DICOM pictures become shades. */
typedef enum dn_voi {
    DN_VOI_AUTO,  /* as the file says: its modality, then its VOI table or window; without
                     these, values of up to 8 bits as they are, others from least to most */
    DN_VOI_NONE,  /* x / (2^stored - 1), as TorchXRayVision: neither modality nor window */
    DN_VOI_WINDOW /* the modality, then a linear window of the caller's */
} dn_voi;

/* What of a file is read, and how. */
typedef struct dn_image_limits {
    size_t struct_size; /* set by dn_image_defaults */
    int64_t max_pixels; /* 0: 178956970, beyond which Pillow reports a decompression bomb */
    int frame;          /* of a DICOM file, from 1; 0: its only one */
    dn_voi voi;
    float window[2];     /* center and width, at least 1, of DN_VOI_WINDOW */
    const char *formats; /* those that may be read, as "jpeg,png": of jpeg, png, webp, tiff, gif,
                            bmp, pnm, jpeg2000, heif, dicom; other pictures are DN_ERROR_FORMAT
                            before their decoder sees them. NULL: all */
} dn_image_limits;
DN_API void dn_image_defaults(dn_image_limits *limits, size_t struct_size);

/* Decodes a JPEG, PNG, WebP, TIFF, JPEG 2000, HEIF, AVIF, BMP, GIF, PGM, PPM or DICOM file,
 * recognised by its content;
 * of an animation, or of several pages, the first. A truncated file is
 * DN_ERROR_FORMAT, never half a picture; one of more than max_pixels is DN_ERROR_LIMIT.
 * A DICOM file of several frames is DN_ERROR_FORMAT unless one is chosen, by limits or by "#7"
 * after the path. limits may be NULL. The caller releases *image with dn_image_free. */
DN_API dn_status dn_image_read(const char *path, const dn_image_limits *limits, dn_image **image);

/* The same from memory; name is used only in messages. */
DN_API dn_status dn_image_decode(const void *data, size_t size, const char *name,
                                 const dn_image_limits *limits, dn_image **image);
DN_API void dn_image_free(dn_image *image);

/* Makes a PNG file of height x width pixels of 1, 3 (RGB) or 4 (RGB and opacity) bytes. The caller
 * releases *file, of *size bytes, with dn_free. */
DN_API dn_status dn_png_encode(const unsigned char *pixels, int width, int height, int channels,
                               void **file, size_t *size);

/* Counts the frames of a DICOM file; files of other formats have 1. */
DN_API dn_status dn_image_frames(const char *path, int *frames);

/* Returns how long the path before "#7" is, and sets *frame to 7; the whole length, and 0, if it
 * does not end so or a file is called so. */
DN_API size_t dn_image_path_frame(const char *path, int *frame);

/* Turns and mirrors a picture as its orientation says, which is then 0; as Pillow's
 * exif_transpose(). After DN_ERROR_MEMORY it is as it was. */
DN_API dn_status dn_image_upright(dn_image *image);

/* Returns whether a picture of 16 bits is not black and yet has no sample of 4096 or more, as
 * 12-bit data has that was stored in 16: pipelines divide by 65535, and leave it nearly black. */
DN_API bool dn_image_is_faint(const dn_image *image);

typedef enum dn_filter {
    DN_BILINEAR, /* antialiased, in Pillow's fixed-point arithmetic on 8 bits */
    DN_BICUBIC,  /* likewise; for both, 16-bit samples lose their low byte first */
    DN_GAUSSIAN  /* on scaled floats, as scikit-image's resize(): a Gaussian blur, then
                    linear interpolation (X-ray pipeline) */
} dn_filter;

/* How samples become floats. */
typedef enum dn_scaling {
    DN_SCALE_UNIT, /* x / 255, then (x - mean) / std per channel */
    DN_SCALE_XRAY  /* (2 x / (2^bits - 1) - 1) * 1024, one channel */
} dn_scaling;

/* What becomes of a picture's proportions where both sides are resampled. */
typedef enum dn_fit {
    DN_FIT_STRETCH, /* they are lost, as by torchvision's Resize((resize, resize_width)) */
    DN_FIT_COVER,   /* they are kept: the smallest picture that covers both sides */
    DN_FIT_INSIDE   /* they are kept: the largest that lies within both sides, as timm's
                       ResizeKeepRatio; both round to the nearest pixel */
} dn_fit;

/* From picture to tensor. Plain data: take a named pipeline and change it. */
typedef struct dn_preprocess {
    char name[DN_NAME_SIZE];
    int resize; /* shorter side after resampling, in pixels, the longer side in proportion;
                   0: no resampling; with resize_width, the height */
    dn_filter filter;
    int crop;          /* side of the centre crop, black where the picture is smaller;
                          0: no crop; with crop_width, the height */
    bool square_first; /* crop the centre square before resampling (X-ray pipeline) */
    dn_scaling scaling;
    int channels;          /* of the tensor: 3, or 1 (grey by Pillow's luma formula) */
    float mean[3], std[3]; /* of samples scaled to 0..1 */
    int resize_width;      /* both sides are resampled, as `fit` says; 0: see resize */
    int crop_width;        /* of a crop that is not square; 0: it is one */
    bool exif_orientation; /* the picture is made upright first, as dn_image_upright does */
    dn_fit fit;            /* only with resize_width */
    bool pad_mean;         /* a picture smaller than the crop is padded with the mean, rounded to
                              bytes, instead of with black */
    dn_voi voi;            /* of DICOM pictures: for dn_image_limits, since it is at reading that */
    float window[2];       /* ... it is applied */
} dn_preprocess;

/* Sets *preprocess to a named pipeline: "torchvision", "timm", "xrv", "keras", "cifar10",
 * "cifar100", "none"; or to one followed by changes, as in
 * "torchvision,resize=232,filter=bicubic,mean=0.5:0.5:0.5". A specification
 * that starts with a change alters *preprocess as it stands. The keys: resize and
 * crop (a side, or HEIGHTxWIDTH), filter=bilinear|bicubic|gaussian, square=no|yes,
 * scaling=unit|xray, channels, mean, std (one number, or three), exif=no|yes,
 * fit=stretch|cover|inside, pad=black|mean, window=auto|none|CENTER:WIDTH.
 * DN_ERROR_ARGUMENT if it is invalid. */
DN_API dn_status dn_preprocess_parse(const char *specification, dn_preprocess *preprocess);

/* Writes the specification that dn_preprocess_parse turns back into this pipeline.
 * size: of text, in bytes; 256 always suffices. */
DN_API void dn_preprocess_format(const dn_preprocess *preprocess, char *text, size_t size);

/* Sets how the pipeline wants pictures to be read: voi and window. */
DN_API void dn_preprocess_reading(const dn_preprocess *preprocess, dn_image_limits *limits);

/* Computes the size in pixels of the tensor that dn_preprocess_run makes of a picture of
 * this size, which is that of the upright picture if the pipeline makes it upright. */
DN_API dn_status dn_preprocess_size(const dn_preprocess *preprocess, int width, int height,
                                    int *out_width, int *out_height);

/* Returns the side of the square that the pipeline makes of every picture; 0 if it makes
 * other rectangles, or the size depends on the picture. */
DN_API int dn_preprocess_side(const dn_preprocess *preprocess);

/* Computes the size in pixels of the tensor that the pipeline makes of every picture;
 * returns false, and sets nothing, if the size depends on the picture. */
DN_API bool dn_preprocess_fixed_size(const dn_preprocess *preprocess, int *width, int *height);

/* Makes the tensor of a picture. tensor: channels x out_height x out_width floats,
 * allocated by the caller. */
DN_API dn_status dn_preprocess_run(const dn_preprocess *preprocess, const dn_image *image,
                                   float *tensor);

/* The same without the last step, for dn_session_run_bytes. bytes: out_height x out_width x
 * channels, allocated by the caller; black where the picture is smaller.
 * DN_ERROR_ARGUMENT for DN_GAUSSIAN, whose samples are floats. */
DN_API dn_status dn_preprocess_bytes(const dn_preprocess *preprocess, const dn_image *image,
                                     unsigned char *bytes);

/* The last step as a table: values[channel][byte] is what the pipeline makes of a byte. */
DN_API void dn_preprocess_values(const dn_preprocess *preprocess, float values[3][256]);

/* ------------------------------------------------------------------- model */

/* An architecture and its parameters in one canonical order (oldest maps first), with what
 * is known about them. Only the setters below change a model; any number of threads may
 * read one at once, but not while a setter runs. */
typedef struct dn_model dn_model;

typedef enum dn_concat {
    DN_CONCAT_AUTO,  /* found from the names or the batch-norm statistics */
    DN_CONCAT_FIRST, /* a layer's new maps come before the old ones */
    DN_CONCAT_LAST   /* ... after them */
} dn_concat;

typedef enum dn_relu { DN_RELU_AUTO, DN_RELU_YES, DN_RELU_NO } dn_relu;

typedef struct dn_load_options {
    size_t struct_size; /* set by dn_load_defaults */
    dn_concat concat;   /* overrides what the names suggest, but neither the statistics nor
                           recorded metadata */
    const char *state;  /* the network to take of a file that holds several, as where its
                           tensors' names begin: "model_ema", "encoder_q"; NULL: the likeliest */
    /* What the network computes, as dn_arch; each overrides what the file and its statistics
     * say. 0: found from these, or the usual. */
    int stem_stride;
    dn_stem_pool stem_pool;
    dn_relu transition_relu, final_relu;
    double bn_epsilon;
    int grid_rows, grid_columns; /* of the means that the head reads, as dn_head; refused if it
                                    reads another number of them */
    const char *stem; /* the kind of stem, dn_stem_name's: its stride and pool, but for those that
                         are given above; refused if the file's convolutions are another's. NULL:
                         found */
    const char *task; /* "classes" or "labels": what the outputs mean. NULL: found */
    const char *head_pool; /* "mean", "max", "avgmax", "max+mean" or "mean+max", as in
                              dn_arch_head_text; refused if the head reads another number of
                              values. NULL: found */
} dn_load_options;
DN_API void dn_load_defaults(dn_load_options *options, size_t struct_size);

/* Reads safetensors, PyTorch zip or pre-2019 PyTorch files, with tensor names of any
 * dialect or of none. DN_ERROR_MISMATCH if the tensors are not a DenseNet's; the sentence
 * says what is missing and what is left over. The file is mapped: truncating it while the
 * model is in use ends the process (SIGBUS); replacing it by another does no harm.
 * name is the path of a file; or of a folder with model.safetensors or pytorch_model.bin, as
 * model hubs have them; or, if there is no such file, "builtin", the network that this
 * library trained on CIFAR-10 and contains (ten classes, pictures of 32 x 32:
 * assets/README.md), a name of dn_published_weights that was fetched, or a hub's OWNER/NAME.
 * A config.json of timm or transformers beside the file gives the pipeline and the labels that
 * the file does not record; one that is of another network is ignored, with a warning.
 * options may be NULL. The caller releases *model with dn_model_free. */
DN_API dn_status dn_model_load(const char *name, const dn_load_options *options, dn_model **model);

/* The same from a file's bytes, which must stay unchanged until the model is freed; name
 * is used only in messages. */
DN_API dn_status dn_model_read(const void *data, size_t size, const char *name,
                               const dn_load_options *options, dn_model **model);

/* A tensor of floats, row-major. */
typedef struct dn_tensor_view {
    const char *name;
    int rank;
    int64_t shape[8];
    const float *data;
} dn_tensor_view;

/* The same from a state dict, in any order. The data of the tensors must stay unchanged
 * until the model is freed. */
DN_API dn_status dn_model_from_tensors(const dn_tensor_view *tensors, size_t count,
                                       const dn_load_options *options, dn_model **model);

/* Weights that torchvision, TorchXRayVision and Keras publish; `densenet pull` fetches them into
 * the cache. */
typedef struct dn_published {
    const char *name;   /* "densenet121" */
    const char *file;   /* in dn_cache_folder */
    const char *sha256; /* the first hex digits of the digest; NULL: none is published */
    const char *url;
    const char *md5; /* the digest in hex; NULL: none is published */
    const char *publisher;
} dn_published;

/* Returns the index-th entry, NULL past the last. */
DN_API const dn_published *dn_published_weights(int index);

/* Writes $XDG_CACHE_HOME/densenet or ~/.cache/densenet, which need not exist, into path,
 * of `size` bytes. */
DN_API dn_status dn_cache_folder(char *path, size_t size);

/* Writes the path of the file that dn_model_load reads for a name into path, of `size`
 * bytes; PATH_MAX suffices. "builtin" is its own path, of no file; a hub's OWNER/NAME or
 * OWNER/NAME@REVISION, if there is no such file, is a folder in the cache. DN_ERROR_IO for
 * weights that were not fetched. */
DN_API dn_status dn_weights_path(const char *name, char *path, size_t size);

typedef enum dn_init {
    DN_INIT_PYTORCH, /* the defaults of nn.Conv2d, nn.BatchNorm2d, nn.Linear */
    DN_INIT_PAPER    /* He: normal, std sqrt(2 / fan_out); classifier bias 0 */
} dn_init;

/* Makes a model with random parameters. A seed gives the same numbers on every machine,
 * except for the last bit where C libraries round logarithms and cosines differently.
 * The caller releases *model with dn_model_free. */
DN_API dn_status dn_model_init(const dn_arch *arch, dn_init init, uint64_t seed, dn_model **model);
DN_API void dn_model_free(dn_model *model);

/* Valid as long as the model. */
DN_API const dn_arch *dn_model_arch(const dn_model *model);

typedef enum dn_verdict {
    DN_VERDICT_SILENT, /* nothing was recorded, or nothing that is known leads here */
    DN_VERDICT_AGREES,
    DN_VERDICT_CONTRADICTS
} dn_verdict;

#define DN_MODULE_NAME_SIZE 128

/* How what a batch norm recorded agrees with what the weights before it predict
 * (docs/checking.md). NAN: cannot be said. */
typedef struct dn_agreement {
    char norm[DN_MODULE_NAME_SIZE];  /* torchvision's name: "features.norm0" */
    char maker[DN_MODULE_NAME_SIZE]; /* of the newest maps that it reads; "": the pictures */
    double correlation; /* of predicted and recorded means over these maps; 1 is best */
    double distance;    /* their difference in recorded deviations, root mean square */
    double shared;      /* the same between this norm and the one before it of the same maps */
    dn_verdict verdict;
} dn_agreement;

/* Holds every batch norm's statistics against the network's weights, and those of norms of the
 * same maps against each other: weights that were damaged, exchanged or half loaded, or another
 * function than this architecture's, contradict them. One row per norm, in the order of
 * computation. The caller releases *norms with dn_free. */
DN_API dn_status dn_model_check(const dn_model *model, dn_agreement **norms, int *count);

/* How the pictures were scaled that a network was trained on, as its first convolution and what the
 * norm after it recorded tell. */
typedef struct dn_input_scale {
    double mean, deviation; /* of all samples together, about */
    const char *kind;       /* "normalised", "0..1", "-1..1", "0..255", "0..255 less a mean", "X-ray
                               range";       NULL: none of these. Never freed */
} dn_input_scale;

/* DN_ERROR_MISMATCH if that norm recorded nothing. */
DN_API dn_status dn_model_input_scale(const dn_model *model, dn_input_scale *scale);

typedef enum dn_objective {
    DN_OBJECTIVE_CLASSES, /* one of the classes: softmax; a single output is the logit of yes
                             against no: a sigmoid */
    DN_OBJECTIVE_LABELS   /* any of the labels: one sigmoid per label */
} dn_objective;

/* Where a model came from, in words: "safetensors", "torchvision", "last",
 * "f32". Empty strings for a model made by dn_model_init. */
typedef struct dn_origin {
    char format[24], dialect[24], concat[8], dtype[8];
    char concat_from[16]; /* how it was found: "statistics", "metadata", "request", "names" */
    char function[80];    /* where what tensors do not tell is from: "metadata", "modules", "names"
                             (the usual), "request"; with ", statistics (stem's pool, transitions)"
                             if these answered something */
    char state[64];       /* where in the file it was, if that was not all of it: "model_ema" */
    char derived[160]; /* what was computed from the file's tensors: "pruning masks were applied" */
    char config[32];   /* what config.json or metadata.json gave: "preprocessing and labels" */
} dn_origin;
DN_API const dn_origin *dn_model_origin(const dn_model *model);

/* Returns one sentence if something about the file deserves a person's attention, such as
 * NaN among the weights; otherwise NULL. Valid as long as the model. */
DN_API const char *dn_model_warning(const dn_model *model);

DN_API dn_objective dn_model_objective(const dn_model *model);
DN_API void dn_model_set_objective(dn_model *model, dn_objective objective);

/* Returns the name of an output: the recorded one, else ImageNet's if there are 1000
 * outputs, else NULL. "" marks an output that was never trained. Valid until the labels
 * are set or the model is freed. */
DN_API const char *dn_model_label(const dn_model *model, int output);

/* Copies one name per output. DN_ERROR_MISMATCH unless count is the number of outputs. */
DN_API dn_status dn_model_set_labels(dn_model *model, const char *const *labels, int count);

typedef enum dn_label_match {
    DN_LABELS_NONE,      /* the model records none, so what its outputs mean is not known */
    DN_LABELS_SAME,      /* the same names in the same order */
    DN_LABELS_REORDERED, /* the same names in another order, in which the outputs now are */
    DN_LABELS_OTHER      /* other names */
} dn_label_match;

/* Sets *found to how `count` names compare to the model's, and brings the outputs (rows of the
 * head, labels, thresholds) into the order of `labels` if the names are the same set; otherwise
 * the model is left as it is. DN_ERROR_MISMATCH unless count is the number of outputs. */
DN_API dn_status dn_model_match_labels(dn_model *model, const char *const *labels, int count,
                                       dn_label_match *found);

/* Sets *preprocess to the pipeline that the file recorded and returns true; if it recorded
 * none, to the default for this architecture, and returns false. */
DN_API bool dn_model_preprocess(const dn_model *model, dn_preprocess *preprocess);
DN_API void dn_model_set_preprocess(dn_model *model, const dn_preprocess *preprocess);

/* What is recorded of the model's training, a JSON object as text; NULL if nothing is.
 * `densenet train` records the program, its settings and what they came to (docs/training.md).
 * dn_model_set_training: NULL records nothing; DN_ERROR_ARGUMENT if it is no JSON object. */
DN_API const char *dn_model_training(const dn_model *model);
DN_API dn_status dn_model_set_training(dn_model *model, const char *json);

/* Returns the operating thresholds that TorchXRayVision's networks have, one per output;
 * NULL if the model has none. NaN marks an output that was never trained. */
DN_API const float *dn_model_thresholds(const dn_model *model);

/* Returns the thresholds of the sigmoid at which four of five positive answers were right in
 * TorchXRayVision's own test (its ppv80_thres), one per output, NaN where there is none; NULL if
 * the model has none. They are only told: dn_model_probabilities applies the operating thresholds.
 * The array is the model's. */
DN_API const float *dn_model_ppv80(const dn_model *model);

/* The temperature of a calibrated network (Guo et al., 2017): dn_model_probabilities and
 * dn_evaluate divide its logits by this number; what a session returns is not divided. 1 unless
 * the file holds another as a tensor, value or recorded entry "temperature". A model that is
 * trained, or gets a new classifier, is no longer calibrated and has 1. */
DN_API double dn_model_temperature(const dn_model *model);

/* DN_ERROR_ARGUMENT unless temperature is positive and finite. */
DN_API dn_status dn_model_set_temperature(dn_model *model, double temperature);

/* Turns logits, n x classes, into probabilities in place: divided by the temperature, softmax or
 * sigmoid (always the sigmoid if there is a single output), then the per-label operating thresholds
 * if the model has them. */
DN_API void dn_model_probabilities(const dn_model *model, int n, float *logits);

/* Parameters and running statistics, in canonical order, with torchvision's names. Views
 * are valid as long as the model. */
DN_API int dn_model_tensor_count(const dn_model *model);
DN_API dn_tensor_view dn_model_tensor(const dn_model *model, int index);

/* Returns the index of the tensor of this name; -1 if there is none. */
DN_API int dn_model_find_tensor(const dn_model *model, const char *name);

/* Copies `count` values into a tensor of the model; DN_ERROR_ARGUMENT unless they are all of
 * its values. Must not be called while a session of the model exists;
 * views taken before keep the values that the file had. */
DN_API dn_status dn_model_set_tensor(dn_model *model, int index, const float *data, size_t count);

typedef struct dn_save_options {
    size_t struct_size; /* set by dn_save_defaults */
    const char *naming; /* "torchvision" (default), "reference"; of .h5 files "keras" alone */
    const char *dtype;  /* "f32" (default), "f16", "bf16"; of a quantised model "int8" (default),
                           as .safetensors or .onnx under torchvision's names */

    /* Of ONNX files, which have no "bf16" and torchvision's names only. */
    int opset;          /* version of the operators, 13 to 28; 0: 17 */
    bool fold;          /* norms that follow a convolution become part of it */
    bool probabilities; /* the graph makes what dn_model_probabilities makes of logits */
    bool preprocessing; /* pictures go in as dn_preprocess_bytes makes them, and the graph does
                           the recorded pipeline's last step */
} dn_save_options;
DN_API void dn_save_defaults(dn_save_options *options, size_t struct_size);

/* Writes a PyTorch zip file if path ends in .pt or .pth, arrays for numpy.load if it ends in .npz,
 * a graph of operators if it ends in .onnx, Keras' HDF5 if it ends in .h5, .hdf5 or (as Keras 3 has
 * it) .weights.h5, a safetensors file if it ends in .safetensors or has no ending; another is
 * refused. Architecture, labels and preprocessing are in its metadata. The file appears whole or
 * not at all. A graph that would have more than 2 GiB has its tensors in a second file, whose name
 * has ".data" after path. options may be NULL. */
DN_API dn_status dn_model_save(const dn_model *model, const char *path,
                               const dn_save_options *options);

/* The tensors of a weight file of any network, as they are in the file. */
typedef struct dn_tensor_file dn_tensor_file;
typedef struct dn_tensor_info {
    const char *name, *dtype; /* "f32", ...; valid until the file is closed */
    int rank;
    int64_t shape[8];
} dn_tensor_info;

/* Reads the formats that dn_model_load reads. The caller releases *file with
 * dn_tensor_file_close. */
DN_API dn_status dn_tensor_file_open(const char *path, dn_tensor_file **file);
DN_API void dn_tensor_file_close(dn_tensor_file *file);
DN_API const char *dn_tensor_file_format(const dn_tensor_file *file);
DN_API size_t dn_tensor_file_count(const dn_tensor_file *file);
DN_API dn_tensor_info dn_tensor_file_item(const dn_tensor_file *file, size_t index);

/* Converts the elements of a tensor of a floating-point type to float, row-major. data: as
 * many floats as the tensor has elements, allocated by the caller. */
DN_API dn_status dn_tensor_file_floats(const dn_tensor_file *file, size_t index, float *data);

/* --------------------------------------------------------------- inference */

/* Threads that share work. Sessions and trainers may use the same workers, from any thread:
 * concurrent calls take turns. The calling thread is one of the workers; the others sleep
 * while there is nothing to do. After a fork each process has its own. */
typedef struct dn_workers dn_workers;

/* threads: the calling one included; 0: one per core. Threads start when they are first
 * needed; if the system refuses to start some, fewer do the work. Free the workers after
 * all sessions and trainers that use them. */
DN_API dn_status dn_workers_create(int threads, dn_workers **workers);
DN_API void dn_workers_free(dn_workers *workers);

/* Provides the memory whose size depends on the network. Both functions may be called
 * by several threads at once. */
typedef struct dn_allocator {
    /* Returns `bytes` bytes at a multiple of alignment (a power of two), or NULL. */
    void *(*allocate)(size_t bytes, size_t alignment, void *context);
    void (*release)(void *memory, size_t bytes, void *context);
    void *context;
} dn_allocator;

/* A model prepared to run: weights laid out for this processor, and plans with their
 * memory. Only one thread may use a session at a time; sessions of one model may run
 * concurrently. */
typedef struct dn_session dn_session;

typedef struct dn_session_options {
    size_t struct_size;            /* set by dn_session_defaults */
    int threads;                   /* 0: one per core, or all of the workers', which is the
                                      most that they can be */
    const char *device;            /* NULL or "cpu" */
    const char *precision;         /* NULL or "f32". "bf16": weights, except those of the head, and
                                      maps are bfloat16, in half the memory, sums and the head
                                      float32; logits are as close as those of PyTorch's autocast.
                                      "bf16-weights": the weights of layers and transitions alone;
                                      maps and arithmetic remain float32. "int8": of a quantised
                                      model, bytes, with the same bits on every processor. "auto":
                                      "int8", else "bf16", if that was recorded to lose little and
                                      is faster here, else "f32" */
    dn_workers *workers;           /* NULL: those of the calling thread, which sleep between
                                      runs and end with it */
    const dn_session *share;       /* a session of the same model and precision whose laid-out
                                      weights this one shares, so that they take memory once;
                                      NULL: its own */
    const dn_allocator *allocator; /* of working memory, and of weights unless they are
                                      shared; NULL: the C library's. Copied; its context
                                      must outlive all sessions that share the weights */
} dn_session_options;
DN_API void dn_session_defaults(dn_session_options *options, size_t struct_size);

/* options may be NULL. Results are the same, to the bit, for any number of threads. The
 * model must outlive the session; a session that shares its weights need not outlive the
 * others. DN_ERROR_ARGUMENT for an option that is not supported. */
DN_API dn_status dn_session_create(const dn_model *model, const dn_session_options *options,
                                   dn_session **session);
DN_API void dn_session_free(dn_session *session);

/* Changes the number of threads that runs use from now on, as dn_session_options.threads says it;
 * results stay the same. DN_ERROR_ARGUMENT if there are not as many. */
DN_API dn_status dn_session_set_threads(dn_session *session, int threads);

/* input: n x channels x height x width; logits: n x classes, allocated by the caller; of a
 * network without a head, NULL. The
 * first run of a shape by a number of threads makes its plan. The last eight plans are kept and
 * share working memory as large as the largest needs: runs of these shapes allocate
 * nothing. DN_ERROR_ARGUMENT if the pictures are smaller than dn_arch_smallest_input,
 * DN_ERROR_LIMIT if they have more than 2^28 pixels together. */
DN_API dn_status dn_session_run(dn_session *session, const float *input, int n, int height,
                                int width, float *logits);

/* Pictures of one size as bytes, n x height x width x channels. */
typedef struct dn_byte_pictures {
    const unsigned char *bytes;
    int n, height, width;
} dn_byte_pictures;

/* The same for pictures from dn_preprocess_bytes, whose last step is done while they are
 * read. The logits are those of the tensors from dn_preprocess_run, to the bit. */
DN_API dn_status dn_session_run_bytes(dn_session *session, const dn_byte_pictures *pictures,
                                      const dn_preprocess *preprocess, float *logits);

/* Returns the name of the precision that the session computes in; NULL without a session. */
DN_API const char *dn_session_precision(const dn_session *session);

/* Returns the bytes of laid-out weights, shared or not, and of working memory. */
DN_API size_t dn_session_bytes(const dn_session *session);

/* A named tensor inside the network, pixel-major: element (image, channel, y,
 * x) is data[((image * height + y) * width + x) * stride + channel]. */
typedef struct dn_feature {
    const char *name; /* "stem", "block1.layer1", "block1", "transition1", "final",
                         "pool", "logits": see docs/densenet.md */
    int n, channels, height, width;
    size_t stride;
    const float *data; /* valid during the call only */
} dn_feature;
typedef void dn_observer(const dn_feature *feature, void *context);

/* In the runs that follow, calls observer with each inner tensor when it is complete, in
 * the thread of the run; NULL: no longer. */
DN_API void dn_session_observe(dn_session *session, dn_observer *observer, void *context);

/* The cost of a step of a run; operations are counted as by dn_arch_operations. */
typedef struct dn_step_cost {
    const char *place; /* "stem", "block1.layer1", "transition1", "head" */
    const char *kind;  /* "conv1x1", "winograd3x3", "pool", ... */
    double seconds, operations;
    int tasks; /* parts that threads may do at once */
} dn_step_cost;
typedef void dn_profiler(const dn_step_cost *cost, void *context);

/* In the runs that follow, calls profiler after each step, in the thread of the run; NULL:
 * no longer. */
DN_API void dn_session_profile(dn_session *session, dn_profiler *profiler, void *context);

/* Measures the most operations per second that this many threads (below 1: one per core)
 * reach on this machine with multiply-adds in registers. Takes a tenth of a second. */
DN_API double dn_measure_peak(int threads);

/* Computes the class-activation map of a picture of the last run (Zhou et al., 2016). map:
 * *map_height x *map_width floats, allocated by the caller. map NULL: only the size. If the
 * head is linear on means (dn_arch_cam_is_exact), as it mostly is, the map is exact, and its
 * mean is the logit without its constant part. Otherwise it is gradient-weighted (Selvaraju et
 * al., 2017): its weights are the logit's derivatives by the pooled channels at this picture.
 * DN_ERROR_ARGUMENT without a run, or for a picture or output that it lacks. */
DN_API dn_status dn_session_cam(const dn_session *session, int image, int output, float *map,
                                int *map_height, int *map_width);

/* ----------------------------------------------------------------- answers */

/* What a network says of a picture: one of its outputs, ranked. */
typedef struct dn_answer {
    int output, rank; /* rank by probability, from 1 */
    float probability;
    bool untrained; /* the output has no operating point, and its probability no meaning */
} dn_answer;

/* Returns what an output is called: its label; without one its number, which is written into
 * `number`, or "yes" if it is the only output; NULL for a label that was never trained. Valid
 * until the labels are set, the model is freed or `number` changes. */
#define DN_OUTPUT_NUMBER_SIZE 12
DN_API const char *dn_output_name(const dn_model *model, int output, char *number);

/* Returns the output of this label, or else of this number; -1 if there is none. */
DN_API int dn_output_find(const dn_model *model, const char *name);

/* Returns whether an output is one of labels with operating points (dn_model_thresholds), and has
 * none. */
DN_API bool dn_output_is_untrained(const dn_model *model, int output);

/* Ranks the probabilities (dn_model_probabilities) of one picture: writes the `most` most probable
 * outputs, the highest first; 0: all in the network's order. Outputs without a name
 * (dn_output_name) are skipped. Returns the count; answers has room for all outputs. */
DN_API int dn_answers_rank(const dn_model *model, const float *probabilities, int most,
                           dn_answer *answers);

/* Returns the index of the most probable, those that were never trained last; -1 if count is 0. */
DN_API int dn_answers_strongest(const dn_answer *answers, int count);

/* Writes answers as JSON, [{"index": 281, "label": "tabby", "probability": 0.61}, ...]; an output
 * that was never trained has the probability null and "note": "not trained". The caller releases
 * *json with dn_free. */
DN_API dn_status dn_answers_json(const dn_model *model, const dn_answer *answers, int count,
                                 char **json);

/* Where a picture speaks for an output: the map of dn_session_cam, and the part of the picture that
 * it covers. */
typedef struct dn_heat_map {
    float *map; /* height x width, owned by the heat map */
    int height, width;
    double left, top, right, bottom; /* in the picture's pixels; beyond it where it was padded */
    double most;                     /* the largest evidence; 0: there is none */
    bool cropped;                    /* it does not cover all of the picture */
} dn_heat_map;

/* Makes the map of an output for picture `index` of the session's last run, which was made by the
 * pipeline of a picture of this size (of the upright picture, if the pipeline makes it upright).
 * The caller releases what *made holds with dn_heat_map_free. */
DN_API dn_status dn_heat_map_create(const dn_session *session, int index, int output,
                                    const dn_preprocess *preprocess, int width, int height,
                                    dn_heat_map *made);
DN_API void dn_heat_map_free(dn_heat_map *map);

/* Places the map on its picture scaled by this factor. */
DN_API void dn_heat_map_scale(dn_heat_map *map, double factor);

/* Returns in rgb, 0 to 1, the colour of evidence on a grey pixel, 0 to 1, by its share of what is
 * red. */
DN_API void dn_heat_colour(double share, double grey, double rgb[3]);

/* Paints a picture, height x width x 3 bytes, in grey with the evidence over it in colour, as
 * strong as a share of `full`; what the network did not see is dark. painted: as the picture, and
 * may be the same. */
DN_API dn_status dn_heat_map_paint(const dn_heat_map *map, double full, int width, int height,
                                   const unsigned char *picture, unsigned char *painted);

/* Makes the colours of the evidence alone, to be laid over a picture of this size: height x width x
 * 4 bytes, red, green, blue, opacity. */
DN_API dn_status dn_heat_map_layer(const dn_heat_map *map, double full, int width, int height,
                                   unsigned char *layer);

/* ------------------------------------------------------------ quantisation */

/* A network in bytes: weights are whole numbers between -127 and 127, with a scale per output,
 * maps are whole numbers between 0 and 255, with a scale and an offset per channel (docs/
 * precision.md). Sessions of the precision "int8" compute in them, with the same bits on every
 * processor. */
typedef struct dn_quantiser dn_quantiser;

/* How the range of numbers is found that bytes stand for. */
typedef enum dn_range_method {
    DN_RANGE_MSE,        /* least mean square of the errors of rounding and clipping */
    DN_RANGE_PERCENTILE, /* as wide as this share of all numbers needs */
    DN_RANGE_MINMAX      /* as wide as all numbers need */
} dn_range_method;

typedef struct dn_quantise_options {
    size_t struct_size; /* set by dn_quantise_defaults */
    dn_range_method method;
    double percentile; /* of the numbers that a range holds: above 50, at most 100 (99.99) */
    int threads;       /* as of a session */
} dn_quantise_options;
DN_API void dn_quantise_defaults(dn_quantise_options *options, size_t struct_size);

/* Starts to quantise a model, of which no session may exist; it must outlive the quantiser.
 * options may be NULL. DN_ERROR_ARGUMENT if the model is quantised already, or for a method or a
 * percentile that there is not. The quantiser keeps a copy of the model's weights until it is
 * freed. DN_ERROR_NUMERIC if a tensor holds NaN, infinity or a negative variance. */
DN_API dn_status dn_quantiser_create(dn_model *model, const dn_quantise_options *options,
                                     dn_quantiser **quantiser);
DN_API void dn_quantiser_free(dn_quantiser *quantiser);

/* Computes pictures as a session does, and counts how often which numbers occur in the maps.
 * input: n x channels x height x width. Some hundred pictures of the kind that the network is for
 * are enough, in any number of calls. Errors are those of dn_session_run; DN_ERROR_ARGUMENT after
 * dn_quantiser_finish; DN_ERROR_NUMERIC if the network's answer is not a number. */
DN_API dn_status dn_quantiser_observe(dn_quantiser *quantiser, const float *input, int n,
                                      int height, int width);

/* Lets the convolutions of a place ("stem", "block1.layer1", "transition1") multiply floats, with
 * the weights that they have. DN_ERROR_ARGUMENT if the network has no such place. */
DN_API dn_status dn_quantiser_keep(dn_quantiser *quantiser, const char *place);

/* Chooses all ranges, rounds the model's weights, and adds to it what sessions of "int8" need.
 * If no picture was observed, the means and variances that the norms record stand for the
 * maps, and what the model's pipeline makes of bytes for the pictures: DN_ERROR_ARGUMENT if it has
 * none, after which pictures may still be observed. May be called again after more places are
 * kept, while no session of the model exists. DN_ERROR_MEMORY may leave some weights rounded. */
DN_API dn_status dn_quantiser_finish(dn_quantiser *quantiser);

/* What is recorded of how a model was quantised, and of what its precisions cost, a JSON object as
 * text; NULL if nothing is, and the model is not quantised. A file keeps it.
 * dn_model_set_quantisation: DN_ERROR_ARGUMENT if it is no JSON object. */
DN_API const char *dn_model_quantisation(const dn_model *model);
DN_API dn_status dn_model_set_quantisation(dn_model *model, const char *json);

/* ------------------------------------------------------------- input check */

/* Whether pictures are prepared as a network expects: the means and variances of the maps
 * that they make, held against those that its batch norms recorded in training
 * (docs/checking.md). */
typedef struct dn_input_check dn_input_check;

/* DN_ERROR_MISMATCH if the network's norms recorded nothing. The model may be freed before the
 * check; the caller releases *check with dn_input_check_free. */
DN_API dn_status dn_input_check_create(const dn_model *model, dn_input_check **check);
DN_API void dn_input_check_free(dn_input_check *check);

/* The dn_observer of a session of the model, with the check as its context: adds the pictures of
 * each run. All pictures count alike, whatever their size. */
DN_API void dn_input_check_observe(const dn_feature *feature, void *check);

/* Returns the number of pictures added. */
DN_API int64_t dn_input_check_pictures(const dn_input_check *check);

/* Returns the number of dense blocks. */
DN_API int dn_input_check_blocks(const dn_input_check *check);

/* How maps of mean m and variance v agree with the mean M and variance V that the norm recorded
 * which reads them first; e is the architecture's bn_epsilon. Both are means over channels. */
typedef struct dn_input_fit {
    double shift;  /* |m - M| / sqrt(V + e) */
    double spread; /* |ln((v + e) / (V + e))| */
} dn_input_fit;

/* Of all pictures together. block: 0 for the maps that the network's first dense layer reads,
 * the stem's, by which pipelines are told apart best; n for all maps of dense block n.
 * DN_ERROR_ARGUMENT without pictures, or for a block that there is not; DN_ERROR_MEMORY if that
 * of a run did not suffice. */
DN_API dn_status dn_input_check_fit(const dn_input_check *check, int block, dn_input_fit *fit);

/* Of one picture of the last run, from 0, and the last block's maps. */
DN_API dn_status dn_input_check_picture(const dn_input_check *check, int picture,
                                        dn_input_fit *fit);

/* Returns ln(1 + shift) + spread; 0 is a perfect fit. */
DN_API double dn_input_fit_distance(const dn_input_fit *fit);

/* Returns whether a picture's distance is beyond 1.25, as it is for one or two in a hundred of
 * those that a trained network knows (docs/checking.md has the measurements). */
DN_API bool dn_input_fit_is_foreign(const dn_input_fit *fit);

/* Sets *difference to the distance of `one`, for block 0, less that of `other`, which has seen the
 * same pictures in the same order, prepared otherwise; *error to the difference's standard error,
 * by leaving out a tenth of the pictures at a time (the jackknife); infinite for one picture. */
DN_API dn_status dn_input_check_compare(const dn_input_check *one, const dn_input_check *other,
                                        double *difference, double *error);

/* --------------------------------------------------------------- data sets */

/* Pictures and what each of them shows. Each sample is read from its file on demand;
 * nothing is unpacked. Any number of threads may read one data set at once. */
typedef struct dn_dataset dn_dataset;

/* The part to open of a data set that comes in parts. Parts are folders, the topmost folders
 * of a tar, or the tables of a folder: train; val, valid, validation or dev; test. Where only
 * one of the last two is there, it is opened for both. CIFAR's test files are opened for both
 * too. Ignored for others. */
typedef enum dn_portion { DN_PORTION_TRAIN, DN_PORTION_TEST, DN_PORTION_VALIDATION } dn_portion;

/* Opens one of these, recognised by its content:
 *   - a folder of class folders, samples in the order of torchvision's
 *     ImageFolder (names that begin with a dot are ignored);
 *   - CIFAR-10 or CIFAR-100 in binary: the folder, or one of its .bin files;
 *   - a tar of class folders, or of WebDataset samples (key.jpg with key.cls
 *     or key.json), or a folder of such tars;
 *   - several such tars, in the order told: if no file has this name, a pattern with
 *     {000..127}, {a,b}, *, ? or []; or a text file with a path or pattern per line,
 *     relative to it, # before comments; URLs only with dn_dataset_options.saved;
 *   - a CSV whose header is image,LABEL,...: 0 or 1 per label, nothing or -1
 *     if it is not known, see dn_dataset_options; or with a column of classes,
 *     or of labels as A|B. Or a folder with a train.csv or a labels.csv, or
 *     with one CSV and no folders.
 * Tars are mapped, as by dn_model_load. The caller releases *dataset with
 * dn_dataset_free. */
DN_API dn_status dn_dataset_open(const char *path, dn_portion portion, dn_dataset **dataset);
DN_API void dn_dataset_free(dn_dataset *dataset);

/* How to open a data set. From root on members are for tables, NULL each: what the header and
 * the fields tell. What was concluded from them is logged (dn_set_log). */
typedef struct dn_dataset_options {
    size_t struct_size; /* set by dn_dataset_defaults */
    dn_portion portion;
    const char *output; /* a folder, which need not exist, that is not a class of pictures although
                         * it may lie among them; NULL: none. Folders that `densenet train` wrote
                         * never are. */
    const char *root;   /* the folder of the pictures; NULL: the table's, or the one above */
    const char *image_column;  /* with the pictures' paths */
    const char *label_column;  /* with one class, or labels as A|B, per picture */
    const char *label_columns; /* "A,B,C": with 0 or 1 for each label */
    const char *task;          /* "classes" or "labels"; NULL: classes if each row has one 1 */
    const char *uncertain;     /* what -1 is: "ignore" (not known, also if NULL), "zero", "one" */
    const char *blank;         /* what an empty field is: likewise; NULL: "zero" in CheXpert */
    /* Writes the path of the file that an archive was saved as, for archives that are named by
     * URLs; `size` bytes, PATH_MAX. NULL: URLs are refused. The library downloads nothing. */
    dn_status (*saved)(const char *url, char *path, size_t size, void *context);
    void *saved_context; /* passed to it */
} dn_dataset_options;
DN_API void dn_dataset_defaults(dn_dataset_options *options, size_t struct_size);

/* dn_dataset_open with options, which may be NULL. */
DN_API dn_status dn_dataset_open_with(const char *path, const dn_dataset_options *options,
                                      dn_dataset **dataset);

/* Calls `each` with every URL among the archives that a pattern or a list names, in their order,
 * braces expanded; never for other data. Only https:// and http:// are taken. */
typedef void dn_url_function(const char *url, void *context);
DN_API dn_status dn_dataset_urls(const char *path, dn_url_function *each, void *context);

/* Fails with DN_ERROR_IO if none of the first 1000 pictures that a table names is there. */
DN_API dn_status dn_dataset_check(const dn_dataset *dataset);

/* Divides a data set into two, which read through it: it must outlive them. *held gets this
 * fraction of the samples (0..1, both excluded; otherwise DN_ERROR_ARGUMENT), drawn by
 * seed, and of every class as nearly as whole numbers allow; *rest gets the others. Both
 * keep the order of the whole. The caller releases both with dn_dataset_free. */
DN_API dn_status dn_dataset_split(const dn_dataset *whole, double fraction, uint64_t seed,
                                  dn_dataset **rest, dn_dataset **held);

/* Returns the name of the part that would be opened for a portion: "val", "test.csv"; NULL if
 * there is none, or if the data set does not come in parts. */
DN_API const char *dn_dataset_part(const dn_dataset *dataset, dn_portion portion);

/* Returns what was opened: "flowers/val", "flowers/train.csv", "flowers.tar, flowers/val". */
DN_API const char *dn_dataset_source(const dn_dataset *dataset);

/* Returns "class folders", "CIFAR-10", "CIFAR-100", "tar", "WebDataset" or "CSV". */
DN_API const char *dn_dataset_format(const dn_dataset *dataset);

/* Returns the number of hard and symbolic links in a tar, which are not followed. */
DN_API int dn_dataset_links(const dn_dataset *dataset);

/* Returns how many pictures of it are in formats that are not read, and left out. */
DN_API int dn_dataset_left_out(const dn_dataset *dataset);
DN_API dn_objective dn_dataset_objective(const dn_dataset *dataset);
DN_API int dn_dataset_count(const dn_dataset *dataset);

/* The number of classes or labels, and their names, valid as long as the data set. */
DN_API int dn_dataset_outputs(const dn_dataset *dataset);
DN_API const char *dn_dataset_label(const dn_dataset *dataset, int output);

/* Renumbers classes or labels to the `count` names of a model. A class that the data set
 * lacks has no samples, a label that it lacks is unknown. DN_ERROR_MISMATCH if the data set
 * has a name that the model lacks, DN_ERROR_ARGUMENT for a part made by dn_dataset_split.
 * Must not be called while another thread reads the data set. */
DN_API dn_status dn_dataset_match(dn_dataset *dataset, const char *const *labels, int count);

/* Returns the class of a sample, -1 in a data set of labels. */
DN_API int dn_dataset_class(const dn_dataset *dataset, int sample);

/* Writes what a network should answer, one float per output: 1 for the class and 0
 * elsewhere, or 0..1 for each label, NaN if it is not known. */
DN_API void dn_dataset_target(const dn_dataset *dataset, int sample, float *target);

/* Writes where a sample is, for messages: "photos/cat/3.jpg", "test.bin, record 7",
 * "train.tar, cat/3.jpg"; truncated to `size` bytes. */
DN_API void dn_dataset_name(const dn_dataset *dataset, int sample, char *text, size_t size);

/* Returns whether writing to `path` would change the data set that was opened from `root`: replace
 * a picture, an archive or a table that it reads, or add a picture to the folders of its classes.
 */
DN_API bool dn_dataset_reads(const dn_dataset *dataset, const char *root, const char *path);

/* Decodes a sample's picture. limits may be NULL. The caller releases *image with
 * dn_image_free. */
DN_API dn_status dn_dataset_read(const dn_dataset *dataset, int sample,
                                 const dn_image_limits *limits, dn_image **image);

/* ----------------------------------------------------------------- batches */

/* Pictures, n x channels x height x width, and what the network should answer,
 * n x outputs (class probabilities, or 0..1 per label, NaN if not known). */
typedef struct dn_batch {
    const float *input, *targets;
    int n;
} dn_batch;

typedef struct dn_loader_options {
    size_t struct_size; /* set by dn_loader_defaults */
    int batch;          /* most samples in a batch */
    int size;           /* height of the pictures in pixels, and width without `width` */
    int threads;        /* that prepare a batch; 0: one per core */
    bool training;      /* refuse what cannot be trained on; prefetch across epochs */
    bool shuffle;       /* a different order in each epoch; else the data set's */
    bool drop_last;     /* drop a smaller batch at the end of an epoch */
    bool prefetch;      /* prepare the next batch in the background: `threads` run in
                           addition to those that train, so keep them few */
    double mixup;       /* alpha of mixup's Beta(alpha, alpha); 0: no mixup */
    uint64_t seed;
    const char *augment; /* "none", "cifar", "imagenet", with changes after it, as in
                            "cifar,jpeg=0.5:30:95,blur=0.3:0.3:1,cutout=8"; NULL: none */
    dn_preprocess preprocess;
    int width; /* of the pictures, in pixels; 0: size */
    /* How often each sample of the data set is drawn, in proportion, 0 or more and finite: an
     * epoch has as many draws as there are samples, with replacement, as PyTorch's
     * WeightedRandomSampler makes them, and shuffle must be set. Copied; NULL: each sample once. */
    const double *sample_weights;
    /* Of each batch only part number `part`, from 0, of `parts` whose sizes differ by at most one:
     * what one of several processes trains on. Mixup mixes within a part. parts 0: 1. */
    int part, parts;
} dn_loader_options;
DN_API void dn_loader_defaults(dn_loader_options *options, size_t struct_size);

/* Whether dn_loader_options.augment can be this text: DN_ERROR_ARGUMENT, with what is wrong, if
 * not. */
DN_API dn_status dn_augment_check(const char *specification);

/* A sample that could not be read, and a sentence that names it and says why. */
typedef struct dn_skip {
    int sample;
    const char *reason;
} dn_skip;

/* A batch and where it came from. Samples that cannot be read are left out: the
 * batch is smaller by these, perhaps empty, and other batches do not change. */
typedef struct dn_loaded {
    dn_batch batch;
    const int *samples; /* their numbers in the data set */
    const int *classes; /* of a mixed picture, that of the larger part; -1 with labels */
    int64_t epoch;      /* from 0 */
    int index;          /* of the batch in its epoch, from 0 */
    int skipped;        /* samples left out; of these, the first `new_skips` are ... */
    int new_skips;      /* ... reported for the first time */
    const dn_skip *skips;
    int turned; /* pictures with an EXIF orientation that the pipeline does not apply */
    int faint;  /* pictures that are dn_image_is_faint */
} dn_loaded;

/* Batches of a data set. What is in a batch depends only on the seed, the epoch and
 * the batch's index, not on threads or on what was loaded before. Only one thread may
 * use a loader at a time; the data set must outlive it. */
typedef struct dn_loader dn_loader;
DN_API dn_status dn_loader_create(const dn_dataset *dataset, const dn_loader_options *options,
                                  dn_loader **loader);
DN_API void dn_loader_free(dn_loader *loader);

/* The number of batches in an epoch, and the bytes of the batches held in memory. */
DN_API int dn_loader_batches(const dn_loader *loader);
DN_API size_t dn_loader_bytes(const dn_loader *loader);

/* Chooses the next batch, to resume a run. The first is 0, 0; an index past the last of
 * its epoch continues into the next epoch. */
DN_API void dn_loader_seek(dn_loader *loader, int64_t epoch, int index);

/* Loads the next batch; the first of the next epoch follows the last of an epoch. *loaded is
 * owned by the loader and valid until the next call. DN_ERROR_IO if no sample of an epoch
 * can be read. */
DN_API dn_status dn_loader_next(dn_loader *loader, const dn_loaded **loaded);

/* ---------------------------------------------------------------- training */

/* Copies a model with a new head, the mean and one linear with bias to `classes` outputs,
 * initialised as by PyTorch, whatever head it had or if it had none; labels are dropped. For
 * fine-tuning. The caller releases *replaced with dn_model_free. */
DN_API dn_status dn_model_replace_head(const dn_model *model, int classes, uint64_t seed,
                                       dn_model **replaced);

/* Copies a model with a stem for pictures of another number of channels, as timm does: for 1 a
 * kernel's planes are added up, for others they are repeated in turn and scaled by the old
 * number over the new. Labels are kept, and the pipeline if it can make 1 or 3 such channels;
 * DN_ERROR_ARGUMENT for a model that takes neither 1 nor 3. The caller releases *replaced with
 * dn_model_free. */
DN_API dn_status dn_model_replace_channels(const dn_model *model, int channels,
                                           dn_model **replaced);

/* What processes that train or evaluate together, perhaps on many machines, do for one another. All
 * of them make the same calls in the same order, with the same counts. Sums are the same on all,
 * to the bit; any status but DN_OK ends what they are for. One thread at a time may use it; in it
 * numbers round to the nearest, and those below the normal ones are 0, while a step calls them. */
typedef struct dn_machines {
    size_t struct_size; /* of this struct */
    /* This process, from 0, of how many; in an evaluation `count` itself is one that answers
     * nothing and is told what the others did. */
    int rank, count;
    void *context; /* passed to the functions */

    /* Replaces each value by its sum. */
    dn_status (*sum)(void *context, double *values, size_t count);

    /* Begins to replace each value by its sum, and returns; the values must not be touched until
     * `finish` has returned. Those that are not exact may be rounded on their way. */
    dn_status (*begin)(void *context, float *values, size_t count, bool exact);

    /* Does what can be done for the sums that have begun, without waiting. */
    dn_status (*advance)(void *context);

    /* Waits until all sums that have begun are there. */
    dn_status (*finish)(void *context);

    /* Writes `bytes` of each process, in the order of their ranks, to `all`. */
    dn_status (*gather)(void *context, const void *own, size_t bytes, void *all);
} dn_machines;

/* True if an MPI launcher, such as mpirun or srun --mpi=pmix, started this process as one of
 * several, or as the only one. Looks at the environment only. */
DN_API bool dn_mpi_launched(void);

typedef struct dn_mpi_options {
    size_t struct_size; /* set by dn_mpi_defaults */
    /* NULL or "none". "bf16": sums that need not be exact are sent as bfloat16, added in double,
     * and are themselves rounded to bfloat16. Need not outlive dn_mpi_join. */
    const char *compression;
    /* Called, by the thread that waits, when others have kept this process waiting for `seconds`:
     * after each 60 s of one wait, and once in a wait 0.3 s after `stopping` returned true. rank is
     * the first that has not sent what is waited for, host the name of its machine. It must not
     * call `machines`, but may call dn_mpi_leave with a status other than 0. May be NULL. */
    void (*waiting)(int rank, const char *host, double seconds, void *context);
    bool (*stopping)(void *context); /* asked while waiting; does not end the wait; may be NULL */
    void *context;                   /* passed to both */
} dn_mpi_options;
DN_API void dn_mpi_defaults(dn_mpi_options *options, size_t struct_size);

/* Joins the processes that the launcher started, over Open MPI, which is loaded now: once in a
 * process, by all of them. options may be NULL. *machines belongs to the library and is valid until
 * dn_mpi_leave; any thread may use it, one at a time. Sums are made in the order of ranks, in
 * double, and rounded once, so they have the same bits in every run of as many processes; numbers
 * below 1.2e-38 are taken as 0. Copies of all values under way are kept for the next sums.
 * DN_ERROR_IO if this build has no MPI, libmpi is not installed, or MPI fails; DN_ERROR_ARGUMENT if
 * no launcher started this process. After a failure dn_mpi_leave ends those that did join. */
DN_API dn_status dn_mpi_join(const dn_mpi_options *options, const dn_machines **machines);

/* Returns the name of a rank's machine, valid until dn_mpi_leave; NULL if there is no such rank, or
 * if not joined. */
DN_API const char *dn_mpi_host(int rank);

/* Returns the number of processes on this machine, this one among them; 0 if not joined. */
DN_API int dn_mpi_local_count(void);

/* Leaves: status 0 waits until all do; any other ends all processes, this one included, with that
 * exit status, if they can be reached. Does nothing if not joined. */
DN_API void dn_mpi_leave(int status);

typedef struct dn_trainer_options {
    size_t struct_size;  /* set by dn_trainer_defaults */
    int batch;           /* most pictures in one pass; a step may have several passes */
    int height, width;   /* of the pictures, in pixels */
    int threads;         /* 0: one per core, or all of the workers'; results do not depend on it */
    dn_workers *workers; /* NULL: those of the calling thread, as for a session */
    const dn_allocator *allocator; /* of maps, parameters, their gradients and the optimiser's
                                      state; NULL: the C library's. Copied; its context must
                                      outlive the trainer */
    bool low_memory; /* recompute each layer's bottleneck maps instead of keeping them */
    uint64_t seed;   /* of the dropout */

    const char *optimiser; /* "sgd", "adamw" */
    double momentum;       /* SGD's, or Adam's first beta; below 0: 0.9, or with
                              "onecycle" from 0.95 to 0.85 and back */
    bool nesterov;
    double weight_decay;
    double clip; /* largest norm of the gradient; 0: no clipping */

    const char *schedule; /* "constant", "step", "cosine", "onecycle" */
    double rate;          /* the highest learning rate */
    int64_t steps;        /* of the whole run */
    int64_t warmup;       /* steps */
    double milestones[8]; /* "step": fractions of the run; all 0: 0.5, 0.75 */
    double gamma;         /* "step": multiplies the rate at each milestone (0.1) */

    double dropout, smoothing; /* smoothing: of classes */
    double ema;                /* decay of the averaged weights; 0: none are kept */
    const char *freeze;        /* "stem,block1,transition1", "features" (all but the
                                  classifier); NULL: nothing */
    /* NULL: this process trains alone. Otherwise all start from the same model with the same
     * options, and each step is one on the pictures of all of them, which have equal weight. Norms
     * see each process's own pictures, and running statistics become the mean over all. The
     * weights are the same on all after each step. Borrowed. */
    const dn_machines *machines;
    bool sync_norms; /* norms see the pictures of all processes: PyTorch's SyncBatchNorm */
    size_t bucket;   /* bytes of gradients that are summed at once, while the backward pass goes on;
                        0: 4 MiB */
    /* One weight per output, 0 or more and finite; copied; NULL: all 1. Those of classes are
     * PyTorch's CrossEntropyLoss(weight): the mean is over the weights of the rows' classes, or,
     * with soft_targets, over the rows, as PyTorch's if targets are probabilities (mixup's). Those
     * of labels are BCEWithLogitsLoss's pos_weight. */
    const float *class_weights, *positive_weights;
    bool soft_targets;
    /* NULL or "f32". "bf16": maps are kept as bfloat16, in half the memory, and 1x1 convolutions
     * and their gradients multiply it; weights, statistics, gradients, sums, 3x3 convolutions and
     * the loss remain float32 (precision.md). */
    const char *precision;
} dn_trainer_options;

/* The paper's recipe: SGD with Nesterov momentum 0.9, weight decay 1e-4, and a rate of 0.1
 * divided by ten at half and three quarters of the run. batch, height, width and steps
 * are 0: the caller must set them. */
DN_API void dn_trainer_defaults(dn_trainer_options *options, size_t struct_size);

/* A setting of a training by the name of the option of `densenet train`: "batch-size", "16". */
typedef struct dn_recipe_setting {
    const char *option, *value;
} dn_recipe_setting;

/* Finds the settings of a recipe (training.md): "paper-cifar", "paper-imagenet", "finetune" or
 * "xray". *settings is the library's. DN_ERROR_ARGUMENT for any other name. */
DN_API dn_status dn_recipe_find(const char *name, const dn_recipe_setting **settings, int *count);

/* A network being trained. Only one thread may use a trainer at a time. */
typedef struct dn_trainer dn_trainer;

/* Computes the bytes that a trainer will take for maps, parameters and all else, without
 * allocating them. */
DN_API dn_status dn_trainer_plan(const dn_arch *arch, const dn_trainer_options *options,
                                 size_t *bytes);

/* Starts from the model's parameters, which are copied. Its labels and preprocessing are
 * passed on to the models from dn_trainer_model. The caller releases *trainer with
 * dn_trainer_free. */
DN_API dn_status dn_trainer_create(const dn_model *start, const dn_trainer_options *options,
                                   dn_trainer **trainer);
DN_API void dn_trainer_free(dn_trainer *trainer);

typedef struct dn_step_result {
    double loss, rate, gradient_norm;
    int pictures;  /* that the step used */
    int correct;   /* classes: of these, those whose largest logit is at their largest target */
    double waited; /* seconds in which this process only waited for others */
} dn_step_result;

/* Makes one step on the pictures of all `count` parts together, at least one part. Parts
 * with too few pictures for batch norm are skipped: those with none, and those with one if
 * the last maps have a single pixel or the head has a norm. If all are skipped, the gradient is 0.
 * DN_ERROR_NUMERIC if the loss or gradient is not finite; the weights are then unchanged. */
DN_API dn_status dn_trainer_step(dn_trainer *trainer, const dn_batch *parts, int count,
                                 dn_step_result *result);
/* Returns the number of steps made. */
DN_API int64_t dn_trainer_steps(const dn_trainer *trainer);

/* Copies the model in its present state, or with the averaged weights if they are kept. The
 * caller releases *model with dn_model_free. */
DN_API dn_status dn_trainer_model(const dn_trainer *trainer, bool averaged, dn_model **model);

/* Saves all that a run needs to continue with the same results, to the bit, and a note of
 * the caller's, as one safetensors file that appears whole or not at all. It can be restored
 * into a trainer of the same architecture and optimiser; the caller releases *note with
 * dn_free. */
DN_API dn_status dn_trainer_save(const dn_trainer *trainer, const char *path, const char *note);
DN_API dn_status dn_trainer_restore(dn_trainer *trainer, const char *path, char **note);

/* -------------------------------------------------------------- evaluation */

typedef struct dn_output_result {
    int64_t support, predicted, right; /* samples: positive; predicted positive; both */
    double precision, recall, f1;      /* NaN if the divisor is zero */
    double auroc;                      /* labels: area under the ROC curve, else NaN */
} dn_output_result;

/* Fractions are 0..1, NaN if not defined. */
typedef struct dn_evaluation {
    int64_t samples, skipped;
    double loss, top1, top5; /* classes */
    double auroc;            /* labels: the mean over the outputs that have one */
    int outputs;
    dn_output_result *results; /* one per output */
    uint32_t *confusion;       /* classes: outputs x outputs, [truth][predicted]; else NULL */
    int64_t not_numbers;       /* samples without an answer in numbers: wrong, in no cell */
    int64_t turned, faint;     /* pictures as counted in dn_loaded */
    int ranked;                /* labels: how many outputs have an auroc */
    const char *precision;     /* that of the session, as dn_session_precision says */
} dn_evaluation;

typedef struct dn_evaluate_options {
    size_t struct_size;       /* set by dn_evaluate_defaults */
    int batch, threads;       /* 0: a batch of 16, one thread per core */
    const char *precision;    /* as a session's */
    int size;                 /* height in pixels, and width without `width`; 0: both are
                                 dn_preprocess_fixed_size's */
    dn_preprocess preprocess; /* channels 0: the model's own pipeline */
    /* Called with the progress, in samples, and with each sample that cannot be read, in
     * the thread of dn_evaluate. Either may be NULL. */
    void (*progress)(int64_t done, int64_t total, void *context);
    void (*skipped)(const char *reason, void *context);
    void *context;
    int width; /* in pixels; 0: size */
    /* Called with each batch's logits as they are measured, in the order of the samples that can
     * be read, `outputs` per sample, in the same thread; NULL: not. */
    void (*answered)(const float *logits, int samples, int outputs, void *context);
    /* NULL, or processes that share out the batches: each calls dn_evaluate with the same arguments
     * and gets the same evaluation, to the bit, as one alone would; callbacks tell of all. */
    const dn_machines *machines;
} dn_evaluate_options;
DN_API void dn_evaluate_defaults(dn_evaluate_options *options, size_t struct_size);

/* Computes the bytes that dn_evaluate will take with the same arguments. */
DN_API dn_status dn_evaluate_plan(const dn_model *model, const dn_dataset *dataset,
                                  const dn_evaluate_options *options, size_t *bytes);

/* Measures a model on a data set whose classes or labels are the model's outputs. A model
 * with one output is also measured on a data set of two classes, of which the second is its
 * yes; the evaluation has two outputs then. options may be NULL. The caller releases *evaluation
 * with dn_evaluation_free. */
DN_API dn_status dn_evaluate(const dn_model *model, const dn_dataset *dataset,
                             const dn_evaluate_options *options, dn_evaluation **evaluation);
DN_API void dn_evaluation_free(dn_evaluation *evaluation);

#ifdef __cplusplus
}
#endif

#endif
