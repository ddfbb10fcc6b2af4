/* SPDX-License-Identifier: MIT */
/* Preloaded into a program, sends it a signal just before a certain call, so that
 * a test can stop or kill it at a point of its work, not after a given time:
 * SIGNAL_AT="rename 3 9" kills it before its third rename. With REFUSE_THREADS set it gets no
 * thread, as beyond a limit of processes, with REFUSE_LOCKS no lock, as on some file systems. */
#include "preloaded.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static void signal_before(const char *call)
{
    static atomic_int calls;
    char name[16];
    int number, sent;
    const char *asked = getenv("SIGNAL_AT");
    if (asked && sscanf(asked, "%15s %d %d", name, &number, &sent) == 3 &&
        strcmp(name, call) == 0 && atomic_fetch_add(&calls, 1) + 1 == number)
        raise(sent);
}

int rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *);
    signal_before("rename");
    find_real("rename", &real, sizeof real);
    return real(from, to);
}

int fsync(int descriptor)
{
    int (*real)(int);
    signal_before("fsync");
    find_real("fsync", &real, sizeof real);
    return real(descriptor);
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
    size_t (*real)(const void *, size_t, size_t, FILE *);
    signal_before("fwrite");
    find_real("fwrite", &real, sizeof real);
    return real(data, size, count, stream);
}

int flock(int descriptor, int operation)
{
    int (*real)(int, int);
    if (getenv("REFUSE_LOCKS")) {
        errno = ENOLCK;
        return -1;
    }
    find_real("flock", &real, sizeof real);
    return real(descriptor, operation);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                   void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (getenv("REFUSE_THREADS"))
        return EAGAIN;
    find_real("pthread_create", &real, sizeof real);
    return real(thread, attributes, body, argument);
}
