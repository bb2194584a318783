/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Framewell for C++17, in this header alone: an allocator and a memory resource that take from a
 * pool, and owners that end what they hold.
 *
 *     framewell::Pool pool;
 *     if (fwl_pool_create(pool.put(), nullptr) < 0)
 *         return 1;
 *     framewell::MemoryPoolAllocator<int> allocator(pool.get());
 *     std::vector<int, decltype(allocator)> numbers({1, 2, 3}, allocator);
 *     framewell::Packet packet = framewell::Packet::alloc();
 *     return packet ? fwl_new_packet(packet.get(), 188) : FWL_E_NOMEM;
 *
 * Only the allocator and the memory resource throw, and only std::bad_alloc: containers ask for
 * that. Everything else is noexcept and says what went wrong as the C functions do: by a code, or
 * by an owner that is empty.
 *
 * Threads: as of the functions in C.
 */
#ifndef FRAMEWELL_FRAMEWELL_HPP
#define FRAMEWELL_FRAMEWELL_HPP

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <new>
#include <type_traits>
#include <utility>

#include "framewell/framewell.h"

namespace framewell {

/* The alignment that every block has, whatever the pool's configuration. */
inline constexpr std::size_t least_alignment = 16;

/*
 * An allocator for containers that takes from a pool; without one, or for nullptr, from the default
 * pool. Elements have the alignment of their type, and at least the pool's.
 *
 * Allocators are equal that name the same pool. A container that is copied, moved or swapped keeps
 * its elements where they are or copies them within the pool: a new copy is of the same pool, a
 * move or a swap takes the pool along; only assigning a copy leaves a container in its own.
 *
 * Owner: keeps the pool borrowed: end it after the containers. Where it ends before, their memory
 * stays valid, and may be freed, but no more be allocated.
 */
template <typename T> class MemoryPoolAllocator {
  public:
    using value_type = T;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using propagate_on_container_copy_assignment = std::false_type;
    using propagate_on_container_move_assignment = std::true_type;
    using propagate_on_container_swap = std::true_type;
    using is_always_equal = std::false_type;

    MemoryPoolAllocator() noexcept : pool_(fwl_pool_default())
    {
    }

    MemoryPoolAllocator(FwlPool *pool) noexcept : pool_(pool ? pool : fwl_pool_default())
    {
    }

    template <typename U>
    MemoryPoolAllocator(const MemoryPoolAllocator<U> &other) noexcept : pool_(other.pool())
    {
    }

    /* Fails: std::bad_alloc. */
    [[nodiscard]] T *allocate(std::size_t count)
    {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
            throw std::bad_array_new_length();
        const std::size_t size = count * sizeof(T);
        void *block = nullptr;
        if constexpr (alignof(T) <= least_alignment)
            block = fwl_pool_alloc(pool_, size);
        else
            block = fwl_pool_aligned_alloc(pool_, alignof(T), size);
        if (!block)
            throw std::bad_alloc();
        return static_cast<T *>(block);
    }

    void deallocate(T *block, std::size_t) noexcept
    {
        fwl_pool_free(pool_, block);
    }

    MemoryPoolAllocator select_on_container_copy_construction() const noexcept
    {
        return *this;
    }

    /* Owner: borrowed. */
    FwlPool *pool() const noexcept
    {
        return pool_;
    }

  private:
    FwlPool *pool_;
};

template <typename T, typename U>
bool operator==(const MemoryPoolAllocator<T> &a, const MemoryPoolAllocator<U> &b) noexcept
{
    return a.pool() == b.pool();
}

template <typename T, typename U>
bool operator!=(const MemoryPoolAllocator<T> &a, const MemoryPoolAllocator<U> &b) noexcept
{
    return !(a == b);
}

/*
 * The same for std::pmr: two resources are equal that name the same pool.
 *
 * Owner: keeps the pool borrowed.
 */
class memory_resource : public std::pmr::memory_resource {
  public:
    memory_resource() noexcept : memory_resource(nullptr)
    {
    }

    explicit memory_resource(FwlPool *pool) noexcept : pool_(pool ? pool : fwl_pool_default())
    {
    }

    /* Owner: borrowed. */
    FwlPool *pool() const noexcept
    {
        return pool_;
    }

  private:
    void *do_allocate(std::size_t size, std::size_t alignment) override
    {
        void *block = fwl_pool_aligned_alloc(pool_, alignment, size);
        if (!block)
            throw std::bad_alloc();
        return block;
    }

    void do_deallocate(void *block, std::size_t, std::size_t) override
    {
        fwl_pool_free(pool_, block);
    }

    bool do_is_equal(const std::pmr::memory_resource &other) const noexcept override
    {
        const auto *resource = dynamic_cast<const memory_resource *>(&other);
        return resource && resource->pool_ == pool_;
    }

    FwlPool *pool_;
};

/*
 * What all owners can do: an owner has one object, or none, and ends it; it is moved, not copied.
 * End is the C function that ends an object and leaves nullptr.
 */
template <typename T, auto End> class Owner {
  public:
    Owner() noexcept = default;

    /* Takes object. */
    explicit Owner(T *object) noexcept : object_(object)
    {
    }

    Owner(Owner &&other) noexcept : object_(other.release())
    {
    }

    Owner &operator=(Owner &&other) noexcept
    {
        if (this != &other)
            reset(other.release());
        return *this;
    }

    Owner(const Owner &) = delete;
    Owner &operator=(const Owner &) = delete;

    ~Owner()
    {
        reset();
    }

    /* The object; nullptr for none. Owner: borrowed. */
    T *get() const noexcept
    {
        return object_;
    }

    T *operator->() const noexcept
    {
        return object_;
    }

    explicit operator bool() const noexcept
    {
        return object_ != nullptr;
    }

    /* Gives the object to the caller. */
    [[nodiscard]] T *release() noexcept
    {
        return std::exchange(object_, nullptr);
    }

    /* Ends the object and takes another one, or none. */
    void reset(T *object = nullptr) noexcept
    {
        T *old = std::exchange(object_, object);
        if (old)
            End(&old);
    }

    /* Ends the object; where a C function is to put another: fwl_pool_create(pool.put(), ...). */
    [[nodiscard]] T **put() noexcept
    {
        reset();
        return &object_;
    }

    void swap(Owner &other) noexcept
    {
        std::swap(object_, other.object_);
    }

    friend void swap(Owner &a, Owner &b) noexcept
    {
        a.swap(b);
    }

  private:
    T *object_ = nullptr;
};

/* A pool; with live blocks it only closes, as fwl_pool_destroy says. */
using Pool = Owner<FwlPool, fwl_pool_destroy>;

/* A stream. Its end flushes, and drops an error in that: where this matters, fwl_io_close(). */
using IO = Owner<FwlIO, fwl_io_close>;

/* A reference to a buffer. */
class BufferRef : public Owner<FwlBufferRef, fwl_buffer_unref> {
  public:
    using Owner::Owner;

    /* A buffer of size bytes from pool, or the default pool. Fails: empty. */
    static BufferRef alloc(std::size_t size, FwlPool *pool = nullptr) noexcept
    {
        return BufferRef(fwl_buffer_alloc2(pool, size));
    }

    /* A further reference to the same bytes; empty where this one is. Fails: empty. */
    BufferRef ref() const noexcept
    {
        return BufferRef(get() ? fwl_buffer_ref(get()) : nullptr);
    }

    /* A further reference to some of them. Fails: empty, also where they are not all in here. */
    BufferRef slice(std::size_t offset, std::size_t size) const noexcept
    {
        return BufferRef(get() ? fwl_buffer_slice(get(), offset, size) : nullptr);
    }

    bool is_writable() const noexcept
    {
        return get() && fwl_buffer_is_writable(get()) == 1;
    }

    /* Fails: FWL_E_INVALID where this is empty, as fwl_buffer_make_writable. */
    int make_writable() noexcept
    {
        if (!get())
            return FWL_E_INVALID;
        FwlBufferRef *buf = release();
        const int err = fwl_buffer_make_writable(&buf);
        reset(buf);
        return err;
    }
};

/* A packet. */
class Packet : public Owner<FwlPacket, fwl_packet_free> {
  public:
    using Owner::Owner;

    /* A blank packet. Fails: empty. */
    static Packet alloc() noexcept
    {
        return Packet(fwl_packet_alloc());
    }

    /* A packet that refers to the same data; empty where this one is. Fails: empty. */
    Packet clone() const noexcept
    {
        return Packet(get() ? fwl_packet_clone(get()) : nullptr);
    }

    /* Ends what the packet holds; the packet stays. */
    void unref() noexcept
    {
        if (get())
            fwl_packet_unref(get());
    }
};

/* A frame. */
class Frame : public Owner<FwlFrame, fwl_frame_free> {
  public:
    using Owner::Owner;

    /* A blank frame. Fails: empty. */
    static Frame alloc() noexcept
    {
        return Frame(fwl_frame_alloc());
    }

    /* A frame that refers to the same data; empty where this one is. Fails: empty. */
    Frame clone() const noexcept
    {
        return Frame(get() ? fwl_frame_clone(get()) : nullptr);
    }

    /* Ends what the frame holds; the frame stays. */
    void unref() noexcept
    {
        if (get())
            fwl_frame_unref(get());
    }

    bool is_writable() const noexcept
    {
        return get() && fwl_frame_is_writable(get()) == 1;
    }

    /* Fails: FWL_E_INVALID where this is empty, as fwl_frame_make_writable. */
    int make_writable() noexcept
    {
        return get() ? fwl_frame_make_writable(get()) : FWL_E_INVALID;
    }
};

/* A queue of packets or of frames. What a packet or frame holds is moved; the owner keeps it,
 * blank. Fails: as the functions in C, which know an empty owner as NULL. */
class Queue : public Owner<FwlQueue, fwl_queue_destroy> {
  public:
    using Owner::Owner;

    int send(Packet &packet, std::uint32_t timeout_ms = FWL_WAIT_FOREVER) noexcept
    {
        return fwl_queue_send_packet(get(), packet.get(), timeout_ms);
    }

    int send(Frame &frame, std::uint32_t timeout_ms = FWL_WAIT_FOREVER) noexcept
    {
        return fwl_queue_send_frame(get(), frame.get(), timeout_ms);
    }

    int receive(Packet &packet, std::uint32_t timeout_ms = FWL_WAIT_FOREVER) noexcept
    {
        return fwl_queue_receive_packet(get(), packet.get(), timeout_ms);
    }

    int receive(Frame &frame, std::uint32_t timeout_ms = FWL_WAIT_FOREVER) noexcept
    {
        return fwl_queue_receive_frame(get(), frame.get(), timeout_ms);
    }
};

} // namespace framewell

#endif
