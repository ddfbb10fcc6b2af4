/* SPDX-License-Identifier: MIT */
/* Numbers as Python formats them, whatever the locale. */
#ifndef DN_SUMMARY_NUMBERS_H
#define DN_SUMMARY_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#define DN_NUMBER_SIZE 40

/* Both fill out and return it. */

/* 1234567 as "1,234,567". */
const char *dn_grouped(uint64_t number, char out[DN_NUMBER_SIZE]);

/* Two decimals: "1234.50", or "1,234.50" with groups; 0 <= number < 2^64. */
const char *dn_fixed(double number, bool groups, char out[DN_NUMBER_SIZE]);

#endif
