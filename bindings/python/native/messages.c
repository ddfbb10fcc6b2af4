/* SPDX-License-Identifier: MIT */
/* The library's failures as exceptions, its log as warnings. */
#include "native.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Logged by any thread, without the GIL, and handed on by the next call that finishes. */
typedef struct message {
    struct message *next;
    dn_log_level level;
    char sentence[];
} message;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static message *first, **last = &first;

static PyObject *exceptions; /* a tuple, by status less one */
static PyObject *notify;     /* notify(is_warning, sentence) */

static void keep_message(dn_log_level level, const char *sentence, void *context)
{
    (void)context;
    size_t size = strlen(sentence) + 1;
    message *kept = malloc(sizeof *kept + size);
    if (!kept)
        return;
    kept->next = NULL;
    kept->level = level;
    memcpy(kept->sentence, sentence, size);
    pthread_mutex_lock(&lock);
    *last = kept;
    last = &kept->next;
    pthread_mutex_unlock(&lock);
}

static message *take_messages(void)
{
    pthread_mutex_lock(&lock);
    message *taken = first;
    first = NULL;
    last = &first;
    pthread_mutex_unlock(&lock);
    return taken;
}

/* In a forked child, where a thread that held the lock is no more. */
static void renew_lock(void)
{
    pthread_mutex_init(&lock, NULL);
    first = NULL;
    last = &first;
}

PyObject *text_or_none(const char *text)
{
    if (!text)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

bool put(PyObject *dict, const char *key, PyObject *value)
{
    bool sound = value && PyDict_SetItemString(dict, key, value) == 0;
    Py_XDECREF(value);
    return sound;
}

/* A warning may be an exception by the user's choice: then the call raises it. */
static bool hand_on(const message *said)
{
    PyObject *sentence = text_or_none(said->sentence);
    if (!sentence)
        return false;
    PyObject *done = PyObject_CallFunction(notify, "iO", said->level == DN_LOG_WARNING, sentence);
    Py_DECREF(sentence);
    Py_XDECREF(done);
    return done != NULL;
}

PyObject *raise_status(dn_status status)
{
    PyObject *sentence = text_or_none(dn_last_error());
    PyObject *type = exceptions ? PyTuple_GetItem(exceptions, (Py_ssize_t)status - 1) : NULL;
    if (sentence && type)
        PyErr_SetObject(type, sentence);
    Py_XDECREF(sentence);
    return NULL;
}

int finish(dn_status status)
{
    bool sound = true;
    if (status != DN_OK)
        raise_status(status);
    for (message *said = take_messages(), *next; said; said = next) {
        next = said->next;
        if (status == DN_OK && sound && notify)
            sound = hand_on(said);
        free(said);
    }
    return status == DN_OK && sound ? 0 : -1;
}

static PyObject *start(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *types, *function;
    if (!PyArg_ParseTuple(arguments, "O!O:start", &PyTuple_Type, &types, &function))
        return NULL;
    if (!notify && pthread_atfork(NULL, NULL, renew_lock) != 0)
        return PyErr_NoMemory();
    Py_INCREF(types);
    Py_INCREF(function);
    Py_XDECREF(exceptions);
    Py_XDECREF(notify);
    exceptions = types;
    notify = function;
    dn_set_log(keep_message, NULL);
    Py_RETURN_NONE;
}

PyMethodDef messages_functions[] = {
    {"start", start, METH_VARARGS,
     "start(exceptions, notify): the exception of each status, and what is told messages"},
    {0},
};
