/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One call from beginning to end: the options, the input, the tracks, packet by packet, the end of
 * each track, the trailer; and what is to be told about it, while it runs and afterwards.
 *
 * The caller's thread reads and decodes; what is behind the line (transcode_line) has a thread of
 * its own from the header on. Codecs and filters have theirs.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/pixdesc.h>
#include <libavutil/time.h>

#include "framewell/mem.h"
#include "transcode_job.h"

enum {
    TELL_MS = 100,      /* between two calls of the progress callback, where nobody says */
    LOOK_NS = 20000000, /* between two looks whether it is time, where nothing is read */
};

/* Failing */

static int fail(FwlJob *job, enum FwlTranscodeSide side, int status, const char *format,
                va_list args)
{
    FwlTranscodeResult *result = job->result;
    fwl_os_mutex_lock(&job->failing);
    if (result->status == 0) {
        result->status = status;
        result->side = side;
        vsnprintf(result->message, sizeof result->message, format, args);
    }
    status = result->status;
    fwl_os_mutex_unlock(&job->failing);
    return status;
}

int fwl_job_fail(FwlJob *job, enum FwlTranscodeSide side, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int result = fail(job, side, status, format, args);
    va_end(args);
    return result;
}

/* The budget seemed to be enough when it was divided. */
static int fail_used_up(FwlJob *job)
{
    enum { MIB = 1 << 20 };
    const double budget = (double)job->options->max_memory / MIB;
    const uint64_t enough = fwl_plan_enough(job);
    if (enough == 0)
        return fwl_job_fail(job, FWL_SIDE_MEMORY, FWL_E_LIMIT,
                            "the budget of %.1f MiB is used up: this input takes more", budget);
    job->memory.least = enough;
    return fwl_job_fail(job, FWL_SIDE_MEMORY, FWL_E_LIMIT,
                        "the budget of %.1f MiB is used up: this input takes more than its headers "
                        "say, try %llu MiB",
                        budget, (unsigned long long)((enough + MIB - 1) / MIB));
}

int fwl_job_fail_nomem(FwlJob *job)
{
    if (fwl_memory_is_budget_used_up(job))
        return fail_used_up(job);
    return fwl_job_fail(job, FWL_SIDE_MEMORY, FWL_E_NOMEM, "%s", fwl_status_text(FWL_E_NOMEM));
}

int fwl_job_fail_av(FwlJob *job, enum FwlTranscodeSide side, int averror, const char *format, ...)
{
    if (averror == AVERROR(ENOMEM))
        return fwl_job_fail_nomem(job);
    char what[128];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    /* Where nothing waits for anything, libav* says this of threads that the system refuses. */
    if (averror == AVERROR(EAGAIN))
        return fwl_job_fail(job, FWL_SIDE_MEMORY, FWL_E_NOMEM, "%s: no thread can be started",
                            what);
    return fwl_job_fail(job, side, fwl_av_status(averror), "%s: %s", what, av_err2str(averror));
}

const char *fwl_track_kind(const FwlTrack *track)
{
    return av_get_media_type_string(track->type);
}

/* Telling */

static uint64_t elapsed_ns(const FwlJob *job)
{
    return (uint64_t)(av_gettime_relative() - job->start_us) * 1000;
}

static double share_done(const FwlJob *job)
{
    const int64_t wanted = job->options->duration_us;
    const int64_t whole = job->input->duration - job->options->start_us;
    const int64_t duration = wanted > 0 && wanted < whole ? wanted : whole;
    if (job->input->duration > 0 && duration > 0 && job->last_ts != AV_NOPTS_VALUE)
        return (double)job->last_ts / (double)duration;
    const int64_t size = fwl_io_size(job->in);
    return size > 0 ? (double)fwl_io_tell(job->in) / (double)size : 0;
}

/* What the far half has done, asked where it has no thread. */
static FwlLineFigures figures_at_rest(const FwlJob *job)
{
    FwlLineFigures figures = {.position_us = job->position_us};
    for (size_t i = 0; i < job->track_count; i++) {
        if (job->tracks[i].type == AVMEDIA_TYPE_VIDEO && !job->tracks[i].is_copy)
            figures.video_frames = job->tracks[i].figures.frames;
    }
    return figures;
}

/* The callback's answer. */
static int tell(FwlJob *job, bool is_end)
{
    if (!job->progress_cb)
        return 0;
    FwlTranscodeMemory memory;
    fwl_memory_look(job, &memory);
    FwlLineMoment line;
    fwl_line_look(&job->line, &line);
    if (!job->line.items)
        line.figures = figures_at_rest(job);
    const double done = is_end ? 1 : share_done(job);
    const FwlTranscodeProgress progress = {
        .done = done < 0 ? 0 : (done > 1 ? 1 : done),
        .position_us = line.figures.position_us,
        .duration_us = job->input->duration > 0 ? job->input->duration : -1,
        .video_frames = line.figures.video_frames,
        .elapsed_ns = elapsed_ns(job),
        .memory = memory,
        .memory_peak = job->memory.peak,
        .memory_limit = job->options->max_memory,
        .packets = line.packets,
        .frames = line.frames,
    };
    return job->progress_cb(job->options->opaque, &progress);
}

static int tell_sometimes(FwlJob *job)
{
    const int answer = fwl_stop_heard(job->options->stop);
    if (answer != 0)
        return answer;
    const int64_t now = av_gettime_relative();
    const uint32_t wanted_ms = job->options->progress_ms;
    if (now - job->told_us < (int64_t)(wanted_ms ? wanted_ms : TELL_MS) * 1000)
        return 0;
    job->told_us = now;
    return tell(job, false);
}

static int fail_stopped(FwlJob *job, int status)
{
    return fwl_job_fail(job, FWL_SIDE_NONE, status, "stopped: %s", fwl_status_text(status));
}

/* The work */

static int make_packet(FwlJob *job)
{
    job->packet = av_packet_alloc();
    return job->packet ? 0 : fwl_job_fail_nomem(job);
}

static int open_track(FwlTrack *track)
{
    if (track->is_copy)
        return fwl_copy_open(track);
    if (track->type == AVMEDIA_TYPE_SUBTITLE)
        return fwl_subtitle_open(track);
    track->filtered = av_frame_alloc();
    return track->filtered ? fwl_decoder_open(track) : fwl_job_fail_nomem(track->job);
}

static int open_all(FwlJob *job)
{
    int status = fwl_job_check_options(job);
    if (status == 0)
        status = fwl_memory_open(job);
    if (status == 0)
        status = make_packet(job);
    if (status == 0)
        status = fwl_input_open(job);
    if (status == 0)
        status = fwl_output_open(job);
    if (status == 0)
        status = fwl_job_choose_tracks(job);
    if (status == 0)
        status = fwl_plan_make(job);
    if (status == 0)
        status = fwl_memory_divide(job);
    for (size_t i = 0; status == 0 && i < job->track_count; i++)
        status = open_track(&job->tracks[i]);
    return status;
}

static int handle_packet(FwlTrack *track, AVPacket *packet)
{
    if (track->is_abandoned || track->is_finished)
        return 0;
    if (track->is_copy)
        return fwl_copy_packet(track, packet);
    if (track->type == AVMEDIA_TYPE_SUBTITLE)
        return fwl_subtitle_convert(track, packet);
    return fwl_track_decode(track, packet);
}

/* All that options->duration_us asks for is there. Subtitles may be few: nothing waits for them. */
static bool is_all_finished(const FwlJob *job)
{
    bool has_other = false;
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        if (track->type == AVMEDIA_TYPE_SUBTITLE)
            continue;
        has_other = true;
        if (!track->is_finished && !track->is_abandoned)
            return false;
    }
    return has_other;
}

/* From the header on the two halves may run side by side. */
static void begin_line(FwlJob *job)
{
    if (job->has_begun || !job->is_header_written)
        return;
    job->has_begun = true;
    if (!job->plan.is_in_turn)
        fwl_line_start(job);
}

/* Until the input ends, there is enough of it, or the caller wants it to end. */
static int handle_packets(FwlJob *job)
{
    for (;;) {
        begin_line(job);
        FwlTrack *track;
        int status = fwl_input_read(job, &track);
        if (status == FWL_E_EOF)
            return 0;
        if (status == 0 && track)
            status = handle_packet(track, job->packet);
        av_packet_unref(job->packet);
        if (status < 0)
            return status;
        if (is_all_finished(job))
            return 0;
        const int answer = tell_sometimes(job);
        if (answer < 0)
            return fail_stopped(job, answer);
        if (answer > 0)
            return 0;
    }
}

static bool is_coded(const FwlTrack *track)
{
    return !track->is_copy && !track->is_abandoned && track->type != AVMEDIA_TYPE_SUBTITLE;
}

/* What decoder and filter hold goes to the encoder. */
static int end_track(FwlTrack *track)
{
    int status = fwl_track_decode(track, NULL);
    if (status == 0)
        status = fwl_filter_end(track);
    if (status == 0 && track->type == AVMEDIA_TYPE_VIDEO)
        status = fwl_line_send_end(track);
    return status;
}

static int end_tracks(FwlJob *job)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < job->track_count; i++) {
        if (is_coded(&job->tracks[i]))
            status = end_track(&job->tracks[i]);
    }
    return status;
}

/* The input is at its end: there is nothing more to end, but still a call to stop. */
static int tell_of_rest(FwlJob *job)
{
    const int answer = tell_sometimes(job);
    return answer < 0 ? fail_stopped(job, answer) : 0;
}

static int wait_for_line(FwlJob *job)
{
    int status = 0;
    while (status == 0 && !fwl_line_wait(&job->line, LOOK_NS))
        status = tell_of_rest(job);
    return status;
}

static int drain_encoders(FwlJob *job)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < job->track_count; i++) {
        if (is_coded(&job->tracks[i]))
            status = fwl_encoder_drain(&job->tracks[i], tell_of_rest);
    }
    return status;
}

/* An output without anything in it is no success. */
static int check_something_came(FwlJob *job)
{
    uint64_t frames = 0;
    uint64_t errors = 0;
    for (size_t i = 0; i < job->track_count; i++) {
        const FwlTrack *track = &job->tracks[i];
        frames += track->is_copy ? track->figures.packets_out : track->figures.frames;
        errors += track->figures.errors;
    }
    if (frames > 0 || (job->waiting_count > 0 && errors == 0))
        return 0;
    if (errors > 0)
        return fwl_job_fail(job, FWL_SIDE_DATA, FWL_E_DATA,
                            "nothing in the input could be decoded: %llu packets are broken",
                            (unsigned long long)errors);
    if (job->options->start_us > 0)
        return fwl_job_fail(
            job, FWL_SIDE_DATA, FWL_E_DATA,
            "the input holds nothing behind the start that is asked for: begin earlier");
    return fwl_job_fail(job, FWL_SIDE_DATA, FWL_E_DATA, "the input holds nothing to decode");
}

static int run(FwlJob *job)
{
    int status = open_all(job);
    if (status == 0)
        status = handle_packets(job);
    if (status == 0)
        status = end_tracks(job);
    if (status == 0)
        status = wait_for_line(job);
    status = fwl_line_stop(job, status);
    if (status == 0)
        status = check_something_came(job);
    if (status == 0)
        status = fwl_output_settle(job);
    if (status == 0)
        status = drain_encoders(job);
    if (status == 0)
        status = fwl_output_finish(job);
    if (status == 0)
        tell(job, true);
    return status;
}

/* The result */

static void name_format(char *to, size_t size, const FwlTrack *track)
{
    const AVCodecParameters *parameters = track->output->codecpar;
    const char *name = NULL;
    if (track->type == AVMEDIA_TYPE_VIDEO)
        name = av_get_pix_fmt_name(parameters->format);
    else if (track->type == AVMEDIA_TYPE_AUDIO)
        name = av_get_sample_fmt_name(parameters->format);
    snprintf(to, size, "%s", name ? name : "");
}

static void describe_track(FwlTrack *track)
{
    FwlTranscodeStream *figures = &track->figures;
    figures->kind = fwl_track_kind(track)[0];
    figures->is_copy = track->is_copy;
    figures->input_index = track->input->index;
    if (!track->is_copy && track->decoder)
        figures->decoder_threads = track->decoder->thread_count;
    snprintf(figures->input_codec, sizeof figures->input_codec, "%s",
             avcodec_get_name(track->input->codecpar->codec_id));
    if (!track->output)
        return;
    const AVCodecParameters *parameters = track->output->codecpar;
    snprintf(figures->output_codec, sizeof figures->output_codec, "%s",
             track->codec ? track->codec->name : avcodec_get_name(parameters->codec_id));
    name_format(figures->format, sizeof figures->format, track);
    figures->width = parameters->width;
    figures->height = parameters->height;
    figures->sample_rate = parameters->sample_rate;
    figures->channels = parameters->ch_layout.nb_channels;
}

static void describe_streams(FwlJob *job)
{
    FwlTranscodeResult *result = job->result;
    if (job->track_count == 0)
        return;
    result->streams = fwl_calloc(job->track_count, sizeof *result->streams);
    if (!result->streams) {
        fwl_job_fail_nomem(job);
        return;
    }
    result->stream_count = job->track_count;
    for (size_t i = 0; i < job->track_count; i++) {
        describe_track(&job->tracks[i]);
        result->streams[i] = job->tracks[i].figures;
    }
}

/* Of a stream whose length is not known: how far it has come. */
static uint64_t length(FwlIO *io)
{
    const int64_t size = fwl_io_size(io);
    return (uint64_t)(size >= 0 ? size : fwl_io_tell(io));
}

static void describe_memory(FwlJob *job)
{
    FwlTranscodeResult *result = job->result;
    FwlTranscodeMemory now;
    fwl_memory_look(job, &now);
    result->memory_peak = job->memory.peak;
    result->memory_limit = job->options->max_memory;
    result->memory_least = job->memory.least;
    result->packet_queue = job->line.packets;
    result->frame_queue = job->line.frames;
    result->wait_count = job->line.packets.wait_count + job->line.frames.wait_count;
    for (size_t i = 0; i < FWL_TRANSCODE_SIZE_COUNT; i++)
        result->size_counts[i] =
            job->memory.packet_counts[i] + atomic_load(&job->memory.frame_counts[i]);
}

static void describe_result(FwlJob *job)
{
    FwlTranscodeResult *result = job->result;
    result->bytes_in = length(job->in);
    result->bytes_out = length(job->out);
    result->duration_us = job->position_us;
    result->elapsed_ns = elapsed_ns(job);
    describe_memory(job);
    if (job->input)
        snprintf(result->input_format, sizeof result->input_format, "%s",
                 job->input->iformat->name);
    if (job->output)
        snprintf(result->output_format, sizeof result->output_format, "%s",
                 job->output->oformat->name);
    describe_streams(job);
}

/* The end */

static void close_track(FwlTrack *track)
{
    fwl_filter_uninit(&track->filter);
    av_frame_free(&track->decoded);
    av_frame_free(&track->filtered);
    av_frame_free(&track->previous);
    av_packet_free(&track->encoded);
    avcodec_free_context(&track->decoder);
    avcodec_free_context(&track->encoder);
}

static void close_all(FwlJob *job)
{
    for (int i = 0; i < job->waiting_count; i++)
        av_packet_free(&job->waiting[i]);
    av_freep(&job->waiting);
    for (size_t i = 0; i < job->track_count; i++)
        close_track(&job->tracks[i]);
    av_packet_free(&job->packet);
    fwl_av_close_output(&job->output);
    fwl_av_close_input(&job->input);
    fwl_source_close(job);
    /* Now that nothing is held any more: what is live in these figures is lost. */
    if (job->frames.pool)
        fwl_pool_get_stats(job->frames.pool, &job->result->frames);
    if (job->packets.pool)
        fwl_pool_get_stats(job->packets.pool, &job->result->packets);
    fwl_memory_close(job);
}

FwlTranscodeOptions fwl_transcode_options_default(void)
{
    return (FwlTranscodeOptions){.crf = -1};
}

int fwl_transcode(FwlIO *in, FwlIO *out, const FwlTranscodeOptions *options,
                  FwlTranscodeProgressCallback progress_cb, FwlTranscodeResult *result)
{
    FwlTranscodeResult unwanted;
    FwlJob job = {
        .options = options,
        .progress_cb = progress_cb,
        .result = result ? result : &unwanted,
        .in = in,
        .out = out,
        .start_us = av_gettime_relative(),
        .last_ts = AV_NOPTS_VALUE,
        .failing = FWL_MUTEX_INIT,
    };
    memset(job.result, 0, sizeof *job.result);
    if (!in || !out || !options)
        return fwl_job_fail(&job, FWL_SIDE_OPTIONS, FWL_E_INVALID, "an argument is NULL");
    run(&job);
    describe_result(&job);
    close_all(&job);
    const int status = job.result->status;
    if (!result)
        fwl_transcode_result_uninit(&unwanted);
    return status;
}

void fwl_transcode_result_uninit(FwlTranscodeResult *result)
{
    if (!result)
        return;
    fwl_freep(&result->streams);
    memset(result, 0, sizeof *result);
}
