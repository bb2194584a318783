/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refcounted buffers: bytes with more than one owner.
 *
 * Two objects. FwlBuffer is the memory with its count and the way to free it; nobody handles it
 * directly. FwlBufferRef is one holder's claim on it: a plain struct whose data and size say which
 * bytes the holder sees. Each holder owns its reference and ends it with fwl_buffer_unref; the
 * memory goes with the last one.
 *
 * A buffer is writable while it has exactly one reference and was not made read-only. Whoever wants
 * to write asks fwl_buffer_is_writable, or lets fwl_buffer_make_writable take a copy where needed.
 *
 *     FwlBufferRef *mine = fwl_buffer_alloc(4096);
 *     FwlBufferRef *yours = fwl_buffer_ref(mine);
 *     // two holders of the same 4096 bytes: neither may write
 *     fwl_buffer_unref(&yours);
 *     memset(mine->data, 0, mine->size);
 *     fwl_buffer_unref(&mine);
 *
 * Names, parameters and results are those of libavutil/buffer.h.
 *
 * Threads: the count is atomic: any thread may ref and unref its own references of one buffer. One
 * FwlBufferRef is not to be used from two threads at once.
 */
#ifndef FRAMEWELL_BUFFER_H
#define FRAMEWELL_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/pool.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types */

typedef struct FwlBuffer FwlBuffer;
typedef struct FwlBufferPool FwlBufferPool;

/* One claim on a buffer. data and size may be narrowed by the holder; buffer is the library's. */
typedef struct FwlBufferRef {
    FwlBuffer *buffer;
    uint8_t *data;
    size_t size;
} FwlBufferRef;

/* What fwl_buffer_wrap needs to know of memory that another library counts holders of, too. */
typedef struct FwlBufferOwner {
    void (*release)(void *opaque, uint8_t *data); /* called once, when the last reference goes */
    int (*is_writable)(void *opaque); /* 1 while nobody but this buffer has a claim there */
} FwlBufferOwner;

/* fwl_buffer_create: the buffer is never writable. */
#define FWL_BUFFER_FLAG_READONLY (1 << 0)

/* Lifetime. Fails: NULL when the memory or its budget is used up. */

/* A buffer of size bytes from the default pool, contents undefined, and its first reference. */
FWL_API FwlBufferRef *fwl_buffer_alloc(size_t size);

/* The same, all bytes 0. */
FWL_API FwlBufferRef *fwl_buffer_allocz(size_t size);

/* The same as fwl_buffer_alloc from a pool of the caller's; NULL is the default pool. The data is
 * aligned to the pool's alignment; header, first reference and data are one block. */
FWL_API FwlBufferRef *fwl_buffer_alloc2(FwlPool *pool, size_t size);

/*
 * Wraps memory of the caller's: free_cb(opaque, data) is called once, when the last reference goes;
 * NULL means fwl_buffer_default_free. flags is 0 or FWL_BUFFER_FLAG_READONLY.
 *
 * Owner: takes data on success; on failure it is still the caller's.
 */
FWL_API FwlBufferRef *fwl_buffer_create(uint8_t *data, size_t size,
                                        void (*free_cb)(void *opaque, uint8_t *data), void *opaque,
                                        int flags);

/*
 * Wraps memory that another library counts holders of, too, one of which this buffer then is:
 * writable where it has one reference and owner->is_writable(opaque) agrees. The bridge onto FFmpeg
 * wraps an AVBuffer so.
 *
 * Owner: takes that claim on success; keeps owner borrowed until the last reference goes.
 */
FWL_API FwlBufferRef *fwl_buffer_wrap(uint8_t *data, size_t size, const FwlBufferOwner *owner,
                                      void *opaque);

/* Frees data with fwl_free; opaque is not used. */
FWL_API void fwl_buffer_default_free(void *opaque, uint8_t *data);

/* A further reference to the same bytes. Cost: one atomic step for the second reference that there
 * is, which lies in the buffer as the first does; a small block for each beyond. Fails: NULL also
 * when the count is at its maximum. */
FWL_API FwlBufferRef *fwl_buffer_ref(const FwlBufferRef *buf);

/*
 * A further reference to size bytes that begin offset bytes into those of buf.
 *
 * Fails: NULL also where these bytes are not all within buf.
 */
FWL_API FwlBufferRef *fwl_buffer_slice(const FwlBufferRef *buf, size_t offset, size_t size);

/* Ends a reference and leaves NULL; accepts NULL and a pointer to NULL. */
FWL_API void fwl_buffer_unref(FwlBufferRef **buf);

/* The work */

/* 1 while the caller may write to the data: its reference is the only one, and not read-only. */
FWL_API int fwl_buffer_is_writable(const FwlBufferRef *buf);

/*
 * Makes *buf writable: does nothing where it is, else replaces it by a copy.
 *
 * Fails: FWL_E_NOMEM; *buf is untouched.
 */
FWL_API int fwl_buffer_make_writable(FwlBufferRef **buf);

/*
 * Makes the data size bytes large, keeping contents; in place for a buffer that came from
 * fwl_buffer_realloc and is writable, else by a copy. A NULL *buf becomes a new buffer.
 *
 * Fails: FWL_E_NOMEM; *buf is untouched.
 */
FWL_API int fwl_buffer_realloc(FwlBufferRef **buf, size_t size);

/*
 * Makes *dst a reference to what src refers to (NULL: nothing), ending what it was.
 *
 * Fails: FWL_E_NOMEM; *dst is untouched.
 */
FWL_API int fwl_buffer_replace(FwlBufferRef **dst, const FwlBufferRef *src);

/* Pools of equal buffers: what is released comes back to the pool and is handed out again. */

/*
 * A pool of buffers of size bytes, made by alloc(size); NULL means fwl_buffer_alloc. What alloc
 * makes is the pool's alone: not a buffer of fwl_buffer_wrap.
 *
 * Owner: the caller, who ends it with fwl_buffer_pool_uninit.
 */
FWL_API FwlBufferPool *fwl_buffer_pool_init(size_t size, FwlBufferRef *(*alloc)(size_t size));

/* The same with callbacks that get opaque: alloc makes a buffer, pool_free (may be NULL) is called
 * once, when pool and all its buffers are gone. */
FWL_API FwlBufferPool *fwl_buffer_pool_init2(size_t size, void *opaque,
                                             FwlBufferRef *(*alloc)(void *opaque, size_t size),
                                             void (*pool_free)(void *opaque));

/*
 * A buffer from the pool, an idle one where there is one: the one that this thread released last.
 * Cost: no lock, and no allocation where one is idle. Threads that get at the same time may each
 * make one, up to eight, rather than wait for one that is on its way.
 */
FWL_API FwlBufferRef *fwl_buffer_pool_get(FwlBufferPool *pool);

/* Ends a pool and leaves NULL; buffers that are out stay valid, the last one takes the pool. */
FWL_API void fwl_buffer_pool_uninit(FwlBufferPool **pool);

/* Inspection */

/* The opaque of fwl_buffer_create and fwl_buffer_wrap; NULL for a buffer that was made
 * otherwise. */
FWL_API void *fwl_buffer_get_opaque(const FwlBufferRef *buf);

/* The owner of fwl_buffer_wrap, by which whoever wrapped a buffer knows it again; NULL for a buffer
 * that was made otherwise. */
FWL_API const FwlBufferOwner *fwl_buffer_get_owner(const FwlBufferRef *buf);

/* How many references the buffer has right now; other threads may change it at once. */
FWL_API int fwl_buffer_get_ref_count(const FwlBufferRef *buf);

/* One reference to a traced buffer, as fwl_buffer_visit_refs shows it. Everything is borrowed until
 * the callback returns. */
typedef struct FwlBufferHolder {
    const FwlBufferRef *ref;
    const char *label;  /* what holds it, as it was when it took it: "frame 1920x1080 yuv420p, pts
                           3003", "packet of 4096 bytes, stream 1, pts 512"; "" for neither */
    const char *place;  /* where it was taken, "player.c:210"; "player+0x1a2b" where the program has
                           no debugging information, or the system no libdw */
    uint64_t thread;    /* the system's number of the thread that took it */
    uint64_t age_ns;    /* since then */
    void *const *sites; /* where the calls return to that led there, the innermost first */
    size_t site_count;
} FwlBufferHolder;

/* A negative result stops the visit and is handed on. */
typedef int (*FwlBufferVisitCallback)(void *opaque, const FwlBufferHolder *holder);

/*
 * Shows every reference that a buffer of a debug pool (FwlPoolConfig.enable_debug, or
 * FRAMEWELL_DEBUG=1 for the default pool) had at one moment of the call, the newest first. The list
 * is made first: the callback may do anything, unref what it is shown included.
 *
 * Fails: FWL_E_INVALID without a buffer or callback; FWL_E_UNSUPPORTED for a buffer of another
 * pool; FWL_E_NOMEM; the callback's own code. Returns 0.
 * Cost: of debugging; finding lines of source takes milliseconds at first.
 */
FWL_API int fwl_buffer_visit_refs(const FwlBufferRef *buf, FwlBufferVisitCallback visit,
                                  void *opaque);

/* The opaque that alloc gave to the buffer which ref, got from a buffer pool, stands for. */
FWL_API void *fwl_buffer_pool_buffer_get_opaque(const FwlBufferRef *ref);

#ifdef __cplusplus
}
#endif

#endif
