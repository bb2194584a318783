/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framewell play: the input is held in memory, a file as a mapping of its pages; pictures and sound
 * are decoded into frames of a pool, whose figures the player shows.
 */
#include "command/command.h"
#include "command/input_file.h"
#include "command/libav_log.h"
#include "command/output_file.h"
#include "command/play_args.h"
#include "command/play_overlay.h"
#include "command/play_screenshot.h"
#include "command/play_session.h"
#include "command/stderr_shield.h"
#include "command/stop_signals.h"

#include <string.h>
#include <unistd.h>

struct PlayJob {
    struct PlayArgs args;
    struct InputFile input;
    struct OutputFile screenshot;
    FwlPool *input_pool, *frame_pool;
    FwlIO *io;
    struct PlaySession session;
    struct PlayStatistics statistics;
    uint64_t live_before; /* blocks of the default pool when the job began */
};

static uint64_t live_blocks_of(FwlPool *pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool, &stats);
    return stats.allocation_count - stats.free_count;
}

static int create_pool(FwlPool **pool, const char *name)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = name;
    config.max_pool_size = FWL_POOL_SIZE_CGROUP;
    config.on_limit = FWL_LIMIT_FAIL;
    const int err = fwl_pool_create(pool, &config);
    return err == 0 ? EXIT_FINE
                    : fwl_cmd_fail(EXIT_MEMORY, "play", "%s: close other programs",
                                   fwl_status_text(err));
}

static int prepare(struct PlayJob *job)
{
    int code = create_pool(&job->input_pool, "input");
    if (code == EXIT_FINE)
        code = create_pool(&job->frame_pool, "frames");
    if (code == EXIT_FINE)
        code = fwl_input_open(&job->input, job->args.input);
    if (code == EXIT_FINE && job->args.screenshot)
        code = fwl_output_check(&job->screenshot, job->args.screenshot, job->args.may_overwrite,
                                &job->input.info);
    if (code == EXIT_FINE)
        code = fwl_input_hold(&job->input, job->input_pool, &job->io);
    return code;
}

/* What ended the player, to the outside. */
static int fail_player(const struct PlayJob *job, int status)
{
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return EXIT_BY_SIGNAL + caught;
    const char *name = job->input.name;
    if (status == FWL_E_NOMEM || status == FWL_E_LIMIT)
        return fwl_cmd_fail_memory(name);
    if (status == FWL_E_UNSUPPORTED)
        return fwl_cmd_fail(EXIT_DATA, name,
                            "holds no picture or sound that can be decoded; 'framewell probe' "
                            "tells what it holds");
    char detail[256];
    fwl_libav_take_error(NULL, detail, sizeof detail);
    return fwl_cmd_fail(status == FWL_E_IO ? EXIT_INPUT : EXIT_DATA, name, "%s%s%s%s",
                        status == FWL_E_DATA ? "is no media that can be played"
                                             : fwl_status_text(status),
                        detail[0] ? " (" : "", detail, detail[0] ? ")" : "");
}

/* Whether anything at all came of it. */
static int check_played(struct PlayJob *job)
{
    struct Player *player = &job->session.player;
    const int status = fwl_player_status(player);
    if (status < 0)
        return fail_player(job, status);
    const int caught = fwl_stop_signals_caught();
    if (caught)
        return EXIT_BY_SIGNAL + caught;
    if (job->statistics.frames == 0 && job->statistics.errors > 0)
        return fwl_cmd_fail(EXIT_DATA, job->input.name,
                            "nothing of it could be decoded: all of its packets are broken");
    return EXIT_FINE;
}

static int add_statistics(struct PlayJob *job, AVFrame *picture)
{
    AVFrame *box = fwl_play_session_write(&job->session, picture->width, picture->height);
    if (!box)
        return fwl_cmd_fail_memory(job->args.screenshot);
    fwl_play_overlay_blend(picture, box);
    av_frame_free(&box);
    return EXIT_FINE;
}

static int write_screenshot(struct PlayJob *job)
{
    if (!job->args.screenshot)
        return EXIT_FINE;
    if (!job->session.last)
        return fwl_cmd_fail(EXIT_DATA, job->input.name,
                            "no picture was shown, and %s is not written: %s", job->args.screenshot,
                            job->args.start_us > 0 ? "--start earlier"
                                                   : "name a file that has pictures");
    AVFrame *picture = NULL;
    int code = fwl_play_session_paint(&job->session, 1, 1, &picture);
    if (code == EXIT_FINE && job->session.shows_statistics)
        code = add_statistics(job, picture);
    if (code == EXIT_FINE)
        code = fwl_play_screenshot(&job->screenshot, job->input_pool, picture);
    av_frame_free(&picture);
    return code;
}

static int play(struct PlayJob *job)
{
    struct PlaySession *session = &job->session;
    session->args = &job->args;
    session->frames = session->painter.pool = job->frame_pool;
    session->input_size = (uint64_t)fwl_io_size(job->io);
    session->shows_statistics = job->args.shows_statistics;
    const struct PlayerConfig config = {
        .name = strcmp(job->args.input, "-") == 0 ? NULL : job->args.input,
        .pool = job->frame_pool,
        .threads = job->args.threads,
        .wants_sound = !job->args.has_no_audio,
        .is_looping = job->args.is_looping,
        .start_us = job->args.start_us,
    };
    const int err = fwl_player_open(&session->player, job->io, &config);
    int code = err < 0 ? fail_player(job, err) : EXIT_FINE;
    if (code == EXIT_FINE)
        code = job->args.is_headless ? fwl_play_headless(session) : fwl_play_window(session);
    fwl_play_statistics_take(&job->statistics, session);
    if (code == EXIT_FINE)
        code = check_played(job);
    if (code == EXIT_FINE)
        code = write_screenshot(job);
    av_frame_free(&session->last);
    fwl_play_painter_uninit(&session->painter);
    fwl_player_close(&session->player);
    return code;
}

/* Gives everything back. Returns how many blocks did not come back. */
static uint64_t finish(struct PlayJob *job)
{
    fwl_io_close(&job->io);
    fwl_input_close(&job->input);
    uint64_t leaked = live_blocks_of(NULL) - job->live_before;
    if (job->input_pool)
        leaked += live_blocks_of(job->input_pool);
    if (job->frame_pool)
        leaked += live_blocks_of(job->frame_pool);
    fwl_pool_destroy(&job->frame_pool);
    fwl_pool_destroy(&job->input_pool);
    return leaked;
}

/* What libav* is about to end the program for is an answer, too: it cannot be decoded. */
static const char *name_in_panic;

_Noreturn static void give_up(const char *words)
{
    _exit(fwl_cmd_fail(EXIT_DATA, name_in_panic, "libav* gave up: %s", words));
}

int fwl_cmd_play(int argc, char **argv)
{
    struct PlayJob job = {.input.descriptor = -1, .session.volume = 100};
    const int parsed = fwl_play_args_parse(&job.args, argc, argv);
    if (parsed != ARGS_GO_ON)
        return parsed;
    job.live_before = live_blocks_of(NULL);
    name_in_panic = job.args.input;
    fwl_libav_silence(give_up);
    fwl_stop_signals_catch();
    int code = prepare(&job);
    if (code == EXIT_FINE) {
        fwl_stderr_shield();
        code = play(&job);
        fwl_stderr_unshield();
    }
    const uint64_t leaked = finish(&job);
    if (job.args.wants_json && code == EXIT_FINE &&
        fwl_play_print_json(job.args.input, &job.statistics, leaked) < 0)
        code = fwl_cmd_fail_memory("--json");
    return fwl_cmd_finish_stdout(code);
}
