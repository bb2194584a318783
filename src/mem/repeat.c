/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a copy takes a dozen cycles, three things count, in this order: that nothing is read which
 * several stores have only just written (such a load waits until they have left the store buffer),
 * how many branches are taken, and how many instructions there are. So what is short
 *
 *     - below 16 bytes reads no more than four at once, and first writes what it has read, as that
 *       is what the next call waits for;
 *     - where nothing is repeated is written in the pieces in which the next call reads it;
 *     - where something is, reads the pattern once, from before dst, and is written from both ends,
 *       by stores that may overlap:
 *
 *           | first       |
 *                    | last        |      last begins at the phase (size - 8) % period
 *
 *     - jumps as little as can be, has no stack frame, and leaves by a tail call what takes longer.
 *
 * bench/backptr_matrix.c measures every pair of a period and a size; it chose the limits below.
 */
#include "mem/repeat.h"

#include <stdbool.h>
#include <string.h>

#include "framewell/mem.h"

#define ALWAYS_INLINE __attribute__((always_inline)) inline
#define NOT_INLINE    __attribute__((noinline))

/* Not on the way of what is shortest. */
#define RARELY(condition) __builtin_expect((condition), 0)

enum {
    SHORT_SIZE_MAX = 15,
    EVEN_SIZE_MAX = 511, /* of periods 2 and 4 */
    THREE_SIZE_MAX = 47, /* of period 3; vectors are faster then */
    WORD_PERIOD_MAX = 7,
    /* From these on wide vectors are faster, though they take longer to be filled. */
    WIDE_SIZE_MIN = FWL_REPEAT_AVX512_SIZE_MIN,
    WIDE_PERIODS = 8, /* of more than 32 bytes: two stores for each are as good up to that */
    TABLE_SIZE_MIN = 512,
    /* What the first cache does not hold is written by memcpy, in pieces that it holds: the C
     * library knows which instructions of this CPU write without reading first. */
    LONG_SIZE_MIN = 48 << 10,
    LONG_PIECE = 16 << 10,
};

#define COPY_PIECE(type, dst, src)             \
    do {                                       \
        type piece_;                           \
        memcpy(&piece_, (src), sizeof piece_); \
        memcpy((dst), &piece_, sizeof piece_); \
        (dst) += sizeof piece_;                \
        (src) += sizeof piece_;                \
    } while (0)

/* Not a loop, or a compiler makes one piece of two where it finds that they do not overlap. */
static ALWAYS_INLINE void copy_pieces(uint8_t *dst, const uint8_t *src, size_t size)
{
    if (size >= 4)
        COPY_PIECE(uint32_t, dst, src);
    if (size >= 8)
        COPY_PIECE(uint32_t, dst, src);
    if (size >= 12)
        COPY_PIECE(uint32_t, dst, src);
    if (size & 2)
        COPY_PIECE(uint16_t, dst, src);
    if (size & 1)
        *dst = *src;
}

/* 4 to SHORT_SIZE_MAX bytes that do not overlap their source, in the pieces in which the next call
 * reads them where that goes on where this one ends. One jump, and the pieces of a known size. */
static ALWAYS_INLINE void copy_short(uint8_t *dst, const uint8_t *src, size_t size)
{
#define CASE(size)                   \
    case size:                       \
        copy_pieces(dst, src, size); \
        return
    switch (size) {
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
        CASE(14);
    default:
        copy_pieces(dst, src, SHORT_SIZE_MAX);
    }
#undef CASE
}

/* Up to three bytes, one by one: each may be of another store. */
static ALWAYS_INLINE void repeat_bytes(uint8_t *dst, const uint8_t *src, size_t size)
{
    dst[0] = src[0];
    if (size > 1)
        dst[1] = src[1];
    if (size > 2)
        dst[2] = src[2];
}

/* Each round copies what is there already, so that the repeated pattern doubles. */
void fwl_repeat_plain(uint8_t *dst, size_t period, size_t size)
{
    const uint8_t *const src = dst - period;
    size_t known = period;
    while (size > known) {
        fwl_repeat_copy(dst, src, known);
        dst += known;
        size -= known;
        known *= 2;
    }
    fwl_repeat_copy(dst, src, size);
}

/* What is shifted out is meant to be lost: a product may wrap, and becomes a shift again. */
static ALWAYS_INLINE uint64_t shift_up(uint64_t word, size_t bits)
{
    uint64_t shifted;
    (void)__builtin_mul_overflow(word, UINT64_C(1) << bits, &shifted);
    return shifted;
}

/* The first and the last bytes of what is to be written, one of the type to two. */
#define STORE_ENDS(type, dst, size, first, last)                     \
    do {                                                             \
        const type first_ = (type)(first), last_ = (type)(last);     \
        memcpy((dst), &first_, sizeof first_);                       \
        memcpy((dst) + (size) - sizeof last_, &last_, sizeof last_); \
    } while (0)

/*
 * Periods up to 7 as words, by a multiplication.
 *
 *     | a b c a b c a b |           each word begins with a whole pattern, and overwrites the last
 *                 | a b c a ...     bytes of the one before it
 */
static const uint8_t word_steps[] = {0, 8, 8, 6, 8, 5, 6, 7};

static ALWAYS_INLINE uint64_t repeated_word(const uint8_t *src, size_t period)
{
    static const uint64_t ones[] = {
        0,
        UINT64_C(0x0101010101010101),
        UINT64_C(0x0001000100010001),
        UINT64_C(0x0001000001000001),
        UINT64_C(0x0000000100000001),
        UINT64_C(0x0000010000000001),
        UINT64_C(0x0001000000000001),
        UINT64_C(0x0100000000000001),
    };
    uint64_t word; /* the product wraps where the last repetition is cut */
    (void)__builtin_mul_overflow(fwl_repeat_load(src, period), ones[period], &word);
    return word;
}

/* The word from a later phase on, below the step. */
static ALWAYS_INLINE uint64_t word_of_phase(uint64_t word, size_t step, size_t phase)
{
    return word >> 8 * phase | shift_up(shift_up(word, 8 * (step - phase - 1)), 8);
}

/* Sizes from 8. */
static void repeat_word(uint8_t *dst, size_t period, size_t size)
{
    const uint64_t word = repeated_word(dst - period, period);
    const size_t step = word_steps[period];
    for (; size >= sizeof word; size -= step) {
        memcpy(dst, &word, sizeof word);
        dst += step;
    }
    /* At least 8 - step are left, and the last word begins that many before the next pattern. */
    const uint64_t last = word_of_phase(word, step, size + step - sizeof last);
    memcpy(dst + size - sizeof last, &last, sizeof last);
}

/* Periods from half to twice that, two stores a period, always from the first pattern. */
static ALWAYS_INLINE void repeat_two(uint8_t *dst, size_t period, size_t size, size_t half)
{
    const uint8_t *const src = dst - period;
    uint8_t first[32], last[32];
    memcpy(first, src, half);
    memcpy(last, src + period - half, half);
    for (; size > period; size -= period) {
        memcpy(dst, first, half);
        memcpy(dst + period - half, last, half);
        dst += period;
    }
    fwl_repeat_copy(dst, src, size);
}

/* Periods from 2 to FWL_REPEAT_PERIOD_MAX. */
static NOT_INLINE void repeat_medium(uint8_t *dst, size_t period, size_t size)
{
    if (period <= WORD_PERIOD_MAX && FWL_REPEAT_HAS_WORDS)
        repeat_word(dst, period, size);
    else if (period < 8)
        fwl_repeat_plain(dst, period, size);
    else if (period <= 16)
        repeat_two(dst, period, size, 8);
    else if (period <= 32)
        repeat_two(dst, period, size, 16);
    else
        repeat_two(dst, period, size, 32);
}

/* Periods up to FWL_REPEAT_PERIOD_MAX, sizes from LONG_SIZE_MIN. */
static NOT_INLINE void repeat_long(uint8_t *dst, size_t period, size_t size)
{
    const size_t piece = LONG_PIECE - LONG_PIECE % period;
    const uint8_t *const src = dst;
    fwl_memcpy_backptr(dst, (int)period, (int)piece);
    for (dst += piece, size -= piece; size > piece; dst += piece, size -= piece)
        memcpy(dst, src, piece);
    memcpy(dst, src, size);
}

#if FWL_HAS_X86_VECTORS
/* Before anybody has asked what this CPU can. */
static NOT_INLINE void repeat_first(uint8_t *dst, size_t period, size_t size)
{
    fwl_cpu_detect();
    fwl_memcpy_backptr(dst, (int)period, (int)size);
}

/* Asking is a call, and none is to stand on the way: so what is known is looked at here. */
static ALWAYS_INLINE void repeat_by_vectors(uint8_t *dst, size_t period, size_t size)
{
    const unsigned features = atomic_load_explicit(&fwl_cpu_known_features, memory_order_relaxed);
    if (RARELY(features == 0))
        repeat_first(dst, period, size);
    else if (RARELY(!(features & FWL_CPU_AVX2)))
        repeat_medium(dst, period, size);
    else if (period <= FWL_REPEAT_ENDS_PERIOD_MAX && size <= FWL_REPEAT_ENDS_SIZE_MAX)
        fwl_repeat_ends_avx2(dst, period, size);
    else if (period > FWL_REPEAT_TWO_PERIOD_MIN && size <= WIDE_PERIODS * period)
        fwl_repeat_two_avx2(dst, period, size);
    else if ((features & FWL_CPU_AVX512) && size >= WIDE_SIZE_MIN)
        fwl_repeat_avx512(dst, period, size);
    else if (size >= TABLE_SIZE_MIN)
        fwl_repeat_avx2(dst, period, size);
    else
        repeat_medium(dst, period, size);
}
#else
static ALWAYS_INLINE void repeat_by_vectors(uint8_t *dst, size_t period, size_t size)
{
#if FWL_HAS_NEON
    if (size >= TABLE_SIZE_MIN) {
        fwl_repeat_neon(dst, period, size);
        return;
    }
#endif
    repeat_medium(dst, period, size);
}
#endif

/* Periods from 2, below the size, which is above SHORT_SIZE_MAX. */
static ALWAYS_INLINE void repeat_longer(uint8_t *dst, size_t period, size_t size)
{
    if (RARELY(period > FWL_REPEAT_PERIOD_MAX))
        fwl_repeat_plain(dst, period, size);
    else if (RARELY(size >= LONG_SIZE_MIN))
        repeat_long(dst, period, size);
    else
        repeat_by_vectors(dst, period, size);
}

static ALWAYS_INLINE uint32_t load_4(const uint8_t *src)
{
    uint32_t word;
    memcpy(&word, src, sizeof word);
    return word;
}

static ALWAYS_INLINE void store_4(uint8_t *dst, uint32_t word)
{
    memcpy(dst, &word, sizeof word);
}

static ALWAYS_INLINE void store_8(uint8_t *dst, uint64_t word)
{
    memcpy(dst, &word, sizeof word);
}

/* Periods 4 to 7, sizes 5 to 7: the last word are last bytes of the pattern, and its first ones. */
static ALWAYS_INLINE void repeat_below_8(uint8_t *dst, size_t period, size_t size)
{
    const uint64_t first = load_4(dst - period), last = load_4(dst - 4);
    store_4(dst, (uint32_t)first);
    store_4(dst + size - 4, (uint32_t)((last | first << 32) >> 8 * (size - period)));
}

/* Periods 5 to 7, sizes 8 to 15. */
static ALWAYS_INLINE void repeat_short_word(uint8_t *dst, size_t period, size_t size)
{
    const uint64_t word = repeated_word(dst - period, period);
    const size_t step = word_steps[period];
    const size_t phase = size - 8 < step ? size - 8 : size - 8 - step;
    store_8(dst, word);
    store_8(dst + size - 8, word_of_phase(word, step, phase));
}

/*
 * Periods from 8, sizes to 15. Stored between the loads, or a compiler makes one of two.
 *
 *     | first   | second  |                  the pattern: from its beginning, and to its end
 *           | third   | fourth  |
 *                           | again |        what is over: from 4 on it needs the beginning alone
 */
static ALWAYS_INLINE void repeat_below_16(uint8_t *dst, size_t period, size_t size)
{
    const size_t over = size - period;
    const uint64_t first = load_4(dst - period);
    store_4(dst, (uint32_t)first);
    const uint64_t second = load_4(dst - period + 4);
    store_4(dst + 4, (uint32_t)second);
    uint64_t fourth = second;
    if (period > 8) {
        store_4(dst + period - 8, load_4(dst - 8));
        fourth = load_4(dst - 4);
        store_4(dst + period - 4, (uint32_t)fourth);
    }
    if (over < 4) {
        store_4(dst + size - 4, (uint32_t)((fourth | first << 32) >> 8 * over));
        return;
    }
    store_4(dst + period, (uint32_t)first);
    store_4(dst + size - 4, (uint32_t)((first | second << 32) >> 8 * (over - 4)));
}

/* Words, as they are, not vectors made of them: those are there later, and cross more lines. */
static ALWAYS_INLINE void store_32(uint8_t *dst, uint64_t word)
{
    for (int i = 0; i < 32; i += 8) {
        store_8(dst + i, word);
        __asm__("" : "+r"(word));
    }
}

/* Periods 2 and 4 as a word of eight, sizes from 32. */
static NOT_INLINE void repeat_even_long(uint8_t *dst, uint64_t eight, size_t size)
{
    uint8_t *const end = dst + size;
    for (; size >= 32; size -= 32) {
        store_32(dst, eight);
        dst += 32;
    }
    if (size == 0)
        return;
    const size_t over = 8 * (size % 4);
    store_32(end - 32, eight >> over | shift_up(shift_up(eight, 32 - over), 32));
}

/* Periods 2 and 4 as a word of four. What is short is not a loop: each round would be a jump. */
static ALWAYS_INLINE void repeat_even(uint8_t *dst, uint32_t four, size_t size)
{
    const uint64_t eight = four | (uint64_t)four << 32;
    if (RARELY(size >= 32)) {
        repeat_even_long(dst, eight, size);
        return;
    }
    store_4(dst, four);
    if (size >= 8)
        store_4(dst + 4, four);
    if (size >= 12)
        store_4(dst + 8, four);
    if (size >= 16)
        store_4(dst + 12, four);
    if (size >= 20)
        store_4(dst + 16, four);
    if (size >= 24)
        store_4(dst + 20, four);
    if (size >= 28)
        store_4(dst + 24, four);
    if (size % 4 != 0)
        store_4(dst + size - 4, (uint32_t)(eight >> 8 * (size % 4)));
}

static ALWAYS_INLINE uint8_t *store_12(uint8_t *dst, uint32_t first, uint32_t second,
                                       uint32_t third)
{
    store_4(dst, first);
    store_4(dst + 4, second);
    store_4(dst + 8, third);
    return dst + 12;
}

/*
 * Period 3, sizes from 4 to THREE_SIZE_MAX: words of four bytes, as those are there soonest.
 *
 *     | a b c a | b c a b | c a b c | a b c a |
 *                                     | b c a b |      the last one ends where the memory does
 */
static ALWAYS_INLINE void repeat_three(uint8_t *dst, size_t size)
{
    static const uint8_t last_shift[12] = {0, 0, 8, 16, 0, 8, 16, 0, 0, 16, 0, 8};
    const uint64_t once = dst[-3] | (uint64_t)dst[-2] << 8 | (uint64_t)dst[-1] << 16;
    const uint64_t twice = once | once << 24;
    const uint32_t abca = (uint32_t)twice, bcab = (uint32_t)(twice >> 8);
    const uint32_t cabc = (uint32_t)(twice >> 16);
    uint8_t *const end = dst + size;
    if (size >= 12)
        dst = store_12(dst, abca, bcab, cabc);
    if (size >= 24)
        dst = store_12(dst, abca, bcab, cabc);
    if (size >= 36)
        dst = store_12(dst, abca, bcab, cabc);
    const size_t rest = (size_t)(end - dst);
    if (rest >= 4)
        store_4(dst, abca);
    if (rest >= 8)
        store_4(dst + 4, bcab);
    if (rest % 4 != 0)
        store_4(end - 4, (uint32_t)(twice >> last_shift[rest]));
}

static ALWAYS_INLINE uint32_t load_2_twice(const uint8_t *src)
{
    uint16_t two;
    memcpy(&two, src, sizeof two);
    return two | (uint32_t)two << 16;
}

/* Periods from 2, sizes from 4 and above the period. */
static ALWAYS_INLINE void repeat(uint8_t *dst, size_t period, size_t size)
{
    if (RARELY(period == 3) && size <= THREE_SIZE_MAX)
        repeat_three(dst, size);
    else if (RARELY(period == 2) && size <= EVEN_SIZE_MAX)
        repeat_even(dst, load_2_twice(dst - 2), size);
    else if (RARELY(period == 4) && size <= EVEN_SIZE_MAX)
        repeat_even(dst, load_4(dst - 4), size);
    else if (RARELY(size > SHORT_SIZE_MAX))
        repeat_longer(dst, period, size);
    else if (period >= 8)
        repeat_below_16(dst, period, size);
    else if (size < 8)
        repeat_below_8(dst, period, size);
    else
        repeat_short_word(dst, period, size);
}

/* At the beginning of a cache line, as the first branches decide how long the shortest take. */
__attribute__((aligned(64))) void fwl_memcpy_backptr(uint8_t *dst, int back, int cnt)
{
    if (RARELY(back <= 0 || cnt <= 0))
        return;
    const size_t period = (size_t)back, size = (size_t)cnt;
    if (RARELY(period == 1))
        memset(dst, dst[-1], size);
    else if (RARELY(size < 4))
        repeat_bytes(dst, dst - period, size);
    else if (RARELY(size > period))
        FWL_REPEAT_HAS_WORDS ? repeat(dst, period, size) : fwl_repeat_plain(dst, period, size);
    else if (RARELY(size > SHORT_SIZE_MAX))
        fwl_repeat_copy(dst, dst - period, size);
    else
        copy_short(dst, dst - period, size);
}
