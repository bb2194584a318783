/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration that makes no sense: the code says that, the log says which field. */
#include <stdio.h>
#include <stdlib.h>

#include "framewell/log.h"
#include "framewell/pool.h"

static int message_count;

static void to_stdout(void *avcl, int level, const char *fmt, va_list args)
{
    (void)avcl;
    if (level > FWL_LOG_WARNING)
        return;
    message_count++;
    vprintf(fmt, args);
}

int main(void)
{
    fwl_log_set_callback(to_stdout);

    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "decoder";
    config.alignment = 48;
    FwlPool *pool;
    const int err = fwl_pool_create(&pool, &config);
    if (err < 0)
        printf("%s: %s\n", fwl_status_name(err), fwl_status_text(err));

    fwl_log_set_callback(NULL);
    return err == FWL_E_INVALID && message_count == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
