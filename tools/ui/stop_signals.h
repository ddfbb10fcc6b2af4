/* SPDX-License-Identifier: MIT */
#ifndef TOOL_STOP_SIGNALS_H
#define TOOL_STOP_SIGNALS_H

/* From now on a signal that ends the program, unless it is ignored, first removes the files that
 * are being written; those that are whole stay. */
void stop_signals_clean(void);

/* The same of one signal, in a handler too. */
void stop_signal_clean(int number);

/* What such a signal removes as well, by what POSIX allows in a handler; NULL: nothing more. */
void stop_signals_also(void (*clean)(void));

#endif
