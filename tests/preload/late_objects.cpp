// SPDX-License-Identifier: BSD-2-Clause
// Objects that are destroyed late, of threads and of the program, allocate and free as they go;
// while a signal comes every half millisecond, and children are made.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int round_count = 20;
constexpr int thread_count = 6;

void use(std::size_t size)
{
    char *block = static_cast<char *>(std::malloc(size));
    std::memset(block, 1, size);
    std::free(block);
}

struct Late {
    Late() : text(std::make_unique<std::string>(500, 'x'))
    {
    }
    ~Late()
    {
        text.reset();
        use(100000);
        use(3000000);
    }
    Late(const Late &) = delete;
    Late &operator=(const Late &) = delete;

    std::unique_ptr<std::string> text;
};

Late of_program;
thread_local Late of_thread;
thread_local std::map<int, std::string> words;
volatile std::sig_atomic_t signal_count;

void note_signal(int)
{
    signal_count = signal_count + 1;
}

void be_a_thread()
{
    of_thread.text->push_back('c');
    for (int i = 0; i < 2000; i++)
        words[i % 100] += "y";
    use(2000000);
}

bool child_ends_well()
{
    const pid_t child = fork();
    if (child == 0) {
        std::thread(be_a_thread).join();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        continue;
    return status == 0;
}

} // namespace

int main()
{
    std::signal(SIGALRM, note_signal);
    const itimerval often = {{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &often, nullptr);
    for (int i = 0; i < round_count; i++) {
        std::vector<std::thread> threads;
        for (int j = 0; j < thread_count; j++)
            threads.emplace_back(be_a_thread);
        const bool is_well = child_ends_well();
        for (std::thread &thread : threads)
            thread.join();
        if (!is_well)
            return 1;
    }
    of_thread.text->push_back('d');
    std::puts(signal_count > 0 ? "done" : "no signal came");
    return 0;
}
