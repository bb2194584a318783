// SPDX-License-Identifier: BSD-2-Clause
// Some threads take all the memory that there is, again and again. std::bad_alloc is thrown where
// not a byte is left, passes frames that have something to destroy, and is caught. Prints how
// often, and how many bytes there were at most.
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <list>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace {

constexpr int thread_count = 4;
constexpr int round_count = 20;
constexpr int depth = 50;

std::atomic<std::size_t> taken{0};
std::atomic<std::size_t> most{0};
std::atomic<int> caught{0};
std::atomic<bool> is_begun{false};

struct Piece {
    explicit Piece(std::size_t wanted) : size(wanted), bytes(new char[wanted])
    {
        const std::size_t sum = taken += size;
        std::size_t before = most;
        while (before < sum && !most.compare_exchange_weak(before, sum))
            continue;
    }
    ~Piece()
    {
        taken -= size;
    }
    Piece(const Piece &) = delete;
    Piece &operator=(const Piece &) = delete;

    std::size_t size;
    std::unique_ptr<char[]> bytes;
};

// Ever smaller pieces, until there is not even one of a byte.
void fill(std::list<Piece> &pieces, std::size_t size)
{
    try {
        for (;;)
            pieces.emplace_back(size);
    } catch (const std::bad_alloc &) {
        if (size == 1)
            throw;
    }
}

void take_all(int level)
{
    std::list<Piece> pieces;
    for (int i = 0; i < 3; i++)
        pieces.emplace_back(std::size_t(1) << (i * 3));
    if (level < depth) {
        take_all(level + 1);
        return;
    }
    for (std::size_t size = 1 << 20; size > 0; size /= 2)
        fill(pieces, size);
}

void take_all_often()
{
    while (!is_begun) // a thread needs memory to start, and says so by an exception
        std::this_thread::yield();
    for (int i = 0; i < round_count; i++) {
        try {
            take_all(0);
        } catch (const std::bad_alloc &) {
            caught++;
        }
    }
}

} // namespace

int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; i++)
        threads.emplace_back(take_all_often);
    is_begun = true;
    for (std::thread &thread : threads)
        thread.join();
    std::printf("%d %zu\n", caught.load(), most.load());
    return taken != 0;
}
