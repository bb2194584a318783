/* SPDX-License-Identifier: BSD-2-Clause */
/* What was played, for programs: sizes in bytes, times in seconds, null for what is not known. */
#include "command/json_text.h"
#include "command/play_session.h"

static json_t *memory_object(const struct PlayStatistics *statistics, uint64_t leaked_blocks)
{
    json_t *memory = json_object();
    json_object_set_new(memory, "frames_peak", json_integer((json_int_t)statistics->frames_peak));
    json_object_set_new(memory, "packets_peak", json_integer((json_int_t)statistics->packets_peak));
    json_object_set_new(memory, "packets_max", json_integer((json_int_t)statistics->packets_max));
    json_object_set_new(memory, "input", json_integer((json_int_t)statistics->input_size));
    json_object_set_new(memory, "leaked_blocks", json_integer((json_int_t)leaked_blocks));
    return memory;
}

/* Milliseconds that pictures in the window were off the clock; null: there was none. */
static json_t *drift_object(const struct PlayStatistics *statistics)
{
    if (statistics->seen == 0)
        return json_null();
    json_t *drift = json_object();
    json_object_set_new(drift, "median_ms", json_integer(statistics->drift_median_ms));
    json_object_set_new(drift, "worst_ms", json_integer(statistics->drift_worst_ms));
    return drift;
}

int fwl_play_print_json(const char *name, const struct PlayStatistics *statistics,
                        uint64_t leaked_blocks)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", fwl_json_text(name));
    json_object_set_new(object, "shown", json_integer((json_int_t)statistics->shown));
    json_object_set_new(object, "dropped", json_integer((json_int_t)statistics->dropped));
    json_object_set_new(object, "errors", json_integer((json_int_t)statistics->errors));
    json_object_set_new(object, "position", json_real(statistics->position));
    json_object_set_new(object, "duration",
                        statistics->duration >= 0 ? json_real(statistics->duration) : json_null());
    json_object_set_new(object, "drift", drift_object(statistics));
    json_object_set_new(object, "memory", memory_object(statistics, leaked_blocks));
    return fwl_json_print(object);
}
