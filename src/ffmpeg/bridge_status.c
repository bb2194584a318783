/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two lists of codes side by side. An FWL_E_* and its AVERROR often are the same number, since both
 * are built on the system's; the switch does not rely on it.
 */
#include "framewell/ffmpeg.h"

#include <errno.h>

/* Error numbers of the system lie in this range everywhere; libavutil's own tags lie far below. */
enum { SYSTEM_ERROR_MAX = 4095 };

int fwl_av_status(int averror)
{
    if (averror >= 0)
        return averror;
    switch (averror) {
    case AVERROR(ENOMEM):
        return FWL_E_NOMEM;
    case AVERROR(EINVAL):
    case AVERROR_OPTION_NOT_FOUND:
        return FWL_E_INVALID;
    case AVERROR(ERANGE):
        return FWL_E_RANGE;
    case AVERROR(EDQUOT):
        return FWL_E_LIMIT;
    case AVERROR(EAGAIN):
    case AVERROR(EINPROGRESS): /* as bridge_io.c says it */
        return FWL_E_AGAIN;
    case AVERROR(ETIMEDOUT):
        return FWL_E_TIMEOUT;
    case AVERROR_EOF:
        return FWL_E_EOF;
    case AVERROR(EOPNOTSUPP):
    case AVERROR(ENOSYS):
    case AVERROR_PATCHWELCOME:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_MUXER_NOT_FOUND:
    case AVERROR_DECODER_NOT_FOUND:
    case AVERROR_ENCODER_NOT_FOUND:
    case AVERROR_FILTER_NOT_FOUND:
    case AVERROR_BSF_NOT_FOUND:
    case AVERROR_PROTOCOL_NOT_FOUND:
        return FWL_E_UNSUPPORTED;
    case AVERROR(EBUSY):
        return FWL_E_BUSY;
    case AVERROR(ECANCELED):
    case AVERROR_EXIT:
        return FWL_E_ABORTED;
    default:
        return averror >= -SYSTEM_ERROR_MAX ? FWL_E_IO : FWL_E_DATA;
    }
}

int fwl_av_error(int status)
{
    if (status >= 0)
        return status;
    switch (status) {
    case FWL_E_NOMEM:
        return AVERROR(ENOMEM);
    case FWL_E_INVALID:
        return AVERROR(EINVAL);
    case FWL_E_RANGE:
        return AVERROR(ERANGE);
    case FWL_E_LIMIT:
        return AVERROR(EDQUOT);
    case FWL_E_AGAIN:
        return AVERROR(EAGAIN);
    case FWL_E_TIMEOUT:
        return AVERROR(ETIMEDOUT);
    case FWL_E_EOF:
        return AVERROR_EOF;
    case FWL_E_DATA:
        return AVERROR_INVALIDDATA;
    case FWL_E_UNSUPPORTED:
        return AVERROR(EOPNOTSUPP);
    case FWL_E_BUSY:
        return AVERROR(EBUSY);
    case FWL_E_ABORTED:
        return AVERROR_EXIT;
    default:
        return AVERROR(EIO);
    }
}
