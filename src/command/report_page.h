/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that --report writes: one file, which a browser shows without anything else. */
#ifndef FWL_REPORT_PAGE_H
#define FWL_REPORT_PAGE_H

#include <stddef.h>

#include "command/batch.h"
#include "command/output_file.h"

/* What stands before the data and behind it; made of report_page.html by tools/embed_page.py. */
extern const unsigned char fwl_page_head[], fwl_page_tail[];
extern const size_t fwl_page_head_size, fwl_page_tail_size;

struct ReportPage {
    const struct Batch *batch; /* that has been run */
    const char *command;       /* as fwl_command_words gives it */
    int exit_code;
    uint64_t peak_size, leaked_blocks; /* of all together */
};

/* Writes it. Returns an exit code, a failure after its message. */
int fwl_report_write_page(const struct ReportPage *page, struct OutputFile *output);

#endif
