/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FWL_COMMAND_WORDS_H
#define FWL_COMMAND_WORDS_H

/* "framewell" and the words behind it, as a shell takes them, on one line: to be shown to others,
 * so that what looks like a secret is left out. NULL without memory. Owner: the caller frees it. */
char *fwl_command_words(int argc, char **argv);

#endif
