/* SPDX-License-Identifier: BSD-2-Clause */
/* Which picture is seen when, of a player without threads: what its rings hold is put there here.
 */
#include "case.h"

#include "command/play_compat.h"
#include "command/play_pace.h"

#define MS     ((int64_t)1000)
#define SECOND (1000 * MS)

static void end_frame(void *frame)
{
    AVFrame *last = frame;
    av_frame_free(&last);
}

/* Packets are numbers here: nobody looks into them. */
static void end_nothing(void *packet)
{
    (void)packet;
}

struct Stage {
    struct Player player;
    struct PlayRing rings[4];
};

static void init_track(struct Stage *stage, struct PlayTrack *track, struct PlayRing *rings,
                       size_t frames_max)
{
    track->player = &stage->player;
    track->is_used = true;
    rings[0] = (struct PlayRing){.max_count = 2, .max_size = SIZE_MAX, .destroy = end_nothing};
    rings[1] =
        (struct PlayRing){.max_count = frames_max, .max_size = SIZE_MAX, .destroy = end_frame};
    track->packets = &rings[0];
    track->frames = &rings[1];
}

static struct Player *open_stage(struct Stage *stage, bool has_sound)
{
    stage->player = (struct Player){0};
    pthread_mutex_init(&stage->player.mutex, NULL);
    pthread_cond_init(&stage->player.changed, NULL);
    init_track(stage, &stage->player.picture, &stage->rings[0], PLAYER_PICTURES_MAX);
    init_track(stage, &stage->player.sound, &stage->rings[2], PLAY_RING_COUNT_MAX);
    stage->player.sound.is_used = has_sound;
    return &stage->player;
}

static void close_stage(void *stage)
{
    for (int i = 0; i < 4; i++)
        fwl_play_ring_clear(&((struct Stage *)stage)->rings[i]);
}

/* A frame of 40 ms waits to be taken. */
static void bring(struct PlayTrack *track, int64_t pts_us)
{
    AVFrame *frame = need(av_frame_alloc());
    frame->pts = pts_us;
    fwl_play_set_duration(frame, 40 * MS);
    fwl_play_ring_push(track->frames, frame, 1);
}

static void fill_packets(struct PlayTrack *track)
{
    static int packet;
    while (track->packets->count < track->packets->max_count)
        fwl_play_ring_push(track->packets, &packet, 1);
}

static void run_clock(struct Player *player, int64_t position_us)
{
    fwl_play_clock_set(&player->clock, position_us, 0);
    fwl_play_clock_start(&player->clock, 0);
}

static void expect_taken(struct Player *player, int64_t now_us, int64_t pts_us)
{
    AVFrame *taken = fwl_play_pace_take(player, now_us);
    assert_non_null(taken);
    const int64_t pts = taken->pts;
    av_frame_free(&taken);
    assert_int_equal(pts, pts_us);
}

static void expect_none(struct Player *player, int64_t now_us)
{
    assert_null(fwl_play_pace_take(player, now_us));
}

static void time_begins_with_the_first_picture(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, true);
    later(close_stage, &stage);
    player->is_fresh = true;
    expect_none(player, 0);
    assert_false(player->clock.is_running);
    bring(&player->picture, 80 * MS);
    expect_taken(player, 500 * MS, 80 * MS);
    assert_int_equal(fwl_play_clock_position(&player->clock, 510 * MS), 90 * MS);
}

static void the_first_picture_is_shown_during_the_pause(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    player->is_fresh = player->is_paused = true;
    bring(&player->picture, 80 * MS);
    bring(&player->picture, 120 * MS);
    expect_taken(player, 0, 80 * MS);
    expect_none(player, 900 * MS);
    player->is_paused = false;
    fwl_player_go_on(player, SECOND);
    expect_taken(player, SECOND + 40 * MS, 120 * MS);
}

static void a_picture_waits_for_its_moment(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    run_clock(player, 0);
    bring(&player->picture, 40 * MS);
    expect_none(player, 39 * MS);
    assert_int_equal(fwl_play_pace_wait(player, 39 * MS), MS);
    expect_taken(player, 40 * MS, 40 * MS);
}

static void of_those_that_are_due_the_last_is_seen(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    run_clock(player, 0);
    for (int i = 0; i < 4; i++)
        bring(&player->picture, i * 40 * MS);
    expect_taken(player, 100 * MS, 80 * MS);
    assert_int_equal(player->picture.dropped, 2);
}

/* It is seen, and time stops until the ring is full again: sound is silent as long. */
static void a_picture_that_is_much_too_late_stops_the_time(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, true);
    later(close_stage, &stage);
    run_clock(player, 3 * SECOND);
    bring(&player->picture, SECOND);
    expect_taken(player, 0, SECOND);
    assert_int_equal(fwl_play_clock_position(&player->clock, SECOND), SECOND);
    for (int i = 1; i < 4; i++)
        bring(&player->picture, SECOND + i * 40 * MS);
    expect_none(player, SECOND);
    assert_false(player->clock.is_running);
    bring(&player->picture, SECOND + 160 * MS);
    expect_none(player, 2 * SECOND);
    expect_taken(player, 2 * SECOND + 40 * MS, SECOND + 40 * MS);
}

static void everything_far_ahead_makes_time_leap(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, true);
    later(close_stage, &stage);
    run_clock(player, 0);
    bring(&player->picture, 3600 * SECOND + 40 * MS);
    expect_none(player, 0); /* sound may come that is earlier */
    assert_int_equal(fwl_play_clock_position(&player->clock, 0), 0);
    bring(&player->sound, 3600 * SECOND);
    expect_none(player, 0);
    expect_taken(player, 40 * MS, 3600 * SECOND + 40 * MS);
}

static void a_slow_row_of_pictures_makes_no_time_leap(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    run_clock(player, 0);
    bring(&player->picture, 60 * SECOND);
    expect_none(player, 0);
    assert_int_equal(fwl_play_clock_position(&player->clock, 0), 0);
}

static void pictures_that_leap_back_wait_for_the_sound(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, true);
    later(close_stage, &stage);
    run_clock(player, 5 * SECOND);
    bring(&player->picture, 5 * SECOND);
    bring(&player->picture, 0);
    expect_taken(player, 0, 5 * SECOND);
    expect_none(player, 100 * MS);
    fwl_play_clock_set(&player->clock, 0, 200 * MS); /* what the loudspeaker does */
    expect_taken(player, 200 * MS, 0);
    assert_int_equal(player->picture.dropped, 0);
}

static void pictures_that_leap_back_take_a_silent_clock_along(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    run_clock(player, 5 * SECOND);
    bring(&player->picture, 5 * SECOND);
    bring(&player->picture, 0);
    expect_taken(player, 0, 5 * SECOND);
    expect_taken(player, 40 * MS, 0);
    assert_int_equal(fwl_play_clock_position(&player->clock, 40 * MS), 0);
}

/* The reader waits for room in the sound's packets, and nobody takes sound while time stands. */
static void time_begins_without_a_picture_that_cannot_come(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, true);
    later(close_stage, &stage);
    player->is_fresh = true;
    bring(&player->sound, 0);
    expect_none(player, 0);
    assert_false(player->clock.is_running);
    fill_packets(&player->sound);
    expect_none(player, 0);
    assert_true(player->clock.is_running);
}

static void the_last_picture_stays_as_long_as_it_should(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    run_clock(player, 0);
    bring(&player->picture, 0);
    bring(&player->picture, 40 * MS);
    fwl_play_ring_push(player->picture.frames, NULL, 0);
    expect_taken(player, 45 * MS, 40 * MS);
    expect_none(player, 45 * MS);
    assert_false(fwl_play_pace_is_over(player, 79 * MS));
    assert_int_equal(fwl_play_pace_wait(player, 79 * MS), MS);
    assert_true(fwl_play_pace_is_over(player, 80 * MS));
}

static void the_only_picture_stays(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    player->is_fresh = true;
    bring(&player->picture, 0);
    fwl_play_ring_push(player->picture.frames, NULL, 0);
    expect_taken(player, 0, 0);
    expect_none(player, 0);
    assert_false(fwl_play_pace_is_over(player, 3600 * SECOND));
    player->config.is_looping = true;
    assert_true(fwl_play_pace_is_over(player, 3600 * SECOND));
}

static void a_round_follows_the_other(void)
{
    struct Stage stage;
    struct Player *player = open_stage(&stage, false);
    later(close_stage, &stage);
    run_clock(player, 0);
    bring(&player->picture, 0);
    fwl_play_ring_push(player->picture.frames, NULL, 0);
    bring(&player->picture, 0);
    expect_taken(player, 0, 0);
    expect_none(player, 40 * MS);
    assert_true(fwl_player_is_ended(player));
    fwl_player_next_round(player);
    assert_false(fwl_player_is_ended(player));
    expect_taken(player, 41 * MS, 0);
    assert_int_equal(fwl_play_clock_position(&player->clock, 51 * MS), 10 * MS);
}

/* Sound has met its end, which is at a second. */
static struct Player *open_seam(struct Stage *stage, int64_t pictures_end_us)
{
    struct Player *player = open_stage(stage, true);
    player->config.is_looping = true;
    player->picture.last_end_us = pictures_end_us;
    fwl_play_ring_push(player->picture.frames, NULL, 0);
    player->sound.last_end_us = SECOND;
    fwl_play_ring_push(player->sound.frames, NULL, 0);
    fwl_player_peek(&player->sound);
    return player;
}

static void sound_goes_on_with_the_next_round_and_time_follows(void)
{
    struct Stage stage;
    struct Player *player = open_seam(&stage, SECOND - 20 * MS);
    later(close_stage, &stage);
    bring(&player->sound, 0);
    run_clock(player, 0);
    assert_true(fwl_player_turn_sound(player));
    assert_false(fwl_player_turn_sound(player)); /* one round ahead is enough */
    assert_int_equal(fwl_player_peek(&player->sound)->pts, 0);
    expect_none(player, SECOND - MS);
    assert_false(fwl_play_pace_is_over(player, SECOND - MS));
    assert_true(fwl_play_pace_is_over(player, SECOND));
    fwl_player_next_round(player);
    assert_int_equal(player->sound_ahead_us, 0);
    assert_int_equal(player->clock.at_us, player->clock.since_us - SECOND);
    assert_true(player->clock.is_running);
}

static void sound_waits_for_pictures_that_go_on_without_it(void)
{
    struct Stage stage;
    struct Player *player = open_seam(&stage, 2 * SECOND);
    later(close_stage, &stage);
    assert_false(fwl_player_turn_sound(player));
    player->picture.last_end_us = SECOND;
    player->config.is_looping = false;
    assert_false(fwl_player_turn_sound(player));
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(time_begins_with_the_first_picture),
        CASE(the_first_picture_is_shown_during_the_pause),
        CASE(a_picture_waits_for_its_moment),
        CASE(of_those_that_are_due_the_last_is_seen),
        CASE(a_picture_that_is_much_too_late_stops_the_time),
        CASE(everything_far_ahead_makes_time_leap),
        CASE(a_slow_row_of_pictures_makes_no_time_leap),
        CASE(pictures_that_leap_back_wait_for_the_sound),
        CASE(pictures_that_leap_back_take_a_silent_clock_along),
        CASE(time_begins_without_a_picture_that_cannot_come),
        CASE(the_last_picture_stays_as_long_as_it_should),
        CASE(the_only_picture_stays),
        CASE(a_round_follows_the_other),
        CASE(sound_goes_on_with_the_next_round_and_time_follows),
        CASE(sound_waits_for_pictures_that_go_on_without_it),
    };
    return run_cases("play_pace", cases, sizeof cases / sizeof cases[0], argc, argv);
}
