/* SPDX-License-Identifier: MIT */
/*
 * libdensenet: densely connected convolutional networks (Huang, Liu, van der
 * Maaten, Weinberger, 2017), complete: architectures, weight files of every
 * origin, pictures to tensors, inference, heat maps, training.
 *
 * Conventions
 *   - Every function that can fail returns dn_status and hands its result out
 *     through a pointer, which it leaves alone on failure.
 *   - dn_last_error() is a sentence about the calling thread's last failure.
 *   - The library never exits, never prints and changes no global state. It can
 *     be used on after a fork; a thread inside it must not be cancelled.
 *   - Tensors that cross this interface are float32, NCHW, contiguous.
 *   - What a function creates, the matching *_free releases; NULL is allowed.
 *   - Structures of options start with their *_defaults function, which is given
 *     sizeof the structure: later versions may add members at the end. Where options
 *     are left NULL, these defaults hold.
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
    DN_ERROR_ARGUMENT, /* the caller asked for something impossible */
    DN_ERROR_IO,       /* a file could not be opened, read or written */
    DN_ERROR_FORMAT,   /* a file is damaged, or not what it claims to be */
    DN_ERROR_MISMATCH, /* a sound file that does not fit the network */
    DN_ERROR_LIMIT,    /* larger than the limit set for untrusted input */
    DN_ERROR_MEMORY,   /* an allocation failed */
    DN_ERROR_NUMERIC   /* NaN or infinity where none may be */
} dn_status;

/* One sentence on the last failure in this thread: the file, the fault, what
 * was expected and what was found. Valid until the thread's next call. */
DN_API const char *dn_last_error(void);

/* The version of this header, and of the library that runs, as "MAJOR.MINOR.PATCH". Until
 * 1.0 a minor version may change this interface, after it only a major one; the shared
 * library's name says so: libdensenet.so.0.1. */
#define DN_VERSION_MAJOR 0
#define DN_VERSION_MINOR 1
#define DN_VERSION_PATCH 0
DN_API const char *dn_version(void);

/* Where sentences go that are no failures: a doubt about a weight file (also
 * dn_model_warning), threads that the system refuses, a level that does not run here.
 * From any thread, during a call; log NULL, as at first: nowhere. Not while the library
 * is in use. */
typedef enum dn_log_level { DN_LOG_INFO, DN_LOG_WARNING } dn_log_level;
typedef void dn_log_function(dn_log_level level, const char *sentence, void *context);
DN_API void dn_set_log(dn_log_function *log, void *context);

/* The level whose kernels run: "avx512", "avx2", "neon", "baseline", or
 * "reference", which is plain C for comparison. The best of this machine, or the
 * one that the environment variable DENSENET_CPU names when the library first
 * asks; a name that does not run here is passed over. */
DN_API const char *dn_cpu_level(void);

/* Cores that this process may run on, or as many as its container's share of time
 * would occupy: what a thread count of 0 means. */
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

/* What commands and files call a stem: "imagenet", "cifar", "cifar-norm", "deep";
 * NULL past the last. */
DN_API const char *dn_stem_name(dn_stem stem);

/* True where a stem ends in the 3x3/2 max-pool, as those for large pictures do. */
DN_API bool dn_stem_pools(dn_stem stem);

/* A member of the family. Plain data: copy it freely. */
typedef struct dn_arch {
    char name[DN_NAME_SIZE]; /* "densenet121", or "densenet" where it has none */
    int block_count;
    int blocks[DN_MAX_BLOCKS]; /* layers of each dense block */
    int growth;                /* k: maps that each layer adds */
    int stem_channels;         /* maps that the stem hands to the first block */
    int stem_hidden[2];        /* deep stem: outputs of its first two convolutions */
    int bottleneck;            /* a layer's 1x1 convolution has bottleneck * k outputs;
                                  0: layers are a single 3x3 convolution */
    double compression;        /* a transition keeps floor(compression * channels) */
    dn_stem stem;
    int channels; /* of the input picture: 3, or 1 */
    int classes;
    double bn_epsilon; /* 1e-5 */
} dn_arch;

/* Fills *arch from a name: densenet121|169|201|264|161, densenet-L-K (plain)
 * and densenet-bc-L-K (bottleneck, compression 0.5), the paper's CIFAR
 * networks for any L and K that divide evenly. ImageNet networks get 1000
 * classes, CIFAR ones 10. */
DN_API dn_status dn_arch_find(const char *name, dn_arch *arch);

/* The index-th fixed name ("densenet121", ...), NULL past the last. */
DN_API const char *dn_arch_name(int index);

/* Checks every field's range and that each transition keeps a channel. The
 * three figures below are 0 for a network that this refuses. */
DN_API dn_status dn_arch_check(const dn_arch *arch);

/* Trainable parameters: convolutions, BN weights and biases, the classifier. */
DN_API size_t dn_arch_parameters(const dn_arch *arch);

/* Arithmetic of the forward pass of one picture of this size: what the network's
 * definition asks of convolutions and classifier, two operations a multiply-add,
 * however few an algorithm gets by with. */
DN_API double dn_arch_operations(const dn_arch *arch, int height, int width);

/* The smallest height or width that leaves every pool at least one pixel. */
DN_API int dn_arch_smallest_input(const dn_arch *arch);

/* ----------------------------------------------------------------- summary */

typedef struct dn_summary_options {
    size_t struct_size;                 /* set by dn_summary_defaults */
    int batch, channels, height, width; /* all 0: no input size, as torchinfo without one */
    int depth;                          /* of the deepest rows shown; 0 is the network itself */
    const char *columns;                /* torchinfo's names, comma-separated; NULL: its default */
    bool json;                          /* JSON with every column instead of the table */
} dn_summary_options;
DN_API void dn_summary_defaults(dn_summary_options *options, size_t struct_size);

/* The table that torchinfo 1.7.2 prints for the reference PyTorch module of
 * this architecture, byte for byte, without a final newline. options NULL: no
 * input size, depth 3. The caller releases *text with dn_free. */
DN_API dn_status dn_summary(const dn_arch *arch, const dn_summary_options *options, char **text);

/* Releases memory that a function of this interface said to release so. */
DN_API void dn_free(void *memory);

/* ---------------------------------------------------------------- pictures */

/* Decoded pixels, interleaved, rows top to bottom without padding: those of
 * Pillow's convert("RGB"), which drops alpha and, like torchvision, ignores EXIF
 * orientation. Only 16-bit grey PNG differs: it keeps its 16 bits (Pillow clips
 * them at 255). */
typedef struct dn_image {
    int width, height;
    int channels; /* 1 grey, 3 RGB */
    int depth;    /* 8 or 16 bits a sample; 16-bit samples are native uint16_t */
    void *pixels;
} dn_image;

typedef struct dn_image_limits {
    size_t struct_size; /* set by dn_image_defaults */
    int64_t max_pixels; /* 0: 178956970, where Pillow speaks of a decompression bomb */
} dn_image_limits;
DN_API void dn_image_defaults(dn_image_limits *limits, size_t struct_size);

/* Decodes JPEG, PNG or WebP, told apart by content. A truncated file is refused,
 * never half a picture handed out. limits may be NULL. The caller owns *image. */
DN_API dn_status dn_image_read(const char *path, const dn_image_limits *limits, dn_image **image);

/* The same from memory; name is only for messages. */
DN_API dn_status dn_image_decode(const void *data, size_t size, const char *name,
                                 const dn_image_limits *limits, dn_image **image);
DN_API void dn_image_free(dn_image *image);

typedef enum dn_filter {
    DN_BILINEAR, /* antialiased, in Pillow's fixed-point arithmetic on 8 bits */
    DN_BICUBIC,  /* likewise; 16-bit samples lose their low byte before */
    DN_GAUSSIAN  /* on scaled floats: scikit-image's resize(), a Gaussian blur, then
                    linear interpolation (X-ray pipeline) */
} dn_filter;

/* How samples become floats. */
typedef enum dn_scaling {
    DN_SCALE_UNIT, /* x / 255, then (x - mean) / std a channel */
    DN_SCALE_XRAY  /* (2 x / (2^bits - 1) - 1) * 1024, one channel */
} dn_scaling;

/* From picture to tensor. Plain data: take a named pipeline and change it. */
typedef struct dn_preprocess {
    char name[DN_NAME_SIZE];
    int resize; /* shorter side after resampling, the longer in proportion; 0: none */
    dn_filter filter;
    int crop;          /* centre square, black where the picture is smaller; 0: none */
    bool square_first; /* crop the centre square before resampling (X-ray pipeline) */
    dn_scaling scaling;
    int channels;          /* of the tensor: 3, or 1 (grey by Pillow's luma formula) */
    float mean[3], std[3]; /* of samples scaled to 0..1 */
} dn_preprocess;

/* A named pipeline: "torchvision", "timm", "xrv", "keras", "cifar10",
 * "cifar100", "none"; or one with changes after it, as in
 * "torchvision,resize=232,filter=bicubic,mean=0.5:0.5:0.5". A specification
 * that starts with a change alters *preprocess as it stands. The keys: resize,
 * crop, filter=bilinear|bicubic|gaussian, square=no|yes, scaling=unit|xray,
 * channels, mean, std (one number, or three). */
DN_API dn_status dn_preprocess_parse(const char *specification, dn_preprocess *preprocess);

/* Writes the specification that dn_preprocess_parse reads back to the same
 * pipeline; size 256 always suffices. */
DN_API void dn_preprocess_format(const dn_preprocess *preprocess, char *text, size_t size);

/* Size of the tensor that dn_preprocess_run makes of a picture of this size. */
DN_API dn_status dn_preprocess_size(const dn_preprocess *preprocess, int width, int height,
                                    int *out_width, int *out_height);

/* Side of the square that the pipeline makes of every picture; 0 where the size
 * depends on the picture. */
DN_API int dn_preprocess_side(const dn_preprocess *preprocess);

/* tensor: channels x out_height x out_width floats of the caller's. */
DN_API dn_status dn_preprocess_run(const dn_preprocess *preprocess, const dn_image *image,
                                   float *tensor);

/* The same without the last step, for dn_session_run_bytes: out_height x out_width x
 * channels bytes of the caller's, black where the picture is smaller. Refused for
 * DN_GAUSSIAN, whose samples are floats. */
DN_API dn_status dn_preprocess_bytes(const dn_preprocess *preprocess, const dn_image *image,
                                     unsigned char *bytes);

/* The last step: what the pipeline makes of each value of a byte, in each channel. */
DN_API void dn_preprocess_values(const dn_preprocess *preprocess, float values[3][256]);

/* ------------------------------------------------------------------- model */

/* An architecture and its parameters in one canonical order (oldest maps
 * first), with what is known about them. Immutable once made, apart from the
 * setters below; may be read by many threads at once. */
typedef struct dn_model dn_model;

typedef enum dn_concat {
    DN_CONCAT_AUTO,  /* read off the names or the batch-norm statistics */
    DN_CONCAT_FIRST, /* a layer's new maps come before the old ones */
    DN_CONCAT_LAST   /* ... after them */
} dn_concat;

typedef struct dn_load_options {
    size_t struct_size; /* set by dn_load_defaults */
    dn_concat concat;   /* after statistics and recorded metadata, before the names' custom */
} dn_load_options;
DN_API void dn_load_defaults(dn_load_options *options, size_t struct_size);

/* Reads safetensors, PyTorch zip or pre-2019 PyTorch files, names of any
 * dialect or of none. A file that does not fit is refused with what is missing
 * and what is left over. The file is mapped: truncating it while the model is in
 * use ends the process (SIGBUS); replacing it by another does no harm.
 * name is a path; or, where there is no such file, "builtin", the network that this
 * library trained on CIFAR-10 and contains (ten classes, pictures of 32 x 32:
 * assets/README.md), or a name of dn_published_weights that was fetched.
 * options may be NULL. The caller owns *model. */
DN_API dn_status dn_model_load(const char *name, const dn_load_options *options, dn_model **model);

/* The same from a file's bytes, which must stay as they are until the model is freed; name
 * is only for messages. */
DN_API dn_status dn_model_read(const void *data, size_t size, const char *name,
                               const dn_load_options *options, dn_model **model);

/* A tensor of floats, row-major. */
typedef struct dn_tensor_view {
    const char *name;
    int rank;
    int64_t shape[8];
    const float *data;
} dn_tensor_view;

/* The same from tensors of the caller's, whose data must stay until the model is freed:
 * a state dict, in any order. */
DN_API dn_status dn_model_from_tensors(const dn_tensor_view *tensors, size_t count,
                                       const dn_load_options *options, dn_model **model);

/* Weights that torchvision publishes; `densenet pull` fetches them into the cache. */
typedef struct dn_published {
    const char *name;   /* "densenet121" */
    const char *file;   /* of the cache's folder */
    const char *sha256; /* the digest's first hex digits */
    const char *url;
} dn_published;

/* NULL past the last. */
DN_API const dn_published *dn_published_weights(int index);

/* $XDG_CACHE_HOME/densenet or ~/.cache/densenet, which need not exist. */
DN_API dn_status dn_cache_folder(char *path, size_t size);

/* The file that dn_model_load takes for a name; fails for published weights that were
 * not fetched. size: PATH_MAX suffices. */
DN_API dn_status dn_weights_path(const char *name, char *path, size_t size);

typedef enum dn_init {
    DN_INIT_PYTORCH, /* the defaults of nn.Conv2d, nn.BatchNorm2d, nn.Linear */
    DN_INIT_PAPER    /* He: normal, std sqrt(2 / fan_out); classifier bias 0 */
} dn_init;

/* Random parameters by seed: the same numbers everywhere, but for a last bit where
 * C libraries round logarithms and cosines differently. */
DN_API dn_status dn_model_init(const dn_arch *arch, dn_init init, uint64_t seed, dn_model **model);
DN_API void dn_model_free(dn_model *model);

DN_API const dn_arch *dn_model_arch(const dn_model *model);

typedef enum dn_objective {
    DN_OBJECTIVE_CLASSES, /* one of the classes: softmax */
    DN_OBJECTIVE_LABELS   /* any of the labels: one sigmoid per label */
} dn_objective;

/* Where a model came from, in words: "safetensors", "torchvision", "last",
 * "f32". Empty strings for a model made by dn_model_init. */
typedef struct dn_origin {
    char format[24], dialect[24], concat[8], dtype[8];
    char concat_from[16]; /* what told: "statistics", "metadata", "request", "names" */
    char state[64];       /* the dictionary taken where there were several: "model_ema" */
} dn_origin;
DN_API const dn_origin *dn_model_origin(const dn_model *model);

/* NULL unless something about the file deserves a person's attention, such as
 * NaN among the weights: then one sentence. */
DN_API const char *dn_model_warning(const dn_model *model);

DN_API dn_objective dn_model_objective(const dn_model *model);
DN_API void dn_model_set_objective(dn_model *model, dn_objective objective);

/* Name of an output: the one recorded, else ImageNet's where there are 1000, else
 * NULL. "" marks an output that was never trained. */
DN_API const char *dn_model_label(const dn_model *model, int output);

/* Copies count == classes names. */
DN_API dn_status dn_model_set_labels(dn_model *model, const char *const *labels, int count);

/* False where the file recorded none; *preprocess is then the family's
 * default for this architecture. */
DN_API bool dn_model_preprocess(const dn_model *model, dn_preprocess *preprocess);
DN_API void dn_model_set_preprocess(dn_model *model, const dn_preprocess *preprocess);

/* The classes operating points that TorchXRayVision's networks carry, NULL
 * where there are none. NaN: never trained. */
DN_API const float *dn_model_thresholds(const dn_model *model);

/* Turns n rows of logits into probabilities in place: softmax or sigmoid, then
 * the per-label operating thresholds where the model has them. */
DN_API void dn_model_probabilities(const dn_model *model, int n, float *logits);

/* Parameters and running statistics, in canonical order, by torchvision's names. Views are
 * valid as long as the model. */
DN_API int dn_model_tensor_count(const dn_model *model);
DN_API dn_tensor_view dn_model_tensor(const dn_model *model, int index);

/* The index of a name; -1: there is none. */
DN_API int dn_model_find_tensor(const dn_model *model, const char *name);

/* Copies count values, all of a tensor, into the model. Not while sessions or trainers of
 * the model exist. */
DN_API dn_status dn_model_set_tensor(dn_model *model, int index, const float *data, size_t count);

typedef struct dn_save_options {
    size_t struct_size; /* set by dn_save_defaults */
    const char *naming; /* "torchvision" (default), "reference" */
    const char *dtype;  /* "f32" (default), "f16", "bf16" */
} dn_save_options;
DN_API void dn_save_defaults(dn_save_options *options, size_t struct_size);

/* Writes safetensors, or a PyTorch zip file where path ends in .pt or .pth,
 * with architecture, labels and preprocessing in its metadata. The file
 * appears whole or not at all. options may be NULL. */
DN_API dn_status dn_model_save(const dn_model *model, const char *path,
                               const dn_save_options *options);

/* The tensors of a weight file of any network, as the file has them. */
typedef struct dn_tensor_file dn_tensor_file;
typedef struct dn_tensor_info {
    const char *name, *dtype; /* "f32", ... */
    int rank;
    int64_t shape[8];
} dn_tensor_info;

/* Reads the formats that dn_model_load reads. The caller owns *file. */
DN_API dn_status dn_tensor_file_open(const char *path, dn_tensor_file **file);
DN_API void dn_tensor_file_close(dn_tensor_file *file);
DN_API const char *dn_tensor_file_format(const dn_tensor_file *file);
DN_API size_t dn_tensor_file_count(const dn_tensor_file *file);
DN_API dn_tensor_info dn_tensor_file_item(const dn_tensor_file *file, size_t index);

/* The elements of a tensor of a floating type, row-major, into as many floats. */
DN_API dn_status dn_tensor_file_floats(const dn_tensor_file *file, size_t index, float *data);

/* --------------------------------------------------------------- inference */

/* Threads that share work. Sessions and trainers may be given the same: calls made at
 * once take turns. One caller counts among them, so that helpers are one fewer; they
 * sleep while there is nothing to do. After a fork both processes have theirs. */
typedef struct dn_workers dn_workers;

/* threads 0: one per core. Starts nothing yet. Where the system refuses threads,
 * fewer do the work. Free it after all that was given it. */
DN_API dn_status dn_workers_create(int threads, dn_workers **workers);
DN_API void dn_workers_free(dn_workers *workers);

/* Where the memory that grows with a network comes from. Both functions may be called
 * by several threads at once. */
typedef struct dn_allocator {
    /* So many bytes, at a multiple of alignment (a power of two), or NULL. */
    void *(*allocate)(size_t bytes, size_t alignment, void *context);
    void (*release)(void *memory, size_t bytes, void *context);
    void *context;
} dn_allocator;

/* A model made ready to run: weights laid out for this processor, and plans with
 * their memory. Belongs to one thread at a time. */
typedef struct dn_session dn_session;

typedef struct dn_session_options {
    size_t struct_size;            /* set by dn_session_defaults */
    int threads;                   /* 0: one per core, or all of the workers' */
    const char *device;            /* NULL, "cpu" */
    const char *precision;         /* NULL, "f32"; or "bf16-weights": weights of layers and
                                      transitions in bfloat16, in half the memory; maps and
                                      arithmetic remain float32 */
    dn_workers *workers;           /* NULL: the calling thread's own, which it keeps, asleep
                                      between runs, until it ends */
    const dn_session *share;       /* a session of the same model whose laid out weights this
                                      one uses too: they cost memory once; NULL: its own */
    const dn_allocator *allocator; /* of weights and working memory; copied; NULL: the
                                      C library's. Ignored for weights that are shared */
} dn_session_options;
DN_API void dn_session_defaults(dn_session_options *options, size_t struct_size);

/* options NULL: the defaults. Results do not depend on the number of threads, to the
 * bit. The model must outlive the session; a session whose weights are shared need not
 * outlive the others. */
DN_API dn_status dn_session_create(const dn_model *model, const dn_session_options *options,
                                   dn_session **session);
DN_API void dn_session_free(dn_session *session);

/* input: n x channels x height x width; logits: n x classes. The first run of
 * a shape plans it. The plans of the last eight shapes are kept, in working memory
 * as large as the largest needs: runs of these allocate nothing. */
DN_API dn_status dn_session_run(dn_session *session, const float *input, int n, int height,
                                int width, float *logits);

/* Pictures of one size as bytes, n x height x width x channels. */
typedef struct dn_byte_pictures {
    const unsigned char *bytes;
    int n, height, width;
} dn_byte_pictures;

/* The same for pictures that the pipeline has made, but for its last step, which is done
 * while they are read: the logits are those of the tensors, to the bit. */
DN_API dn_status dn_session_run_bytes(dn_session *session, const dn_byte_pictures *pictures,
                                      const dn_preprocess *preprocess, float *logits);

/* Bytes of laid out weights, shared or not, and of working memory. */
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

/* Calls observer with each inner tensor as the run computes it; NULL stops. */
DN_API void dn_session_observe(dn_session *session, dn_observer *observer, void *context);

/* What a step of a run cost; operations as dn_arch_operations counts them. */
typedef struct dn_step_cost {
    const char *place; /* "stem", "block1.layer1", "transition1", "head" */
    const char *kind;  /* "conv1x1", "winograd3x3", "pool", ... */
    double seconds, operations;
    int tasks; /* pieces that threads may share */
} dn_step_cost;
typedef void dn_profiler(const dn_step_cost *cost, void *context);

/* Calls profiler after each step of the runs that follow; NULL stops. */
DN_API void dn_session_profile(dn_session *session, dn_profiler *profiler, void *context);

/* The most operations a second that this many threads reach on this machine at
 * multiply-adds in registers, measured anew (a tenth of a second). */
DN_API double dn_measure_peak(int threads);

/* Class-activation map of the last run (Zhou et al., 2016; exact here, since
 * the classifier is linear on the global average): map, map_height x map_width
 * floats of the caller's, averages to the logit less its bias. map may be NULL
 * to ask for the size. */
DN_API dn_status dn_session_cam(const dn_session *session, int image, int output, float *map,
                                int *map_height, int *map_width);

/* --------------------------------------------------------------- data sets */

/* Pictures with what each of them shows. A sample is read when it is asked
 * for, where it lies: nothing is unpacked. Any number of threads may read one
 * data set at once. */
typedef struct dn_dataset dn_dataset;

/* Data sets that come in two parts: CIFAR's training and test files; folders
 * or tars whose topmost folders are train and val, valid, validation or test.
 * Others are the same for both. */
typedef enum dn_portion { DN_PORTION_TRAIN, DN_PORTION_TEST } dn_portion;

/* Opens, told apart by content:
 *   - a folder of class folders, samples in the order of torchvision's
 *     ImageFolder (names that begin with a dot are passed over);
 *   - CIFAR-10 or CIFAR-100 in binary: the folder, or one of its .bin files;
 *   - a tar of class folders, or of WebDataset samples (key.jpg beside key.cls
 *     or key.json), or a folder of such tars;
 *   - a CSV whose header is image,LABEL,...: a 0 or 1 a label, nothing or -1
 *     where it is not known; paths count from the CSV's folder. With a single
 *     column that holds words, these are the classes. Or a folder with a
 *     labels.csv.
 * Tars and CIFAR's files are mapped, as dn_model_load maps its. The caller owns
 * *dataset. */
DN_API dn_status dn_dataset_open(const char *path, dn_portion portion, dn_dataset **dataset);
DN_API void dn_dataset_free(dn_dataset *dataset);

/* Divides a data set into two, which read through it: it must outlive them.
 * *held gets the fraction of samples (0..1, both ends excluded), drawn by seed,
 * of every class as near as whole numbers allow; *rest the others. Both keep
 * the order of the whole. */
DN_API dn_status dn_dataset_split(const dn_dataset *whole, double fraction, uint64_t seed,
                                  dn_dataset **rest, dn_dataset **held);

/* "class folders", "CIFAR-10", "CIFAR-100", "tar", "WebDataset", "CSV". */
DN_API const char *dn_dataset_format(const dn_dataset *dataset);

/* Hard and symbolic links in a tar, which are not followed. */
DN_API int dn_dataset_links(const dn_dataset *dataset);
DN_API dn_objective dn_dataset_objective(const dn_dataset *dataset);
DN_API int dn_dataset_count(const dn_dataset *dataset);

/* Classes or labels, and their names. */
DN_API int dn_dataset_outputs(const dn_dataset *dataset);
DN_API const char *dn_dataset_label(const dn_dataset *dataset, int output);

/* Renumbers classes or labels as a model has them, by name; what the model has
 * and the data set lacks has no samples (labels: is unknown). Refused where the
 * data set holds a name that the model does not know, and for a part made by
 * dn_dataset_split. Not while another thread reads. */
DN_API dn_status dn_dataset_match(dn_dataset *dataset, const char *const *labels, int count);

/* The class of a sample, -1 in a data set of labels. */
DN_API int dn_dataset_class(const dn_dataset *dataset, int sample);

/* What a network should answer, one float an output: 1 for the class and 0
 * elsewhere, or each label's 0..1, NaN where it is not known. */
DN_API void dn_dataset_target(const dn_dataset *dataset, int sample, float *target);

/* Where a sample lies, for messages: "photos/cat/3.jpg", "test.bin, record 7",
 * "train.tar, cat/3.jpg". Cut to size. */
DN_API void dn_dataset_name(const dn_dataset *dataset, int sample, char *text, size_t size);

/* The sample's picture, decoded. limits may be NULL. The caller owns *image. */
DN_API dn_status dn_dataset_read(const dn_dataset *dataset, int sample,
                                 const dn_image_limits *limits, dn_image **image);

/* ----------------------------------------------------------------- batches */

/* Pictures and what the network should answer: n x channels x height x width,
 * n x outputs (class probabilities, or 0..1 a label, NaN where not known). */
typedef struct dn_batch {
    const float *input, *targets;
    int n;
} dn_batch;

typedef struct dn_loader_options {
    size_t struct_size; /* set by dn_loader_defaults */
    int batch;          /* most samples in one */
    int size;           /* height and width of the pictures */
    int threads;        /* that prepare a batch; 0: one per core */
    bool training;      /* refuses what cannot be trained on; prefetches across epochs */
    bool shuffle;       /* another order each epoch; else the data set's */
    bool drop_last;     /* no smaller batch at the end of an epoch */
    bool prefetch;      /* prepares the next batch in the background, with as many threads
                           beside those that train: then keep them few */
    double mixup;       /* alpha of its Beta(alpha, alpha); 0: none */
    uint64_t seed;
    const char *augment; /* "none", "cifar", "imagenet", with changes after it as in
                            "cifar,jpeg=0.5:30:95,blur=0.3:0.3:1,cutout=8"; NULL: none */
    dn_preprocess preprocess;
} dn_loader_options;
DN_API void dn_loader_defaults(dn_loader_options *options, size_t struct_size);

/* A sample that could not be read, and a sentence that names it. */
typedef struct dn_skip {
    int sample;
    const char *reason;
} dn_skip;

/* A batch and where it came from. Samples that cannot be read are left out: the
 * batch is that much smaller, perhaps empty, and no other changes. */
typedef struct dn_loaded {
    dn_batch batch;
    const int *samples; /* their numbers in the data set */
    const int *classes; /* of mixed pictures, that of the larger part; -1: labels */
    int64_t epoch;      /* both count from 0 */
    int index;          /* in its epoch */
    int skipped;        /* samples left out; of these, the first `new_skips` are ... */
    int new_skips;      /* ... reported for the first time */
    const dn_skip *skips;
} dn_loaded;

/* Batches of a data set. What is in a batch depends on the seed, the epoch and
 * the batch's number alone: not on threads, nor on what was loaded before.
 * Belongs to one thread at a time; the data set must outlive it. */
typedef struct dn_loader dn_loader;
DN_API dn_status dn_loader_create(const dn_dataset *dataset, const dn_loader_options *options,
                                  dn_loader **loader);
DN_API void dn_loader_free(dn_loader *loader);

/* Batches in an epoch; bytes of those held in memory. */
DN_API int dn_loader_batches(const dn_loader *loader);
DN_API size_t dn_loader_bytes(const dn_loader *loader);

/* Chooses the batch that comes next, as resuming does. The first is 0, 0; an index
 * past its epoch's last goes on into the next epoch. */
DN_API void dn_loader_seek(dn_loader *loader, int64_t epoch, int index);

/* The next batch, valid until the next call; after an epoch's last the next
 * epoch's first. Fails where no sample of an epoch can be read. */
DN_API dn_status dn_loader_next(dn_loader *loader, const dn_loaded **loaded);

/* ---------------------------------------------------------------- training */

/* The copy of a model with a new classifier of so many classes, initialised as
 * PyTorch would; labels are dropped. For fine-tuning. */
DN_API dn_status dn_model_replace_head(const dn_model *model, int classes, uint64_t seed,
                                       dn_model **replaced);

/* Makes each of `count` values its sum over all machines that train together, in
 * place, the same bits on each. Anything but DN_OK stops the step. */
typedef dn_status dn_sum_over_machines(float *values, size_t count, void *context);

typedef struct dn_trainer_options {
    size_t struct_size;  /* set by dn_trainer_defaults */
    int batch;           /* most pictures in one pass; a step may have several */
    int height, width;   /* of the pictures */
    int threads;         /* 0: one per core, or all of the workers'; results do not depend on it */
    dn_workers *workers; /* NULL: the calling thread's own, as a session's */
    bool low_memory;     /* recompute each layer's bottleneck maps */
    uint64_t seed;       /* of the dropout */

    const char *optimiser; /* "sgd", "adamw" */
    double momentum;       /* SGD's, or Adam's first beta; below 0: 0.9, or under
                              "onecycle" from 0.95 to 0.85 and back */
    bool nesterov;
    double weight_decay;
    double clip; /* of the gradient's norm; 0: none */

    const char *schedule; /* "constant", "step", "cosine", "onecycle" */
    double rate;          /* learning rate, the highest */
    int64_t steps;        /* of the whole run */
    int64_t warmup;       /* steps */
    double milestones[8]; /* "step": fractions of the run; none: 0.5, 0.75 */
    double gamma;         /* "step": what the rate is multiplied with there (0.1) */

    double dropout, smoothing;
    double ema;         /* decay of the averaged weights; 0: none kept */
    const char *freeze; /* "stem,block1,transition1", "features" (all but the
                           classifier); NULL: nothing */
    /* NULL: this machine alone. Else a step calls it twice, on every machine in
     * the same order, and takes the mean over all machines' pictures, each of
     * which counts alike. Batch statistics, running ones included, remain each
     * machine's own; so does dropout: give each machine another seed. */
    dn_sum_over_machines *sum;
    void *sum_context;
} dn_trainer_options;

/* The paper's recipe: SGD, Nesterov 0.9, weight decay 1e-4, rate 0.1 falling
 * tenfold at half and three quarters. batch, height, width, steps are left 0. */
DN_API void dn_trainer_defaults(dn_trainer_options *options, size_t struct_size);

/* A network being trained. Belongs to one thread at a time. */
typedef struct dn_trainer dn_trainer;

/* Bytes that a trainer will take for maps, parameters and all else; planned
 * without allocating them. */
DN_API dn_status dn_trainer_plan(const dn_arch *arch, const dn_trainer_options *options,
                                 size_t *bytes);

/* Starts from the model's parameters, which are copied; labels and
 * preprocessing go along into the models that come out. */
DN_API dn_status dn_trainer_create(const dn_model *start, const dn_trainer_options *options,
                                   dn_trainer **trainer);
DN_API void dn_trainer_free(dn_trainer *trainer);

typedef struct dn_step_result {
    double loss, rate, gradient_norm;
    int pictures; /* that the step was made on */
    int correct;  /* classes: of these, those whose largest logit is their largest target */
} dn_step_result;

/* One step on the pictures of all parts together, at least one part. Parts with
 * too few pictures for batch norm are passed over: with none; with one, where the
 * last maps have a single pixel. If all are, the gradient is 0. A loss or gradient
 * that is not finite fails with DN_ERROR_NUMERIC before the weights move. */
DN_API dn_status dn_trainer_step(dn_trainer *trainer, const dn_batch *parts, int count,
                                 dn_step_result *result);
DN_API int64_t dn_trainer_steps(const dn_trainer *trainer);

/* The model as it stands, or with averaged weights where they are kept. */
DN_API dn_status dn_trainer_model(const dn_trainer *trainer, bool averaged, dn_model **model);

/* All that a run needs to go on bit by bit, with a note of the caller's, as one
 * safetensors file that appears whole or not at all. Restoring takes a trainer
 * made with the same architecture and optimiser; *note is released with
 * dn_free. */
DN_API dn_status dn_trainer_save(const dn_trainer *trainer, const char *path, const char *note);
DN_API dn_status dn_trainer_restore(dn_trainer *trainer, const char *path, char **note);

/* -------------------------------------------------------------- evaluation */

typedef struct dn_output_result {
    int64_t support, predicted, right; /* truly so; said to be so; both */
    double precision, recall, f1;      /* NaN where they divide by zero */
    double auroc;                      /* labels: area under the ROC curve, else NaN */
} dn_output_result;

/* Fractions are 0..1; NaN where there is no such figure. */
typedef struct dn_evaluation {
    int64_t samples, skipped;
    double loss, top1, top5; /* classes */
    double auroc;            /* labels: the mean over those that have one */
    int outputs;
    dn_output_result *results; /* one per output */
    uint32_t *confusion;       /* classes: outputs x outputs, [truth][predicted]; else NULL */
} dn_evaluation;

typedef struct dn_evaluate_options {
    size_t struct_size;       /* set by dn_evaluate_defaults */
    int batch, threads;       /* 0: 16; one per core */
    const char *precision;    /* as a session's */
    int size;                 /* height and width; 0: the square that the pipeline makes */
    dn_preprocess preprocess; /* channels 0: the model's own */
    /* Told of progress and of samples that cannot be read; either may be NULL. */
    void (*progress)(int64_t done, int64_t total, void *context);
    void (*skipped)(const char *reason, void *context);
    void *context;
} dn_evaluate_options;
DN_API void dn_evaluate_defaults(dn_evaluate_options *options, size_t struct_size);

/* Bytes that dn_evaluate with the same arguments will take. */
DN_API dn_status dn_evaluate_plan(const dn_model *model, const dn_dataset *dataset,
                                  const dn_evaluate_options *options, size_t *bytes);

/* The model's answers on a data set whose labels are the model's outputs.
 * options may be NULL. The caller releases *evaluation with dn_evaluation_free. */
DN_API dn_status dn_evaluate(const dn_model *model, const dn_dataset *dataset,
                             const dn_evaluate_options *options, dn_evaluation **evaluation);
DN_API void dn_evaluation_free(dn_evaluation *evaluation);

#ifdef __cplusplus
}
#endif

#endif
