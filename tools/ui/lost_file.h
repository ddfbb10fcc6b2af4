/* SPDX-License-Identifier: MIT */
#ifndef LOST_FILE_H
#define LOST_FILE_H

/* Weight files and tars are mapped into memory. If another process cuts one short while it is
 * read, or its disk fails, the system sends SIGBUS: from now on the program then names the file
 * and ends as it does for other damaged files. */
void say_lost_files(void);

#endif
