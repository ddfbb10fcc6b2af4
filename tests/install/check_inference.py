# SPDX-License-Identifier: MIT
"""check_inference.py PREFIX FOLDER: the library built for tensors only, installed in PREFIX, needs
no picture library and runs the built-in network; the program in FOLDER is linked to it."""
import os
import subprocess
import sys

PREFIX, FOLDER = sys.argv[1:]

RUN_BUILTIN = """
#include <densenet.h>
#include <stdio.h>
int main(void)
{
    static float picture[3 * 32 * 32], scores[10];
    dn_model *model = NULL;
    dn_session *session = NULL;
    dn_status status = dn_model_load("builtin", NULL, &model);
    if (status == DN_OK)
        status = dn_session_create(model, NULL, &session);
    if (status == DN_OK)
        status = dn_session_run(session, picture, 1, 32, 32, scores);
    if (status == DN_OK)
        dn_model_probabilities(model, 1, scores);
    printf("%.3f\\n", (double)scores[0]);
    dn_session_free(session);
    dn_model_free(model);
    return (int)status;
}
"""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def library_folder():
    for folder, _, files in os.walk(PREFIX):
        if "libdensenet.a" in files:
            return folder
    raise AssertionError(f"no libdensenet.a under {PREFIX}")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    libraries = library_folder()
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries, "PKG_CONFIG_PATH": f"{libraries}/pkgconfig"}
    source, program = f"{FOLDER}/run_builtin.c", f"{FOLDER}/run_builtin"
    with open(source, "w", encoding="ascii") as file:
        file.write(RUN_BUILTIN)
    flags = run("pkg-config", "--cflags", "--libs", "densenet", env=environment).split()
    run("cc", "-Werror", source, "-o", program, *flags)
    assert 0 <= float(run(program, env=environment)) <= 1
    needed = run("ldd", f"{libraries}/libdensenet.so") + run("pkg-config", "--static", "--libs", "densenet",
                                                             env=environment)
    for library in ("jpeg", "png", "webp", "tiff", "protobuf-c", "hdf5", "openjp2", "heif", "gdcm", "libzip", "curl", "cairo"):
        assert library not in needed, needed
    assert not os.path.exists(f"{PREFIX}/bin/densenet")
    print("the library for tensors only runs and needs zlib and jansson")


main()
