/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statistics: the snapshot, and writing it down.
 *
 * The snapshot is taken with every heap of the pool locked and with blocks that other threads freed
 * at home, so that it is of one moment. Both formats for programs and the table for people are
 * written from the same two lists of fields.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pool/heap.h"
#include "pool/pool_debug.h"
#include "pool/pool_internal.h"
#include "pool/pool_system.h"

/* X(field, OpenMetrics type, help) */
#define TIER_FIELDS(X)                                                                             \
    X(total_allocated, "counter", "Bytes handed out since the start.")                             \
    X(total_freed, "counter", "Bytes that came back.")                                             \
    X(current_usage, "gauge", "Bytes in live blocks.")                                             \
    X(peak_usage, "gauge", "The most bytes that were in live blocks.")                             \
    X(allocation_count, "counter", "Blocks handed out.")                                           \
    X(free_count, "counter", "Blocks that came back.")                                             \
    X(pool_hit_count, "counter", "Allocations served from memory that the pool had.")              \
    X(system_alloc_count, "counter", "Allocations for which pages were taken.")

#define POOL_FIELDS(X)                                                          \
    X(reserved_size, "gauge", "Bytes of address space taken from the source.")  \
    X(committed_size, "gauge", "Bytes of pages cut into blocks, live or idle.") \
    X(idle_size, "gauge", "Committed bytes kept for reuse.")                    \
    X(charged_size, "gauge", "Bytes that the budget counts.")                   \
    X(peak_charged, "gauge", "The most bytes that the budget counted.")         \
    X(limit, "gauge", "The budget in bytes; +Inf for none.")                    \
    X(wait_count, "counter", "Allocations that waited for the budget.")         \
    X(limit_count, "counter", "Allocations that found the budget used up.")

static const char *const tier_names[FWL_TIER_COUNT] = {
    [FWL_TIER_SMALL] = "small",
    [FWL_TIER_MEDIUM] = "medium",
    [FWL_TIER_LARGE] = "large",
    [FWL_TIER_FRAME] = "frame",
};

/* The snapshot */

static size_t empty_size(const FwlHeapClass *class)
{
    size_t size = 0;
    for (const FwlLink *link = class->spans.next; link != &class->spans; link = link->next) {
        const FwlSpan *span = FWL_ITEM_OF(link, FwlSpan, link);
        size += span->live == 0 ? span->size : 0;
    }
    return size;
}

static void add_class(const FwlPool *pool, FwlPoolStats *stats, const FwlHeapClass *class)
{
    FwlPoolTierStats *tier = &stats->tier[fwl_tier_of(&pool->config, class->block_size)];
    const uint64_t frees = class->allocs - fwl_heap_live_count(class);
    tier->total_allocated += class->allocs * class->block_size;
    tier->total_freed += frees * class->block_size;
    tier->allocation_count += class->allocs;
    tier->free_count += frees;
    tier->system_alloc_count += class->system_allocs;
    tier->pool_hit_count += class->allocs - class->system_allocs;
    stats->idle_size += empty_size(class);
}

static void add_heap(FwlPool *pool, FwlPoolStats *stats, FwlHeap *heap)
{
    for (size_t i = 0; i < FWL_CLASS_COUNT; i++)
        add_class(pool, stats, &heap->classes[i]);
    fwl_heap_count_usage(heap);
    /* What one heap had on its own is exact, which the sum, behind by its slack, is not. */
    fwl_sum_raise_peak(&pool->usage, heap->peak);
}

static void add_tier(FwlPoolStats *stats, const FwlPoolTierStats *tier)
{
    stats->total_allocated += tier->total_allocated;
    stats->total_freed += tier->total_freed;
    stats->current_usage += tier->current_usage;
    stats->allocation_count += tier->allocation_count;
    stats->free_count += tier->free_count;
    stats->pool_hit_count += tier->pool_hit_count;
    stats->system_alloc_count += tier->system_alloc_count;
}

static size_t peak_of(FwlSum *sum, size_t now)
{
    fwl_sum_raise_peak(sum, now);
    return fwl_sum_peak(sum);
}

static void add_system(const FwlPool *pool, FwlPoolStats *stats)
{
    for (size_t t = 0; t < FWL_TIER_COUNT; t++)
        stats->tier[t] = pool->system_stats[t];
}

static void add_up(FwlPool *pool, FwlPoolStats *stats)
{
    fwl_heaps_gather(pool);
    for (FwlLink *link = pool->heaps.next; link != &pool->heaps; link = link->next)
        add_heap(pool, stats, FWL_ITEM_OF(link, FwlHeap, link));
    fwl_os_mutex_lock(&pool->debug.lock);
    fwl_os_mutex_lock(&pool->span_lock);
    stats->tier[FWL_TIER_FRAME] = pool->frame_stats;
    if (fwl_pool_is_system)
        add_system(pool, stats);
    fwl_debug_correct(pool, stats);
    stats->reserved_size = pool->reserved_size;
    stats->committed_size = pool->committed_size;
    stats->idle_size += pool->idle_size;
    /* Children charge without this pool's locks: the charge is read once, the peak after it. */
    stats->charged_size = atomic_load(&pool->budget.charged.now);
    stats->peak_charged = fwl_sum_peak(&pool->budget.charged);
    fwl_os_mutex_unlock(&pool->span_lock);
    fwl_os_mutex_unlock(&pool->debug.lock);
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        FwlPoolTierStats *tier = &stats->tier[t];
        tier->current_usage = tier->total_allocated - tier->total_freed;
        tier->peak_usage = peak_of(&pool->tier_usage[t], tier->current_usage);
        add_tier(stats, tier);
    }
    stats->peak_usage = peak_of(&pool->usage, stats->current_usage);
}

/* A pool without statistics counts all the same, since its heaps have to; it says nothing. */
static void forget_counters(FwlPoolStats *stats)
{
    *stats = (FwlPoolStats){
        .reserved_size = stats->reserved_size,
        .committed_size = stats->committed_size,
        .idle_size = stats->idle_size,
        .charged_size = stats->charged_size,
        .peak_charged = stats->peak_charged,
    };
}

void fwl_pool_get_stats(FwlPool *pool, FwlPoolStats *stats)
{
    if (!pool)
        pool = fwl_pool_default();
    *stats = (FwlPoolStats){0};
    fwl_os_mutex_lock(&pool->heaps_lock);
    fwl_heaps_lock_all(pool);
    add_up(pool, stats);
    fwl_heaps_unlock_all(pool);
    fwl_os_mutex_unlock(&pool->heaps_lock);
    if (!pool->config.enable_statistics)
        forget_counters(stats);
    if (stats->peak_charged < stats->charged_size)
        stats->peak_charged = stats->charged_size;
    stats->limit = pool->budget.limit == SIZE_MAX ? UINT64_MAX : pool->budget.limit;
    stats->wait_count = atomic_load(&pool->wait_count);
    stats->limit_count = atomic_load(&pool->limit_count);
    memcpy(stats->name, pool->name, sizeof stats->name);
}

double fwl_pool_stats_hit_rate(const FwlPoolStats *stats)
{
    if (stats->allocation_count == 0)
        return 0;
    return (double)stats->pool_hit_count / (double)stats->allocation_count;
}

double fwl_pool_stats_unused_ratio(const FwlPoolStats *stats)
{
    if (stats->committed_size == 0)
        return 0;
    return 1 - (double)stats->current_usage / (double)stats->committed_size;
}

/* Writing */

typedef struct Printer {
    FwlWriteCallback write_cb;
    void *opaque;
    int status;
} Printer;

static bool is_no_limit(const char *field, uint64_t value)
{
    return strcmp(field, "limit") == 0 && value == UINT64_MAX;
}

/* Every line is shorter than this: names are at most 31 bytes, each escaped to at most six. */
enum { LINE_SIZE = 512 };

static void print(Printer *printer, const char *format, ...) FWL_PRINTF_LIKE(2, 3);

static void print(Printer *printer, const char *format, ...)
{
    if (printer->status < 0)
        return;
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    const int status = printer->write_cb(printer->opaque, line, (size_t)length);
    if (status < 0)
        printer->status = status;
}

/* How many bytes the UTF-8 character at text has; 0 where there is none. */
static size_t character_length(const unsigned char *text)
{
    static const struct {
        unsigned char first_least, first_most, second_least, second_most, length;
    } forms[] = {
        {0x01, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (text[0] < forms[i].first_least || text[0] > forms[i].first_most)
            continue;
        if (forms[i].length == 1)
            return 1;
        if (text[1] < forms[i].second_least || text[1] > forms[i].second_most)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++) {
            if (text[k] < 0x80 || text[k] > 0xbf)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

/* What a byte of ASCII is in a format: longest is \u and four digits. */
static int escape_byte(char byte, enum FwlStatsFormat format, char *escaped, size_t size)
{
    const bool is_control = (unsigned char)byte < 0x20 || byte == 0x7f;
    if (format == FWL_STATS_TEXT)
        return snprintf(escaped, size, "%c", is_control ? '?' : byte);
    if (byte == '"' || byte == '\\')
        return snprintf(escaped, size, "\\%c", byte);
    if (byte == '\n')
        return snprintf(escaped, size, "\\n");
    if (is_control && format == FWL_STATS_JSON)
        return snprintf(escaped, size, "\\u%04x", (unsigned)byte);
    return snprintf(escaped, size, "%c", byte);
}

/* The pool's name as a format wants it, inside of quotes where it has them. All three are UTF-8:
 * what is not becomes '?'. */
static void escape_name(const char *name, enum FwlStatsFormat format, char escaped[LINE_SIZE / 2])
{
    size_t used = 0;
    while (*name) {
        const size_t length = character_length((const unsigned char *)name);
        if (length > 1) {
            memcpy(escaped + used, name, length);
            used += length;
        } else {
            used += (size_t)escape_byte(length == 0 ? '?' : *name, format, escaped + used,
                                        LINE_SIZE / 2 - used);
        }
        name += length > 0 ? length : 1;
    }
    escaped[used] = '\0';
}

static void print_text(Printer *printer, const FwlPoolStats *stats)
{
    char name[LINE_SIZE / 2];
    escape_name(stats->name, FWL_STATS_TEXT, name);
    print(printer, "pool %s\n", name);
    print(printer, "  %-8s %14s %14s %12s %12s %7s\n", "tier", "current_usage", "peak_usage",
          "allocations", "live", "hits");
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        const FwlPoolTierStats *tier = &stats->tier[t];
        const double hits = tier->allocation_count == 0 ? 0
                                                        : 100.0 * (double)tier->pool_hit_count /
                                                              (double)tier->allocation_count;
        print(printer, "  %-8s %14" PRIu64 " %14" PRIu64 " %12" PRIu64 " %12" PRIu64 " %6.1f%%\n",
              tier_names[t], tier->current_usage, tier->peak_usage, tier->allocation_count,
              tier->allocation_count - tier->free_count, hits);
    }
    print(printer, "  %-8s %14" PRIu64 " %14" PRIu64 " %12" PRIu64 " %12" PRIu64 " %6.1f%%\n",
          "all", stats->current_usage, stats->peak_usage, stats->allocation_count,
          stats->allocation_count - stats->free_count, 100 * fwl_pool_stats_hit_rate(stats));
#define PRINT_TEXT(field, type, help)                     \
    if (is_no_limit(#field, stats->field))                \
        print(printer, "  %-20s %20s\n", #field, "none"); \
    else                                                  \
        print(printer, "  %-20s %20" PRIu64 "\n", #field, stats->field);
    POOL_FIELDS(PRINT_TEXT)
#undef PRINT_TEXT
}

static void print_json(Printer *printer, const FwlPoolStats *stats)
{
    char name[LINE_SIZE / 2];
    escape_name(stats->name, FWL_STATS_JSON, name);
    print(printer, "{\"name\": \"%s\"", name);
#define PRINT_JSON(field, type, help)             \
    if (is_no_limit(#field, stats->field))        \
        print(printer, ", \"" #field "\": null"); \
    else                                          \
        print(printer, ", \"" #field "\": %" PRIu64, stats->field);
    TIER_FIELDS(PRINT_JSON)
    POOL_FIELDS(PRINT_JSON)
    print(printer, ", \"tier\": {");
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        const FwlPoolTierStats *tier = &stats->tier[t];
        print(printer, "%s\"%s\": {\"total_allocated\": %" PRIu64, t > 0 ? ", " : "", tier_names[t],
              tier->total_allocated);
#define PRINT_TIER_JSON(field, type, help)                                                         \
    if (strcmp(#field, "total_allocated") != 0)                                                    \
        print(printer, ", \"" #field "\": %" PRIu64, tier->field);
        TIER_FIELDS(PRINT_TIER_JSON)
#undef PRINT_TIER_JSON
        print(printer, "}");
    }
#undef PRINT_JSON
    print(printer, "}}\n");
}

/* A counter's samples end in _total, its family's name does not. */
static const char *sample_suffix(const char *type)
{
    return strcmp(type, "counter") == 0 ? "_total" : "";
}

static void print_family(Printer *printer, const char *field, const char *type, const char *help)
{
    print(printer, "# TYPE framewell_pool_%s %s\n# HELP framewell_pool_%s %s\n", field, type, field,
          help);
}

static void print_openmetrics(Printer *printer, const FwlPoolStats *stats)
{
    char name[LINE_SIZE / 2];
    escape_name(stats->name, FWL_STATS_OPENMETRICS, name);
#define PRINT_TIER_FAMILY(field, type, help)                                                       \
    print_family(printer, #field, type, help);                                                     \
    for (size_t t = 0; t < FWL_TIER_COUNT; t++)                                                    \
        print(printer, "framewell_pool_" #field "%s{pool=\"%s\",tier=\"%s\"} %" PRIu64 "\n",       \
              sample_suffix(type), name, tier_names[t], stats->tier[t].field);
    TIER_FIELDS(PRINT_TIER_FAMILY)
#undef PRINT_TIER_FAMILY
#define PRINT_POOL_FAMILY(field, type, help)                                     \
    print_family(printer, #field, type, help);                                   \
    if (is_no_limit(#field, stats->field))                                       \
        print(printer, "framewell_pool_" #field "{pool=\"%s\"} +Inf\n", name);   \
    else                                                                         \
        print(printer, "framewell_pool_" #field "%s{pool=\"%s\"} %" PRIu64 "\n", \
              sample_suffix(type), name, stats->field);
    POOL_FIELDS(PRINT_POOL_FAMILY)
#undef PRINT_POOL_FAMILY
    print(printer, "# EOF\n");
}

int fwl_pool_stats_print(const FwlPoolStats *stats, enum FwlStatsFormat format,
                         FwlWriteCallback write_cb, void *opaque)
{
    if (!stats || !write_cb)
        return FWL_E_INVALID;
    Printer printer = {.write_cb = write_cb, .opaque = opaque};
    switch (format) {
    case FWL_STATS_TEXT:
        print_text(&printer, stats);
        break;
    case FWL_STATS_JSON:
        print_json(&printer, stats);
        break;
    case FWL_STATS_OPENMETRICS:
        print_openmetrics(&printer, stats);
        break;
    default:
        return FWL_E_INVALID;
    }
    return printer.status;
}
