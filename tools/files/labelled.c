/* SPDX-License-Identifier: MIT */
#include "files/labelled.h"

#include "ui/report.h"

bool labelled_open(const char *path, dn_portion portion, dn_dataset **data)
{
    if (!ok_or_complain(dn_dataset_open(path, portion, data)))
        return false;
    int links = dn_dataset_links(*data);
    if (links)
        complain("%s: %d link%s in it %s left out, only files are read", path, links,
                 links == 1 ? "" : "s", links == 1 ? "is" : "are");
    return true;
}
