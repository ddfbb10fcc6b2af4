/* SPDX-License-Identifier: MIT */
/* The tar walker, on sound, odd and hostile archives. */
#include "tar_files.h"

#include "data/datasets/tar.h"

static tar_file made;

static int begin(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    return 0;
}

#define tar_test(function) cmocka_unit_test_setup(function, begin)

/* "name=contents " of all members, or the fault. The bytes are copied to a
 * buffer of their exact size, so that a sanitizer sees a read past their end. */
static const char *walk(size_t size)
{
    static char list[16384];
    size_t at = 0;
    bool found = true;
    unsigned char *exact = malloc(size ? size : 1);
    dn_tar *tar = malloc(sizeof *tar);
    memcpy(exact, made.bytes, size);
    dn_tar_begin("x.tar", exact, size, tar);
    list[0] = '\0';
    while (found) {
        if (dn_tar_next(tar, &found) != DN_OK) {
            snprintf(list, sizeof list, "%s", dn_last_error());
            break;
        }
        if (found)
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%s=%.*s", at ? " " : "",
                                   tar->name, (int)tar->length, exact + tar->start);
    }
    free(tar);
    free(exact);
    return list;
}

static void assert_fault(const char *words)
{
    const char *said = walk(made.size);
    if (strncmp(said, "x.tar: the ", 11) != 0 || !strstr(said, words))
        fail_msg("said \"%s\", expected \"%s\"", said, words);
}

static void plain_members(void **state)
{
    (void)state;
    assert_string_equal(walk(0), "");
    tar_add_text(&made, '5', "d/", "");
    tar_add_text(&made, '0', "d/a", "one");
    tar_add_text(&made, '\0', "b", "");
    tar_add_text(&made, '7', "c", "three");
    tar_add_text(&made, '\0', "old/", ""); /* V7's folder */
    tar_finish(&made);
    tar_add_text(&made, '0', "after the end", "x");
    assert_string_equal(walk(made.size), "d/a=one b= c=three");
    assert_string_equal(walk(made.size - 100), "d/a=one b= c=three");
}

/* Archives that end without their two empty blocks, and without padding. */
static void abrupt_ends(void **state)
{
    (void)state;
    tar_add_text(&made, '0', "a", "one");
    assert_string_equal(walk(made.size), "a=one");
    assert_string_equal(walk(TAR_BLOCK + 3), "a=one");
    assert_string_equal(walk(TAR_BLOCK + 2),
                        "x.tar: the member at byte 0 has 3 bytes, the file only 2 more");
    assert_string_equal(walk(300), "");
}

static void links_have_no_contents(void **state)
{
    (void)state;
    unsigned char *header = tar_add_text(&made, '1', "hard", "");
    tar_set(header, 124, "00000077777"); /* the size of what it points at */
    tar_add_text(&made, '2', "soft", "");
    tar_add_text(&made, '0', "a", "one");
    assert_string_equal(walk(made.size), "a=one");
}

static void names_are_not_cut(void **state)
{
    (void)state;
    tar_add(&made, 'x', "PaxHeader", "17 path=a.jpg\0xy\n", 17);
    tar_add_text(&made, '0', "a", "one");
    assert_fault("gives a name with a NUL byte in it");
}

static void long_names(void **state)
{
    (void)state;
    char name[201], expected[8192];
    memset(name, 'n', 200);
    name[200] = '\0';
    tar_add(&made, 'L', "././@LongLink", name, 201); /* GNU, with its NUL */
    tar_add_text(&made, '0', "short", "1");
    tar_add_text(&made, 'x', "PaxHeader", pax_record("path", name));
    tar_add_text(&made, '0', "short", "2");
    unsigned char *header = tar_add_text(&made, '0', "tail", "3");
    tar_set(header, 345, "head/of"); /* ustar's prefix */
    tar_add_text(&made, '0', "after", "4");
    header = tar_add_text(&made, '0', "gnu", "5");
    tar_set(header, 257, "ustar  "); /* GNU keeps times where ustar has the prefix */
    tar_set(header, 345, "13716734555");
    snprintf(expected, sizeof expected, "%s=1 %s=2 head/of/tail=3 after=4 gnu=5", name, name);
    assert_string_equal(walk(made.size), expected);

    char longest[5000];
    memset(longest, 'm', sizeof longest);
    tar_add(&made, 'L', "././@LongLink", longest, sizeof longest);
    assert_fault("gives a name of 5000 bytes");
}

static void full_name_field(void **state)
{
    (void)state;
    char name[101], expected[128];
    memset(name, 'f', 100);
    name[100] = '\0';
    unsigned char *header = tar_add_text(&made, '0', "", "1");
    tar_set(header, 0, name);
    snprintf(expected, sizeof expected, "%s=1", name);
    assert_string_equal(walk(made.size), expected);
}

static void pax_records(void **state)
{
    (void)state;
    char records[256] = "";
    strcat(records, pax_record("mtime", "1.5"));
    strcat(records, pax_record("size", "3"));
    strcat(records, pax_record("path", "b=c"));
    tar_add_text(&made, 'g', "global", pax_record("path", "not this"));
    tar_add_text(&made, 'x', "PaxHeader", records);
    unsigned char *header = tar_add_text(&made, '0', "a", "one");
    tar_set(header, 124, "00000000000"); /* the record's size counts */
    tar_add_text(&made, '0', "d", "two");
    assert_string_equal(walk(made.size), "b=c=one d=two");
}

static void damaged_pax_records(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "5 a=b",
                                      "99 path=a\n",
                                      "0 path=a\n",
                                      "3 path=a\n",
                                      "x path=a\n",
                                      "10 path=aa",
                                      "9 path:a\n",
                                      "99999999999999999999999 path=a\n",
                                      "9 size=x\n",
                                      "10 size=1x\n",
                                      "8 path=\n",
                                      "29 size=99999999999999999999\n",
                                      "22 GNU.sparse.major=1\n"};
    for (size_t i = 1; i < sizeof bad / sizeof *bad; i++) {
        memset(&made, 0, sizeof made);
        tar_add_text(&made, 'x', "PaxHeader", bad[i]);
        tar_add_text(&made, '0', "a", "one");
        const char *said = walk(made.size);
        if (strncmp(said, "x.tar: the header at byte 0 ", 28) != 0)
            fail_msg("%s: said \"%s\"", bad[i], said);
    }
}

static void sizes_in_base_256(void **state)
{
    (void)state;
    unsigned char *header = tar_add_text(&made, '0', "a", "one");
    memset(header + 124, 0, 12);
    header[124] = 0x80;
    header[135] = 3;
    tar_seal(header);
    assert_string_equal(walk(made.size), "a=one");
    header[128] = 1; /* 2^56 + 3 */
    tar_seal(header);
    assert_fault("has 72057594037927939 bytes");
    header[127] = 1; /* 2^64 and more */
    tar_seal(header);
    assert_fault("gives a size that is not a number");
    header[124] = 0xff; /* negative */
    tar_seal(header);
    assert_fault("gives a size that is not a number");
}

static void damaged_headers(void **state)
{
    (void)state;
    tar_add_text(&made, '0', "a", "one");
    unsigned char *header = tar_add_text(&made, '0', "b", "two");
    header[0] = 'c';
    assert_fault("header at byte 1024 is damaged");
    tar_set(header, 124, "0000x000003");
    assert_fault("gives a size that is not a number");
    tar_set(header, 124, "77777777777");
    assert_fault("the file only 512 more");
    tar_set(header, 124, "00000000003");
    header[156] = 'S';
    tar_seal(header);
    assert_fault("sparse");
}

/* Whatever byte is changed, the walk ends with members or a fault. */
static void any_byte_changed(void **state)
{
    (void)state;
    tar_add_text(&made, 'x', "PaxHeader", pax_record("path", "long"));
    tar_add_text(&made, '0', "a", "one");
    tar_add_text(&made, 'L', "././@LongLink", "another");
    tar_add_text(&made, '0', "b", "two");
    tar_finish(&made);
    assert_string_equal(walk(made.size), "long=one another=two");
    for (size_t i = 0; i < made.size; i++) {
        unsigned char old = made.bytes[i];
        made.bytes[i] = (unsigned char)(old ^ (1 << i % 8));
        walk(made.size);
        size_t header = i / TAR_BLOCK * TAR_BLOCK;
        unsigned char saved[TAR_BLOCK];
        memcpy(saved, made.bytes + header, TAR_BLOCK);
        tar_seal(made.bytes + header);
        walk(made.size);
        memcpy(made.bytes + header, saved, TAR_BLOCK);
        made.bytes[i] = old;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        tar_test(plain_members),
        tar_test(abrupt_ends),
        tar_test(links_have_no_contents),
        tar_test(names_are_not_cut),
        tar_test(long_names),
        tar_test(full_name_field),
        tar_test(pax_records),
        tar_test(damaged_pax_records),
        tar_test(sizes_in_base_256),
        tar_test(damaged_headers),
        tar_test(any_byte_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
