/* SPDX-License-Identifier: MIT */
#include "page/page_files.h"

/* PAGE_LIST, from cmake/page.cmake, has PAGE_FILE(symbol, name, type, etag, path) for each. */
#define PAGE_FILE(symbol, name, type, etag, path)                                                  \
    __asm__(".section .rodata\n"                                                                   \
            ".globl " #symbol "_begin\n.globl " #symbol "_end\n"                                   \
            ".hidden " #symbol "_begin\n.hidden " #symbol "_end\n" #symbol "_begin:\n"             \
            ".incbin \"" path "\"\n" #symbol "_end:\n"                                             \
            ".byte 0\n"                                                                            \
            ".text\n");                                                                            \
    extern const unsigned char symbol##_begin[], symbol##_end[];
#include PAGE_LIST
#undef PAGE_FILE

const page_file page_files[] = {
#define PAGE_FILE(symbol, name, type, etag, path) {name, type, etag, symbol##_begin, symbol##_end},
#include PAGE_LIST
};
const size_t page_file_count = sizeof page_files / sizeof *page_files;

const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
