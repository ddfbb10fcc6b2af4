/* SPDX-License-Identifier: MIT */
/* Stands in for libFuzzer's main: runs the target on every file named, and on
 * every file of the folders named. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int files;

static void replay_file(const char *path, size_t size)
{
    FILE *stream = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);
    if (!stream || !data || fread(data, 1, size, stream) != size) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    fclose(stream);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    files++;
}

static void replay(const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    DIR *folder = S_ISDIR(found.st_mode) ? opendir(path) : NULL;
    if (!folder) {
        replay_file(path, (size_t)found.st_size);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        char inner[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        replay(inner);
    }
    closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%d files\n", files);
    return 0;
}
