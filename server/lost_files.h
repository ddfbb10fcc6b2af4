/* SPDX-License-Identifier: MIT */
#ifndef SERVER_LOST_FILES_H
#define SERVER_LOST_FILES_H

/* From now on a weight file that is cut short while it is read does not end the server: what reads
 * it fails. */
void lost_files_survive(void);

/* As it was before. */
void lost_files_restore(void);

#endif
