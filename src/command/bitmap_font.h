/* SPDX-License-Identifier: BSD-2-Clause */
/* Letters of 5 x 7 dots, for words in a picture where there is no other font. */
#ifndef FWL_BITMAP_FONT_H
#define FWL_BITMAP_FONT_H

#include <stdint.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7 };

/* FONT_HEIGHT rows from the top, in each the dots as bits, the leftmost is 1 << (FONT_WIDTH - 1).
 * A letter is drawn large; what has no picture is a blank. */
const uint8_t *fwl_font_rows(char letter);

#endif
