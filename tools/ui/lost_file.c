/* SPDX-License-Identifier: MIT */
/* What runs in the signal's handler calls only what POSIX allows there. */
#include "ui/lost_file.h"

#include "arguments/options.h"
#include "base/temporary.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* A line of /proc/self/maps: "BEGIN-END rwxp OFFSET DEVICE INODE   PATH". */
typedef struct map_line {
    char text[PATH_MAX + 128];
    size_t length;
} map_line;

/* Up to the newline, which is left out; false at the end. What does not fit is dropped. */
static bool read_line(int file, map_line *line)
{
    char byte;
    ssize_t count;
    line->length = 0;
    while ((count = read(file, &byte, 1)) == 1 && byte != '\n')
        if (line->length < sizeof line->text - 1)
            line->text[line->length++] = byte;
    line->text[line->length] = '\0';
    return count == 1;
}

static uintptr_t read_address(const char **at)
{
    uintptr_t address = 0;
    for (;; ++*at) {
        int digit = **at >= '0' && **at <= '9'   ? **at - '0'
                    : **at >= 'a' && **at <= 'f' ? **at - 'a' + 10
                                                 : -1;
        if (digit < 0)
            return address;
        address = address * 16 + (uintptr_t)digit;
    }
}

/* The path of the file that is mapped where the line says, if the address is there. */
static const char *path_at(const map_line *line, uintptr_t address)
{
    const char *at = line->text;
    uintptr_t begin = read_address(&at);
    if (*at++ != '-')
        return NULL;
    uintptr_t end = read_address(&at);
    return address >= begin && address < end ? strchr(at, '/') : NULL;
}

static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void end_on_lost_file(int number, siginfo_t *fault, void *context)
{
    static map_line line;
    const char *path = NULL;
    (void)context;
    if (fault->si_code != BUS_ADRERR) { /* no fault of a file: as without a handler */
        raise(number);
        return;
    }
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while (maps >= 0 && !path && read_line(maps, &line))
        path = path_at(&line, (uintptr_t)fault->si_addr);
    say("densenet: ");
    say(path ? path : "a file");
    say(": was cut short, or could not be read, while it was in use\n");
    dn_temporary_remove_all();
    _exit(EXIT_REFUSED);
}

void say_lost_files(void)
{
    struct sigaction action = {.sa_sigaction = end_on_lost_file,
                               .sa_flags = SA_SIGINFO | (int)SA_RESETHAND};
    sigaction(SIGBUS, &action, NULL);
}
