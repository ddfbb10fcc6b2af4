/* SPDX-License-Identifier: MIT */
/* NumPy's files, sound, odd and damaged. */
#include "testing.h"

#include "files/npy.h"
#include "scratch.h"

#include <zip.h>

static void put_file(const void *data, size_t size)
{
    scratch_file("x", data, size);
}

static bool read_back(npy_array *array)
{
    return npy_read(scratch_path("x"), array);
}

/* A version-1 file with this header text; returns its size. */
static size_t compose(const char *text, const void *elements, size_t size, unsigned char *file)
{
    static const unsigned char version_1[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    size_t length = strlen(text);
    memcpy(file, version_1, sizeof version_1);
    file[8] = (unsigned char)length;
    file[9] = (unsigned char)(length >> 8);
    for (size_t i = 0; i < length; i++)
        file[10 + i] = (unsigned char)text[i];
    memcpy(file + 10 + length, elements, size);
    return 10 + length + size;
}

static void written_arrays_read_back(void **state)
{
    (void)state;
    float numbers[64];
    for (int i = 0; i < 64; i++)
        numbers[i] = (float)i - 0.5f;
    static const int64_t shapes[][DN_NPY_MAX_RANK] = {
        {0}, {64}, {0}, {2, 32}, {4, 0, 7}, {2, 2, 4, 4}, {1, 2, 1, 2, 1, 2, 1, 8}};
    static const int ranks[] = {0, 1, 1, 2, 3, 4, 8};
    for (int i = 0; i < 7; i++) {
        npy_array array;
        assert_true(npy_write(scratch_path("x"), ranks[i], shapes[i], numbers));
        assert_true(read_back(&array));
        assert_int_equal(array.rank, ranks[i]);
        size_t count = 1;
        for (int j = 0; j < array.rank; j++) {
            assert_int_equal(array.shape[j], shapes[i][j]);
            count *= (size_t)shapes[i][j];
        }
        assert_int_equal(array.count, count);
        assert_memory_equal(array.data, numbers, count * sizeof *numbers);
        npy_free(&array);
    }
}

static void other_types_and_spellings(void **state)
{
    (void)state;
    static const double doubles[] = {1.5, -2, 1e300};
    static const float floats[] = {1.5f, -2, 3};
    static const unsigned char bytes[] = {7, 0, 255};
    static const struct {
        const char *text;
        const void *elements;
        size_t size;
        float expected[2];
    } files[] = {
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }  \n", doubles, 24, {1.5f, -2}},
        {"{\"shape\":(3),\"descr\":\"<f4\",\"fortran_order\":False}", floats, 12, {1.5f, -2}},
        {"{'descr': '|u1', 'fortran_order': True, 'shape': (3,)}", bytes, 3, {7, 0}},
        {" { 'shape' : ( 1 , 3 ) , 'fortran_order' : False , 'descr' : '|u1' , } \n",
         bytes,
         3,
         {7, 0}},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        unsigned char file[256];
        npy_array array;
        put_file(file, compose(files[i].text, files[i].elements, files[i].size, file));
        assert_true(read_back(&array));
        assert_int_equal(array.count, 3);
        assert_true(array.data[0] == files[i].expected[0]);
        assert_true(array.data[1] == files[i].expected[1]);
        npy_free(&array);
    }
}

static void long_headers(void **state)
{
    (void)state;
    static const char text[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}";
    unsigned char file[12 + sizeof text - 1 + 4] = "\x93NUMPY\x02\x00";
    float one = 1;
    file[8] = sizeof text - 1;
    memcpy(file + 12, text, sizeof text - 1);
    memcpy(file + 12 + sizeof text - 1, &one, 4);
    npy_array array;
    for (unsigned char version = 2; version <= 3; version++) {
        file[6] = version;
        put_file(file, sizeof file);
        assert_true(read_back(&array));
        assert_true(array.count == 1 && array.data[0] == 1);
        npy_free(&array);
    }
    file[10] = 0xff; /* a header of megabytes */
    put_file(file, sizeof file);
    assert_false(read_back(&array));
}

static void bad_headers_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{",
        "{}",
        "nonsense",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1,1)}",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        unsigned char file[256];
        npy_array array;
        put_file(file, compose(texts[i], "\0\0\0", 4, file));
        assert_false(read_back(&array));
    }
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    unsigned char file[256];
    float numbers[4] = {1, 2, 3, 4};
    size_t size = compose("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", numbers,
                          sizeof numbers, file);
    npy_array array;
    for (size_t end = 0; end < size; end++) {
        put_file(file, end);
        assert_false(read_back(&array));
    }
    file[size] = 0; /* nor may anything follow */
    put_file(file, size + 1);
    assert_false(read_back(&array));
    assert_false(npy_read("/no/such/file", &array));
    assert_false(npy_read(scratch_path(""), &array));
}

/* A zip of two arrays: one stored, one deflated. */
static void make_npz(const char *second_name)
{
    static float numbers[4096];
    static unsigned char file[2][sizeof numbers + 128];
    size_t sizes[2];
    zip_t *zip = zip_open(scratch_path("x"), ZIP_CREATE | ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    numbers[5] = 7;
    sizes[0] = compose("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 1024)}", numbers,
                       sizeof numbers, file[0]);
    sizes[1] =
        compose("{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", "abc", 3, file[1]);
    const char *const names[] = {"first.npy", second_name};
    for (int i = 0; i < 2; i++) {
        zip_int64_t index =
            zip_file_add(zip, names[i], zip_source_buffer(zip, file[i], sizes[i], 0), 0);
        assert_true(index >= 0);
        zip_set_file_compression(zip, (zip_uint64_t)index, i ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
    }
    assert_int_equal(zip_close(zip), 0);
}

static void zipped_arrays(void **state)
{
    (void)state;
    npy_array array;
    make_npz("inner/second.npy");
    npz_file *file = npz_open(scratch_path("x"));
    assert_non_null(file);
    assert_string_equal(npz_name(file, 0), "first");
    assert_string_equal(npz_name(file, 1), "inner/second");
    assert_null(npz_name(file, 2));
    assert_true(npz_read(file, 0, &array));
    assert_true(array.rank == 2 && array.count == 4096 && array.data[5] == 7);
    npy_free(&array);
    assert_true(npz_read(file, 1, &array));
    assert_true(array.count == 3 && array.data[2] == 'c');
    npy_free(&array);
    npz_close(file);
}

static void damaged_zips_are_refused(void **state)
{
    (void)state;
    unsigned char data[2048];
    npy_array array;
    make_npz("readme.txt");
    assert_null(npz_open(scratch_path("x")));
    assert_null(npz_open("/no/such/file"));
    make_npz("second.npy");
    FILE *stream = fopen(scratch_path("x"), "rb");
    size_t size = fread(data, 1, sizeof data, stream);
    fclose(stream);
    assert_true(size < sizeof data);
    int sound = 0;
    for (size_t at = 0; at < size; at++) {
        data[at] ^= 0x24;
        put_file(data, size);
        npz_file *file = npz_open(scratch_path("x"));
        for (int i = 0; file && npz_name(file, i); i++)
            if (npz_read(file, i, &array)) {
                sound += i;
                assert_true(array.count == (i ? 3 : 4096));
                npy_free(&array);
            }
        npz_close(file);
        data[at] ^= 0x24;
    }
    assert_true(sound > 0);
    put_file(data, size - 1);
    assert_null(npz_open(scratch_path("x")));
}

static void nothing_half_written(void **state)
{
    (void)state;
    output_file file;
    npy_array array;
    int64_t shape[] = {1};
    float one = 1;
    assert_true(npy_begin(scratch_path("x"), &file));
    assert_true(output_write(&file, &one, sizeof one));
    assert_int_not_equal(access(scratch_path("x"), F_OK), 0);
    output_abandon(&file);
    assert_int_equal(rmdir(scratch_path("")), 0); /* empty */
    assert_int_equal(mkdir(scratch_path(""), 0700), 0);
    assert_false(npy_write(scratch_path("no/such/x"), 1, shape, &one));
    assert_false(npy_write(scratch_path(""), 1, shape, &one));
    assert_false(npy_write("/dev/full", 1, shape, &one));
    assert_true(npy_write("/dev/null", 1, shape, &one));
    assert_false(npy_read("/dev/null", &array));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(written_arrays_read_back),
        scratch_test(other_types_and_spellings),
        scratch_test(long_headers),
        scratch_test(bad_headers_are_refused),
        scratch_test(truncated_files_are_refused),
        scratch_test(zipped_arrays),
        scratch_test(damaged_zips_are_refused),
        scratch_test(nothing_half_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
