/* SPDX-License-Identifier: MIT */
/* The pickle machine and the walk over what it builds, without a zip file in
 * the fuzzer's way: every storage has a few bytes of zeros. */
#include "tensors/torch/flatten.h"
#include "tensors/torch/torch_storage.h"

static dn_status locate(void *context, dn_storage *storage)
{
    static const unsigned char zeros[256];
    (void)context;
    if (storage->count * dn_dtype_size(storage->dtype) > sizeof zeros)
        return dn_fail(DN_ERROR_FORMAT, "too large");
    storage->data = zeros;
    return DN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_tensor_file file = {.name = "file"};
    dn_budget_begin(size, &file.budget);
    file.pool.budget = &file.budget;
    dn_storages storages = {.pool = &file.pool};
    dn_pickle pickle = {.data = data,
                        .size = size,
                        .pool = &file.pool,
                        .load = dn_storages_load,
                        .context = &storages};
    dn_pickle_node *root;
    if (dn_pickle_read(&pickle, &root) == DN_OK)
        dn_flatten(&file, root, locate, NULL, NULL);
    dn_pool_free(&file.pool);
    return 0;
}
