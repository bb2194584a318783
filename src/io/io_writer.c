/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory writer: bytes in segments, each a block of the pool.
 *
 *     segments   [ 0: data, start 0 ][ 1: data, start s1 ][ 2: data, start s2 ]
 *     bytes      |<---- written ------------------->|<-- room ------>|
 *                0                                size            capacity
 *
 *     start[0] == 0, start[i + 1] == start[i] + length[i], capacity == the last start + length
 *     size <= capacity, size <= max_size; the position may be anywhere
 *
 * Growing. Up to SINGLE_MAX bytes there is one segment, which doubles by realloc: small outputs are
 * taken without a copy, and doubling moves no byte more than twice on average. From there on, each
 * new segment adds a quarter of what there is, rounded down to a power of two, so that at most a
 * quarter is room, up to SEGMENT_MAX. One write that needs more gets it in one segment. Sizes are
 * what the pool's block really has, so nothing of a size class is left unused.
 *
 * Finding a place is a binary search over the starts, after a look at the segment used last and the
 * one behind it, which is where all but seeks go.
 */
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/buffer.h"
#include "framewell/mem.h"
#include "framewell/pool.h"
#include "io/io_kind.h"

enum {
    FIRST_SIZE = 4 << 10,  /* block of the first segment: a page, most subtitles and thumbnails */
    SINGLE_MAX = 1 << 20,  /* the large tier's end: beyond, moving a block costs page faults */
    SEGMENT_MAX = 4 << 20, /* two huge pages */
    ROOM_SHARE = 4,        /* a new segment is at most this part of what there is */
    FIRST_SEGMENT_COUNT = 8,
    PADDING = FWL_INPUT_BUFFER_PADDING_SIZE, /* kept free behind the first segment, for take */
};

typedef struct Segment {
    uint8_t *data;
    size_t start;
    size_t length;
} Segment;

typedef struct WriterIO {
    FwlIO io;
    FwlPool *pool;
    size_t max_size;
    size_t size;
    size_t capacity;
    Segment *segments;
    size_t count;
    size_t count_max; /* that segments has room for */
    size_t last_used;
} WriterIO;

/* Finding */

static bool is_within(const Segment *segment, size_t position)
{
    return position >= segment->start && position - segment->start < segment->length;
}

/* position < capacity. start[low] <= position < start[high] throughout. */
static size_t search(const WriterIO *writer, size_t position)
{
    size_t low = 0;
    size_t high = writer->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (writer->segments[middle].start <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static const Segment *find(WriterIO *writer, size_t position)
{
    const size_t last = writer->last_used;
    if (last < writer->count && is_within(&writer->segments[last], position))
        return &writer->segments[last];
    if (last + 1 < writer->count && is_within(&writer->segments[last + 1], position))
        writer->last_used = last + 1;
    else
        writer->last_used = search(writer, position);
    return &writer->segments[writer->last_used];
}

/* Growing */

static int reserve_segment(WriterIO *writer)
{
    if (writer->count < writer->count_max)
        return 0;
    const size_t count = writer->count_max ? writer->count_max * 2 : FIRST_SEGMENT_COUNT;
    Segment *segments = fwl_realloc_array(writer->segments, count, sizeof *segments);
    if (!segments)
        return FWL_E_NOMEM;
    writer->segments = segments;
    writer->count_max = count;
    return 0;
}

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

static size_t at_least(size_t value, size_t limit)
{
    return value > limit ? value : limit;
}

/* Makes the only segment, or the first, so large that end bytes fit. */
static int grow_first(WriterIO *writer, size_t end)
{
    if (reserve_segment(writer) < 0)
        return FWL_E_NOMEM;
    size_t length = at_least(at_most(writer->capacity * 2, SINGLE_MAX), FIRST_SIZE) - PADDING;
    length = at_least(at_most(length, writer->max_size), end);
    size_t block_size;
    if (!fwl_checked_add(length, PADDING, &block_size))
        return FWL_E_NOMEM;
    uint8_t *old = writer->count > 0 ? writer->segments[0].data : NULL;
    uint8_t *data = fwl_pool_realloc(writer->pool, old, block_size);
    if (!data)
        return FWL_E_NOMEM;
    const size_t usable = fwl_pool_usable_size(data) - PADDING;
    writer->segments[0] = (Segment){.data = data, .start = 0, .length = usable};
    writer->count = 1;
    writer->capacity = usable;
    return 0;
}

static int add_segment(WriterIO *writer, size_t end)
{
    if (reserve_segment(writer) < 0)
        return FWL_E_NOMEM;
    const size_t share = (size_t)1 << fwl_log2_floor(writer->capacity / ROOM_SHARE);
    const size_t length = at_most(share, at_most(SEGMENT_MAX, writer->max_size - writer->capacity));
    uint8_t *data = fwl_pool_alloc(writer->pool, at_least(length, end - writer->capacity));
    if (!data)
        return FWL_E_NOMEM;
    Segment *segment = &writer->segments[writer->count++];
    *segment = (Segment){
        .data = data,
        .start = writer->capacity,
        .length = fwl_pool_usable_size(data),
    };
    writer->capacity += segment->length;
    return 0;
}

/* Makes room up to end: all of it, or nothing has changed. */
static int grow(WriterIO *writer, size_t end)
{
    if (end > writer->max_size)
        return FWL_E_LIMIT;
    if (end <= writer->capacity)
        return 0;
    const bool is_small = writer->count == 1 && end <= SINGLE_MAX - PADDING;
    return writer->count == 0 || is_small ? grow_first(writer, end) : add_segment(writer, end);
}

/* The kind */

static int64_t writer_span(FwlIO *io, const uint8_t **data)
{
    WriterIO *writer = (WriterIO *)io;
    *data = NULL;
    if ((uint64_t)io->position >= writer->size)
        return 0;
    const size_t position = (size_t)io->position;
    const Segment *segment = find(writer, position);
    const size_t offset = position - segment->start;
    *data = segment->data + offset;
    return (int64_t)at_most(segment->length - offset, writer->size - position);
}

static int64_t writer_space(FwlIO *io, size_t wanted, uint8_t **data)
{
    WriterIO *writer = (WriterIO *)io;
    size_t end;
    if ((uint64_t)io->position > SIZE_MAX || !fwl_checked_add((size_t)io->position, wanted, &end))
        return FWL_E_LIMIT;
    const size_t position = (size_t)io->position;
    const int err = wanted > 0 ? grow(writer, end) : 0;
    if (err < 0)
        return err;
    const size_t limit = at_most(writer->capacity, writer->max_size);
    if (position >= limit)
        return 0;
    const Segment *segment = find(writer, position);
    const size_t offset = position - segment->start;
    *data = segment->data + offset;
    return (int64_t)at_most(segment->length - offset, limit - position);
}

/* start <= end <= capacity */
static void zero(WriterIO *writer, size_t start, size_t end)
{
    while (start < end) {
        const Segment *segment = find(writer, start);
        const size_t offset = start - segment->start;
        const size_t count = at_most(segment->length - offset, end - start);
        memset(segment->data + offset, 0, count);
        start += count;
    }
}

static void writer_fill(FwlIO *io, size_t count)
{
    WriterIO *writer = (WriterIO *)io;
    const size_t position = (size_t)io->position;
    zero(writer, writer->size, position);
    writer->size = at_least(writer->size, position + count);
}

/* Anywhere: a place beyond the end is a gap as soon as something is written there. */
static int64_t writer_seek(FwlIO *io, int64_t target)
{
    (void)io;
    (void)target;
    return 0;
}

static int64_t writer_size(FwlIO *io)
{
    const WriterIO *writer = (const WriterIO *)io;
    return (int64_t)writer->size;
}

static void free_block(void *opaque, uint8_t *data)
{
    fwl_pool_free(opaque, data);
}

/* The only segment's block itself becomes the buffer. */
static FwlBufferRef *wrap_segment(WriterIO *writer)
{
    const Segment *segment = &writer->segments[0];
    FwlBufferRef *ref = fwl_buffer_create(segment->data, writer->size, free_block, writer->pool, 0);
    if (!ref)
        return NULL;
    memset(segment->data + writer->size, 0, PADDING);
    writer->count = 0;
    return ref;
}

/* Each segment goes as soon as it is copied. */
static FwlBufferRef *join_segments(WriterIO *writer)
{
    size_t padded;
    if (!fwl_checked_add(writer->size, PADDING, &padded))
        return NULL;
    FwlBufferRef *ref = fwl_buffer_alloc2(writer->pool, padded);
    if (!ref)
        return NULL;
    for (size_t i = 0; i < writer->count; i++) {
        const Segment *segment = &writer->segments[i];
        if (segment->start < writer->size)
            memcpy(ref->data + segment->start, segment->data,
                   at_most(segment->length, writer->size - segment->start));
        fwl_pool_free(writer->pool, segment->data);
    }
    writer->count = 0;
    memset(ref->data + writer->size, 0, PADDING);
    ref->size = writer->size;
    return ref;
}

static int writer_take(FwlIO *io, FwlBufferRef **buf)
{
    WriterIO *writer = (WriterIO *)io;
    *buf = writer->count == 1 ? wrap_segment(writer) : join_segments(writer);
    if (!*buf)
        return FWL_E_NOMEM;
    writer->size = 0;
    writer->capacity = 0;
    writer->last_used = 0;
    return 0;
}

static int writer_close(FwlIO *io)
{
    WriterIO *writer = (WriterIO *)io;
    for (size_t i = 0; i < writer->count; i++)
        fwl_pool_free(writer->pool, writer->segments[i].data);
    fwl_free(writer->segments);
    return 0;
}

static const FwlIOKind writer_kind = {
    .span = writer_span,
    .space = writer_space,
    .fill = writer_fill,
    .seek = writer_seek,
    .size = writer_size,
    .take = writer_take,
    .close = writer_close,
};

int fwl_io_open_writer(FwlIO **io, FwlPool *pool, size_t max_size)
{
    if (!io)
        return FWL_E_INVALID;
    *io = NULL;
    WriterIO *writer = fwl_io_new(&writer_kind, sizeof *writer);
    if (!writer)
        return FWL_E_NOMEM;
    writer->pool = pool;
    writer->max_size = max_size < PTRDIFF_MAX ? max_size : PTRDIFF_MAX;
    writer->io.can_read = true;
    writer->io.can_write = true;
    writer->io.can_seek = true;
    *io = &writer->io;
    return 0;
}
