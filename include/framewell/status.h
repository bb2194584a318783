/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Status codes: what a function that can fail in more than one way returns.
 *
 * 0 or a positive number is success; a negative number is one of FWL_E_*. Where POSIX has a number
 * for the same cause, the code is that number negated (Linux values), and the end of a stream and
 * broken data have libavutil's numbers, so that code which was written for FFmpeg's error
 * convention reads ours without a translation table.
 *
 *     int err = fwl_io_open_file(&io, "clip.mp4", FWL_IO_READ, NULL);
 *     if (err < 0)
 *         fprintf(stderr, "clip.mp4: %s\n", fwl_status_text(err));
 *
 * Threads: every function here may be called from any thread, and from signal handlers.
 */
#ifndef FRAMEWELL_STATUS_H
#define FRAMEWELL_STATUS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what the shared library exports. */
#if defined(__GNUC__)
#define FWL_API __attribute__((visibility("default")))
#define FWL_PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#else
#define FWL_API
#define FWL_PRINTF_LIKE(string, first)
#endif

/* Types */

/* X(name, value, text): every code, once. */
#define FWL_STATUS_LIST(X)                                                                         \
    X(NOMEM, -12, "out of memory: free some, or raise the limit")                                  \
    X(INVALID, -22, "an argument makes no sense: see the function's header for what it takes")     \
    X(RANGE, -34, "a size or number is too large to be represented")                               \
    X(LIMIT, -122, "a limit set by the caller is reached: raise it, or release what is held")      \
    X(AGAIN, -11, "nothing can be done right now: try again later")                                \
    X(TIMEOUT, -110, "the time given for waiting has passed")                                      \
    X(EOF, -541478725, "end of stream")                                                            \
    X(IO, -5, "reading or writing failed in the system below")                                     \
    X(DATA, -1094995529, "the data is broken or not of the expected kind")                         \
    X(UNSUPPORTED, -95, "this is not supported here")                                              \
    X(BUSY, -16, "somebody else is using it: let go of it first")                                  \
    X(ABORTED, -125, "stopped because the other side or the caller asked for it")

enum FwlStatus {
#define FWL_STATUS_ENUM(name, value, text) FWL_E_##name = (value),
    FWL_STATUS_LIST(FWL_STATUS_ENUM)
#undef FWL_STATUS_ENUM
};

/* Inspection */

/* The name of a code: "FWL_E_NOMEM"; "FWL_OK" for 0 and above, "FWL_E_UNKNOWN" for any other. */
FWL_API const char *fwl_status_name(int status);

/* One line for a person, without a full stop: what happened and what to do. Never NULL. */
FWL_API const char *fwl_status_text(int status);

/*
 * Writes fwl_status_text(errnum) to errbuf, cut to errbuf_size bytes with its terminator; the shape
 * of av_strerror.
 *
 * Fails: FWL_E_INVALID for a number that is no code (errbuf then names the number), or for an
 * errbuf of no bytes.
 */
FWL_API int fwl_strerror(int errnum, char *errbuf, size_t errbuf_size);

#ifdef __cplusplus
}
#endif

#endif
