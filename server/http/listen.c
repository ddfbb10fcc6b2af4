/* SPDX-License-Identifier: MIT */
#include "http/listen.h"

#include "base/status.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, FIRST_PASSED_SOCKET = 3 };
static const char unix_prefix[] = "unix:";
static bool own_file, passed;

static dn_status fail_at(const char *where, int socket, const char *what)
{
    dn_status status = dn_fail(DN_ERROR_IO, "%s: %s: %s", where, what, strerror(errno));
    if (socket >= 0)
        close(socket);
    return status;
}

/* A socket that nobody answers at, left by a server that was killed, is removed. */
static void remove_dead(const struct sockaddr_un *address)
{
    struct stat facts;
    if (lstat(address->sun_path, &facts) != 0 || !S_ISSOCK(facts.st_mode))
        return;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return;
    if (connect(probe, (const void *)address, sizeof *address) != 0 && errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(probe);
}

static dn_status open_unix(const char *where, int *made)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = where + strlen(unix_prefix);
    if (!path[0] || strlen(path) >= sizeof address.sun_path)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: the path of a socket has 1 to %zu bytes", where,
                       sizeof address.sun_path - 1);
    strcpy(address.sun_path, path);
    remove_dead(&address);
    int opened = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (opened < 0 || bind(opened, (const void *)&address, sizeof address) != 0)
        return fail_at(where, opened, "cannot be listened at");
    own_file = true;
    if (listen(opened, BACKLOG) != 0)
        return fail_at(where, opened, "cannot be listened at");
    *made = opened;
    return DN_OK;
}

void listen_stop(int socket)
{
    if (!passed)
        shutdown(socket, SHUT_RDWR);
}

void listen_close(const char *where)
{
    if (own_file)
        unlink(where + strlen(unix_prefix));
    own_file = false;
}

/* Splits "ADDRESS:PORT"; an address of IPv6 may be in brackets. */
static dn_status split(const char *where, char host[256], const char **port)
{
    const char *colon = strrchr(where, ':');
    const char *begin = where;
    size_t length = colon ? (size_t)(colon - where) : 0;
    *port = colon ? colon + 1 : where;
    if (length > 1 && where[0] == '[' && where[length - 1] == ']') {
        begin++;
        length -= 2;
    }
    snprintf(host, 256, "%.*s", (int)(length < 256 ? length : 255), begin);
    if (!colon)
        snprintf(host, 256, "127.0.0.1");
    char *end;
    long number = strtol(*port, &end, 10);
    if (!**port || *end || number < 0 || number > 65535)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "\"%s\" is not an address to listen at; ADDRESS:PORT, PORT or unix:PATH is",
                       where);
    return DN_OK;
}

static dn_status bind_to(const char *where, const struct addrinfo *found, int *made)
{
    const int yes = 1;
    int opened = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (opened >= 0)
        setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (opened < 0 || bind(opened, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(opened, BACKLOG) != 0)
        return fail_at(where, opened, "cannot be listened at");
    *made = opened;
    return DN_OK;
}

static dn_status open_tcp(const char *where, int *made)
{
    char host[256];
    const char *port;
    DN_TRY(split(where, host, &port));
    struct addrinfo *found = NULL;
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    int fault = getaddrinfo(host[0] ? host : NULL, port, &wanted, &found);
    if (fault)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: %s", where, gai_strerror(fault));
    dn_status status = bind_to(where, found, made);
    freeaddrinfo(found);
    return status;
}

/* How many sockets systemd has opened for this process. */
static long count_passed(void)
{
    const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    bool ours = process && count && strtol(process, NULL, 10) == (long)getpid();
    return ours ? strtol(count, NULL, 10) : 0;
}

/* It may be of any kind, or no socket. */
static dn_status take_passed(int socket)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
        return dn_fail(DN_ERROR_IO, "the socket that systemd passes: %s", strerror(errno));
    if (!listens)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "the socket that systemd passes takes no connections; one of ListenStream= "
                       "with Accept=no does");
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    return DN_OK;
}

/* An abstract address begins with a byte 0, which systemd writes as "@". */
static int describe_unix(const struct sockaddr_un *own, char **address)
{
    const char *path = own->sun_path;
    return path[0] ? asprintf(address, "unix:%s", path) : asprintf(address, "unix:@%s", path + 1);
}

static dn_status describe(int socket, const char *scheme, char **address)
{
    union {
        struct sockaddr any;
        struct sockaddr_in6 six;
        struct sockaddr_un local;
        struct sockaddr_storage room;
    } own = {0};
    socklen_t size = sizeof own;
    char host[128], port[16];
    int written = -1;
    if (getsockname(socket, &own.any, &size) != 0)
        return dn_fail(DN_ERROR_IO, "the socket to listen at: %s", strerror(errno));
    if (own.any.sa_family == AF_UNIX)
        written = describe_unix(&own.local, address);
    else if (getnameinfo(&own.any, size, host, sizeof host, port, sizeof port,
                         NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        written = asprintf(address, own.any.sa_family == AF_INET6 ? "%s://[%s]:%s" : "%s://%s:%s",
                           scheme, host, port);
    return written < 0 ? dn_fail_memory(sizeof host) : DN_OK;
}

dn_status listen_open(const char *where, const char *scheme, int *socket, char **address)
{
    long count = count_passed();
    *socket = FIRST_PASSED_SOCKET;
    passed = count > 0;
    if (count > 1)
        return dn_fail(DN_ERROR_ARGUMENT, "systemd passes %ld sockets; only one is served", count);
    if (passed) {
        DN_TRY(take_passed(*socket));
    } else {
        bool is_unix = strncmp(where, unix_prefix, strlen(unix_prefix)) == 0;
        DN_TRY(is_unix ? open_unix(where, socket) : open_tcp(where, socket));
    }
    dn_status status = describe(*socket, scheme, address);
    if (status != DN_OK)
        close(*socket);
    return status;
}
