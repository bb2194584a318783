/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of a build without SDL2. */
#include "command/command.h"
#include "command/play_session.h"

int fwl_play_window(struct PlaySession *session)
{
    (void)session;
    return fwl_cmd_fail(EXIT_USAGE, "play",
                        "built without SDL2, it has no window; "
                        "'play --headless --screenshot FILE.png' shows a picture");
}
