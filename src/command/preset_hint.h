/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FWL_PRESET_HINT_H
#define FWL_PRESET_HINT_H

/* What to write for a preset that an encoder did not take, to go behind a message. In static memory
 * until the next call. */
const char *fwl_preset_hint(const char *preset);

#endif
