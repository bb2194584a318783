/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <limits.h>

#include "case.h"
#include "framewell/ffmpeg.h"

static void every_status_comes_back_from_its_averror(void)
{
#define THERE_AND_BACK(name, value, text)                                                          \
    assert_int_equal(fwl_av_status(fwl_av_error(FWL_E_##name)), FWL_E_##name);
    FWL_STATUS_LIST(THERE_AND_BACK)
#undef THERE_AND_BACK
}

static void success_stays_what_it_is(void)
{
    assert_int_equal(fwl_av_status(0), 0);
    assert_int_equal(fwl_av_status(42), 42);
    assert_int_equal(fwl_av_error(0), 0);
    assert_int_equal(fwl_av_error(INT_MAX), INT_MAX);
}

static void the_end_of_a_stream_is_averror_eof(void)
{
    assert_int_equal(fwl_av_error(FWL_E_EOF), AVERROR_EOF);
    assert_int_equal(fwl_av_status(AVERROR_EOF), FWL_E_EOF);
}

static void an_error_of_the_system_without_a_counterpart_is_io(void)
{
    assert_int_equal(fwl_av_status(AVERROR(ENOENT)), FWL_E_IO);
    assert_int_equal(fwl_av_status(AVERROR(ENOSPC)), FWL_E_IO);
    assert_int_equal(fwl_av_status(AVERROR(EIO)), FWL_E_IO);
}

static void an_error_of_libav_without_a_counterpart_is_data(void)
{
    assert_int_equal(fwl_av_status(AVERROR_BUG), FWL_E_DATA);
    assert_int_equal(fwl_av_status(AVERROR_STREAM_NOT_FOUND), FWL_E_DATA);
    assert_int_equal(fwl_av_status(INT_MIN), FWL_E_DATA);
}

static void what_is_not_there_is_unsupported(void)
{
    assert_int_equal(fwl_av_status(AVERROR_DECODER_NOT_FOUND), FWL_E_UNSUPPORTED);
    assert_int_equal(fwl_av_status(AVERROR_PATCHWELCOME), FWL_E_UNSUPPORTED);
    assert_int_equal(fwl_av_status(AVERROR(ENOSYS)), FWL_E_UNSUPPORTED);
}

static void a_number_that_is_no_status_is_eio(void)
{
    assert_int_equal(fwl_av_error(-7777), AVERROR(EIO));
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(every_status_comes_back_from_its_averror),
        CASE(success_stays_what_it_is),
        CASE(the_end_of_a_stream_is_averror_eof),
        CASE(an_error_of_the_system_without_a_counterpart_is_io),
        CASE(an_error_of_libav_without_a_counterpart_is_data),
        CASE(what_is_not_there_is_unsupported),
        CASE(a_number_that_is_no_status_is_eio),
    };
    return run_cases("ffmpeg_status", cases, sizeof cases / sizeof cases[0], argc, argv);
}
