/* SPDX-License-Identifier: MIT */
/* ONNX's row of the readers, also in a library that was built without it. */
#include "tensors/onnx/onnx_read.h"
#include "tensors/readers.h"

#include <string.h>

/* Messages have no magic; every writer begins with the field of the format's version, a small
 * number, and goes on with one of the next fields. */
static bool recognises(const unsigned char *data, size_t size)
{
    static const unsigned char next[] = {0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72};
    return size >= 4 && data[0] == 0x08 && data[1] > 0 && data[1] < 0x20 &&
           memchr(next, data[2], sizeof next) && data[3] != 0;
}

#ifdef DN_WITHOUT_ONNX
static dn_status refuse(dn_tensor_file *file)
{
    (void)file;
    return dn_fail(DN_ERROR_FORMAT,
                   "is an ONNX file, which this build cannot read (DENSENET_ONNX is off)");
}
const dn_reader dn_onnx_reader = {"ONNX", recognises, refuse};
#else
const dn_reader dn_onnx_reader = {"ONNX", recognises, dn_onnx_read};
#endif
