/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory I/O: one set of calls for reading and writing, whatever is behind.
 *
 * A FwlIO is a position in a stream of bytes, and the bytes: memory of the caller's, a refcounted
 * buffer, a memory writer that grows, a file, a mapped file, one end of a ring between two threads,
 * or callbacks of the program.
 *
 *     FwlIO *io;
 *     int err = fwl_io_open_writer(&io, NULL, SIZE_MAX);
 *     if (err < 0)
 *         return err;
 *     FwlBufferRef *bytes = NULL;
 *     int64_t result = fwl_io_write(io, "hello", 5);
 *     if (result >= 0)
 *         result = fwl_io_take(io, &bytes);
 *     fwl_io_close(&io);
 *     ...
 *     fwl_buffer_unref(&bytes);
 *
 * Threads: one FwlIO is for one thread at a time; only fwl_io_abort may be called meanwhile. The
 * two ends of a ring are two FwlIOs.
 */
#ifndef FRAMEWELL_IO_H
#define FRAMEWELL_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "framewell/buffer.h"
#include "framewell/pool.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

typedef struct FwlIO FwlIO;

/* Where fwl_io_seek counts from; the numbers of SEEK_SET, SEEK_CUR and SEEK_END. */
enum FwlIOWhence { FWL_IO_SET = 0, FWL_IO_CURRENT = 1, FWL_IO_END = 2 };

/* How fwl_io_open_file opens: one of READ and WRITE, or both. */
enum FwlIOFlags {
    FWL_IO_READ = 1 << 0,
    FWL_IO_WRITE = 1 << 1,
    FWL_IO_CREATE = 1 << 2, /* with WRITE: make the file where it is missing, empty it where not */
    FWL_IO_EXCLUSIVE = 1 << 3, /* with CREATE: FWL_E_BUSY where the file exists */
};

/*
 * A stream of the program's own. Missing (NULL) callbacks mean that the stream cannot do that.
 *
 * read: up to size bytes to data; > 0 is how many, 0 (or FWL_E_EOF) the end of the stream, negative
 * an error. Short reads are normal; a result above size is taken for FWL_E_DATA. write: the same
 * the other way, and 0 is FWL_E_IO. seek: moves to an absolute position and gives it; any other
 * position is FWL_E_DATA. size: the length in bytes. flush, close: may be missing although the
 * stream is written. A negative result that is no int is taken for FWL_E_IO; every other one is
 * handed on as it is.
 */
typedef struct FwlIOCallbacks {
    int64_t (*read)(void *opaque, uint8_t *data, size_t size);
    int64_t (*write)(void *opaque, const uint8_t *data, size_t size);
    int64_t (*seek)(void *opaque, int64_t position);
    int64_t (*size)(void *opaque);
    int (*flush)(void *opaque);
    void (*close)(void *opaque);
} FwlIOCallbacks;

/*
 * Lifetime. Each open gives *io to the caller, who ends it with fwl_io_close; on failure *io is
 * NULL. All fail with FWL_E_NOMEM, and with FWL_E_INVALID for NULL arguments.
 *
 * cause (may be NULL) gets the system's error number where the system is what failed (ENOENT,
 * EACCES, ... for strerror), else 0; errno itself is left alone.
 */

/* Reads size bytes of memory; data may be NULL for none. Owner: keeps data borrowed until closed.
 */
FWL_API int fwl_io_open_memory(FwlIO **io, const uint8_t *data, size_t size);

/* Reads what buf refers to, holding a reference of its own. */
FWL_API int fwl_io_open_buffer(FwlIO **io, const FwlBufferRef *buf);

/*
 * Writes memory that grows, in segments from pool (NULL: the default pool), up to max_size bytes
 * (SIZE_MAX: no limit). What was written can be read, sought in and overwritten; a gap made by
 * seeking beyond the end and writing there reads as 0.
 *
 * Owner: keeps pool borrowed until closed.
 * Cost: memory for at most a quarter more than was written (twice as much up to 1 MiB), and never
 * for more than 4 MiB more; one place is found in the logarithm of the number of segments.
 */
FWL_API int fwl_io_open_writer(FwlIO **io, FwlPool *pool, size_t max_size);

/*
 * Opens a file; flags are of FwlIOFlags. Small reads and writes go through a buffer of 32 KiB,
 * large ones straight to the system.
 *
 * Fails: FWL_E_BUSY for an existing file with FWL_IO_EXCLUSIVE; FWL_E_IO for what else the system
 * refuses, a directory too; cause says why. FWL_E_INVALID for flags that make no sense together.
 */
FWL_API int fwl_io_open_file(FwlIO **io, const char *path, int flags, int *cause);

/*
 * The same for a file, pipe, terminal or socket that is open already, from where it stands: its
 * place then is position 0. flags is FWL_IO_READ, FWL_IO_WRITE or both. It can seek where the
 * descriptor can, and was not opened for appending.
 *
 * Owner: borrows the descriptor until closed, and leaves it open then.
 * Fails: FWL_E_IO; cause says why.
 */
FWL_API int fwl_io_open_descriptor(FwlIO **io, int descriptor, int flags, int *cause);

/*
 * Reads a file through a mapping of its pages. A file that shrinks while it is mapped ends the
 * process (SIGBUS): for files that others may cut, use fwl_io_open_file.
 *
 * Fails: FWL_E_IO; FWL_E_UNSUPPORTED for what cannot be mapped (a pipe, a directory); cause says
 * why.
 */
FWL_API int fwl_io_open_mapped(FwlIO **io, const char *path, int *cause);

/*
 * Two ends of a ring of capacity bytes from pool (NULL: the default pool): what one thread writes
 * to *writer, another reads from *reader, in order. A write waits while the ring is full, a read
 * while it is empty. Once the writer is closed, the reader gets what is left, then FWL_E_EOF; once
 * the reader is closed, writes fail with FWL_E_ABORTED.
 *
 * Owner: each end is closed on its own, in any order; the second one frees the ring.
 * Fails: also FWL_E_INVALID for a capacity of 0. Both ends are NULL then.
 */
FWL_API int fwl_io_open_ring(FwlIO **reader, FwlIO **writer, FwlPool *pool, size_t capacity);

/* A stream of the program's own; the callbacks are copied. Where opening fails, close is not
 * called. */
FWL_API int fwl_io_open_callbacks(FwlIO **io, const FwlIOCallbacks *callbacks, void *opaque);

/*
 * Flushes and ends a stream; accepts NULL and a pointer to NULL, leaves NULL.
 *
 * Fails: the first error met in doing so, so that a full disk is noticed; the stream is gone all
 * the same. Whoever wants the cause of it calls fwl_io_flush and fwl_io_cause before.
 */
FWL_API int fwl_io_close(FwlIO **io);

/* The work. FWL_E_INVALID for NULL arguments; where a size is 0, data may be NULL. */

/*
 * Reads up to size bytes at the position and moves it. Returns how many, which may be fewer than
 * asked; FWL_E_EOF at the end; 0 only for a size of 0.
 *
 * Fails: FWL_E_UNSUPPORTED for a stream that cannot be read; FWL_E_IO; a callback's own code; for a
 * ring FWL_E_TIMEOUT, FWL_E_AGAIN, FWL_E_ABORTED.
 */
FWL_API int64_t fwl_io_read(FwlIO *io, void *data, size_t size);

/*
 * Reads until size bytes are there or the stream ends: fewer only at the end; FWL_E_EOF for none.
 *
 * Fails: as fwl_io_read; the position tells how many bytes came before.
 */
FWL_API int64_t fwl_io_read_full(FwlIO *io, void *data, size_t size);

/*
 * Gives the address of the next bytes without copying, as many as lie together in memory, and moves
 * the position behind them; valid until the next call with io. FWL_E_EOF at the end. In a ring
 * these bytes keep their room until that next call.
 *
 * Fails: FWL_E_UNSUPPORTED for streams that are not memory (a file, callbacks); as fwl_io_read.
 */
FWL_API int64_t fwl_io_read_span(FwlIO *io, const uint8_t **data);

/*
 * Reads all that is left into one new buffer from pool (NULL: the default pool), of at most max
 * bytes. Behind them are FWL_INPUT_BUFFER_PADDING_SIZE zero bytes, so that they may be a packet.
 *
 * Owner: gives *buf, of 0 bytes where nothing was left.
 * Fails: FWL_E_LIMIT where more than max bytes are left; FWL_E_NOMEM; as fwl_io_read. *buf is NULL.
 * Cost: one allocation and no copy where the length is known (a file); else the bytes are held
 * twice for a moment at the end, when they came to more than 1 MiB.
 */
FWL_API int fwl_io_read_all(FwlIO *io, FwlPool *pool, size_t max, FwlBufferRef **buf);

/*
 * Writes all size bytes at the position and moves it. Returns size.
 *
 * Fails: FWL_E_LIMIT beyond the writer's max_size, FWL_E_NOMEM: then nothing was written. FWL_E_IO,
 * a callback's own code, for a ring FWL_E_TIMEOUT, FWL_E_AGAIN, FWL_E_ABORTED: then the position
 * tells how much was. FWL_E_UNSUPPORTED for a stream that cannot be written; FWL_E_RANGE for an end
 * that is no position.
 */
FWL_API int64_t fwl_io_write(FwlIO *io, const void *data, size_t size);

/*
 * Moves up to max bytes (INT64_MAX: all that is left) from src to dst, each at its position.
 * Returns how many: fewer than max only where src has ended.
 *
 * Fails: as fwl_io_read of src and fwl_io_write of dst; fwl_io_error tells which of the two it was,
 * their positions how far it came. Bytes that were read and could not be written are lost only
 * where src is no memory and cannot seek.
 * Cost: no copy between the two where one of them is memory.
 */
FWL_API int64_t fwl_io_copy(FwlIO *dst, FwlIO *src, int64_t max);

/*
 * Moves the position and gives the new one. A memory writer, and a file that is written, may be
 * moved beyond the end; the gap appears, and reads as 0, once something is written there.
 *
 * Fails: FWL_E_UNSUPPORTED for a stream that cannot seek; FWL_E_INVALID for a place before 0 or
 * beyond the end; a callback's own code. The position is then where it was.
 */
FWL_API int64_t fwl_io_seek(FwlIO *io, int64_t offset, enum FwlIOWhence whence);

/* Hands what was written on to the system below; nothing for a stream that is only read. Fails:
 * FWL_E_IO, a callback's own code; what could not be written is kept for the next attempt. */
FWL_API int fwl_io_flush(FwlIO *io);

/*
 * Gives all that a memory writer holds as one buffer, and leaves the writer empty at position 0.
 * Behind the bytes are FWL_INPUT_BUFFER_PADDING_SIZE zero bytes.
 *
 * Fails: FWL_E_UNSUPPORTED for what is no memory writer; FWL_E_NOMEM, the writer is untouched.
 * Cost: no copy where the bytes lie in one segment, as up to 1 MiB do, and what came in one write
 * or from a file by fwl_io_copy; else one copy, and both are held for that moment. To pass a large
 * output on without one, read its spans, or fwl_io_copy it.
 */
FWL_API int fwl_io_take(FwlIO *io, FwlBufferRef **buf);

/* Waiting */

/*
 * Sets how long one wait at this end of a ring may take: after timeout_ms without a byte moved the
 * call fails with FWL_E_TIMEOUT, with 0 at once with FWL_E_AGAIN. FWL_WAIT_FOREVER at the start.
 *
 * Fails: FWL_E_UNSUPPORTED for what is no end of a ring.
 */
FWL_API int fwl_io_set_timeout(FwlIO *io, uint32_t timeout_ms);

/*
 * Stops a ring: from now on reads and writes at both ends fail with status, those that wait too,
 * and what is in the ring is lost. The first abort counts. status is negative: FWL_E_ABORTED, or
 * the code of what went wrong on this side, for the other side to report.
 *
 * Fails: FWL_E_UNSUPPORTED for what is no end of a ring; FWL_E_INVALID for a status that is 0 or
 * above, or FWL_E_EOF.
 * Threads: any thread, while another uses io; but not while another closes it.
 */
FWL_API int fwl_io_abort(FwlIO *io, int status);

/* Inspection */

/* The position, in bytes from the start. */
FWL_API int64_t fwl_io_tell(const FwlIO *io);

/* The length in bytes. Fails: FWL_E_UNSUPPORTED where it is not known. */
FWL_API int64_t fwl_io_size(FwlIO *io);

/* True once a read has met the end; a seek clears it, and so does a read that finds more. */
FWL_API bool fwl_io_eof(const FwlIO *io);

/* The first error since the stream was opened, 0 for none. The end of the stream, misuse
 * (FWL_E_INVALID, FWL_E_UNSUPPORTED) and waits (FWL_E_AGAIN, FWL_E_TIMEOUT) are none. */
FWL_API int fwl_io_error(const FwlIO *io);

/* The system's error number (for strerror) of the last system call that failed for this stream, 0
 * for none: what is behind an FWL_E_IO. */
FWL_API int fwl_io_cause(const FwlIO *io);

/* True where fwl_io_seek works. */
FWL_API bool fwl_io_is_seekable(const FwlIO *io);

#ifdef __cplusplus
}
#endif

#endif
