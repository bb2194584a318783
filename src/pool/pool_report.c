/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said about blocks: the last line of a process that misused one, the list of those that
 * were left behind, and the largest when a wait for memory was in vain.
 *
 * Places are written as "module+0xoffset", innermost first, in the form that `addr2line -e module`
 * takes. The offset is of the call, not of where it returns to. Calls within this library come
 * first on a stack and say nothing: they are left out, unless it is linked into the program, where
 * nothing tells them apart.
 *
 * Nothing here allocates but pages, and nothing is said with a lock held: finding a module's name
 * takes locks of the dynamic loader, under which others may wait for memory.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/align.h"
#include "framewell/log.h"
#include "pool/pool_debug.h"

enum {
    LINE_SIZE = 4096,
    INNER_CALLS_MAX = 8, /* of this library, below the public function that was called */
    SHOWN_SITES_MAX = 4,
    GROUPS_MAX = 256,    /* call sites that are told apart in a list of leaks */
    SHOWN_GROUPS_MAX = 32,
    HOLDERS_MAX = 5,
    NS_PER_MS = 1000000,
};

/* Lines */

typedef struct Line {
    size_t size;
    char text[LINE_SIZE];
} Line;

static void add(Line *line, const char *format, ...) FWL_PRINTF_LIKE(2, 3);

static void add_list(Line *line, const char *format, va_list args)
{
    const size_t room = LINE_SIZE - line->size;
    const int length = vsnprintf(line->text + line->size, room, format, args);
    if (length > 0)
        line->size += (size_t)length < room ? (size_t)length : room - 1;
}

static void add(Line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_list(line, format, args);
    va_end(args);
}

/* Call sites */

FwlDebugCall fwl_debug_call(void *caller)
{
    void *stack[FWL_SITE_COUNT + INNER_CALLS_MAX];
    const size_t depth = fwl_os_backtrace(stack, FWL_SITE_COUNT + INNER_CALLS_MAX);
    FwlDebugCall call = {.sites = {caller}, .thread = fwl_os_thread_number()};
    size_t first = 0;
    while (first < depth && stack[first] != caller)
        first++;
    for (size_t i = 0; i < FWL_SITE_COUNT && first + i < depth; i++)
        call.sites[i] = stack[first + i];
    return call;
}

static const void *call_before(void *const site)
{
    return (const char *)site - 1;
}

/* The first site that is outside of this library; 0 where none is, or where it is linked into the
 * program. */
static size_t first_outside(void *const *sites, size_t count)
{
    FwlPlace own;
    FwlPlace place;
    if (!fwl_os_locate((void *)(uintptr_t)fwl_debug_call, &own) || own.is_in_program)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (fwl_os_locate(call_before(sites[i]), &place) && strcmp(place.module, own.module) != 0)
            return i;
    }
    return 0;
}

/* "player+0x1a2b", and the line of source where it is known: "player+0x1a2b (player.c:210)". */
static void add_site(Line *line, void *site)
{
    FwlPlace place;
    FwlSourceLine source;
    if (fwl_os_locate(call_before(site), &place))
        add(line, "%s+0x%zx", place.module, place.offset);
    else
        add(line, "%p", site);
    if (fwl_os_source_line(call_before(site), &source))
        add(line, " (%s:%d)", source.file, source.number);
}

void fwl_debug_name_place(char *text, size_t size, const FwlDebugCall *call)
{
    const size_t count = fwl_debug_count_sites(call->sites);
    void *site = count > 0 ? call->sites[first_outside(call->sites, count)] : NULL;
    FwlPlace place;
    FwlSourceLine source;
    if (fwl_os_source_line(call_before(site), &source)) {
        snprintf(text, size, "%s:%d", source.file, source.number);
    } else if (fwl_os_locate(call_before(site), &place)) {
        const char *slash = strrchr(place.module, '/');
        snprintf(text, size, "%s+0x%zx", slash ? slash + 1 : place.module, place.offset);
    } else {
        snprintf(text, size, "%p", site);
    }
}

static void add_sites(Line *line, void *const *sites, size_t count)
{
    const size_t first = first_outside(sites, count);
    for (size_t i = first; i < count && i < first + SHOWN_SITES_MAX; i++) {
        add(line, "%s", i > first ? " < " : "");
        add_site(line, sites[i]);
    }
}

static void add_call(Line *line, const char *deed, const FwlDebugCall *call)
{
    const size_t count = fwl_debug_count_sites(call->sites);
    if (count == 0)
        return;
    add(line, "; %s by thread %" PRIu64 " at ", deed, call->thread);
    add_sites(line, call->sites, count);
}

/* Misuse */

void fwl_debug_accuse(const FwlPool *pool, const FwlDebugHeader *block, void *caller,
                      const char *format, ...)
{
    Line line = {0};
    add(&line, "framewell: pool %s: ", pool->name);
    if (block)
        add(&line, "block %p of %zu bytes: ", (void *)block->block, block->size);
    va_list args;
    va_start(args, format);
    add_list(&line, format, args);
    va_end(args);
    if (caller) {
        const FwlDebugCall found = fwl_debug_call(caller);
        add_call(&line, "found", &found);
    }
    if (block) {
        add_call(&line, "allocated", &block->allocated);
        add_call(&line, "freed", &block->freed);
    }
    if (block && block->tag)
        add(&line, "; tag %s", block->tag);
    line.text[line.size < LINE_SIZE - 1 ? line.size++ : line.size - 1] = '\n';
    fwl_os_die(line.text, line.size);
}

/* Leaks */

typedef struct Group {
    void *sites[FWL_SITE_COUNT];
    uint64_t count;
    uint64_t size;
} Group;

typedef struct Leaks {
    uint64_t count;
    uint64_t size;
    size_t group_count;
    size_t group_max; /* 0: there was no page for the groups */
    Group groups[];
} Leaks;

static void count_leak(void *opaque, const FwlPoolBlock *block, const FwlDebugHeader *header)
{
    Leaks *leaks = opaque;
    leaks->count++;
    leaks->size += block->size;
    size_t i = 0;
    while (i < leaks->group_count && memcmp(leaks->groups[i].sites, header->allocated.sites,
                                            sizeof header->allocated.sites) != 0)
        i++;
    if (i == leaks->group_max)
        return;
    Group *group = &leaks->groups[i];
    if (i == leaks->group_count) {
        leaks->group_count++;
        memcpy(group->sites, header->allocated.sites, sizeof group->sites);
    }
    group->count++;
    group->size += block->size;
}

static bool is_asked_for_on_stderr(void)
{
    const char *wish = fwl_os_environment("FRAMEWELL_DEBUG");
    return wish && wish[0] != '\0' && strcmp(wish, "0") != 0;
}

static void say_line(FwlPool *pool, Line *line)
{
    add(line, "\n");
    fwl_log(pool, FWL_LOG_WARNING, "%s", line->text);
    if (is_asked_for_on_stderr()) {
        fwl_os_say("framewell: ", strlen("framewell: "));
        fwl_os_say(line->text, line->size);
    }
}

void fwl_debug_say_leak(FwlPool *pool, const char *format, ...)
{
    Line line = {0};
    add(&line, "pool %s: ", pool->name);
    va_list args;
    va_start(args, format);
    add_list(&line, format, args);
    va_end(args);
    say_line(pool, &line);
}

/* The largest group that was not shown yet, taken off the list. */
static Group take_largest(Leaks *leaks)
{
    size_t largest = 0;
    for (size_t i = 1; i < leaks->group_count; i++) {
        if (leaks->groups[i].size > leaks->groups[largest].size)
            largest = i;
    }
    const Group group = leaks->groups[largest];
    leaks->groups[largest] = leaks->groups[--leaks->group_count];
    return group;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Blocks that were allocated while a stack was looked at are known by this library's own calls
 * only: the loader's, where malloc is this library's. */
static bool is_of_looking(const Group *group, size_t count, const FwlPlace *own)
{
    FwlPlace place;
    return count == 1 && fwl_os_locate(call_before(group->sites[0]), &place) &&
           strcmp(place.module, own->module) == 0;
}

/* Leaves out what is no leak of the program's where malloc is this library's. */
static void drop_kept(Leaks *leaks)
{
    FwlPlace own;
    if (!fwl_os_locate((void *)(uintptr_t)fwl_debug_call, &own) || own.is_in_program)
        return;
    for (size_t i = leaks->group_count; i-- > 0;) {
        const Group group = leaks->groups[i];
        const size_t count = fwl_debug_count_sites(group.sites);
        const size_t first = first_outside(group.sites, count);
        if (!is_of_looking(&group, count, &own) &&
            !fwl_os_is_kept_by_runtime(group.sites + first, count - first))
            continue;
        leaks->count -= group.count;
        leaks->size -= group.size;
        leaks->groups[i] = leaks->groups[--leaks->group_count];
    }
}

static void say_leaks(FwlPool *pool, Leaks *leaks)
{
    fwl_debug_say_leak(pool, "%" PRIu64 " block%s, %" PRIu64 " byte%s still live", leaks->count,
                       plural(leaks->count), leaks->size, plural(leaks->size));
    for (int shown = 0; shown < SHOWN_GROUPS_MAX && leaks->group_count > 0; shown++) {
        const Group group = take_largest(leaks);
        Line line = {0};
        add(&line, "pool %s: %" PRIu64 " block%s, %" PRIu64 " byte%s allocated at ", pool->name,
            group.count, plural(group.count), group.size, plural(group.size));
        add_sites(&line, group.sites, fwl_debug_count_sites(group.sites));
        say_line(pool, &line);
    }
}

FwlMutex fwl_debug_trace_lock = FWL_MUTEX_INIT;
static void (*_Atomic list_holders)(FwlPool *pool);

void fwl_debug_set_holder_list(void (*list)(FwlPool *pool))
{
    atomic_store_explicit(&list_holders, list, memory_order_relaxed);
}

void fwl_debug_list_leaks(FwlPool *pool)
{
    const size_t size = fwl_align_up(sizeof(Leaks) + GROUPS_MAX * sizeof(Group), pool->page_size);
    Leaks *leaks = fwl_os_map(size, pool->page_size);
    Leaks totals = {0};
    if (leaks)
        leaks->group_max = GROUPS_MAX;
    Leaks *used = leaks ? leaks : &totals;
    fwl_pool_walk(pool, count_leak, used);
    drop_kept(used);
    void (*list)(FwlPool *) = atomic_load_explicit(&list_holders, memory_order_relaxed);
    if (used->count > 0)
        say_leaks(pool, used);
    if (used->count > 0 && list)
        list(pool);
    if (leaks)
        fwl_os_unmap(leaks, size);
}

/* Holders */

typedef struct Holder {
    char pool_name[FWL_NAME_SIZE];
    FwlPoolBlock block;
    void *sites[FWL_SITE_COUNT];
} Holder;

typedef struct Holders {
    FwlPool *pool; /* the one that is looked at */
    uint64_t count;
    uint64_t size;
    size_t held;
    Holder largest[HOLDERS_MAX]; /* the largest first */
} Holders;

static void note_holder(void *opaque, const FwlPoolBlock *block, const FwlDebugHeader *header)
{
    Holders *holders = opaque;
    (void)header;
    holders->count++;
    holders->size += block->size;
    size_t place = holders->held;
    while (place > 0 && holders->largest[place - 1].block.size < block->size)
        place--;
    if (place == HOLDERS_MAX)
        return;
    if (holders->held < HOLDERS_MAX)
        holders->held++;
    for (size_t i = holders->held - 1; i > place; i--)
        holders->largest[i] = holders->largest[i - 1];
    Holder *holder = &holders->largest[place];
    *holder = (Holder){.block = *block};
    memcpy(holder->pool_name, holders->pool->name, sizeof holder->pool_name);
    for (size_t i = 0; i < block->site_count; i++)
        holder->sites[i] = block->sites[i];
}

static void find_holders(FwlPool *pool, Holders *holders)
{
    holders->pool = pool;
    fwl_pool_walk(pool, note_holder, holders);
    fwl_os_mutex_lock(&pool->children_lock);
    for (FwlLink *link = pool->children.next; link != &pool->children; link = link->next)
        find_holders(FWL_ITEM_OF(link, FwlPool, sibling_link), holders);
    fwl_os_mutex_unlock(&pool->children_lock);
}

static void log_holder(FwlPool *pool, const Holder *holder)
{
    const FwlPoolBlock *block = &holder->block;
    Line line = {0};
    add(&line, "pool %s: holds %zu bytes", holder->pool_name, block->size);
    if (block->tag)
        add(&line, " for %s", block->tag);
    if (block->age_ns > 0)
        add(&line, ", since %" PRIu64 " ms", block->age_ns / NS_PER_MS);
    if (block->thread > 0)
        add(&line, ", by thread %" PRIu64, block->thread);
    if (block->site_count > 0) {
        add(&line, ", allocated at ");
        add_sites(&line, holder->sites, block->site_count);
    }
    fwl_log(pool, FWL_LOG_WARNING, "%s\n", line.text);
}

void fwl_debug_log_holders(FwlPool *pool)
{
    Holders holders = {0};
    find_holders(pool, &holders);
    fwl_log(pool, FWL_LOG_WARNING,
            "pool %s: %" PRIu64 " blocks, %" PRIu64 " bytes are live; the largest:\n", pool->name,
            holders.count, holders.size);
    for (size_t i = 0; i < holders.held; i++)
        log_holder(pool, &holders.largest[i]);
}
