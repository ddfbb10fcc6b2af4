/* SPDX-License-Identifier: MIT */
/* What this program was built from: cmake/commit.cmake. */
#ifndef TOOL_BUILD_FACTS_H
#define TOOL_BUILD_FACTS_H

/* The commit, "-dirty" after it if the tree had changes when it was configured; or "unknown". */
extern const char *const build_commit;

/* The compiler and its version. */
extern const char *const build_compiler;

#endif
