/* SPDX-License-Identifier: BSD-2-Clause */
/* The topics of `framewell bench`: each has its suite in the file bench_TOPIC.c, and a line in the
 * table in framewell_bench.c. */
#ifndef BENCH_TOPICS_H
#define BENCH_TOPICS_H

#include "harness.h"

extern const struct BenchSuite bench_layout_suite;
extern const struct BenchSuite bench_pool_suite;
extern const struct BenchSuite bench_objects_suite;
extern const struct BenchSuite bench_programs_suite;

#endif
