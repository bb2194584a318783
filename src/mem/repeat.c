/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a copy takes a dozen cycles, three things count, in this order: that nothing is read which
 * several stores have only just written (such a load waits until they have left the store buffer),
 * how many branches are taken, and how many instructions there are. So what is short
 *
 *     - reads the pattern once, from before dst, and repeats it in registers;
 *     - is written from both ends, by two stores that may overlap, rather than by pieces:
 *
 *           | first       |
 *                    | last        |      last begins at the phase (size - 8) % period
 *
 *     - has no table of jumps and no stack frame, and leaves by a tail call what takes longer.
 *
 * bench/backptr_matrix.c measures every pair of a period and a size; it chose the limits below.
 */
#include "mem/repeat.h"

#include <stdbool.h>
#include <string.h>

#include "framewell/mem.h"

#define ALWAYS_INLINE __attribute__((always_inline)) inline
#define NOT_INLINE    __attribute__((noinline))

enum {
    WORD_PERIOD_MAX = 7,
    EVEN_SIZE_MAX = 64, /* of periods 2 and 4; wider vectors are faster then */
    /* From these on the wide vectors are faster, though they take longer to be filled. */
    WIDE_SIZE_MIN = FWL_REPEAT_AVX512_SIZE_MIN,
    WIDE_SIZE_MIN_LONG = 257, /* of periods above 32: two stores a period are as good before */
    TABLE_SIZE_MIN = 512,
};

/* Sizes from one of the type to two: all is read before anything is written. */
#define COPY_ENDS(type, dst, src, size)                              \
    do {                                                             \
        type first_, last_;                                          \
        memcpy(&first_, (src), sizeof first_);                       \
        memcpy(&last_, (src) + (size) - sizeof last_, sizeof last_); \
        memcpy((dst), &first_, sizeof first_);                       \
        memcpy((dst) + (size) - sizeof last_, &last_, sizeof last_); \
    } while (0)

struct Bytes16 {
    uint8_t byte[16];
};
struct Bytes32 {
    uint8_t byte[32];
};

/* Bytes that do not overlap their source. */
static ALWAYS_INLINE void copy(uint8_t *dst, const uint8_t *src, size_t size)
{
    if (size >= 16) {
        if (size <= 32)
            COPY_ENDS(struct Bytes16, dst, src, size);
        else if (size <= 64)
            COPY_ENDS(struct Bytes32, dst, src, size);
        else
            memcpy(dst, src, size);
    } else if (size >= 8) {
        COPY_ENDS(uint64_t, dst, src, size);
    } else if (size >= 4) {
        COPY_ENDS(uint32_t, dst, src, size);
    } else if (size >= 2) {
        COPY_ENDS(uint16_t, dst, src, size);
    } else {
        *dst = *src;
    }
}

/* Each round copies what is there already, so that the repeated pattern doubles. */
void fwl_repeat_plain(uint8_t *dst, size_t period, size_t size)
{
    const uint8_t *const src = dst - period;
    size_t known = period;
    while (size > known) {
        copy(dst, src, known);
        dst += known;
        size -= known;
        known *= 2;
    }
    copy(dst, src, size);
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

/* Sizes above the period, and both from one of the type to less than two: the last bytes are the
 * last ones of the pattern, followed by its first ones. */
#define REPEAT_ENDS(type, dst, period, size)                                           \
    do {                                                                               \
        type pattern_, tail_;                                                          \
        const size_t over_ = 8 * ((size) - (period));                                  \
        memcpy(&pattern_, (dst) - (period), sizeof pattern_);                          \
        memcpy(&tail_, (dst) - sizeof tail_, sizeof tail_);                            \
        tail_ = (type)(tail_ >> over_ | shift_up(pattern_, 8 * sizeof tail_ - over_)); \
        STORE_ENDS(type, dst, size, pattern_, tail_);                                  \
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

/* Sizes up to 15. */
static ALWAYS_INLINE void repeat_short_word(uint8_t *dst, size_t period, size_t size)
{
    const uint64_t word = repeated_word(dst - period, period);
    if (size >= 8) {
        const size_t step = word_steps[period];
        const size_t phase = size - 8 < step ? size - 8 : size - 8 - step;
        STORE_ENDS(uint64_t, dst, size, word, word_of_phase(word, step, phase));
    } else if (size >= 4) {
        STORE_ENDS(uint32_t, dst, size, word, word >> 8 * (size - 4));
    } else {
        STORE_ENDS(uint16_t, dst, size, word, word >> 8 * (size - 2));
    }
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

/* Periods 2 and 4, sizes from 8: the last word is the first one turned. */
static NOT_INLINE void repeat_even(uint8_t *dst, size_t period, size_t size)
{
    uint16_t two;
    uint32_t four;
    if (period == 2) {
        memcpy(&two, dst - 2, sizeof two);
        four = two * 0x10001u;
    } else {
        memcpy(&four, dst - 4, sizeof four);
    }
    const uint64_t first = (uint64_t)four << 32 | four;
    const size_t turn = 8 * (size & 3);
    const uint64_t last = first >> turn | shift_up(shift_up(first, 56 - turn), 8);
    if (size <= 16) {
        STORE_ENDS(uint64_t, dst, size, first, last);
        return;
    }
    for (uint8_t *end = dst + size - 16;; end -= 16) {
        memcpy(dst, &first, sizeof first);
        memcpy(end + 8, &last, sizeof last);
        memcpy(dst + 8, &first, sizeof first);
        memcpy(end, &last, sizeof last);
        dst += 16;
        if (dst >= end)
            return;
    }
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
    copy(dst, src, size);
}

/* Periods from 2 to FWL_REPEAT_PERIOD_MAX. */
static void repeat_medium(uint8_t *dst, size_t period, size_t size)
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

/* Periods from 2, below the size, which is 16 at least. */
static NOT_INLINE void repeat_long(uint8_t *dst, size_t period, size_t size)
{
    if (period > FWL_REPEAT_PERIOD_MAX) {
        fwl_repeat_plain(dst, period, size);
        return;
    }
#if FWL_HAS_X86_VECTORS
    const unsigned features = fwl_cpu_features();
    if ((features & FWL_CPU_AVX512) && size >= (period > 32 ? WIDE_SIZE_MIN_LONG : WIDE_SIZE_MIN))
        fwl_repeat_avx512(dst, period, size);
    else if ((features & FWL_CPU_AVX2) && size >= TABLE_SIZE_MIN)
        fwl_repeat_avx2(dst, period, size);
    else
        repeat_medium(dst, period, size);
#elif FWL_HAS_NEON
    if (size >= TABLE_SIZE_MIN)
        fwl_repeat_neon(dst, period, size);
    else
        repeat_medium(dst, period, size);
#else
    repeat_medium(dst, period, size);
#endif
}

/* False where that is not for this CPU, and where nobody has asked yet what it can: repeat_long
 * will. Not a call there, as it is a matter of a few cycles. */
static ALWAYS_INLINE bool is_repeated_from_ends(uint8_t *dst, size_t period, size_t size)
{
#if FWL_HAS_X86_VECTORS
    const unsigned features = atomic_load_explicit(&fwl_cpu_known_features, memory_order_relaxed);
    if ((features & FWL_CPU_AVX2) && period <= FWL_REPEAT_ENDS_PERIOD_MAX &&
        size <= FWL_REPEAT_ENDS_SIZE_MAX) {
        fwl_repeat_ends_avx2(dst, period, size);
        return true;
    }
#endif
    (void)dst, (void)period, (void)size;
    return false;
}

/* Period from 2, below the size. */
static ALWAYS_INLINE void repeat(uint8_t *dst, size_t period, size_t size)
{
    if (!FWL_REPEAT_HAS_WORDS)
        repeat_long(dst, period, size);
    else if ((period == 2 || period == 4) && size >= 8 && size <= EVEN_SIZE_MAX)
        repeat_even(dst, period, size);
    else if (size >= 16 && is_repeated_from_ends(dst, period, size))
        return;
    else if (size >= 16)
        repeat_long(dst, period, size);
    else if (period >= 8)
        REPEAT_ENDS(uint64_t, dst, period, size);
    else if (period >= 4 && size < 8)
        REPEAT_ENDS(uint32_t, dst, period, size);
    else
        repeat_short_word(dst, period, size);
}

/* At the beginning of a cache line, as the first branches decide how long the shortest take. */
__attribute__((aligned(64))) void fwl_memcpy_backptr(uint8_t *dst, int back, int cnt)
{
    if (back <= 0 || cnt <= 0)
        return;
    const size_t period = (size_t)back, size = (size_t)cnt;
    if (period == 1)
        memset(dst, dst[-1], size);
    else if (size <= period)
        copy(dst, dst - period, size);
    else
        repeat(dst, period, size);
}
