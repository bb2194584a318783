/* SPDX-License-Identifier: BSD-2-Clause */
/* What the subcommands' JSON has in common. */
#ifndef FWL_JSON_TEXT_H
#define FWL_JSON_TEXT_H

#include <jansson.h>

/* A file's name or tag is whatever bytes it is; JSON is UTF-8. Where text is not, its bytes beyond
 * ASCII that are no part of a character become '?'. NULL where there is no memory. */
json_t *fwl_json_text(const char *text);

/* Prints the value to stdout and lets go of it; NULL is one that there was no memory for. Returns
 * 0 or FWL_E_NOMEM. */
int fwl_json_print(json_t *value);

/* The same on one line. */
int fwl_json_print_line(json_t *value);

#endif
