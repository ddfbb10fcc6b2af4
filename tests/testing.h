/* SPDX-License-Identifier: MIT */
/* cmocka, with the headers that it wants before itself. */
#ifndef TESTING_H
#define TESTING_H

#include "densenet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
