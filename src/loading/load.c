/* SPDX-License-Identifier: MIT */
/* From a weight file to a model in canonical order. */
#include "loading/load.h"

#include "base/log.h"
#include "base/sized_options.h"
#include "loading/build_model.h"
#include "loading/published.h"
#include "loading/request.h"

#include <limits.h>

void dn_load_defaults(dn_load_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_load_options){0}, sizeof *options);
}

/* beside: a hub's files; NULL: there are none. */
static dn_status load_beside(dn_tensor_file *file, const dn_hub_files *beside,
                             const dn_load_options *options, dn_model **model)
{
    dn_load_job l = {.file = file};
    dn_model *made = NULL;
    dn_load_options chosen = {0};
    dn_status status = dn_read_options(options, &chosen, sizeof chosen);
    l.options = chosen;
    l.asked = chosen.concat;
    l.state = chosen.state && chosen.state[0] ? chosen.state : NULL;
    if (status == DN_OK)
        status = dn_check_request(&chosen);
    if (status == DN_OK)
        status = dn_beside_open(beside, file, &l.beside);
    if (status == DN_OK)
        status = dn_find_network(&l);
    if (status == DN_OK)
        status = dn_build_model(&l, &made);
    dn_status lost = dn_tensor_file_check(file); /* whatever else was found in it */
    status = lost == DN_OK ? status : lost;
    if (status == DN_OK && made->warning)
        dn_log(DN_LOG_WARNING, "%s", made->warning);
    if (status == DN_OK)
        *model = made;
    else
        dn_model_free(made);
    dn_discard_match(&l);
    dn_beside_close(&l.beside);
    dn_text_drop(&l.warning);
    dn_tensor_file_close(l.file);
    return status;
}

dn_status dn_load_file(dn_tensor_file *file, const dn_load_options *options, dn_model **model)
{
    return load_beside(file, NULL, options, model);
}

dn_status dn_model_load(const char *name, const dn_load_options *options, dn_model **model)
{
    char path[PATH_MAX];
    dn_hub_files files = {0};
    dn_tensor_file *file;
    DN_NEED(name);
    DN_NEED(model);
    DN_TRY(dn_weights_path(name, path, sizeof path));
    if (dn_names_builtin(name)) {
        DN_TRY(dn_builtin_open(&file));
        return dn_load_file(file, options, model);
    }
    DN_TRY(dn_hub_find(path, &files));
    DN_TRY(dn_tensor_file_open(files.weights, &file));
    return load_beside(file, &files, options, model);
}

dn_status dn_model_read(const void *data, size_t size, const char *name,
                        const dn_load_options *options, dn_model **model)
{
    dn_tensor_file *file;
    DN_NEED(data);
    DN_NEED(name);
    DN_NEED(model);
    DN_TRY(dn_tensor_file_read(data, size, name, &file));
    return dn_load_file(file, options, model);
}
