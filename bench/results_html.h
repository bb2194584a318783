/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as one page for a browser, which needs nothing else: no other file, no network. */
#ifndef BENCH_RESULTS_HTML_H
#define BENCH_RESULTS_HTML_H

#include <jansson.h>
#include <stdio.h>

/* reports: an object of those of results_json.c, by the suites' names. */
void results_html_print(FILE *out, json_t *reports);

#endif
