// SPDX-License-Identifier: BSD-2-Clause
//
// framewell.hpp: containers on pools, owners. A failure, planted or not, is an exception here, so
// that what a case has made ends as the case is left.
#include "framewell/framewell.hpp"

#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "case.h"

using framewell::BufferRef;
using framewell::Frame;
using framewell::MemoryPoolAllocator;
using framewell::Packet;
using framewell::Pool;
using framewell::Queue;

namespace {

struct Failure {};

// Goes on where the condition holds; a case that asks this of what may fail ends here.
void need_that(bool condition)
{
    if (!condition)
        throw Failure();
}

template <void (*body)()> void run_case()
{
    bool has_failed = false;
    try {
        body();
    } catch (const std::bad_alloc &) {
        has_failed = true;
    } catch (const Failure &) {
        has_failed = true;
    }
    if (has_failed && !fault_fired())
        fail_msg("a failure that nobody planted");
}

Pool make_pool(std::size_t max_pool_size = std::size_t(64) << 20)
{
    FwlPoolConfig config = fwl_pool_config_default();
    config.max_pool_size = max_pool_size;
    config.on_limit = FWL_LIMIT_FAIL;
    Pool pool;
    need_that(fwl_pool_create(pool.put(), &config) == 0);
    return pool;
}

std::uint64_t usage_of(const Pool &pool)
{
    FwlPoolStats stats;
    fwl_pool_get_stats(pool.get(), &stats);
    return stats.current_usage;
}

template <typename T> using Vector = std::vector<T, MemoryPoolAllocator<T>>;
using String = std::basic_string<char, std::char_traits<char>, MemoryPoolAllocator<char>>;
template <typename K, typename V>
using Map = std::map<K, V, std::less<K>, MemoryPoolAllocator<std::pair<const K, V>>>;
template <typename K, typename V>
using HashMap = std::unordered_map<K, V, std::hash<K>, std::equal_to<K>,
                                   MemoryPoolAllocator<std::pair<const K, V>>>;

// The allocator

using IntTraits = std::allocator_traits<MemoryPoolAllocator<int>>;
static_assert(std::is_same_v<IntTraits::rebind_alloc<double>, MemoryPoolAllocator<double>>);
static_assert(!IntTraits::is_always_equal::value);
static_assert(!IntTraits::propagate_on_container_copy_assignment::value);
static_assert(IntTraits::propagate_on_container_move_assignment::value);
static_assert(IntTraits::propagate_on_container_swap::value);
static_assert(std::is_nothrow_copy_constructible_v<MemoryPoolAllocator<int>>);
static_assert(std::is_nothrow_move_assignable_v<Vector<int>>);

void allocators_are_equal_that_name_one_pool()
{
    const Pool pool = make_pool();
    const MemoryPoolAllocator<int> ints(pool.get());
    const MemoryPoolAllocator<double> doubles(ints);
    assert_true(ints == doubles);
    assert_false(ints != doubles);
    assert_ptr_equal(doubles.pool(), pool.get());
    assert_true(ints == IntTraits::select_on_container_copy_construction(ints));
    const MemoryPoolAllocator<int> usual;
    assert_true(usual != ints);
    assert_true(usual == MemoryPoolAllocator<char>(nullptr));
    assert_ptr_equal(usual.pool(), fwl_pool_default());
}

// Fills a container of the pool, copies and moves it; whatever it holds must go with it.
template <typename Container, typename Fill> void expect_lives_in_pool(Fill fill)
{
    const Pool pool = make_pool();
    {
        Container container(typename Container::allocator_type(pool.get()));
        fill(container);
        const std::uint64_t usage = usage_of(pool);
        assert_true(usage > 0);
        Container copy(container);
        assert_true(copy == container);
        assert_ptr_equal(copy.get_allocator().pool(), pool.get());
        assert_true(usage_of(pool) > usage);
        Container moved(std::move(copy));
        assert_true(moved == container);
        moved.clear();
    }
    assert_int_equal(usage_of(pool), 0);
}

enum { COUNT = 300 };

const auto append = [](auto &container) {
    for (int i = 0; i < COUNT; i++)
        container.push_back(typename std::decay_t<decltype(container)>::value_type(i));
};

const auto insert_pairs = [](auto &container) {
    for (int i = 0; i < COUNT; i++)
        container[i] = i * i;
};

void a_vector_lives_in_its_pool()
{
    expect_lives_in_pool<Vector<int>>(append);
}

void a_deque_lives_in_its_pool()
{
    expect_lives_in_pool<std::deque<int, MemoryPoolAllocator<int>>>(append);
}

void a_list_lives_in_its_pool()
{
    expect_lives_in_pool<std::list<int, MemoryPoolAllocator<int>>>(append);
}

void a_string_lives_in_its_pool()
{
    expect_lives_in_pool<String>(append);
}

void a_map_lives_in_its_pool()
{
    expect_lives_in_pool<Map<int, int>>(insert_pairs);
}

void an_unordered_map_lives_in_its_pool()
{
    expect_lives_in_pool<HashMap<int, int>>(insert_pairs);
}

void a_shared_pointer_lives_in_a_pool()
{
    const Pool pool = make_pool();
    {
        const auto number = std::allocate_shared<int>(MemoryPoolAllocator<int>(pool.get()), 7);
        assert_int_equal(*number, 7);
        assert_true(usage_of(pool) > 0);
    }
    assert_int_equal(usage_of(pool), 0);
}

void assigning_a_copy_leaves_a_container_in_its_pool()
{
    const Pool first = make_pool();
    const Pool second = make_pool();
    Vector<int> from({1, 2, 3}, first.get());
    Vector<int> to({4}, second.get());
    to = from;
    assert_true(to == from);
    assert_ptr_equal(to.get_allocator().pool(), second.get());
    Map<int, int> from_map(first.get());
    from_map[1] = 2;
    Map<int, int> to_map(second.get());
    to_map = from_map;
    assert_true(to_map == from_map);
    assert_ptr_equal(to_map.get_allocator().pool(), second.get());
}

void assigning_by_move_takes_the_pool_along()
{
    const Pool first = make_pool();
    const Pool second = make_pool();
    Vector<int> from({1, 2, 3}, first.get());
    Vector<int> to({4}, second.get());
    const int *elements = from.data();
    to = std::move(from);
    assert_ptr_equal(to.data(), elements);
    assert_ptr_equal(to.get_allocator().pool(), first.get());
    assert_int_equal(usage_of(second), 0);
}

void a_swap_takes_the_pools_along()
{
    const Pool first = make_pool();
    const Pool second = make_pool();
    HashMap<int, int> one(first.get());
    HashMap<int, int> two(second.get());
    one[1] = 10;
    two[2] = 20;
    std::swap(one, two);
    assert_int_equal(one.at(2), 20);
    assert_int_equal(two.at(1), 10);
    assert_ptr_equal(one.get_allocator().pool(), second.get());
    assert_ptr_equal(two.get_allocator().pool(), first.get());
}

void nodes_go_from_list_to_list_of_one_pool()
{
    const Pool pool = make_pool();
    std::list<int, MemoryPoolAllocator<int>> first({1, 2}, pool.get());
    std::list<int, MemoryPoolAllocator<int>> second({3}, pool.get());
    const int *element = &second.front();
    first.splice(first.end(), second);
    assert_ptr_equal(&first.back(), element);
    assert_int_equal(first.size(), 3);
}

struct alignas(256) Wide {
    char bytes[300];
};

bool is_aligned(const void *address, std::size_t alignment)
{
    return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

void elements_have_the_alignment_of_their_type()
{
    const Pool pool = make_pool();
    Vector<Wide> wide(pool.get());
    std::list<Wide, MemoryPoolAllocator<Wide>> nodes(pool.get());
    for (int i = 0; i < 5; i++) {
        wide.emplace_back();
        assert_true(is_aligned(wide.data(), alignof(Wide)));
        assert_true(is_aligned(&nodes.emplace_back(), alignof(Wide)));
    }
}

template <typename Function> bool is_out_of_memory(Function function)
{
    try {
        function();
    } catch (const std::bad_alloc &) {
        return true;
    }
    return false;
}

void what_cannot_be_had_is_bad_alloc()
{
    const Pool pool = make_pool(std::size_t(8) << 20);
    MemoryPoolAllocator<int> allocator(pool.get());
    const std::size_t most = static_cast<std::size_t>(-1);
    assert_true(is_out_of_memory([&] { (void)allocator.allocate(most / sizeof(int) + 1); }));
    assert_true(is_out_of_memory([&] { (void)allocator.allocate(most / sizeof(int)); }));
    assert_true(is_out_of_memory([&] { (void)allocator.allocate(std::size_t(16) << 20); }));
    MemoryPoolAllocator<Wide> wide(pool.get());
    assert_true(is_out_of_memory([&] { (void)wide.allocate(most / sizeof(Wide)); }));
}

void a_container_that_meets_the_budget_is_as_it_was()
{
    const Pool pool = make_pool(std::size_t(8) << 20);
    Vector<int> numbers({1, 2, 3}, pool.get());
    assert_true(is_out_of_memory([&] { numbers.reserve(std::size_t(16) << 20); }));
    assert_int_equal(numbers.size(), 3);
    assert_int_equal(numbers.back(), 3);
}

// The memory resource

void containers_of_pmr_live_in_a_pool()
{
    const Pool pool = make_pool();
    framewell::memory_resource resource(pool.get());
    {
        std::pmr::vector<std::pmr::string> words(&resource);
        for (int i = 0; i < 20; i++)
            words.emplace_back("a word too long to be stored within the string itself");
        std::pmr::map<int, Wide> nodes(&resource);
        assert_true(is_aligned(&nodes[1], alignof(Wide)));
        assert_true(usage_of(pool) > 20 * 50);
    }
    assert_int_equal(usage_of(pool), 0);
    assert_true(is_out_of_memory([&] { (void)resource.allocate(std::size_t(1) << 40); }));
}

void resources_are_equal_that_name_one_pool()
{
    const Pool pool = make_pool();
    const framewell::memory_resource first(pool.get());
    const framewell::memory_resource second(pool.get());
    const framewell::memory_resource usual;
    assert_true(first == second);
    assert_true(first != usual);
    assert_true(first != *std::pmr::new_delete_resource());
    assert_ptr_equal(usual.pool(), fwl_pool_default());
}

// Owners

template <typename T>
constexpr bool is_moved_only =
    std::is_nothrow_move_constructible_v<T> &&std::is_nothrow_move_assignable_v<T>
        &&std::is_nothrow_default_constructible_v<T> && !std::is_copy_constructible_v<T> &&
    !std::is_copy_assignable_v<T>;
static_assert(is_moved_only<Pool> && is_moved_only<BufferRef> && is_moved_only<Packet> &&
              is_moved_only<Frame> && is_moved_only<Queue> && is_moved_only<framewell::IO>);
static_assert(sizeof(Packet) == sizeof(FwlPacket *));

void an_owner_ends_what_it_holds_once()
{
    Packet packet = Packet::alloc();
    need_that(bool(packet));
    need_that(fwl_new_packet(packet.get(), 100) == 0);
    Packet other(std::move(packet));
    assert_false(bool(packet));
    assert_int_equal(other->size, 100);
    packet = std::move(other);
    assert_null(other.get());
    Packet &same = packet;
    packet = std::move(same);
    assert_int_equal(packet->size, 100);
    FwlPacket *raw = packet.release();
    assert_false(bool(packet));
    packet.reset(raw);
    assert_ptr_equal(packet.get(), raw);
    packet.reset();
    assert_null(packet.get());
}

void owners_swap()
{
    Packet first = Packet::alloc();
    Packet second;
    FwlPacket *raw = first.get();
    swap(first, second);
    assert_null(first.get());
    assert_ptr_equal(second.get(), raw);
    second.swap(first);
    assert_ptr_equal(first.get(), raw);
}

void put_ends_what_was_there()
{
    framewell::IO io;
    for (int i = 0; i < 2; i++) {
        need_that(fwl_io_open_writer(io.put(), nullptr, SIZE_MAX) == 0);
        assert_int_equal(fwl_io_tell(io.get()), 0);
        need_that(fwl_io_write(io.get(), "abc", 3) == 3);
    }
}

void references_share_a_buffer_until_one_is_made_writable()
{
    const Pool pool = make_pool();
    BufferRef first = BufferRef::alloc(1000, pool.get());
    need_that(bool(first));
    std::memset(first->data, 1, first->size);
    assert_true(first.is_writable());
    BufferRef second = first.ref();
    need_that(bool(second));
    assert_ptr_equal(second->data, first->data);
    assert_false(first.is_writable());
    BufferRef part = first.slice(10, 20);
    need_that(bool(part));
    assert_ptr_equal(part->data, first->data + 10);
    assert_false(bool(first.slice(990, 20)));
    need_that(second.make_writable() == 0);
    assert_ptr_not_equal(second->data, first->data);
    assert_int_equal(second->data[999], 1);
}

void clones_share_their_data()
{
    Frame frame = Frame::alloc();
    need_that(bool(frame));
    frame->format = FWL_PIX_FMT_GRAY8;
    frame->width = 16;
    frame->height = 16;
    need_that(fwl_frame_get_buffer(frame.get(), 0) == 0);
    Frame same = frame.clone();
    need_that(bool(same));
    assert_ptr_equal(same->data[0], frame->data[0]);
    assert_false(frame.is_writable());
    need_that(same.make_writable() == 0);
    assert_ptr_not_equal(same->data[0], frame->data[0]);
    frame.unref();
    assert_null(frame->buf[0]);
    Packet packet = Packet::alloc();
    need_that(bool(packet));
    need_that(fwl_new_packet(packet.get(), 5) == 0);
    const Packet copy = packet.clone();
    need_that(bool(copy));
    assert_ptr_equal(copy->data, packet->data);
    packet.unref();
    assert_null(packet->buf);
}

void an_empty_owner_is_harmless()
{
    BufferRef buffer;
    Packet packet;
    Frame frame;
    Queue queue;
    assert_false(bool(buffer.ref()));
    assert_false(bool(buffer.slice(0, 0)));
    assert_false(buffer.is_writable());
    assert_int_equal(buffer.make_writable(), FWL_E_INVALID);
    assert_false(bool(packet.clone()));
    assert_false(bool(frame.clone()));
    assert_false(frame.is_writable());
    assert_int_equal(frame.make_writable(), FWL_E_INVALID);
    packet.unref();
    frame.unref();
    assert_int_equal(queue.send(packet), FWL_E_INVALID);
    assert_int_equal(queue.receive(frame), FWL_E_INVALID);
}

void a_queue_moves_what_packets_and_frames_hold()
{
    FwlQueueConfig config = fwl_queue_config_default();
    config.max_count = 1;
    Queue packets;
    need_that(fwl_queue_create(packets.put(), &config) == 0);
    Packet packet = Packet::alloc();
    need_that(bool(packet));
    need_that(fwl_new_packet(packet.get(), 5) == 0);
    const std::uint8_t *data = packet->data;
    assert_int_equal(packets.send(packet), 0);
    assert_null(packet->buf);
    assert_int_equal(packets.send(packet, 0), FWL_E_AGAIN);
    assert_int_equal(packets.receive(packet), 0);
    assert_ptr_equal(packet->data, data);
    packet.unref();
    assert_int_equal(packets.receive(packet, 1), FWL_E_TIMEOUT);

    config.kind = FWL_QUEUE_FRAMES;
    Queue frames;
    need_that(fwl_queue_create(frames.put(), &config) == 0);
    Frame frame = Frame::alloc();
    need_that(bool(frame));
    frame->pts = 7;
    assert_int_equal(frames.send(frame), 0);
    assert_int_equal(frames.send(packet), FWL_E_INVALID);
    assert_int_equal(frames.receive(frame), 0);
    assert_int_equal(frame->pts, 7);
}

} // namespace

#define CPP_CASE(function)                     \
    {                                          \
#function, run_case < function>, false \
    }

int main(int argc, char **argv)
{
    static const TestCase cases[] = {
        CPP_CASE(allocators_are_equal_that_name_one_pool),
        CPP_CASE(a_vector_lives_in_its_pool),
        CPP_CASE(a_deque_lives_in_its_pool),
        CPP_CASE(a_list_lives_in_its_pool),
        CPP_CASE(a_string_lives_in_its_pool),
        CPP_CASE(a_map_lives_in_its_pool),
        CPP_CASE(an_unordered_map_lives_in_its_pool),
        CPP_CASE(a_shared_pointer_lives_in_a_pool),
        CPP_CASE(assigning_a_copy_leaves_a_container_in_its_pool),
        CPP_CASE(assigning_by_move_takes_the_pool_along),
        CPP_CASE(a_swap_takes_the_pools_along),
        CPP_CASE(nodes_go_from_list_to_list_of_one_pool),
        CPP_CASE(elements_have_the_alignment_of_their_type),
        CPP_CASE(what_cannot_be_had_is_bad_alloc),
        CPP_CASE(a_container_that_meets_the_budget_is_as_it_was),
        CPP_CASE(containers_of_pmr_live_in_a_pool),
        CPP_CASE(resources_are_equal_that_name_one_pool),
        CPP_CASE(an_owner_ends_what_it_holds_once),
        CPP_CASE(owners_swap),
        CPP_CASE(put_ends_what_was_there),
        CPP_CASE(references_share_a_buffer_until_one_is_made_writable),
        CPP_CASE(clones_share_their_data),
        CPP_CASE(an_empty_owner_is_harmless),
        CPP_CASE(a_queue_moves_what_packets_and_frames_hold),
    };
    return run_cases("cpp", cases, sizeof cases / sizeof cases[0], argc, argv);
}
