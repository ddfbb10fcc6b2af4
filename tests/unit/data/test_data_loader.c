/* SPDX-License-Identifier: MIT */
/* Batches: what is in them, at any number of threads. */
#include "allocation.h"
#include "dataset_checks.h"
#include "encoding.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>

enum { RECORD = 3073, RECORDS = 50, SIDE = 32, IMAGE = 3 * SIDE * SIDE };

/* CIFAR records, each of its own colour, of classes 0, 1, 2, 0, ... */
static void make_records(int count)
{
    static unsigned char bytes[RECORDS * RECORD];
    for (int i = 0; i < count; i++) {
        unsigned char *record = &bytes[(size_t)i * RECORD];
        memset(record, 5 * i, RECORD);
        record[0] = (unsigned char)(i % 3);
    }
    scratch_file("x.bin", bytes, (size_t)count * RECORD);
}

static dn_loader_options options_of(int batch, const char *augment)
{
    dn_loader_options options = {.struct_size = sizeof options,
                                 .batch = batch,
                                 .size = SIDE,
                                 .threads = 1,
                                 .training = true,
                                 .shuffle = true,
                                 .seed = 11,
                                 .augment = augment};
    assert_int_equal(dn_preprocess_parse("none", &options.preprocess), DN_OK);
    return options;
}

static dn_loader *create(const dn_dataset *dataset, const dn_loader_options *options)
{
    dn_loader *loader = NULL;
    if (dn_loader_create(dataset, options, &loader) != DN_OK)
        fail_msg("%s", dn_last_error());
    return loader;
}

static const dn_loaded *next(dn_loader *loader)
{
    const dn_loaded *loaded = NULL;
    if (dn_loader_next(loader, &loaded) != DN_OK)
        fail_msg("%s", dn_last_error());
    return loaded;
}

static void in_order(void **state)
{
    (void)state;
    make_records(10);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(4, NULL);
    options.shuffle = false;
    dn_loader *loader = create(dataset, &options);
    assert_int_equal(dn_loader_batches(loader), 3);
    for (int i = 0; i < 7; i++) {
        const dn_loaded *loaded = next(loader);
        assert_int_equal(loaded->epoch, i / 3);
        assert_int_equal(loaded->index, i % 3);
        assert_int_equal(loaded->batch.n, i % 3 == 2 ? 2 : 4);
        assert_int_equal(loaded->skipped, 0);
        for (int j = 0; j < loaded->batch.n; j++) {
            int sample = i % 3 * 4 + j;
            assert_int_equal(loaded->samples[j], sample);
            assert_int_equal(loaded->classes[j], sample % 3);
            assert_near(loaded->batch.input[(size_t)j * IMAGE + 7], (float)(5 * sample) / 255,
                        1e-6);
            for (int k = 0; k < 10; k++)
                assert_true(loaded->batch.targets[(size_t)j * 10 + (size_t)k] == (k == sample % 3));
        }
    }
    dn_loader_free(loader);
    options.drop_last = true;
    loader = create(dataset, &options);
    assert_int_equal(dn_loader_batches(loader), 2);
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

/* Each epoch shows every sample once, in an order of its own. */
static void shuffled(void **state)
{
    (void)state;
    make_records(RECORDS);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(8, NULL);
    dn_loader *loader = create(dataset, &options);
    int orders[2][RECORDS];
    for (int epoch = 0; epoch < 2; epoch++) {
        int seen[RECORDS] = {0}, at = 0;
        for (int i = 0; i < dn_loader_batches(loader); i++) {
            const dn_loaded *loaded = next(loader);
            for (int j = 0; j < loaded->batch.n; j++) {
                orders[epoch][at++] = loaded->samples[j];
                seen[loaded->samples[j]]++;
            }
        }
        for (int i = 0; i < RECORDS; i++)
            assert_int_equal(seen[i], 1);
    }
    assert_memory_not_equal(orders[0], orders[1], sizeof orders[0]);
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

/* The parts of several processes, one after the other, are the batches of one. */
static void parts_of_batches(void **state)
{
    (void)state;
    make_records(11); /* the last batch has fewer pictures than there are parts */
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(4, "cifar");
    dn_loader *whole = create(dataset, &options), *parts[3];
    for (int m = 0; m < 3; m++) {
        options.part = m;
        options.parts = 3;
        options.prefetch = m == 1;
        parts[m] = create(dataset, &options);
        assert_int_equal(dn_loader_batches(parts[m]), 3);
        assert_true(dn_loader_bytes(parts[m]) < dn_loader_bytes(whole) * (m == 1 ? 2 : 1));
    }
    for (int i = 0; i < 7; i++) {
        const dn_loaded *all = next(whole);
        int at = 0;
        for (int m = 0; m < 3; m++) {
            const dn_loaded *own = next(parts[m]);
            size_t n = (size_t)own->batch.n, from = (size_t)at * IMAGE;
            assert_in_range(n, all->batch.n / 3, (all->batch.n + 2) / 3);
            assert_memory_equal(own->samples, all->samples + at, n * sizeof(int));
            assert_memory_equal(own->batch.input, all->batch.input + from,
                                n * IMAGE * sizeof(float));
            at += own->batch.n;
        }
        assert_int_equal(at, all->batch.n);
    }
    for (int m = 0; m < 3; m++)
        dn_loader_free(parts[m]);
    dn_loader_free(whole);
    options.part = 3;
    assert_int_equal(dn_loader_create(dataset, &options, &whole), DN_ERROR_ARGUMENT);
    dn_dataset_free(dataset);
}

/* A sum over everything in the next batches. */
static uint64_t digest_next(dn_loader *loader, int count)
{
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) {
        const dn_loaded *loaded = next(loader);
        size_t size = (size_t)loaded->batch.n * IMAGE;
        sum = sum * 31 + (uint64_t)(loaded->epoch * 1000 + loaded->index);
        for (size_t j = 0; j < size; j++) {
            uint32_t bits;
            memcpy(&bits, loaded->batch.input + j, sizeof bits);
            sum = sum * 31 + bits;
        }
        for (int j = 0; j < loaded->batch.n; j++)
            sum = sum * 31 + (uint64_t)loaded->samples[j] +
                  (uint64_t)(1e6f * loaded->batch.targets[(size_t)j * 10]);
    }
    return sum;
}

/* The same in some batches, from one on. */
static uint64_t digest(const dn_dataset *dataset, const dn_loader_options *options, int first,
                       int count)
{
    dn_loader *loader = create(dataset, options);
    int batches = dn_loader_batches(loader);
    dn_loader_seek(loader, first / batches, first % batches);
    uint64_t sum = digest_next(loader, count);
    dn_loader_free(loader);
    return sum;
}

/* The same bits at any number of threads, with prefetching, and after a seek. */
static void same_bits_however_loaded(void **state)
{
    (void)state;
    make_records(RECORDS);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options =
        options_of(8, "cifar,rotate=9,shift=0.1,jpeg=0.5,blur=0.5,cutout=6");
    options.mixup = 0.4;
    uint64_t whole = digest(dataset, &options, 0, 16), later = digest(dataset, &options, 9, 7);
    assert_true(whole != later);
    for (int threads = 1; threads <= 3; threads += 2)
        for (int prefetch = 0; prefetch < 2; prefetch++) {
            options.threads = threads;
            options.prefetch = prefetch;
            assert_true(digest(dataset, &options, 0, 16) == whole);
            assert_true(digest(dataset, &options, 9, 7) == later);
        }
    options.seed++;
    assert_true(digest(dataset, &options, 0, 16) != whole);
    dn_dataset_free(dataset);
}

/* Draws by weight: rare samples come as often as common ones, another choice in each epoch; the
 * same bits however loaded, and after a seek. */
static void drawn_by_weight(void **state)
{
    (void)state;
    static double weights[RECORDS];
    int drawn[RECORDS] = {0}, first = 0, epochs = 40;
    make_records(RECORDS);
    for (int i = 0; i < RECORDS; i++)
        weights[i] = i % 3 == 2 ? 0 : i < 5 ? 9 : 1;
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(8, "cifar");
    options.sample_weights = weights;
    uint64_t whole = digest(dataset, &options, 0, 16), later = digest(dataset, &options, 9, 7);
    for (int threads = 1; threads <= 3; threads += 2) {
        options.threads = threads;
        options.prefetch = threads == 3;
        assert_true(digest(dataset, &options, 0, 16) == whole);
        assert_true(digest(dataset, &options, 9, 7) == later);
    }
    dn_loader *loader = create(dataset, &options);
    for (int i = 0; i < epochs * dn_loader_batches(loader); i++) {
        const dn_loaded *loaded = next(loader);
        assert_int_equal(loaded->batch.n, loaded->index == 6 ? 2 : 8);
        for (int j = 0; j < loaded->batch.n; j++)
            drawn[loaded->samples[j]]++;
    }
    for (int i = 0; i < RECORDS; i++) {
        assert_true((drawn[i] == 0) == (weights[i] == 0));
        first += i < 5 ? drawn[i] : 0;
    }
    double share = 36.0 / (36 + 30), deviation = sqrt(share * (1 - share) * RECORDS * epochs);
    assert_true(fabs(first - share * RECORDS * epochs) < 5 * deviation);
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

static void impossible_weights(void **state)
{
    (void)state;
    static double weights[4] = {1, 1, 1, -1};
    make_records(4);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(2, NULL);
    dn_loader *loader;
    options.sample_weights = weights;
    static const double wrong[] = {-1, (double)NAN, (double)INFINITY};
    for (int i = 0; i < 3; i++) {
        weights[3] = wrong[i];
        assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
        assert_non_null(strstr(dn_last_error(), "weight"));
    }
    memset(weights, 0, sizeof weights);
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    weights[0] = 1;
    options.shuffle = false;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "order"));
    dn_dataset_free(dataset);
}

/* ThreadSanitizer takes a thread that a child starts for the one that the fork left behind, if it
 * has the same stack, and ends the child. */
#if defined(__SANITIZE_THREAD__)
#define THREADS_AFTER_FORK false
#elif defined(__has_feature)
#define THREADS_AFTER_FORK !__has_feature(thread_sanitizer)
#else
#define THREADS_AFTER_FORK true
#endif

/* How a forked process ends that loads batch 9. */
static int load_in_child(dn_loader *loader, dn_dataset *dataset, uint64_t expected)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        bool good = digest_next(loader, 9) == expected;
        dn_loader_free(loader);
        dn_dataset_free(dataset);
        _exit(good ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* Forks between two batches, with and without a thread at work: both processes go on.
 * AddressSanitizer's allocator, unlike the C library's, stays locked in a child if another thread
 * was in it at the fork: such a child is made again. */
static void a_fork_loads_on(void **state)
{
    (void)state;
    if (!THREADS_AFTER_FORK)
        skip();
    make_records(RECORDS);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(8, "cifar,jpeg=1");
    options.prefetch = true;
    for (int before = 0; before < 8; before++) {
        uint64_t expected = digest(dataset, &options, before, 9);
        dn_loader *loader = create(dataset, &options);
        digest_next(loader, before);
        int status = load_in_child(loader, dataset, expected);
        for (int again = 0; status == SIGALRM && again < 2; again++)
            status = load_in_child(loader, dataset, expected);
        assert_int_equal(status, 0);
        assert_true(digest_next(loader, 9) == expected);
        dn_loader_free(loader);
    }
    dn_dataset_free(dataset);
}

static void a_child_may_free_it(void **state)
{
    (void)state;
    make_records(RECORDS);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(8, "cifar");
    options.prefetch = true;
    dn_loader *loader = create(dataset, &options);
    next(loader);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        dn_loader_free(loader);
        _exit(0);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

static void count_warning(dn_log_level level, const char *sentence, void *context)
{
    if (level == DN_LOG_WARNING && strstr(sentence, "batches are prepared between the steps"))
        ++*(int *)context;
}

/* As sessions and trainers do, without a thread it goes on alone, and says so once. */
static void without_a_thread(void **state)
{
    (void)state;
    int warnings = 0;
    make_records(RECORDS);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(8, "cifar,jpeg=0.5");
    uint64_t whole = digest(dataset, &options, 0, 16);
    options.prefetch = true;
    dn_set_log(count_warning, &warnings);
    refuse_threads(true);
    uint64_t alone = digest(dataset, &options, 0, 16);
    refuse_threads(false);
    dn_set_log(NULL, NULL);
    assert_true(alone == whole);
    assert_int_equal(warnings, 1);
    dn_dataset_free(dataset);
}

/* A sample is augmented differently in each epoch. */
static void augmented_anew_each_epoch(void **state)
{
    (void)state;
    make_records(4);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(4, "cifar,cutout=16");
    options.shuffle = false;
    dn_loader *loader = create(dataset, &options);
    static float first[4 * IMAGE];
    memcpy(first, next(loader)->batch.input, sizeof first);
    const dn_loaded *second = next(loader);
    for (size_t i = 1; i < 4; i++) /* the first is black all over */
        assert_memory_not_equal(second->batch.input + i * IMAGE, first + i * IMAGE,
                                IMAGE * sizeof *first);
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

/* A seek while the next batch is being prepared. */
static void seeks_in_the_middle(void **state)
{
    (void)state;
    make_records(RECORDS);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(8, "cifar");
    options.prefetch = true;
    dn_loader *loader = create(dataset, &options);
    static float first[8 * IMAGE];
    memcpy(first, next(loader)->batch.input, sizeof first);
    next(loader);
    dn_loader_seek(loader, 0, 0);
    const dn_loaded *again = next(loader);
    assert_true(again->epoch == 0 && again->index == 0);
    assert_memory_equal(again->batch.input, first, sizeof first);
    dn_loader_seek(loader, 1, dn_loader_batches(loader) + 2);
    again = next(loader);
    assert_true(again->epoch == 2 && again->index == 2);
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

static void mixed_pairs(void **state)
{
    (void)state;
    make_records(9);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(9, NULL);
    options.shuffle = false;
    options.mixup = 1;
    dn_loader *loader = create(dataset, &options);
    const dn_loaded *loaded = next(loader);
    for (int i = 0; i < 9; i++) {
        const float *target = &loaded->batch.targets[(size_t)i * 10];
        int partner = 8 - i, class = i % 3, other = partner % 3;
        float part = i == 4 ? 1 : target[class];
        float expected = part * (float)(5 * i) + (1 - part) * (float)(5 * partner);
        if (class != other)
            assert_near(255 * loaded->batch.input[(size_t)i * IMAGE], expected, 1e-2);
        assert_near(target[0] + target[1] + target[2], 1, 1e-6);
        assert_int_equal(loaded->classes[i], part >= 0.5f ? class : other);
    }
    assert_true(loaded->batch.targets[4 * 10 + 1] == 1); /* the middle one has no partner */
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

/* Two good pictures among bad ones. */
static void make_partly_readable(void)
{
    unsigned char *pixels = draw_picture(5, 4, 3);
    encoded png = encode_png(pixels, 5, 4, false);
    scratch_file("set/a/1.png", png.data, png.size);
    scratch_text("set/a/2.png", "bad");
    scratch_text("set/b/1.png", "worse");
    scratch_file("set/b/2.png", png.data, png.size);
    scratch_text("set/b/3.png", "");
    free(png.data);
    free(pixels);
}

static void unreadable_pictures_are_left_out_and_reported_once(void **state)
{
    (void)state;
    make_partly_readable();
    dn_dataset *dataset = open_dataset("set", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(3, NULL);
    assert_int_equal(dn_preprocess_parse("cifar10", &options.preprocess), DN_OK);
    options.shuffle = false;
    for (int prefetch = 0; prefetch < 2; prefetch++) {
        options.prefetch = prefetch;
        dn_loader *loader = create(dataset, &options);
        for (int epoch = 0; epoch < 2; epoch++) {
            const dn_loaded *loaded = next(loader);
            assert_int_equal(loaded->batch.n, 1);
            assert_int_equal(loaded->samples[0], 0);
            assert_int_equal(loaded->skipped, 2);
            assert_int_equal(loaded->new_skips, epoch == 0 ? 2 : 0);
            if (epoch == 0) {
                assert_int_equal(loaded->skips[0].sample, 1);
                assert_non_null(strstr(loaded->skips[0].reason, "set/a/2.png"));
                assert_non_null(strstr(loaded->skips[1].reason, "set/b/1.png"));
            }
            loaded = next(loader);
            assert_int_equal(loaded->batch.n, 1);
            assert_int_equal(loaded->samples[0], 3);
            assert_int_equal(loaded->classes[0], 1);
            assert_true(loaded->batch.targets[0] == 0 && loaded->batch.targets[1] == 1);
        }
        dn_loader_free(loader);
    }
    dn_dataset_free(dataset);
}

static void nothing_readable(void **state)
{
    (void)state;
    scratch_text("a/1.png", "bad");
    scratch_text("b/1.png", "bad");
    dn_dataset *dataset = open_dataset("", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(1, NULL);
    dn_loader *loader = create(dataset, &options);
    const dn_loaded *loaded;
    assert_int_equal(dn_loader_next(loader, &loaded), DN_OK);
    assert_int_equal(loaded->batch.n, 0);
    assert_int_equal(dn_loader_next(loader, &loaded), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), "none of the 2 pictures"));
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

/* A picture that the batch's size does not fit is named too. */
static void wrong_size(void **state)
{
    (void)state;
    make_records(4);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(4, NULL);
    options.size = 28;
    dn_loader *loader = create(dataset, &options);
    const dn_loaded *loaded;
    assert_int_equal(dn_loader_next(loader, &loaded), DN_ERROR_IO);
    assert_non_null(strstr(dn_last_error(), "record"));
    assert_non_null(strstr(dn_last_error(), "the batch takes 28 wide and 28 high"));
    dn_loader_free(loader);
    dn_dataset_free(dataset);
}

static void refused(void **state)
{
    (void)state;
    make_records(4);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    dn_loader_options options = options_of(5, NULL);
    dn_loader *loader = NULL;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    assert_non_null(
        strstr(dn_last_error(), "a batch of 5 is larger than the data set, 4 pictures"));
    options.training = false;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_OK);
    dn_loader_free(loader);
    options.drop_last = true;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    options = options_of(0, NULL);
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    options = options_of(2, "mnist");
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    options = options_of(2, NULL);
    options.mixup = NAN;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    options = options_of(2, NULL);
    options.threads = -1;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    options = options_of(2, NULL);
    options.preprocess.channels = 2;
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "channels"));
    options.preprocess = (dn_preprocess){0};
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    dn_dataset_free(dataset);

    scratch_text("one/cat/1.jpg", "");
    dataset = open_dataset("one", DN_PORTION_TRAIN);
    options = options_of(1, NULL);
    assert_int_equal(dn_loader_create(dataset, &options, &loader), DN_ERROR_ARGUMENT);
    assert_non_null(strstr(dn_last_error(), "all pictures are of one class, cat"));
    dn_dataset_free(dataset);
}

static void allocations_that_fail(void **state)
{
    (void)state;
    make_records(6);
    dn_dataset *dataset = open_dataset("x.bin", DN_PORTION_TRAIN);
    static const double weights[6] = {1, 1, 1, 1, 1, 1};
    dn_loader_options options = options_of(3, "cifar,rotate=9,jpeg=1,blur=1");
    options.sample_weights = weights;
    for (int i = 0;; i++) {
        dn_loader *loader = NULL;
        const dn_loaded *loaded = NULL;
        fail_allocation(i);
        dn_status status = dn_loader_create(dataset, &options, &loader);
        if (status == DN_OK)
            status = dn_loader_next(loader, &loaded);
        bool failed = allocation_failed();
        fail_allocation(-1);
        if (loader && failed) { /* once there is memory again the batch is whole */
            dn_loader_seek(loader, 0, 0);
            assert_int_equal(next(loader)->batch.n, 3);
        }
        dn_loader_free(loader);
        if (!failed)
            break;
        assert_int_equal(status, DN_ERROR_MEMORY);
    }
    dn_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(in_order),
        scratch_test(shuffled),
        scratch_test(parts_of_batches),
        scratch_test(same_bits_however_loaded),
        scratch_test(drawn_by_weight),
        scratch_test(impossible_weights),
        scratch_test(a_fork_loads_on),
        scratch_test(a_child_may_free_it),
        scratch_test(without_a_thread),
        scratch_test(augmented_anew_each_epoch),
        scratch_test(seeks_in_the_middle),
        scratch_test(mixed_pairs),
        scratch_test(unreadable_pictures_are_left_out_and_reported_once),
        scratch_test(nothing_readable),
        scratch_test(wrong_size),
        scratch_test(refused),
        scratch_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
