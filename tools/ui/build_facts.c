/* SPDX-License-Identifier: MIT */
#include "ui/build_facts.h"

const char *const build_commit = BUILD_COMMIT;

#if defined(__clang__)
const char *const build_compiler = "clang " __clang_version__;
#elif defined(__GNUC__)
const char *const build_compiler = "gcc " __VERSION__;
#else
const char *const build_compiler = "unknown";
#endif
