/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fwl_malloc family on the default pool.
 *
 * Functions that take a T ** as void * read and write the pointer there by memcpy, since a T * must
 * not be accessed as a void *. Growth is libavutil's: asked for n bytes, the fast_ ones take
 * n + n/16 + 32, but no more than fwl_max_alloc; dynarrays double.
 */
#include "framewell/mem.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

#include "base/align.h"
#include "base/checked.h"
#include "framewell/pool.h"
#include "pool/pool_internal.h"

static _Atomic(size_t) max_alloc = INT_MAX; /* a number on its own: no order needed */

static size_t largest(void)
{
    return atomic_load_explicit(&max_alloc, memory_order_relaxed);
}

static void *load_pointer(const void *at)
{
    void *pointer;
    memcpy(&pointer, at, sizeof pointer);
    return pointer;
}

static void store_pointer(void *at, void *pointer)
{
    memcpy(at, &pointer, sizeof pointer);
}

/* Allocating */

void *fwl_malloc(size_t size)
{
    return size <= largest() ? fwl_pool_alloc(NULL, size) : NULL;
}

void *fwl_mallocz(size_t size)
{
    return size <= largest() ? fwl_pool_allocz(NULL, size) : NULL;
}

void *fwl_malloc_array(size_t nmemb, size_t size)
{
    size_t total;
    return fwl_checked_mul(nmemb, size, &total) ? fwl_malloc(total) : NULL;
}

void *fwl_mallocz_array(size_t nmemb, size_t size)
{
    size_t total;
    return fwl_checked_mul(nmemb, size, &total) ? fwl_mallocz(total) : NULL;
}

void *fwl_calloc(size_t nmemb, size_t size)
{
    return fwl_mallocz_array(nmemb, size);
}

void *fwl_aligned_alloc(size_t alignment, size_t size)
{
    return size <= largest() ? fwl_pool_aligned_alloc(NULL, alignment, size) : NULL;
}

/* Resizing */

void *fwl_realloc(void *ptr, size_t size)
{
    if (size > largest())
        return NULL;
    return fwl_pool_realloc(ptr ? fwl_pool_of(ptr) : NULL, ptr, size);
}

void *fwl_realloc_f(void *ptr, size_t nelem, size_t elsize)
{
    void *resized = fwl_realloc_array(ptr, nelem, elsize);
    if (!resized)
        fwl_free(ptr);
    return resized;
}

int fwl_reallocp(void *ptr, size_t size)
{
    if (size == 0) {
        fwl_freep(ptr);
        return 0;
    }
    void *resized = fwl_realloc(load_pointer(ptr), size);
    if (!resized) {
        fwl_freep(ptr);
        return FWL_E_NOMEM;
    }
    store_pointer(ptr, resized);
    return 0;
}

void *fwl_realloc_array(void *ptr, size_t nmemb, size_t size)
{
    size_t total;
    return fwl_checked_mul(nmemb, size, &total) ? fwl_realloc(ptr, total) : NULL;
}

int fwl_reallocp_array(void *ptr, size_t nmemb, size_t size)
{
    void *resized = fwl_realloc_f(load_pointer(ptr), nmemb, size);
    store_pointer(ptr, resized);
    return resized ? 0 : FWL_E_NOMEM;
}

/* What to allocate for min_size bytes, so that growing byte by byte is cheap; 0 where min_size is
 * more than one allocation may have. */
static size_t grown_size(size_t min_size)
{
    const size_t max = largest();
    if (min_size > max)
        return 0;
    size_t grown;
    if (!fwl_checked_add(min_size, min_size / 16 + 32, &grown) || grown > max)
        return max;
    return grown;
}

void *fwl_fast_realloc(void *ptr, size_t *size, size_t min_size)
{
    if (min_size <= *size)
        return ptr;
    const size_t grown = grown_size(min_size);
    void *resized = grown > 0 ? fwl_realloc(ptr, grown) : NULL;
    *size = resized ? grown : 0;
    return resized;
}

/* Replaces the block at ptr by one of at least min_size bytes from alloc, unless it is large
 * enough. True for a new block. */
static bool replace_if_small(void *ptr, size_t *size, size_t min_size, void *(*alloc)(size_t size))
{
    if (min_size <= *size && (min_size == 0 || load_pointer(ptr)))
        return false;
    fwl_freep(ptr);
    const size_t grown = grown_size(min_size);
    void *block = grown > 0 ? alloc(grown) : NULL;
    store_pointer(ptr, block);
    *size = block ? grown : 0;
    return true;
}

void fwl_fast_malloc(void *ptr, size_t *size, size_t min_size)
{
    replace_if_small(ptr, size, min_size, fwl_malloc);
}

void fwl_fast_mallocz(void *ptr, size_t *size, size_t min_size)
{
    replace_if_small(ptr, size, min_size, fwl_mallocz);
}

/* min_size and the padding; false, with the block freed as on any failure, where that is
 * too much. */
static bool add_padding(void *ptr, size_t *size, size_t min_size, size_t *padded)
{
    if (fwl_checked_add(min_size, FWL_INPUT_BUFFER_PADDING_SIZE, padded))
        return true;
    fwl_freep(ptr);
    *size = 0;
    return false;
}

void fwl_fast_padded_malloc(void *ptr, size_t *size, size_t min_size)
{
    size_t padded;
    if (!add_padding(ptr, size, min_size, &padded))
        return;
    replace_if_small(ptr, size, padded, fwl_malloc);
    uint8_t *block = load_pointer(ptr);
    if (block)
        memset(block + min_size, 0, FWL_INPUT_BUFFER_PADDING_SIZE);
}

void fwl_fast_padded_mallocz(void *ptr, size_t *size, size_t min_size)
{
    size_t padded;
    if (!add_padding(ptr, size, min_size, &padded))
        return;
    const bool is_new = replace_if_small(ptr, size, padded, fwl_mallocz);
    uint8_t *block = load_pointer(ptr);
    if (block && !is_new)
        memset(block, 0, padded);
}

/* Copying */

char *fwl_strdup(const char *s)
{
    return s ? fwl_memdup(s, strlen(s) + 1) : NULL;
}

char *fwl_strndup(const char *s, size_t len)
{
    if (!s)
        return NULL;
    const char *end = memchr(s, 0, len);
    const size_t length = end ? (size_t)(end - s) : len;
    size_t size;
    char *copy = fwl_checked_add(length, 1, &size) ? fwl_malloc(size) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, s, length);
    copy[length] = '\0';
    return copy;
}

void *fwl_memdup(const void *p, size_t size)
{
    void *copy = p ? fwl_malloc(size) : NULL;
    if (copy && size > 0)
        memcpy(copy, p, size);
    return copy;
}

/* Freeing */

void fwl_free(void *ptr)
{
    fwl_block_free(ptr);
}

void fwl_freep(void *ptr)
{
    void *block = load_pointer(ptr);
    store_pointer(ptr, NULL);
    fwl_free(block);
}

/* Arrays that grow */

/* Makes room for one more element: the capacity is the count rounded up to a power of two, so the
 * array grows when the count is one. */
static int grow_dynarray(void *tab_ptr, int count, size_t elem_size)
{
    if (count < 0)
        return FWL_E_INVALID;
    const size_t used = (size_t)count;
    if (used != 0 && !fwl_is_power_of_two(used))
        return 0;
    size_t total;
    if (used > INT_MAX / 2 || !fwl_checked_mul(used > 0 ? 2 * used : 1, elem_size, &total))
        return FWL_E_NOMEM;
    void *resized = fwl_realloc(load_pointer(tab_ptr), total);
    if (!resized)
        return FWL_E_NOMEM;
    store_pointer(tab_ptr, resized);
    return 0;
}

int fwl_dynarray_add_nofree(void *tab_ptr, int *nb_ptr, void *elem)
{
    const int status = grow_dynarray(tab_ptr, *nb_ptr, sizeof elem);
    if (status < 0)
        return status;
    uint8_t *table = load_pointer(tab_ptr);
    memcpy(table + (size_t)*nb_ptr * sizeof elem, &elem, sizeof elem);
    (*nb_ptr)++;
    return 0;
}

void fwl_dynarray_add(void *tab_ptr, int *nb_ptr, void *elem)
{
    if (fwl_dynarray_add_nofree(tab_ptr, nb_ptr, elem) == 0)
        return;
    fwl_freep(tab_ptr);
    *nb_ptr = 0;
}

void *fwl_dynarray2_add(void **tab_ptr, int *nb_ptr, size_t elem_size, const uint8_t *elem_data)
{
    if (grow_dynarray(tab_ptr, *nb_ptr, elem_size) < 0) {
        fwl_freep(tab_ptr);
        *nb_ptr = 0;
        return NULL;
    }
    uint8_t *element = (uint8_t *)*tab_ptr + elem_size * (size_t)*nb_ptr;
    if (elem_data)
        memcpy(element, elem_data, elem_size);
    (*nb_ptr)++;
    return element;
}

/* Limits and inspection */

void fwl_max_alloc(size_t max)
{
    atomic_store_explicit(&max_alloc, max, memory_order_relaxed);
}

int fwl_size_mult(size_t a, size_t b, size_t *r)
{
    return fwl_checked_mul(a, b, r) ? 0 : FWL_E_INVALID;
}

size_t fwl_usable_size(const void *ptr)
{
    return fwl_pool_usable_size(ptr);
}
