// SPDX-License-Identifier: BSD-2-Clause
//
// C++: containers with a budget of their own, frames that end by themselves, and a queue between
// two threads.
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "framewell/framewell.hpp"

namespace {

// What the index of a file may take, and not a byte more.
constexpr std::size_t index_budget = 4 << 20;

framewell::Pool make_pool()
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.name = "index";
    config.max_pool_size = index_budget;
    config.on_limit = FWL_LIMIT_FAIL;
    framewell::Pool pool;
    if (fwl_pool_create(pool.put(), &config) < 0)
        std::fputs("no pool\n", stderr);
    return pool;
}

using Positions = std::vector<std::int64_t, framewell::MemoryPoolAllocator<std::int64_t>>;

// Adds positions until the budget is used up; what was added before stays.
std::size_t fill(Positions &positions)
{
    try {
        for (;;)
            positions.push_back(static_cast<std::int64_t>(positions.size()) * 188);
    } catch (const std::bad_alloc &) {
        return positions.size();
    }
}

// A frame for each number, until the queue says that nobody wants more.
void draw(framewell::Queue &queue, int count)
{
    framewell::Frame frame = framewell::Frame::alloc();
    for (int i = 0; frame && i < count; i++) {
        frame->format = FWL_PIX_FMT_YUV420P;
        frame->width = 640;
        frame->height = 360;
        frame->pts = i;
        if (fwl_frame_get_buffer(frame.get(), 0) < 0 || queue.send(frame) < 0)
            break;
    }
    fwl_queue_set_err_recv(queue.get(), FWL_E_EOF);
}

int count_frames(framewell::Queue &queue)
{
    framewell::Frame frame = framewell::Frame::alloc();
    std::vector<framewell::Frame> kept; // every tenth, by a reference: no picture is copied
    int count = 0;
    while (frame && queue.receive(frame) >= 0) {
        if (count++ % 10 == 0)
            kept.push_back(frame.clone());
        frame.unref();
    }
    std::printf("%d frames, %zu kept\n", count, kept.size());
    return count;
}

} // namespace

int main()
{
    const framewell::Pool pool = make_pool();
    if (!pool)
        return 1;
    Positions positions(pool.get());
    const std::size_t count = fill(positions);
    std::printf("%zu positions in %zu bytes\n", count, index_budget);

    framewell::memory_resource resource(pool.get());
    positions = Positions(pool.get()); // makes room
    std::pmr::map<int, std::pmr::string> names(&resource);
    names[0] = "a stream whose name is too long to be stored within the string itself";

    FwlQueueConfig config = fwl_queue_config_default();
    config.kind = FWL_QUEUE_FRAMES;
    config.max_count = 4;
    framewell::Queue queue;
    if (fwl_queue_create(queue.put(), &config) < 0)
        return 1;
    std::thread painter(draw, std::ref(queue), 100);
    const int shown = count_frames(queue);
    fwl_queue_set_err_send(queue.get(), FWL_E_EOF);
    painter.join();
    return shown == 100 && count > 0 ? 0 : 1;
}
