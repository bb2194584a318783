/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fwl_malloc family: libavutil's memory calls on the default pool.
 *
 *     char *name = fwl_strdup("clip.mp4");
 *     if (!name)
 *         return FWL_E_NOMEM;
 *     ...
 *     fwl_freep(&name);
 *
 * Names, parameters and results are those of libavutil/mem.h. A block from any of these functions,
 * or from any pool, goes back with fwl_free, fwl_freep or a fwl_realloc of this family.
 *
 * Threads: every function may be called from any thread; a block belongs to whoever has its
 * pointer.
 */
#ifndef FRAMEWELL_MEM_H
#define FRAMEWELL_MEM_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero bytes behind every packet's data, so that a bit reader may read on past the end. */
#define FWL_INPUT_BUFFER_PADDING_SIZE 64

/* Allocating. Fails: NULL when the memory or its budget is used up, or for a size above
 * fwl_max_alloc. */

/* A block of size bytes aligned for the widest SIMD of this CPU; size 0 gives a block, too. */
FWL_API void *fwl_malloc(size_t size);

/* The same, all bytes 0. */
FWL_API void *fwl_mallocz(size_t size);

/* A block for nmemb items of size bytes each; NULL also where the product overflows. */
FWL_API void *fwl_malloc_array(size_t nmemb, size_t size);

/* The same, all bytes 0. */
FWL_API void *fwl_mallocz_array(size_t nmemb, size_t size);
FWL_API void *fwl_calloc(size_t nmemb, size_t size);

/*
 * A block whose address is a multiple of alignment, which is any power of two.
 *
 * Fails: NULL also for an alignment that is no power of two.
 */
FWL_API void *fwl_aligned_alloc(size_t alignment, size_t size);

/* Resizing */

/*
 * Makes the block size bytes large, keeping its contents and its alignment; a NULL ptr is a new
 * block, and a size of 0 gives the smallest block.
 *
 * Owner: on success takes ptr and gives the result; on failure (NULL) ptr is untouched.
 */
FWL_API void *fwl_realloc(void *ptr, size_t size);

/*
 * fwl_realloc for nelem items of elsize bytes that frees ptr when it fails, so that
 * `p = fwl_realloc_f(p, n, s)` cannot leak.
 */
FWL_API void *fwl_realloc_f(void *ptr, size_t nelem, size_t elsize);

/*
 * fwl_realloc of the block that the pointer at ptr (a T **) points to. A size of 0 frees it and
 * leaves NULL.
 *
 * Fails: FWL_E_NOMEM; then the old block is freed and the pointer is NULL.
 */
FWL_API int fwl_reallocp(void *ptr, size_t size);

/* fwl_realloc to nmemb items of size bytes; NULL also where the product overflows. */
FWL_API void *fwl_realloc_array(void *ptr, size_t nmemb, size_t size);

/*
 * fwl_reallocp to nmemb items of size bytes; none of them is the smallest block, as in fwl_realloc.
 *
 * Fails: FWL_E_NOMEM, as fwl_reallocp; also where the product overflows.
 */
FWL_API int fwl_reallocp_array(void *ptr, size_t nmemb, size_t size);

/*
 * Makes the block at least min_size bytes large, growing by a sixteenth and 32 bytes more than
 * asked, so that growing byte by byte costs few moves. *size is the size so far (0 with a NULL ptr)
 * and becomes the new one.
 *
 * Fails: NULL with *size 0; ptr is untouched and still the caller's.
 */
FWL_API void *fwl_fast_realloc(void *ptr, size_t *size, size_t min_size);

/*
 * The same growth for the pointer at ptr (a T **) where the old contents may go: nothing is copied.
 * A min_size of 0 makes no block where there is none.
 * On failure the old block is freed, the pointer NULL and *size 0.
 */
FWL_API void fwl_fast_malloc(void *ptr, size_t *size, size_t min_size);

/* fwl_fast_malloc whose block is all 0 whenever it is a new one. */
FWL_API void fwl_fast_mallocz(void *ptr, size_t *size, size_t min_size);

/* fwl_fast_malloc with FWL_INPUT_BUFFER_PADDING_SIZE zero bytes behind min_size (libavcodec's). */
FWL_API void fwl_fast_padded_malloc(void *ptr, size_t *size, size_t min_size);

/* The same, and all other bytes 0, too. */
FWL_API void fwl_fast_padded_mallocz(void *ptr, size_t *size, size_t min_size);

/* Copying. Fails: NULL for a NULL source, or as fwl_malloc. */

/* A copy of a string. */
FWL_API char *fwl_strdup(const char *s);

/* A copy of the first len bytes of a string, or of all of a shorter one; always terminated. */
FWL_API char *fwl_strndup(const char *s, size_t len);

/* A copy of size bytes. */
FWL_API void *fwl_memdup(const void *p, size_t size);

/*
 * Copies cnt bytes to dst from back bytes before it, as if byte by byte: where back < cnt, the last
 * back bytes before dst repeat (the copy of LZ77). Nothing for back 0 or a cnt of 0 or less.
 */
FWL_API void fwl_memcpy_backptr(uint8_t *dst, int back, int cnt);

/* Freeing */

/* Takes a block back; NULL is nothing. */
FWL_API void fwl_free(void *ptr);

/* Takes back the block that the pointer at ptr (a T **) points to and leaves NULL there. */
FWL_API void fwl_freep(void *ptr);

/* Arrays that grow */

/*
 * Appends elem to the array of pointers at tab_ptr (a T ***), whose number of elements is *nb_ptr.
 * On failure the array is freed, the pointer NULL and *nb_ptr 0; the elements are the caller's.
 */
FWL_API void fwl_dynarray_add(void *tab_ptr, int *nb_ptr, void *elem);

/*
 * The same, but on failure nothing is freed.
 *
 * Fails: FWL_E_NOMEM.
 */
FWL_API int fwl_dynarray_add_nofree(void *tab_ptr, int *nb_ptr, void *elem);

/*
 * Appends an element of elem_size bytes, a copy of elem_data (NULL: left undefined), to the array
 * at tab_ptr (a T **), and gives its address. On failure NULL; the array is freed as by
 * fwl_dynarray_add.
 */
FWL_API void *fwl_dynarray2_add(void **tab_ptr, int *nb_ptr, size_t elem_size,
                                const uint8_t *elem_data);

/* Limits and inspection */

/* Sets the largest size that one allocation of this family may have; INT_MAX at the start. */
FWL_API void fwl_max_alloc(size_t max);

/*
 * Computes *r = a * b.
 *
 * Fails: FWL_E_INVALID where the product overflows; *r is then untouched.
 */
FWL_API int fwl_size_mult(size_t a, size_t b, size_t *r);

/* The number of bytes that may be used in a live block: at least what was asked for. 0 for NULL. */
FWL_API size_t fwl_usable_size(const void *ptr);

#ifdef __cplusplus
}
#endif

#endif
