/* SPDX-License-Identifier: MIT */
/* The network in the box: cmake/assets.cmake says which file it is. */
#include "loading/load.h"

#if defined __APPLE__
#define SECTION ".const_data"
#define SYMBOL "_dn_builtin_"
#else
#define SECTION ".section .rodata"
#define SYMBOL "dn_builtin_"
#endif

__asm__(SECTION "\n"
                ".balign 64\n"
                ".globl " SYMBOL "begin\n.globl " SYMBOL "end\n"
                ".hidden " SYMBOL "begin\n.hidden " SYMBOL "end\n" SYMBOL "begin:\n"
                ".incbin \"" DN_BUILTIN_WEIGHTS "\"\n" SYMBOL "end:\n"
                ".byte 0\n"
                ".text\n");

extern const unsigned char dn_builtin_begin[], dn_builtin_end[];

dn_status dn_model_builtin(dn_model **model)
{
    return dn_model_read(dn_builtin_begin, (size_t)(dn_builtin_end - dn_builtin_begin), "builtin",
                         NULL, model);
}
