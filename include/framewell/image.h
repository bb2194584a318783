/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pictures in memory: where the planes lie, how large they are, copying them.
 *
 * A picture is up to four planes. data[i] is the first byte of the first row of plane i,
 * linesize[i] the number of bytes from one row to the next: at least the bytes of the row's pixels,
 * more where rows are padded, negative where the picture is stored from the bottom up. A format
 * with a palette (pixfmt.h) has its 1024 bytes as data[1].
 *
 *   300x300 yuv420p, align 16              rows x linesize, 139200 bytes together
 *   data[0] |YYYYYYYYYYYYYYYYYYYY....|     300 x 304, 300 bytes of pixels and 4 of padding
 *   data[1] |UUUUUUUUUU..|                 150 x 160
 *   data[2] |VVVVVVVVVV..|                 150 x 160
 *
 *     static uint8_t memory[139200];
 *     uint8_t *data[4];
 *     int linesize[4];
 *     const int size = fwl_image_fill_arrays(data, linesize, memory, FWL_PIX_FMT_YUV420P,
 *                                            300, 300, 16);
 *     if (size < 0 || (size_t)size > sizeof memory)
 *         return FWL_E_INVALID;
 *     const ptrdiff_t wide[4] = {linesize[0], linesize[1], linesize[2]};
 *     return fwl_image_fill_black(data, wide, FWL_PIX_FMT_YUV420P, FWL_COL_RANGE_MPEG, 300, 300);
 *
 * Names, parameters and results are those of libavutil/imgutils.h. What is undefined, wraps or goes
 * unnoticed there is an error here: FWL_E_INVALID for what makes no sense (a number that is no
 * format, a hardware format, a negative width, a plane 4, an alignment that is not a power of two,
 * a NULL plane, a linesize too small for the width), FWL_E_RANGE for what does not fit (a row or a
 * picture above INT_MAX bytes, an alignment above FWL_IMAGE_ALIGN_MAX). After an error outs are 0
 * or NULL, and no byte of a picture has changed.
 *
 * FwlImageLayout at the end does the same for memory that follows other rules: padding behind
 * planes, aligned planes, more than 2 GiB. fwl_image_check says what is wrong with given planes.
 *
 * Threads: every function may be called from any thread, and from signal handlers. Nothing here
 * allocates, locks or keeps state.
 */
#ifndef FRAMEWELL_IMAGE_H
#define FRAMEWELL_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "framewell/pixfmt.h"
#include "framewell/rational.h"
#include "framewell/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows may be aligned to powers of two up to this: a huge page. */
#define FWL_IMAGE_ALIGN_MAX (1 << 21)

/* Rows and planes */

/*
 * For each plane the largest step of its components, and (where max_pixstep_comps is not NULL)
 * which component has it: 1,1,1,0 and 0,1,2,0 for yuv420p; 4,0,0,0 and 1,0,0,0 for yuyv422. Bytes;
 * bits in a bitstream format.
 */
FWL_API void fwl_image_fill_max_pixsteps(int max_pixsteps[4], int max_pixstep_comps[4],
                                         const FwlPixFmtDescriptor *pixdesc);

/*
 * The bytes that the pixels of a row take in a plane, without padding; 0 for a plane that the
 * format does not have.
 *
 * Fails: FWL_E_INVALID, FWL_E_RANGE (also where width, rounded up to whole chroma samples, or the
 * bits of a bitstream row exceed INT_MAX).
 */
FWL_API int fwl_image_get_linesize(enum FwlPixelFormat pix_fmt, int width, int plane);

/* The same for all four planes: 300,150,150,0 for yuv420p of width 300. Returns 0. */
FWL_API int fwl_image_fill_linesizes(int linesizes[4], enum FwlPixelFormat pix_fmt, int width);

/*
 * The bytes of each plane of a picture with these linesizes: linesize times rows, 1024 for a
 * palette. Returns 0.
 *
 * Fails: FWL_E_INVALID also for a height that is not above 0 and a negative linesize; FWL_E_RANGE.
 */
FWL_API int fwl_image_fill_plane_sizes(size_t size[4], enum FwlPixelFormat pix_fmt, int height,
                                       const ptrdiff_t linesizes[4]);

/*
 * Lays the planes out one behind the other from ptr on. Returns the bytes they take together; a
 * NULL ptr asks for just that, and leaves data all NULL.
 *
 * Fails: as fwl_image_fill_plane_sizes; FWL_E_RANGE also above INT_MAX bytes together.
 */
FWL_API int fwl_image_fill_pointers(uint8_t *data[4], enum FwlPixelFormat pix_fmt, int height,
                                    uint8_t *ptr, const int linesizes[4]);

/* Whole pictures */

/*
 * Whether a picture of this size can be handled: its sides are above 0, and with room to spare
 * every byte of it is within INT_MAX. pix_fmt FWL_PIX_FMT_NONE (and fwl_image_check_size) reckons 8
 * bytes for a pixel. Returns 0; a refusal is logged to log_ctx at FWL_LOG_ERROR + log_offset.
 *
 * Fails: FWL_E_INVALID for a side of 0; FWL_E_RANGE for too large a picture; FWL_E_LIMIT for more
 * than max_pixels pixels.
 */
FWL_API int fwl_image_check_size2(unsigned w, unsigned h, int64_t max_pixels,
                                  enum FwlPixelFormat pix_fmt, int log_offset, void *log_ctx);
FWL_API int fwl_image_check_size(unsigned w, unsigned h, int log_offset, void *log_ctx);

/*
 * Whether this shape of a pixel makes sense for a picture: not negative, and scaling by it leaves
 * at least one pixel. 0 / n is unknown and fine. Returns 0.
 *
 * Fails: FWL_E_INVALID.
 */
FWL_API int fwl_image_check_sar(unsigned w, unsigned h, FwlRational sar);

/*
 * The bytes of a picture whose rows are aligned to align bytes: 135000 for yuv420p of 300x300 at
 * align 1, 139200 at align 16.
 *
 * Fails: FWL_E_INVALID, FWL_E_RANGE.
 */
FWL_API int fwl_image_get_buffer_size(enum FwlPixelFormat pix_fmt, int width, int height,
                                      int align);

/*
 * Fills linesizes and plane pointers for such a picture at src. Returns its bytes; a NULL src asks
 * for just that and the linesizes.
 *
 * Owner: borrows src.
 */
FWL_API int fwl_image_fill_arrays(uint8_t *dst_data[4], int dst_linesize[4], const uint8_t *src,
                                  enum FwlPixelFormat pix_fmt, int width, int height, int align);

/* Copying. Linesizes may be negative. Bytes behind the pixels of a row are neither read nor
 * written; source and destination must not overlap. */

/*
 * Copies height rows of bytewidth bytes. Returns 0.
 *
 * Fails: FWL_E_INVALID for NULL, a negative bytewidth or height, and rows that do not fit into the
 * linesizes.
 */
FWL_API int fwl_image_copy_plane(uint8_t *dst, int dst_linesize, const uint8_t *src,
                                 int src_linesize, int bytewidth, int height);

/* Copies a picture, palette included. Returns 0. Fails: FWL_E_INVALID, FWL_E_RANGE. */
FWL_API int fwl_image_copy(uint8_t *const dst_data[4], const int dst_linesizes[4],
                           const uint8_t *const src_data[4], const int src_linesizes[4],
                           enum FwlPixelFormat pix_fmt, int width, int height);

/* The same from memory that is slow to read, with linesizes of ptrdiff_t. Cost: as the plain ones.
 * */
FWL_API int fwl_image_copy_plane_uc_from(uint8_t *dst, ptrdiff_t dst_linesize, const uint8_t *src,
                                         ptrdiff_t src_linesize, ptrdiff_t bytewidth, int height);
FWL_API int fwl_image_copy_uc_from(uint8_t *const dst_data[4], const ptrdiff_t dst_linesizes[4],
                                   const uint8_t *const src_data[4],
                                   const ptrdiff_t src_linesizes[4], enum FwlPixelFormat pix_fmt,
                                   int width, int height);

/*
 * Copies a picture to one piece of memory of dst_size bytes, rows aligned to align bytes (padding
 * is left as it was); a palette follows the pixels, each color low byte first. Returns the bytes
 * that fwl_image_get_buffer_size tells.
 *
 * Fails: FWL_E_INVALID also where dst_size is too small; FWL_E_RANGE.
 */
FWL_API int fwl_image_copy_to_buffer(uint8_t *dst, size_t dst_size,
                                     const uint8_t *const src_data[4], const int src_linesize[4],
                                     enum FwlPixelFormat pix_fmt, int width, int height, int align);

/*
 * Makes a picture black and opaque: range says whether the Y of black is 16 or 0 (of 8 bits). With
 * a palette its pixels become the darkest color there is. A NULL dst_data asks whether it can be
 * done. Returns 0.
 *
 * Fails: FWL_E_INVALID, FWL_E_RANGE.
 */
FWL_API int fwl_image_fill_black(uint8_t *const dst_data[4], const ptrdiff_t dst_linesize[4],
                                 enum FwlPixelFormat pix_fmt, enum FwlColorRange range, int width,
                                 int height);

/*
 * Single values: w values of component c of row y, from value x on, as elements of 2 or 4 bytes
 * (dst_element_size, src_element_size; the plain ones have 2). x and y count values of the plane
 * that the component is in. Nothing is done for a component that the format does not have, and for
 * hardware formats. Planes and rows must be there: these are not looked at.
 */

/* Reads values; with read_pal_component, byte c of the colors that a format with a palette stands
 * for, and nothing from formats without one. */
FWL_API void fwl_read_image_line2(void *dst, const uint8_t *const data[4], const int linesize[4],
                                  const FwlPixFmtDescriptor *desc, int x, int y, int c, int w,
                                  int read_pal_component, int dst_element_size);
FWL_API void fwl_read_image_line(uint16_t *dst, const uint8_t *const data[4],
                                 const int linesize[4], const FwlPixFmtDescriptor *desc, int x,
                                 int y, int c, int w, int read_pal_component);

/* Writes values, of which the bits that the component does not have are dropped; other components
 * in the same bytes stay. */
FWL_API void fwl_write_image_line2(const void *src, uint8_t *const data[4], const int linesize[4],
                                   const FwlPixFmtDescriptor *desc, int x, int y, int c, int w,
                                   int src_element_size);
FWL_API void fwl_write_image_line(const uint16_t *src, uint8_t *const data[4],
                                  const int linesize[4], const FwlPixFmtDescriptor *desc, int x,
                                  int y, int c, int w);

/* Layouts: the same arithmetic with rules of the caller's, done once */

/* How a picture lies in one piece of memory. Fields that are 0 ask for nothing. */
typedef struct FwlImageRules {
    size_t row_align;    /* linesizes are multiples of this power of two */
    size_t plane_align;  /* planes begin at multiples of this power of two from the start */
    size_t tail_padding; /* bytes behind the last row of each plane that belong to it */
    int coded_width;     /* room for a wider and higher picture than is shown: */
    int coded_height;    /* decoders write whole blocks */
} FwlImageRules;

/*
 * What follows from format, size and rules.
 *
 *     offset[i]      rows[i] rows of linesize[i] bytes    tail     up to plane_align
 *     |row_size[i] bytes of pixels ... padding|...|-------|xxxxxx|...............|offset[i + 1]
 *     |<------------------ plane_size[i] ---------------------->|
 *
 * A palette is a plane of one row, with linesize 0 as everywhere.
 */
typedef struct FwlImageLayout {
    enum FwlPixelFormat format;
    int width, height; /* of the picture in pixels */
    int plane_count;   /* with a palette */
    int linesize[4];   /* bytes from row to row */
    int row_size[4];   /* bytes of the picture's pixels in a row */
    int rows[4];       /* that there is room for */
    size_t plane_size[4];
    size_t offset[4];
    size_t size;      /* of the whole */
    size_t alignment; /* of the address at which it is to begin: the larger of the rules' two */
} FwlImageLayout;

/*
 * Computes a layout; NULL rules are all 0. With only a row_align it is fwl_image_get_buffer_size's.
 * Returns 0.
 *
 * Fails: FWL_E_INVALID also for sides not above 0 and a coded size below the picture's; FWL_E_RANGE
 * for a linesize above INT_MAX or a size above SIZE_MAX. The layout is then all 0.
 */
FWL_API int fwl_image_layout_init(FwlImageLayout *layout, enum FwlPixelFormat pix_fmt, int width,
                                  int height, const FwlImageRules *rules);

/* The planes of a layout that begins at memory, which is borrowed. NULL gives NULL planes. */
FWL_API void fwl_image_layout_fill_arrays(const FwlImageLayout *layout, uint8_t *data[4],
                                          int linesize[4], uint8_t *memory);

/* Checking */

/* What is wrong with a plane. */
enum FwlImageFault {
    FWL_IMAGE_FINE = 0,
    FWL_IMAGE_NONSENSE,   /* format, size or rules are not valid */
    FWL_IMAGE_MISSING,    /* data is NULL */
    FWL_IMAGE_LINESIZE,   /* less than the bytes of a row */
    FWL_IMAGE_OVERRUN,    /* the rows do not fit into the plane's memory */
    FWL_IMAGE_PADDING,    /* the rows fit, the tail padding does not */
    FWL_IMAGE_MISALIGNED, /* data or linesize is no multiple of what the rules ask for */
    FWL_IMAGE_OVERLAP,    /* it shares bytes with another plane */
};

typedef struct FwlImageProblem {
    enum FwlImageFault fault;
    int plane;         /* the first one that has it; -1 where it is about no plane */
    int other;         /* the plane that it overlaps; -1 */
    char message[160]; /* one line, with the numbers; "" for FWL_IMAGE_FINE */
} FwlImageProblem;

/*
 * Whether planes can hold a picture. sizes (NULL: not known) are the bytes of memory of each plane,
 * counted from data, for a negative linesize from the last row. Of the rules (NULL: none) row_align
 * is asked of linesizes, plane_align of addresses, tail_padding of sizes, and the coded size
 * counts. Returns 0.
 *
 * Fails: FWL_E_INVALID; problem (may be NULL) then says what it is, the first one found.
 */
FWL_API int fwl_image_check(const uint8_t *const data[4], const int linesize[4],
                            const size_t sizes[4], enum FwlPixelFormat pix_fmt, int width,
                            int height, const FwlImageRules *rules, FwlImageProblem *problem);

#ifdef __cplusplus
}
#endif

#endif
