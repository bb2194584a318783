/* SPDX-License-Identifier: BSD-2-Clause */
/* The order and the bounds of what waits between the player's threads. */
#include "case.h"

#include "command/play_ring.h"

static int things[PLAY_RING_COUNT_MAX + 1];
static int ended;

static void count_end(void *thing)
{
    assert_non_null(thing);
    ended++;
}

static struct PlayRing *empty_ring(void)
{
    static struct PlayRing ring;
    ring = (struct PlayRing){.max_count = 3, .max_size = 100, .destroy = count_end};
    ended = 0;
    return &ring;
}

static void what_went_in_first_comes_out_first(void)
{
    struct PlayRing *ring = empty_ring();
    for (int i = 0; i < 3 * PLAY_RING_COUNT_MAX; i += 2) {
        fwl_play_ring_push(ring, &things[0], 1);
        fwl_play_ring_push(ring, &things[1], 1);
        assert_ptr_equal(fwl_play_ring_peek(ring)->thing, &things[0]);
        assert_ptr_equal(fwl_play_ring_pop(ring), &things[0]);
        assert_ptr_equal(fwl_play_ring_pop(ring), &things[1]);
    }
    assert_null(fwl_play_ring_peek(ring));
    assert_int_equal(ring->size, 0);
}

static void items_behind_the_first_are_seen(void)
{
    struct PlayRing *ring = empty_ring();
    ring->first = PLAY_RING_COUNT_MAX - 1;
    fwl_play_ring_push(ring, &things[0], 1);
    fwl_play_ring_push(ring, &things[1], 1);
    assert_ptr_equal(fwl_play_ring_at(ring, 0)->thing, &things[0]);
    assert_ptr_equal(fwl_play_ring_at(ring, 1)->thing, &things[1]);
}

static void there_is_room_up_to_both_bounds(void)
{
    struct PlayRing *ring = empty_ring();
    fwl_play_ring_push(ring, &things[0], 60);
    assert_true(fwl_play_ring_has_room(ring, 40));
    assert_false(fwl_play_ring_has_room(ring, 41));
    fwl_play_ring_push(ring, &things[1], 20);
    fwl_play_ring_push(ring, &things[2], 1);
    assert_false(fwl_play_ring_has_room(ring, 0));
    assert_int_equal(ring->size, 81);
}

static void an_empty_ring_has_room_for_what_is_too_large(void)
{
    struct PlayRing *ring = empty_ring();
    assert_true(fwl_play_ring_has_room(ring, 1000));
    fwl_play_ring_push(ring, &things[0], 1000);
    assert_false(fwl_play_ring_has_room(ring, 0));
    assert_int_equal(ring->peak_size, 1000);
}

static void clearing_ends_every_item_but_the_mark_of_the_end(void)
{
    struct PlayRing *ring = empty_ring();
    fwl_play_ring_push(ring, &things[0], 10);
    fwl_play_ring_push(ring, &things[1], 10);
    fwl_play_ring_push(ring, NULL, 0);
    fwl_play_ring_clear(ring);
    assert_int_equal(ended, 2);
    assert_int_equal(ring->count, 0);
    assert_int_equal(ring->size, 0);
    assert_int_equal(ring->peak_size, 20);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(what_went_in_first_comes_out_first),
        CASE(items_behind_the_first_are_seen),
        CASE(there_is_room_up_to_both_bounds),
        CASE(an_empty_ring_has_room_for_what_is_too_large),
        CASE(clearing_ends_every_item_but_the_mark_of_the_end),
    };
    return run_cases("play_ring", cases, sizeof cases / sizeof cases[0], argc, argv);
}
