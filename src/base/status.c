/* SPDX-License-Identifier: BSD-2-Clause */
#include "framewell/status.h"

#include <stdio.h>
#include <string.h>

const char *fwl_status_name(int status)
{
    if (status >= 0)
        return "FWL_OK";
    switch (status) {
#define STATUS_NAME(name, value, text)                                                             \
    case (value):                                                                                  \
        return "FWL_E_" #name;
        FWL_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
    default:
        return "FWL_E_UNKNOWN";
    }
}

/* NULL for a number that is no code. */
static const char *known_text(int status)
{
    if (status >= 0)
        return "all is well";
    switch (status) {
#define STATUS_TEXT(name, value, text)                                                             \
    case (value):                                                                                  \
        return text;
        FWL_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    default:
        return NULL;
    }
}

const char *fwl_status_text(int status)
{
    const char *text = known_text(status);
    return text ? text : "an error that has no name here";
}

int fwl_strerror(int errnum, char *errbuf, size_t errbuf_size)
{
    if (!errbuf || errbuf_size == 0)
        return FWL_E_INVALID;
    const char *text = known_text(errnum);
    if (!text) {
        snprintf(errbuf, errbuf_size, "error number %d occurred", errnum);
        return FWL_E_INVALID;
    }
    snprintf(errbuf, errbuf_size, "%s", text);
    return 0;
}
