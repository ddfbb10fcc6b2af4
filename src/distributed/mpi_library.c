/* SPDX-License-Identifier: MIT */
#include "distributed/mpi_library.h"

#include "base/library.h"
#include "base/status.h"

#include <dlfcn.h>

dn_mpi_library dn_mpi;

dn_status dn_mpi_load(void)
{
    if (!dn_mpi.library)
        dn_mpi.library = dn_library_open("libmpi.so.40"); /* Open MPI 2 to 5 */
    if (!dn_mpi.library)
        return dn_fail(DN_ERROR_IO, "libmpi, Open MPI's library, which connects the processes, is "
                                    "not installed or not found by the dynamic linker");
#define FIND_AS(symbol, pointer)                                                                   \
    if (!dn_library_find(dn_mpi.library, symbol, pointer))                                         \
        return dn_fail(DN_ERROR_IO, "libmpi lacks a symbol: %s", dlerror());
#define FIND(name) FIND_AS("MPI_" #name, &dn_mpi.name)
    FIND_AS("ompi_mpi_comm_world", &dn_mpi.world)
    FIND_AS("ompi_mpi_byte", &dn_mpi.byte)
    FIND_AS("ompi_mpi_errors_return", &dn_mpi.errors_return)
    FIND_AS("ompi_request_null", &dn_mpi.no_request)
    FIND_AS("ompi_mpi_info_null", &dn_mpi.no_info)
    DN_MPI_FUNCTIONS(FIND)
#undef FIND
#undef FIND_AS
    return DN_OK;
}

dn_status dn_mpi_status(int code)
{
    char sentence[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    if (code == MPI_SUCCESS)
        return DN_OK;
    dn_mpi.Error_string(code, sentence, &length);
    return dn_fail(DN_ERROR_IO, "MPI: %s", sentence);
}
