/* SPDX-License-Identifier: MIT */
/* The built-in network: cmake/assets.cmake says which file it is. */
#include "loading/load.h"

__asm__(".section .rodata\n"
        ".balign 64\n"
        ".globl dn_builtin_begin\n.globl dn_builtin_end\n"
        ".hidden dn_builtin_begin\n.hidden dn_builtin_end\n"
        "dn_builtin_begin:\n"
        ".incbin \"" DN_BUILTIN_WEIGHTS "\"\n"
        "dn_builtin_end:\n"
        ".byte 0\n"
        ".text\n");

extern const unsigned char dn_builtin_begin[], dn_builtin_end[];

dn_status dn_builtin_open(dn_tensor_file **file)
{
    return dn_tensor_file_read(dn_builtin_begin, (size_t)(dn_builtin_end - dn_builtin_begin),
                               "builtin", file);
}
