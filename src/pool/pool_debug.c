/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug pools: what is around a block, what becomes of a freed one, and what of a wrong one.
 *
 *     state of a slot:  (anything) -> LIVE -> FREED -> RELEASED -> LIVE ...
 *                             alloc   free    leaves quarantine    alloc
 *
 * States are numbers that hold the header's own address, so that no other bytes are taken for one.
 * A slot that is RELEASED is free memory of the pool, whose header still says who freed it until
 * somebody else gets it.
 *
 * A free has three steps: under debug.lock the header is judged and becomes FREED, so that of two
 * frees one is the second; without it zones are checked and the bytes poisoned; under it again the
 * block goes into quarantine. What leaves quarantine is checked for writes. heaps_lock is held from
 * the moment a slot goes back to the pool until it is no longer counted as unreleased, so that a
 * snapshot sees it freed once.
 */
#include "pool/pool_debug.h"

#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "pool/heap.h"

enum {
    MIB = 1 << 20,
    QUARANTINE_SHARE = 16, /* of the budget */
    QUARANTINE_MAX = 32 * MIB,
    HEADER_SIZE = (sizeof(FwlDebugHeader) + 15) / 16 * 16,
};

#define STATE_LIVE     UINT64_C(0x6672616d65776c31)
#define STATE_FREED    UINT64_C(0x6672616d65776c32)
#define STATE_RELEASED UINT64_C(0x6672616d65776c33)

/* A frame's header and front zone lie between the segment's header and the block. */
_Static_assert(sizeof(FwlSegment) + sizeof(FwlSpan) + HEADER_SIZE + FWL_ZONE_SIZE <= 4096,
               "a frame's debug header does not fit before it");

atomic_bool fwl_debug_is_used;

void fwl_debug_init(FwlPool *pool)
{
    const size_t share = pool->budget.limit / QUARANTINE_SHARE;
    fwl_list_init(&pool->debug.quarantine);
    pool->debug.quarantine_max = share < QUARANTINE_MAX ? share : QUARANTINE_MAX;
}

/* Headers */

FwlDebugHeader *fwl_debug_header_of(const FwlSegment *segment, char *slot)
{
    if (segment->is_frame)
        slot -= FWL_ZONE_SIZE + HEADER_SIZE;
    return (FwlDebugHeader *)(void *)slot;
}

static bool is_in_state(const FwlDebugHeader *header, uint64_t state)
{
    return header->state == (state ^ (uintptr_t)header);
}

static void set_state(FwlDebugHeader *header, uint64_t state)
{
    header->state = state ^ (uintptr_t)header;
}

bool fwl_debug_is_live(const FwlDebugHeader *header)
{
    return is_in_state(header, STATE_LIVE);
}

/* Zones and poison */

/* The index of the first byte that is not poison; size: all are. */
static size_t find_unpoisoned(const char *bytes, size_t size)
{
    if (size == 0 || (bytes[0] == FWL_POISON && memcmp(bytes, bytes + 1, size - 1) == 0))
        return size;
    size_t i = 0;
    while (bytes[i] == FWL_POISON)
        i++;
    return i;
}

static size_t zone_behind(const FwlDebugHeader *header)
{
    const size_t room =
        (size_t)(header->slot + header->slot_size - (header->block + header->size));
    return room < FWL_ZONE_SIZE ? room : FWL_ZONE_SIZE;
}

static void check_zones(const FwlPool *pool, const FwlDebugHeader *header, void *caller,
                        const char *when)
{
    const size_t behind = zone_behind(header);
    size_t i = find_unpoisoned(header->block + header->size, behind);
    if (i < behind)
        fwl_debug_accuse(pool, header, caller, "byte %zu behind the end was written to, found %s",
                         i + 1, when);
    i = FWL_ZONE_SIZE;
    while (i > 0 && header->block[(ptrdiff_t)i - FWL_ZONE_SIZE - 1] == FWL_POISON)
        i--;
    if (i > 0)
        fwl_debug_accuse(pool, header, caller, "byte %zu before the start was written to, found %s",
                         FWL_ZONE_SIZE + 1 - i, when);
}

/* Judging an address */

enum Verdict {
    IS_LIVE,   /* the start of a live block */
    IS_FREED,  /* the start of a freed one whose memory nobody else got since */
    IS_INSIDE, /* within a slot of either kind, not at the start */
    IS_NOTHING,
    IS_ELSEWHERE, /* not in the pool's memory */
};

/* With debug.lock. *copy is of the header, but for IS_NOTHING and IS_ELSEWHERE; *header the place
 * of it in use, for IS_LIVE. */
static enum Verdict judge(FwlPool *pool, const void *address, FwlDebugHeader *copy,
                          FwlDebugHeader **header)
{
    enum Verdict verdict = IS_NOTHING;
    fwl_os_mutex_lock(&pool->span_lock);
    const FwlSlot slot = fwl_span_find(pool, address);
    FwlDebugHeader *found = slot.start ? fwl_debug_header_of(slot.segment, slot.start) : NULL;
    const bool is_live = found && fwl_debug_is_live(found);
    const bool is_freed = found && (is_in_state(found, STATE_FREED) ||
                                    is_in_state(found, STATE_RELEASED));
    if (!slot.segment)
        verdict = IS_ELSEWHERE;
    else if (is_live || is_freed)
        verdict = address != found->block ? IS_INSIDE : is_live ? IS_LIVE : IS_FREED;
    if (is_live || is_freed)
        *copy = *found;
    *header = found;
    fwl_os_mutex_unlock(&pool->span_lock);
    return verdict;
}

/* Says what is wrong with an address that the pool was given. */
static _Noreturn void accuse_foreign(const FwlPool *pool, const void *address, void *caller,
                                     const char *deed)
{
    FwlPool *owner = fwl_heaps_find_pool(address, false);
    if (!owner)
        fwl_debug_accuse(pool, NULL, caller, "%s of %p, which is in no pool", deed, address);
    FwlDebugHeader copy;
    FwlDebugHeader *header;
    enum Verdict verdict = IS_NOTHING;
    if (owner->config.enable_debug) {
        fwl_os_mutex_lock(&owner->debug.lock);
        verdict = judge(owner, address, &copy, &header);
        fwl_os_mutex_unlock(&owner->debug.lock);
    }
    fwl_debug_accuse(pool, verdict == IS_LIVE || verdict == IS_FREED ? &copy : NULL, caller,
                     "%s of %p through the wrong pool: it belongs to pool %s", deed, address,
                     owner->name);
}

static _Noreturn void accuse(const FwlPool *pool, enum Verdict verdict, const FwlDebugHeader *copy,
                             const void *address, void *caller, const char *deed)
{
    switch (verdict) {
    case IS_FREED:
        fwl_debug_accuse(pool, copy, caller, "%s of a block that is free already", deed);
    case IS_INSIDE:
        fwl_debug_accuse(pool, copy, caller, "%s of %p, which is not the start of a block but %td "
                         "bytes from it", deed, address, (const char *)address - copy->block);
    case IS_ELSEWHERE:
        accuse_foreign(pool, address, caller, deed);
    default:
        fwl_debug_accuse(pool, NULL, caller, "%s of %p, which is in the pool but no block: never "
                         "allocated, freed long ago, or its header was overwritten", deed, address);
    }
}

/* The header of a live block, with debug.lock held on return; any other address ends the process.
 * */
static FwlDebugHeader *lock_live(FwlPool *pool, const void *block, void *caller, const char *deed)
{
    FwlDebugHeader copy;
    FwlDebugHeader *header;
    fwl_os_mutex_lock(&pool->debug.lock);
    const enum Verdict verdict = judge(pool, block, &copy, &header);
    if (verdict == IS_LIVE)
        return header;
    fwl_os_mutex_unlock(&pool->debug.lock);
    accuse(pool, verdict, &copy, block, caller, deed);
}

FwlPool *fwl_debug_pool_of(const void *block, void *caller)
{
    FwlPool *pool = fwl_heaps_find_pool(block, false);
    if (!pool)
        fwl_debug_accuse(fwl_pool_default(), NULL, caller, "use of %p, which is in no pool", block);
    return pool;
}

/* Allocating */

/* What is before the caller's bytes in a slot of a run. */
static size_t front_size(size_t alignment)
{
    return fwl_align_up(HEADER_SIZE + FWL_ZONE_SIZE, alignment);
}

/* A slot with room for the block: of a run where one is large enough, else a frame. What is aligned
 * to more than a page is always a frame, so asking for that gets one. */
static char *alloc_slot(FwlPool *pool, size_t alignment, size_t size)
{
    const size_t page_size = pool->page_size;
    size_t total;
    if (alignment <= page_size &&
        fwl_checked_add(front_size(alignment) + FWL_ZONE_SIZE, size, &total) &&
        total <= pool->config.large_block_size)
        return fwl_pool_plain_alloc(pool, alignment, total);
    const size_t behind = pool->config.guard_frames ? 0 : FWL_ZONE_SIZE;
    if (!fwl_checked_add(size, behind, &total))
        return NULL;
    return fwl_pool_plain_alloc(pool, alignment > page_size ? alignment : 2 * page_size, total);
}

/* Where the caller's bytes are in a frame: within it, also where there are none. */
static size_t offset_in_frame(const FwlPool *pool, const FwlSpan *span, size_t alignment,
                              size_t size)
{
    if (!pool->config.guard_frames || alignment > pool->page_size)
        return 0;
    return fwl_align_down(span->size - (size > 0 ? size : 1), alignment);
}

static FwlDebugHeader make_header(FwlPool *pool, char *slot, size_t alignment, size_t size)
{
    FwlSegment *segment = fwl_segment_of(slot);
    const FwlSpan *span = fwl_span_of(segment, slot);
    const size_t offset = segment->is_frame ? offset_in_frame(pool, span, alignment, size)
                                            : front_size(alignment);
    return (FwlDebugHeader){
        .slot = slot,
        .slot_size = span->block_size,
        .tier = segment->is_frame ? FWL_TIER_FRAME : fwl_tier_of(&pool->config, span->block_size),
        .block = slot + offset,
        .size = size,
        .alignment = alignment,
        .since_ns = fwl_os_clock_ns(),
    };
}

static void poison(const FwlDebugHeader *header)
{
    memset(header->block - FWL_ZONE_SIZE, FWL_POISON,
           FWL_ZONE_SIZE + header->size + zone_behind(header));
}

void *fwl_debug_alloc(FwlPool *pool, size_t alignment, size_t size, void *caller)
{
    if (!fwl_is_power_of_two(alignment) || size > PTRDIFF_MAX)
        return NULL;
    if (alignment < pool->config.alignment)
        alignment = pool->config.alignment;
    char *slot = alloc_slot(pool, alignment, size);
    if (!slot)
        return NULL;
    FwlDebugHeader made = make_header(pool, slot, alignment, size);
    made.allocated = fwl_debug_call(caller);
    poison(&made);
    FwlDebugHeader *header = fwl_debug_header_of(fwl_segment_of(slot), slot);
    fwl_os_mutex_lock(&pool->debug.lock);
    *header = made;
    fwl_list_init(&header->link);
    set_state(header, STATE_LIVE);
    fwl_os_mutex_unlock(&pool->debug.lock);
    return made.block;
}

/* Freeing */

/* Gives a FREED slot back to the pool. */
static void release(FwlPool *pool, FwlDebugHeader *header)
{
    char *slot = header->slot;
    const enum FwlPoolTier tier = header->tier;
    fwl_os_mutex_lock(&pool->heaps_lock);
    fwl_os_mutex_lock(&pool->debug.lock);
    set_state(header, STATE_RELEASED);
    pool->debug.unreleased_size[tier] -= header->slot_size;
    pool->debug.unreleased_count[tier]--;
    fwl_os_mutex_unlock(&pool->debug.lock);
    fwl_pool_plain_free(slot);
    fwl_os_mutex_unlock(&pool->heaps_lock);
}

/* The oldest of a quarantine that holds more than keep bytes; NULL: it does not. */
static FwlDebugHeader *take_oldest(FwlPool *pool, size_t keep)
{
    FwlDebugHeader *header = NULL;
    fwl_os_mutex_lock(&pool->debug.lock);
    if (pool->debug.quarantine_size > keep) {
        header = FWL_ITEM_OF(pool->debug.quarantine.previous, FwlDebugHeader, link);
        fwl_list_remove(&header->link);
        pool->debug.quarantine_size -= header->slot_size;
    }
    fwl_os_mutex_unlock(&pool->debug.lock);
    return header;
}

static void shrink_quarantine(FwlPool *pool, size_t keep)
{
    FwlDebugHeader *header;
    while ((header = take_oldest(pool, keep)) != NULL) {
        const size_t i = find_unpoisoned(header->block, header->size);
        if (i < header->size)
            fwl_debug_accuse(pool, header, NULL, "byte %zu was written to after the free", i);
        check_zones(pool, header, NULL, "after the free");
        release(pool, header);
    }
}

/* True: the block waits there now. */
static bool put_in_quarantine(FwlPool *pool, FwlDebugHeader *header)
{
    fwl_os_mutex_lock(&pool->debug.lock);
    const bool is_taken =
        !pool->debug.is_closing && header->slot_size <= pool->debug.quarantine_max;
    if (is_taken) {
        fwl_list_push_front(&pool->debug.quarantine, &header->link);
        pool->debug.quarantine_size += header->slot_size;
    }
    fwl_os_mutex_unlock(&pool->debug.lock);
    return is_taken;
}

/* Judges the block, and makes it FREED. *before is its header until then. */
static FwlDebugHeader *end_block(FwlPool *pool, void *block, void *caller, FwlDebugHeader *before)
{
    const FwlDebugCall freed = fwl_debug_call(caller);
    FwlDebugHeader *header = lock_live(pool, block, caller, "free");
    *before = *header;
    set_state(header, STATE_FREED);
    header->freed = freed;
    pool->debug.unreleased_size[header->tier] += header->slot_size;
    pool->debug.unreleased_count[header->tier]++;
    fwl_os_mutex_unlock(&pool->debug.lock);
    return header;
}

/* The block that is being freed keeps the pool until it is released; from then on a hold does. */
static void free_here(FwlPool *pool, void *block, void *caller)
{
    FwlDebugHeader before;
    FwlDebugHeader *header = end_block(pool, block, caller, &before);
    check_zones(pool, &before, caller, "at its free");
    poison(header);
    const bool is_held = fwl_refcount_inc(&pool->refcount);
    if (!put_in_quarantine(pool, header))
        release(pool, header);
    if (!is_held)
        return;
    shrink_quarantine(pool, pool->debug.quarantine_max);
    if (pool->can_wait)
        fwl_pool_wake_waiters(pool);
    fwl_pool_unref(pool);
}

static bool is_closed(FwlPool *pool)
{
    fwl_os_mutex_lock(&pool->span_lock);
    const bool is_closed = pool->is_closed;
    fwl_os_mutex_unlock(&pool->span_lock);
    return is_closed;
}

static bool has_address(FwlPool *pool, const void *address)
{
    fwl_os_mutex_lock(&pool->span_lock);
    const bool has = fwl_span_find(pool, address).segment != NULL;
    fwl_os_mutex_unlock(&pool->span_lock);
    return has;
}

/* The debug pool to do it in; NULL: the block is of a pool without debug. Ends the process where it
 * is neither. A block may go through any pool once its own is destroyed. */
static FwlPool *choose_pool(FwlPool *pool, const void *block, void *caller, const char *deed)
{
    if (pool && pool->config.enable_debug && has_address(pool, block))
        return pool;
    const bool is_any = !pool || pool->config.enable_debug;
    FwlPool *owner = fwl_heaps_find_pool(block, !is_any);
    if (!owner && is_any)
        fwl_debug_accuse(pool ? pool : fwl_pool_default(), NULL, caller,
                         "%s of %p, which is in no pool", deed, block);
    if (owner && pool && owner != pool && !is_closed(owner))
        accuse_foreign(pool, block, caller, deed);
    return owner && owner->config.enable_debug ? owner : NULL;
}

bool fwl_debug_free(FwlPool *pool, void *block, void *caller)
{
    FwlPool *owner = choose_pool(pool, block, caller, "free");
    if (owner)
        free_here(owner, block, caller);
    return owner != NULL;
}

/* A resized block always moves, so that whoever kept the old pointer is found. */
bool fwl_debug_realloc(FwlPool *pool, void *block, size_t size, void *caller, void **moved)
{
    FwlPool *owner = choose_pool(pool, block, caller, "realloc");
    if (!owner)
        return false;
    FwlDebugHeader *header = lock_live(owner, block, caller, "realloc");
    const size_t old_size = header->size;
    const size_t alignment = header->alignment;
    const char *tag = header->tag;
    fwl_os_mutex_unlock(&owner->debug.lock);
    *moved = fwl_debug_alloc(owner, alignment, size, caller);
    if (!*moved)
        return true;
    memcpy(*moved, block, old_size < size ? old_size : size);
    fwl_debug_set_tag(owner, *moved, tag, caller);
    free_here(owner, block, caller);
    return true;
}

void fwl_debug_flush(FwlPool *pool)
{
    shrink_quarantine(pool, 0);
}

/* Inspection */

size_t fwl_debug_size(FwlPool *pool, const void *block, void *caller)
{
    const size_t size = lock_live(pool, block, caller, "usable_size")->size;
    fwl_os_mutex_unlock(&pool->debug.lock);
    return size;
}

void fwl_debug_set_tag(FwlPool *pool, void *block, const char *tag, void *caller)
{
    lock_live(pool, block, caller, "set_tag")->tag = tag;
    fwl_os_mutex_unlock(&pool->debug.lock);
}

void fwl_debug_correct(FwlPool *pool, FwlPoolStats *stats)
{
    for (size_t t = 0; t < FWL_TIER_COUNT; t++) {
        stats->tier[t].total_freed += pool->debug.unreleased_size[t];
        stats->tier[t].free_count += pool->debug.unreleased_count[t];
    }
}

/* The end */

/* A live block's header; a block that is freed meanwhile is checked there. */
static void look_at_zones(void *opaque, const FwlPoolBlock *block, const FwlDebugHeader *header)
{
    FwlDebugHeader *broken = opaque;
    (void)block;
    const size_t behind = zone_behind(header);
    if (find_unpoisoned(header->block + header->size, behind) < behind ||
        find_unpoisoned(header->block - FWL_ZONE_SIZE, FWL_ZONE_SIZE) < FWL_ZONE_SIZE)
        *broken = *header;
}

static void check_all_zones(FwlPool *pool, const char *when)
{
    FwlDebugHeader broken = {0};
    fwl_pool_walk(pool, look_at_zones, &broken);
    if (broken.block)
        check_zones(pool, &broken, NULL, when);
}

void fwl_debug_close(FwlPool *pool)
{
    fwl_os_mutex_lock(&pool->debug.lock);
    pool->debug.is_closing = true;
    fwl_os_mutex_unlock(&pool->debug.lock);
    fwl_debug_flush(pool);
    check_all_zones(pool, "at the end of its pool");
    fwl_debug_list_leaks(pool);
}

/* The default pool is never destroyed: what destroy would find is looked for when the process
 * exits. */
static __attribute__((destructor)) void check_default_pool(void)
{
    if (!fwl_heap_needs_care())
        return;
    FwlPool *pool = fwl_pool_default();
    if (!pool->config.enable_debug)
        return;
    fwl_debug_flush(pool);
    check_all_zones(pool, "at exit");
    fwl_debug_list_leaks(pool);
}
