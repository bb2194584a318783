// SPDX-License-Identifier: BSD-2-Clause
// Every form of new and delete, on the C library's malloc and on Framewell's.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>

namespace {

int test_count;
int failure_count;

void expect(bool holds, const char *what)
{
    std::printf("%sok %d - %s\n", holds ? "" : "not ", ++test_count, what);
    failure_count += !holds;
}

template <typename Memory> bool is_aligned(const Memory *memory, std::size_t alignment)
{
    return memory && reinterpret_cast<std::uintptr_t>(memory) % alignment == 0;
}

constexpr std::size_t endless = SIZE_MAX / 4;
volatile std::size_t much = endless;
int handler_calls;

void give_up_at_the_third_call()
{
    if (++handler_calls == 3)
        std::set_new_handler(nullptr);
}

struct alignas(128) Wide {
    char bytes[256];
};

bool plain_forms()
{
    void *one = ::operator new(100);
    void *many = ::operator new[](100);
    const bool fits = is_aligned(one, 16) && is_aligned(many, 16);
    ::operator delete(one);
    ::operator delete[](many);
    return fits;
}

bool sized_forms()
{
    void *one = ::operator new(3000000);
    void *many = ::operator new[](30);
    const bool fits = is_aligned(one, 16) && is_aligned(many, 16);
    ::operator delete(one, std::size_t(3000000));
    ::operator delete[](many, std::size_t(30));
    return fits;
}

bool nothrow_forms()
{
    void *one = ::operator new(100, std::nothrow);
    void *many = ::operator new[](100, std::nothrow);
    const bool fits = is_aligned(one, 16) && is_aligned(many, 16);
    ::operator delete(one, std::nothrow);
    ::operator delete[](many, std::nothrow);
    return fits;
}

bool aligned_forms()
{
    bool fits = true;
    for (std::size_t n = 16; n <= std::size_t(4) << 20; n *= 2) {
        const std::align_val_t alignment{n};
        void *blocks[] = {::operator new(100, alignment), ::operator new[](100, alignment),
                          ::operator new(100, alignment, std::nothrow),
                          ::operator new[](100, alignment, std::nothrow)};
        for (const void *block : blocks)
            fits = fits && is_aligned(block, n);
        ::operator delete(blocks[0], alignment);
        ::operator delete[](blocks[1], std::size_t(100), alignment);
        ::operator delete(blocks[2], alignment, std::nothrow);
        ::operator delete[](blocks[3], alignment, std::nothrow);
    }
    const auto wide = std::make_unique<Wide[]>(10);
    return fits && is_aligned(wide.get(), 128);
}

bool throws_bad_alloc()
{
    int caught = 0;
    try {
        ::operator delete(::operator new(much));
    } catch (const std::bad_alloc &) {
        caught++;
    }
    try {
        ::operator delete[](::operator new[](much, std::align_val_t{64}), std::align_val_t{64});
    } catch (const std::bad_alloc &) {
        caught++;
    }
    return caught == 2;
}

bool asks_the_new_handler()
{
    std::set_new_handler(give_up_at_the_third_call);
    void *block = ::operator new(much, std::nothrow);
    return !block && handler_calls == 3 && !std::get_new_handler();
}

} // namespace

int main()
{
    expect(plain_forms(), "new_and_delete");
    expect(sized_forms(), "sized_delete");
    expect(nothrow_forms(), "new_that_does_not_throw");
    expect(aligned_forms(), "new_with_an_alignment");
    expect(throws_bad_alloc(), "new_of_too_much_throws_bad_alloc");
    expect(asks_the_new_handler(), "new_of_too_much_asks_the_new_handler_first");
    std::printf("1..%d\n", test_count);
    return failure_count > 0;
}
