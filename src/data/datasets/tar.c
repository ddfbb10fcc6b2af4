/* SPDX-License-Identifier: MIT */
#include "data/datasets/tar.h"
#include "base/text.h"

#include <limits.h>
#include <string.h>

/* POSIX.1-1988's header: fields by offset and length. */
enum {
    NAME = 0,
    NAME_LENGTH = 100,
    SIZE = 124,
    SIZE_LENGTH = 12,
    CHECKSUM = 148,
    CHECKSUM_LENGTH = 8,
    TYPE = 156,
    MAGIC = 257,
    PREFIX = 345,
    PREFIX_LENGTH = 155
};

/* What the headers before a member's own say about it. */
typedef struct announcement {
    size_t name_length; /* 0: nothing; else the name is in tar->name */
    bool sized;
    size_t size;
} announcement;

void dn_tar_begin(const char *path, const unsigned char *data, size_t size, dn_tar *tar)
{
    *tar = (dn_tar){.path = path, .data = data, .size = size};
}

static dn_status fail_at(const dn_tar *tar, const char *fault)
{
    return dn_fail(DN_ERROR_FORMAT, "%s: the header at byte %zu %s", tar->path, tar->offset, fault);
}

/* Octal digits between spaces, ended by a space or NUL; or GNU's base 256,
 * big-endian after a byte 0x80. */
static bool read_number(const unsigned char *field, int length, size_t *number)
{
    size_t value = 0;
    int i = 0;
    if (field[0] & 0x80) {
        if (field[0] != 0x80)
            return false; /* negative, or beyond any size */
        for (i = 1; i < length; i++)
            if (__builtin_mul_overflow(value, (size_t)256, &value) ||
                __builtin_add_overflow(value, (size_t)field[i], &value))
                return false;
        *number = value;
        return true;
    }
    while (i < length && field[i] == ' ')
        i++;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
        value = value * 8 + (size_t)(field[i] - '0'); /* 12 digits cannot overflow */
    for (; i < length; i++)
        if (field[i] != ' ' && field[i] != '\0')
            return false;
    *number = value;
    return true;
}

bool dn_tar_is_header(const unsigned char block[DN_TAR_BLOCK])
{
    size_t stated;
    unsigned sum = 0;
    if (!read_number(block + CHECKSUM, CHECKSUM_LENGTH, &stated))
        return false;
    for (int i = 0; i < DN_TAR_BLOCK; i++)
        sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH ? ' ' : block[i];
    return sum == stated && block[NAME] != '\0';
}

static bool is_zero(const unsigned char *block)
{
    for (int i = 0; i < DN_TAR_BLOCK; i++)
        if (block[i])
            return false;
    return true;
}

static size_t text_length(const unsigned char *field, size_t most)
{
    const unsigned char *end = memchr(field, '\0', most);
    return end ? (size_t)(end - field) : most;
}

/* Keeps a name, up to its first NUL if it has one. */
static dn_status set_name(dn_tar *tar, const unsigned char *text, size_t length, announcement *said)
{
    length = text_length(text, length);
    if (length == 0)
        return fail_at(tar, "gives an empty name");
    if (length > DN_TAR_LONGEST_NAME)
        return dn_fail(DN_ERROR_LIMIT,
                       "%s: the header at byte %zu gives a name of %zu bytes, more "
                       "than the limit of %d",
                       tar->path, tar->offset, length, DN_TAR_LONGEST_NAME);
    memcpy(tar->name, text, length);
    tar->name[length] = '\0';
    said->name_length = length;
    return DN_OK;
}

/* prefix/name, in ustar; GNU tar uses the prefix field for other things. */
static dn_status take_header_name(dn_tar *tar, const unsigned char *block, announcement *said)
{
    unsigned char joined[PREFIX_LENGTH + 1 + NAME_LENGTH];
    size_t length = 0;
    if (memcmp(block + MAGIC, "ustar", 6) == 0 && block[PREFIX]) {
        length = text_length(block + PREFIX, PREFIX_LENGTH);
        memcpy(joined, block + PREFIX, length);
        joined[length++] = '/';
    }
    size_t rest = text_length(block + NAME, NAME_LENGTH);
    memcpy(joined + length, block + NAME, rest);
    return set_name(tar, joined, length + rest, said);
}

/* A record's decimal number, ended by `end`; moves *at after it. */
static bool read_decimal(const unsigned char *text, size_t size, size_t *at, unsigned char end,
                         size_t *number)
{
    size_t value = 0, first = *at;
    for (; *at < size && text[*at] >= '0' && text[*at] <= '9'; ++*at)
        if (__builtin_mul_overflow(value, (size_t)10, &value) ||
            __builtin_add_overflow(value, (size_t)(text[*at] - '0'), &value))
            return false;
    *number = value;
    return *at > first && *at < size && text[(*at)++] == end;
}

static bool is_key(const unsigned char *key, size_t length, const char *name)
{
    return length == strlen(name) && memcmp(key, name, length) == 0;
}

static dn_status take_record(dn_tar *tar, const unsigned char *key, size_t key_length,
                             const unsigned char *value, size_t length, announcement *said)
{
    size_t at = 0;
    if (is_key(key, key_length, "path"))
        return memchr(value, '\0', length) ? fail_at(tar, "gives a name with a NUL byte in it")
                                           : set_name(tar, value, length, said);
    if (is_key(key, key_length, "size")) {
        said->sized = true; /* the newline after the value ends the number */
        if (!read_decimal(value, length + 1, &at, '\n', &said->size) || at != length + 1)
            return fail_at(tar, "gives a size that is not a number");
    }
    if (key_length > 11 && memcmp(key, "GNU.sparse.", 11) == 0)
        return fail_at(tar, "begins a sparse file, which cannot be read in place");
    return DN_OK;
}

/* "LENGTH KEY=VALUE\n", the length counting all of it. */
static dn_status take_records(dn_tar *tar, const unsigned char *text, size_t size,
                              announcement *said)
{
    for (size_t start = 0; start < size;) {
        size_t at = start, length;
        if (!read_decimal(text, size, &at, ' ', &length) || length > size - start ||
            start + length <= at || text[start + length - 1] != '\n')
            return fail_at(tar, "has a damaged extended record");
        const unsigned char *key = text + at, *end = text + start + length - 1;
        const unsigned char *equals = memchr(key, '=', (size_t)(end - key));
        if (!equals)
            return fail_at(tar, "has an extended record without a value");
        DN_TRY(take_record(tar, key, (size_t)(equals - key), equals + 1, (size_t)(end - equals - 1),
                           said));
        start += length;
    }
    return DN_OK;
}

/* Regular files, including V7's contiguous ones; not V7's folders, whose names
 * end in a slash. */
static bool is_file(unsigned char type, const char *name, size_t length)
{
    return (type == '0' || type == '\0' || type == '7') && name[length - 1] != '/';
}

static bool is_extension(unsigned char type)
{
    return type == 'L' || type == 'K' || type == 'x' || type == 'g';
}

/* Long names (K: of a link's target) and pax records (g: of all members, which
 * name none). */
static dn_status take_extension(dn_tar *tar, unsigned char type, size_t start, size_t size,
                                announcement *said)
{
    if (type == 'L')
        return set_name(tar, tar->data + start, size, said);
    if (type == 'x')
        return take_records(tar, tar->data + start, size, said);
    return DN_OK;
}

/* Type and size of the member at the next header; members without contents may
 * still state a size (a hard link gives its target's). */
static dn_status read_header(const dn_tar *tar, const announcement *said, unsigned char *type,
                             size_t *size)
{
    const unsigned char *block = tar->data + tar->offset;
    size_t left = tar->size - tar->offset - DN_TAR_BLOCK;
    *type = block[TYPE];
    if (!dn_tar_is_header(block))
        return fail_at(tar, "is damaged: its checksum is wrong");
    if (!read_number(block + SIZE, SIZE_LENGTH, size))
        return fail_at(tar, "gives a size that is not a number");
    if (*type == 'S')
        return fail_at(tar, "begins a sparse file, which cannot be read in place");
    if (*type >= '1' && *type <= '6')
        *size = 0;
    else if (said->sized && !is_extension(*type))
        *size = said->size;
    if (*size > left)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: the member at byte %zu has %zu byte%s, the file only %zu more",
                       tar->path, tar->offset, *size, dn_plural((long long)*size), left);
    return DN_OK;
}

dn_status dn_tar_next(dn_tar *tar, bool *found)
{
    announcement said = {0};
    *found = false;
    while (!*found && tar->size - tar->offset >= DN_TAR_BLOCK) {
        const unsigned char *block = tar->data + tar->offset;
        unsigned char type;
        size_t size = 0, start = tar->offset + DN_TAR_BLOCK;
        if (is_zero(block))
            return DN_OK;
        DN_TRY(read_header(tar, &said, &type, &size));
        if (is_extension(type)) {
            DN_TRY(take_extension(tar, type, start, size, &said));
        } else {
            if (!said.name_length)
                DN_TRY(take_header_name(tar, block, &said));
            *found = is_file(type, tar->name, said.name_length);
            tar->links += (type == '1' || type == '2') && tar->links < INT_MAX;
            tar->start = start;
            tar->length = size;
            said = (announcement){0};
        }
        size_t blocks = size / DN_TAR_BLOCK + (size % DN_TAR_BLOCK != 0);
        size_t left = (tar->size - start) / DN_TAR_BLOCK;
        tar->offset = blocks <= left ? start + blocks * DN_TAR_BLOCK : tar->size;
    }
    return DN_OK;
}
