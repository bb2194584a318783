/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the demuxer reads from. An input that can be sought in is that itself. One that cannot is
 * read as it comes; but files of MP4's family may have their index, without which nothing can be
 * read, behind the media. Their boxes tell, at the beginning:
 *
 *     | size, "ftyp" | ... | size, "free" | ... | size, "moov" ...    the index is first: streamed
 *     | size, "ftyp" | ... | size, "mdat" | ...                       media first: kept whole
 *
 * Animations (GIF, PNG) are kept whole, too: libavformat wants to know how long they are.
 *
 * What is kept lies in the call's pool and counts as I/O. What was read in order to look is given
 * to the demuxer first.
 *
 * Demuxers go back a little now and then, as far as libavformat's buffer reaches, which is as far
 * as the last read: so reads are whole where the stream gives only pieces.
 */
#include <string.h>

#include <libavutil/intreadwrite.h>

#include "framewell/mem.h"
#include "transcode_job.h"

enum {
    BOX_SIZE = 8,       /* a size of 4 bytes and a name; */
    LONG_BOX_SIZE = 16, /* with a size of 8 bytes behind them where that is 1 */
    HEAD_SIZE = 4096,   /* how far is looked */
};

struct FwlSource {
    FwlIO *in;       /* the caller's */
    FwlIO *io;       /* what is read: in itself, or one of these */
    FwlIO *replayed; /* the head, then in */
    FwlIO *kept;     /* all of it, in memory */
    size_t head_size, head_at;
    uint8_t head[HEAD_SIZE];
};

/* Looking */

/* Reads on until the head has size bytes; fewer at the end. Fails: as fwl_io_read. */
static int read_head(FwlSource *source, size_t size)
{
    if (size > HEAD_SIZE)
        size = HEAD_SIZE;
    if (size <= source->head_size)
        return 0;
    const int64_t count =
        fwl_io_read_full(source->in, source->head + source->head_size, size - source->head_size);
    if (count < 0)
        return count == FWL_E_EOF ? 0 : (int)count;
    source->head_size += (size_t)count;
    return 0;
}

static bool is_box(const uint8_t *at, const char *const *names)
{
    for (; *names; names++) {
        if (memcmp(at + 4, *names, 4) == 0)
            return true;
    }
    return false;
}

/* The size of a box, 0 where it cannot be said or goes to the end. */
static uint64_t box_size(const uint8_t *at)
{
    const uint64_t size = AV_RB32(at);
    return size == 1 ? AV_RB64(at + BOX_SIZE) : size;
}

static bool is_animation(const FwlSource *source)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G'};
    return memcmp(source->head, "GIF8", 4) == 0 || memcmp(source->head, png, sizeof png) == 0;
}

/* Says whether the stream has to be kept. */
static int look(FwlSource *source, bool *is_to_be_kept)
{
    static const char *const first[] = {"ftyp", "free", "skip", "wide", "pnot", "mdat", NULL};
    static const char *const media[] = {"mdat", NULL};
    static const char *const skipped[] = {"ftyp", "free", "skip", "wide", "pnot", "uuid", NULL};
    *is_to_be_kept = false;
    const char *const *expected = first;
    for (uint64_t at = 0; at + LONG_BOX_SIZE <= HEAD_SIZE; expected = skipped) {
        const int err = read_head(source, (size_t)at + LONG_BOX_SIZE);
        if (err < 0)
            return err;
        const uint8_t *box = source->head + at;
        if (source->head_size < at + LONG_BOX_SIZE)
            return 0;
        *is_to_be_kept = is_box(box, media) || (at == 0 && is_animation(source));
        const uint64_t size = box_size(box);
        if (*is_to_be_kept || !is_box(box, expected) || size < BOX_SIZE || size > HEAD_SIZE)
            return 0;
        at += size;
    }
    return 0;
}

/* Reading what was looked at, then the rest */

static int64_t read_again(void *opaque, uint8_t *data, size_t size)
{
    FwlSource *source = opaque;
    const size_t left = source->head_size - source->head_at;
    const size_t again = left < size ? left : size;
    memcpy(data, source->head + source->head_at, again);
    source->head_at += again;
    if (again == size)
        return (int64_t)size;
    const int64_t count = fwl_io_read_full(source->in, data + again, size - again);
    if (count < 0)
        return again > 0 ? (int64_t)again : count;
    return (int64_t)again + count;
}

/* All of it, in memory that can be sought in. */
static int keep(FwlJob *job, FwlSource *source)
{
    int err = fwl_io_open_writer(&source->kept, job->memory.pool, SIZE_MAX);
    if (err == 0) {
        const int64_t count = fwl_io_copy(source->kept, source->replayed, INT64_MAX);
        err = count < 0 ? (int)count : 0;
    }
    if (err == 0)
        err = (int)fwl_io_seek(source->kept, 0, FWL_IO_SET);
    source->io = source->kept;
    return err;
}

static int fail_open(FwlJob *job, int err)
{
    if (fwl_io_error(job->in) < 0)
        return fwl_job_fail(job, FWL_SIDE_INPUT, err, "the input cannot be read: %s",
                            fwl_status_text(err));
    if (job->options->max_memory > 0 && err == FWL_E_NOMEM)
        return fwl_job_fail(
            job, FWL_SIDE_MEMORY, FWL_E_LIMIT,
            "this input has to be sought in, and cannot: it is too large to be kept "
            "within a budget of %.1f MiB",
            (double)job->options->max_memory / (1 << 20));
    return err == FWL_E_NOMEM ? fwl_job_fail_nomem(job)
                              : fwl_job_fail(job, FWL_SIDE_INPUT, err, "%s", fwl_status_text(err));
}

static int open_stream(FwlJob *job, FwlSource *source)
{
    static const FwlIOCallbacks callbacks = {.read = read_again};
    bool is_to_be_kept;
    int err = look(source, &is_to_be_kept);
    if (err == 0)
        err = fwl_io_open_callbacks(&source->replayed, &callbacks, source);
    source->io = source->replayed;
    if (err == 0 && is_to_be_kept)
        err = keep(job, source);
    return err;
}

int fwl_source_open(FwlJob *job)
{
    FwlSource *source = job->source = fwl_mallocz(sizeof *source);
    if (!source)
        return fwl_job_fail_nomem(job);
    source->in = source->io = job->in;
    if (fwl_io_is_seekable(job->in))
        return 0;
    const int err = open_stream(job, source);
    return err < 0 ? fail_open(job, err) : 0;
}

FwlIO *fwl_source_io(const FwlJob *job)
{
    return job->source->io;
}

/* By the name of a single picture libavformat takes a demuxer that has to know the size of it. */
const char *fwl_source_name(const FwlJob *job)
{
    const char *name = job->options->input_name;
    const AVOutputFormat *guess = name ? av_guess_format(NULL, name, NULL) : NULL;
    const bool is_picture = guess && strcmp(guess->name, "image2") == 0;
    return is_picture && !fwl_io_is_seekable(job->in) ? NULL : name;
}

void fwl_source_close(FwlJob *job)
{
    if (!job->source)
        return;
    fwl_io_close(&job->source->kept);
    fwl_io_close(&job->source->replayed);
    fwl_freep(&job->source);
}
