# SPDX-License-Identifier: MIT
"""install_nulls.py PREFIX FOLDER TREE: every function of densenet.h, as it was installed in PREFIX,
is called with NULL in place of each of its pointers. Those that can fail refuse it with
DN_ERROR_ARGUMENT and name themselves, unless the header says what NULL means; the others do nothing."""
import os
import re
import subprocess
import sys

PREFIX, FOLDER = sys.argv[1:3]

# Arguments that may be NULL by what the header says of them.
ALLOWED = {"options", "limits", "context", "log", "observer", "profiler"}
ALSO_ALLOWED = {("dn_trainer_save", "note"), ("dn_trainer_restore", "note"), ("dn_model_set_labels", "labels"), ("dn_session_cam", "map"),
                ("dn_model_set_training", "json")}

# What is given for an argument that is not NULL in this call: by name, or by type.
NAMED = {"size": "64", "struct_size": "0", "count": "1", "height": "32", "width": "32", "n": "1", "fraction": "0.5",
         "name": '"densenet121"', "specification": '"torchvision"', "label": '"x"', "note": '"{}"', "classes": "2",
         "channels": "3", "index": "0"}
OWN = {("dn_dataset_open", "path"): "data", ("dn_dataset_open_with", "path"): "data",
       ("dn_augment_check", "specification"): '"cifar"', ("dn_input_check_observe", "check"): "check",
       ("dn_image_decode", "size"): "sizeof ppm - 1", ("dn_image_decode", "data"): "ppm",
       ("dn_trainer_restore", "note"): "&text", ("dn_session_profile", "profiler"): "NULL",
       ("dn_model_read", "size"): "sizeof ppm - 1", ("dn_model_read", "data"): "ppm",
       ("dn_model_init", "arch"): "&arch", ("dn_model_set_labels", "count"): "2",
       ("dn_model_match_labels", "count"): "2", ("dn_dataset_match", "count"): "10",
       ("dn_dataset_match", "labels"): "ten", ("dn_tensor_file_open", "path"): "weights"}
TYPED = {
    "const dn_arch *": "&arch", "dn_arch *": "&arch", "const dn_model *": "model", "dn_model *": "model",
    "const dn_image *": "image", "dn_image *": "image", "const dn_preprocess *": "&preprocess",
    "dn_preprocess *": "&preprocess", "const char *": "weights", "char *": "buffer", "const void *": "buffer",
    "void *": "NULL", "float *": "floats", "const float *": "floats", "unsigned char *": "(unsigned char *)buffer",
    "int *": "&number", "size_t *": "&length", "double *": "&real", "const char *const *": "two", "char **": "&text",
    "const dn_tensor_file *": "file", "dn_tensor_file *": "file", "dn_session *": "session",
    "const dn_session *": "session", "const dn_byte_pictures *": "&bytes", "const dn_tensor_view *": "&view",
    "dn_input_check *": "check", "const dn_input_check *": "check", "const dn_feature *": "&feature",
    "dn_input_fit *": "&fit", "const dn_input_fit *": "&fit", "dn_dataset *": "dataset",
    "const dn_dataset *": "dataset", "dn_loader *": "loader", "const dn_loader *": "loader",
    "const dn_loaded **": "&loaded", "dn_trainer *": "trainer", "const dn_trainer *": "trainer",
    "const dn_batch *": "&loaded->batch", "dn_step_result *": "&step", "dn_input_scale *": "&scale",
    "dn_label_match *": "&found", "dn_quantiser *": "quantiser", "dn_image_limits *": "&limits",
    "const dn_answer *": "answers", "dn_answer *": "answers", "dn_heat_map *": "&heat", "const dn_heat_map *": "&heat",
    "const unsigned char *": "(unsigned char *)buffer", "dn_url_function *": "pass_over",
}

PROGRAM = r"""
#include <densenet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void pass_over(const char *url, void *context)
{
    (void)url, (void)context;
}

static dn_arch arch;
static dn_model *model, *trained, *rounded;
static dn_image *image;
static dn_preprocess preprocess;
static dn_image_limits limits;
static dn_session *session;
static dn_dataset *dataset;
static dn_loader *loader;
static const dn_loaded *loaded;
static dn_trainer *trainer;
static dn_quantiser *quantiser;
static dn_tensor_file *file;
static dn_input_check *check;
static dn_input_fit fit;
static dn_input_scale scale;
static dn_label_match found;
static dn_feature feature;
static dn_byte_pictures bytes;
static dn_answer answers[10];
static dn_heat_map heat;
static dn_tensor_view view;
static dn_step_result step;
static const char *weights, *data;
static const char *const two[] = {"a", "b"};
static const char *const ten[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
static const char ppm[] = "P6 1 1 255\nabc";
static char buffer[1 << 16], *text;
static float floats[1 << 20];
static int number;
static size_t length;
static double real;
static void *slot, *other_slot;

CASES

static const struct {
    int (*call)(void);
    const char *function, *argument;
    int may_fail;
} cases[] = {
ROWS
};

#define MUST(call) do { if (call) { fprintf(stderr, "%s: %s\n", #call, dn_last_error()); return 1; } } while (0)

static int prepare(char **arguments)
{
    dn_loader_options loading;
    dn_trainer_options training;
    weights = arguments[1];
    data = arguments[2];
    MUST(dn_arch_find("densenet-bc-10-4", &arch));
    arch.classes = 10;
    MUST(dn_model_init(&arch, DN_INIT_PAPER, 1, &model));
    MUST(dn_preprocess_parse("cifar10", &preprocess));
    dn_model_set_preprocess(model, &preprocess);
    MUST(dn_model_save(model, weights, NULL));
    MUST(dn_tensor_file_open(weights, &file));
    MUST(dn_image_decode(ppm, sizeof ppm - 1, "ppm", NULL, &image));
    MUST(dn_session_create(model, NULL, &session));
    MUST(dn_dataset_open(data, DN_PORTION_TRAIN, &dataset));
    dn_loader_defaults(&loading, sizeof loading);
    loading.batch = 2;
    loading.size = 32;
    loading.preprocess = preprocess;
    MUST(dn_loader_create(dataset, &loading, &loader));
    MUST(dn_loader_next(loader, &loaded));
    dn_trainer_defaults(&training, sizeof training);
    training.batch = 2;
    training.height = training.width = 32;
    training.steps = 10;
    MUST(dn_trainer_create(model, &training, &trainer));
    MUST(dn_model_load("builtin", NULL, &trained));
    MUST(dn_input_check_create(trained, &check));
    MUST(dn_model_load("builtin", NULL, &rounded));
    MUST(dn_quantiser_create(rounded, NULL, &quantiser));
    return 0;
}

int main(int count, char **arguments)
{
    int failed = 0;
    if (count < 3 || prepare(arguments))
        return 2;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int state;
        pid_t child = fork();
        if (child == 0) {
            int status = cases[i].call();
            if (cases[i].may_fail && status != DN_ERROR_ARGUMENT)
                printf("%s: %s NULL: status %d, not refused\n", cases[i].function, cases[i].argument, status);
            else if (cases[i].may_fail && !strstr(dn_last_error(), "NULL"))
                printf("%s: %s NULL: \"%s\"\n", cases[i].function, cases[i].argument, dn_last_error());
            else
                _exit(0);
            fflush(stdout);
            _exit(1);
        }
        waitpid(child, &state, 0);
        if (WIFSIGNALED(state))
            printf("%s: %s NULL: signal %d\n", cases[i].function, cases[i].argument, WTERMSIG(state));
        fflush(stdout);
        failed += state != 0;
    }
    printf("%zu calls with NULL, %d of them wrong\n", sizeof cases / sizeof *cases, failed);
    return failed > 0;
}
"""


def declarations():
    with open(os.path.join(PREFIX, "include", "densenet.h"), encoding="utf-8") as stream:
        plain = re.sub(r"/\*.*?\*/", "", stream.read(), flags=re.S)
    for found in re.finditer(r"^DN_API\b([^;{]*?)\b(dn_\w+)\(([^;]*?)\);", plain, re.M | re.S):
        arguments = []
        for argument in found[3].split(","):
            argument = " ".join(argument.split())
            array = re.fullmatch(r"(.*?)(\w+)((?:\[\d+\])+)", argument)
            kind, name = (array[1].strip() + " *", array[2]) if array else re.fullmatch(r"(.*?)(\w*)", argument).groups()
            arguments.append((kind.strip(), name, bool(array)))
        yield found[1].strip(), found[2], arguments


def is_pointer(kind):
    return kind.endswith("*") or kind in ("dn_log_function", "dn_observer", "dn_profiler")


def value(function, kind, name, array):
    if array:
        return "(void *)floats"
    if (function, name) in OWN:
        return OWN[function, name]
    if is_pointer(kind):
        if name in ALLOWED:
            return "NULL"
        if kind.endswith("**") and kind not in TYPED:
            return "(void *)&" + ("other_slot" if name == "held" else "slot")
        return NAMED[name] if kind == "const char *" and name in NAMED else TYPED[kind]
    return NAMED.get(name, "1" if kind in ("int", "uint64_t", "int64_t", "size_t", "double") else "0")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    calls, rows = [], []
    for result, function, arguments in declarations():
        for at, (kind, name, _) in enumerate(arguments):
            if not is_pointer(kind) or name in ALLOWED or (function, name) in ALSO_ALLOWED:
                continue
            given = ", ".join("NULL" if i == at else value(function, *argument) for i, argument in enumerate(arguments))
            may_fail = result == "dn_status"
            call = f"return (int){function}({given});" if may_fail else f"(void){function}({given});\n    return 0;"
            calls.append(f"static int call_{len(rows)}(void)\n{{\n    {call}\n}}\n")
            rows.append(f'    {{call_{len(rows)}, "{function}", "{name}", {int(may_fail)}}},')
    assert len(rows) > 150, "the header was not understood"
    source, program = os.path.join(FOLDER, "nulls.c"), os.path.join(FOLDER, "nulls")
    with open(source, "w", encoding="utf-8") as stream:
        stream.write(PROGRAM.replace("CASES", "\n".join(calls)).replace("ROWS", "\n".join(rows)))
    data = os.path.join(FOLDER, "test_batch.bin")
    with open(data, "wb") as stream:
        for label in range(10):
            stream.write(bytes([label]) + bytes((label * i) % 251 for i in range(3072)))
    libraries = next(at for at, _, files in os.walk(PREFIX) if "libdensenet.so" in files)
    subprocess.run(["cc", "-w", "-std=gnu11", source, "-o", program, "-I" + os.path.join(PREFIX, "include"),
                    "-L" + libraries, "-ldensenet"], check=True)
    done = subprocess.run([program, os.path.join(FOLDER, "weights.safetensors"), data], capture_output=True, text=True,
                          env={**os.environ, "LD_LIBRARY_PATH": libraries})
    print(done.stdout + done.stderr)
    sys.exit(done.returncode)


main()
