/* SPDX-License-Identifier: BSD-2-Clause */
/* The oracle of pictures: the sums that framewell/image.h tells, made again from a format's
 * descriptor in 128 bits, where nothing overflows. */
#ifndef TEST_WIDE_IMAGE_H
#define TEST_WIDE_IMAGE_H

#include <stdbool.h>

#include "framewell/image.h"

__extension__ typedef __int128 Wide;

/* multiple is above 0. */
Wide wide_round_up(Wide n, Wide multiple);

/* The bytes of a plane's row; more than INT_MAX where they, or what they come from, do not fit. */
Wide wide_row(const FwlPixFmtDescriptor *desc, Wide width, int plane);

/* The rows of a plane; more than INT_MAX likewise. */
Wide wide_rows(const FwlPixFmtDescriptor *desc, Wide height, int plane);

/* Those with components, and a palette. */
int wide_plane_count(const FwlPixFmtDescriptor *desc);

/* Whether pictures of a format lie in memory. */
bool wide_is_in_memory(enum FwlPixelFormat format);

/* What fwl_image_get_buffer_size is to say. */
int wide_buffer_size(enum FwlPixelFormat format, int width, int height, int align);

/* What fwl_image_layout_init is to make of these, and to say; a layout of zeros after an error. */
int wide_layout(FwlImageLayout *layout, enum FwlPixelFormat format, int width, int height,
                const FwlImageRules *rules);

#endif
