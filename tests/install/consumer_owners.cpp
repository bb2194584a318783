// SPDX-License-Identifier: BSD-2-Clause
// A C++ program as a user of the installed header writes it.
#include <cstdio>
#include <string>

#include <framewell/framewell.hpp>

int main()
{
    using Allocator = framewell::MemoryPoolAllocator<char>;
    framewell::Pool pool;
    if (fwl_pool_create(pool.put(), nullptr) < 0)
        return 1;
    std::basic_string<char, std::char_traits<char>, Allocator> text("installed", pool.get());
    text.append(100, ' ');
    framewell::Packet packet = framewell::Packet::alloc();
    if (!packet || fwl_new_packet(packet.get(), text.size()) < 0)
        return 1;
    std::puts(text.substr(0, 9).c_str());
    return packet.clone() ? 0 : 1;
}
