/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single values of a row, whatever the format: a cursor steps from value to value and gives the
 * bytes that hold it as a number of up to 32 bits, in which the value lies at `shift`.
 *
 *     bytes    |..offset..|vvvvvv|......step......|vvvvvv|      1, 2 or 4 bytes at a time
 *     bits     high bit first: value i begins at bit i * step + offset of the row
 *
 * Formats of high byte first whose values fit into one byte have them in the second of two.
 */
#include <stdbool.h>

#include "image/planes.h"

struct Cursor {
    size_t bit;  /* of the first value, from the begin of the row; a multiple of 8 but for bits */
    size_t step; /* bits */
    unsigned width; /* bytes that hold a value: 1, 2 or 4 */
    int shift;      /* of the value in them; bitstreams: it follows from the bit */
    uint32_t mask;  /* of the value, at bit 0 */
    bool is_bits;
    bool is_high_first;
};

/* A cursor at value x of component c; false for what the format does not have. */
static bool begin(struct Cursor *cursor, const FwlPixFmtDescriptor *desc, int x, int c)
{
    if (!desc || c < 0 || c >= desc->nb_components || x < 0)
        return false;
    const FwlComponentDescriptor *comp = &desc->comp[c];
    const bool is_bits = (desc->flags & FWL_PIX_FMT_FLAG_BITSTREAM) != 0;
    const bool is_high_first = (desc->flags & FWL_PIX_FMT_FLAG_BE) != 0;
    const int end = comp->shift + comp->depth;
    const unsigned width = is_bits || end <= 8 ? 1 : end <= 16 ? 2 : 4;
    const size_t unit = is_bits ? 1 : 8;
    const int second = !is_bits && width == 1 && is_high_first;
    *cursor = (struct Cursor){
        .bit = ((size_t)x * (size_t)comp->step + (size_t)(comp->offset + second)) * unit,
        .step = (size_t)comp->step * unit,
        .width = width,
        .shift = comp->shift,
        .mask = (uint32_t)((UINT64_C(1) << comp->depth) - 1),
        .is_bits = is_bits,
        .is_high_first = is_high_first,
    };
    if (is_bits)
        cursor->shift = 8 - comp->depth - (int)(cursor->bit & 7);
    return true;
}

static void advance(struct Cursor *cursor)
{
    const size_t from = cursor->bit & 7;
    cursor->bit += cursor->step;
    cursor->shift += (int)from - (int)(cursor->bit & 7);
}

/* The bit that byte i of a value's bytes begins at in the number. */
static unsigned place_of(const struct Cursor *cursor, unsigned i)
{
    return 8 * (cursor->is_high_first ? cursor->width - 1 - i : i);
}

static uint32_t get_bytes(const struct Cursor *cursor, const uint8_t *row)
{
    uint32_t bytes = 0;
    for (unsigned i = 0; i < cursor->width; i++)
        bytes |= (uint32_t)row[cursor->bit / 8 + i] << place_of(cursor, i);
    return bytes;
}

static void set_value(const struct Cursor *cursor, uint8_t *row, uint32_t value)
{
    const uint32_t bytes = (get_bytes(cursor, row) & ~(cursor->mask << cursor->shift)) |
                           (value & cursor->mask) << cursor->shift;
    for (unsigned i = 0; i < cursor->width; i++)
        row[cursor->bit / 8 + i] = (uint8_t)(bytes >> place_of(cursor, i));
}

/* Elements of 2 or of 4 bytes, of this machine's byte order. */
static void put_element(void *elements, int index, int element_size, uint32_t value)
{
    if (element_size == 4)
        ((uint32_t *)elements)[index] = value;
    else
        ((uint16_t *)elements)[index] = (uint16_t)value;
}

static uint32_t get_element(const void *elements, int index, int element_size)
{
    return element_size == 4 ? ((const uint32_t *)elements)[index]
                             : ((const uint16_t *)elements)[index];
}

void fwl_read_image_line2(void *dst, const uint8_t *const data[4], const int linesize[4],
                          const FwlPixFmtDescriptor *desc, int x, int y, int c, int w,
                          int read_pal_component, int dst_element_size)
{
    struct Cursor cursor;
    const int indexed = read_pal_component ? 0 : c;
    if (c < 0 || c > 3 || !begin(&cursor, desc, x, indexed))
        return;
    if (read_pal_component && !fwl_has_palette(desc))
        return;
    const int plane = desc->comp[indexed].plane;
    const uint8_t *row = data[plane] + (ptrdiff_t)y * linesize[plane];
    for (int i = 0; i < w; i++, advance(&cursor)) {
        const uint32_t value = get_bytes(&cursor, row) >> cursor.shift & cursor.mask;
        put_element(dst, i, dst_element_size,
                    read_pal_component ? data[1][4 * value + (uint32_t)c] : value);
    }
}

void fwl_read_image_line(uint16_t *dst, const uint8_t *const data[4], const int linesize[4],
                         const FwlPixFmtDescriptor *desc, int x, int y, int c, int w,
                         int read_pal_component)
{
    fwl_read_image_line2(dst, data, linesize, desc, x, y, c, w, read_pal_component, 2);
}

void fwl_write_image_line2(const void *src, uint8_t *const data[4], const int linesize[4],
                           const FwlPixFmtDescriptor *desc, int x, int y, int c, int w,
                           int src_element_size)
{
    struct Cursor cursor;
    if (!begin(&cursor, desc, x, c))
        return;
    const int plane = desc->comp[c].plane;
    uint8_t *row = data[plane] + (ptrdiff_t)y * linesize[plane];
    for (int i = 0; i < w; i++, advance(&cursor))
        set_value(&cursor, row, get_element(src, i, src_element_size));
}

void fwl_write_image_line(const uint16_t *src, uint8_t *const data[4], const int linesize[4],
                          const FwlPixFmtDescriptor *desc, int x, int y, int c, int w)
{
    fwl_write_image_line2(src, data, linesize, desc, x, y, c, w, 2);
}
