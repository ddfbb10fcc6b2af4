/* SPDX-License-Identifier: MIT */
/* Open MPI is loaded when an MPI launcher started this process, not linked: it would delay the
 * start of every command, and the program runs where it is not installed. */
#ifndef DN_DISTRIBUTED_MPI_LIBRARY_H
#define DN_DISTRIBUTED_MPI_LIBRARY_H

#include "densenet.h"

#include <mpi.h>

#ifndef OPEN_MPI
#error "another MPI's mpi.h: the library is loaded by the ABI of Open MPI"
#endif

/* Its functions that are used, by the names that follow MPI_. */
#define DN_MPI_FUNCTIONS(use)                                                                      \
    use(Initialized) use(Init_thread) use(Query_thread) use(Finalize) use(Abort) use(Comm_dup)     \
        use(Comm_free) use(Comm_rank) use(Comm_size) use(Comm_split_type) use(Comm_set_errhandler) \
            use(Get_processor_name) use(Error_string) use(Isend) use(Irecv) use(Testall)           \
                use(Request_get_status) use(Get_count)

#define DN_MPI_POINTER(name) __typeof__(&MPI_##name) name;
typedef struct dn_mpi_library {
    void *library; /* NULL before it is loaded */
    /* MPI_COMM_WORLD and so on: in mpi.h they are addresses of the library's variables. */
    MPI_Comm world;
    MPI_Datatype byte;
    MPI_Errhandler errors_return;
    MPI_Request no_request;
    MPI_Info no_info;
    DN_MPI_FUNCTIONS(DN_MPI_POINTER)
} dn_mpi_library;

extern dn_mpi_library dn_mpi;

/* Loads it, unless it is. */
dn_status dn_mpi_load(void);

/* Turns what a function of MPI returned into a status, whose sentence is MPI's own. */
dn_status dn_mpi_status(int code);

#endif
