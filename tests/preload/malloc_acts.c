/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program may do to its malloc, an act each: malloc_acts ACT [ARGUMENT]. Results go to
 * standard output; an act that finds something wrong ends the program with 1.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    KIB = 1 << 10,
    MIB = 1 << 20,
    THREADS = 8,
    CROWD = 64,
    SETTLED = 100 * CROWD,
    CHILDREN_AT_ONCE = 4,
    CHILD_SECONDS = 60
};

static void *(*volatile const do_malloc)(size_t) = malloc;
static void (*volatile const do_free)(void *) = free;

/* What no compiler may know. */
static char *volatile victim;

static void expect(bool holds, const char *what)
{
    if (holds)
        return;
    printf("wrong: %s\n", what);
    fflush(stdout);
    _exit(1);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Until there is no more */

/* Blocks of size bytes until malloc says no, how many; all given back. */
static size_t fill(size_t size)
{
    void **list = NULL;
    size_t count = 0;
    errno = 0;
    for (void **block; (block = do_malloc(size)) != NULL; list = block, count++)
        *block = list;
    expect(errno == ENOMEM, "errno is ENOMEM when malloc says no");
    while (list) {
        void **next = *list;
        do_free(list);
        list = next;
    }
    return count;
}

static void fill_twice(const char *size)
{
    const size_t bytes = (size_t)atol(size);
    const size_t first = fill(bytes);
    const size_t second = fill(bytes);
    printf("%zu blocks, then %zu\n", first, second);
    expect(second + 2 >= first, "what was freed can be had again");
}

static void fill_address_space(const char *argument)
{
    (void)argument;
    const struct rlimit limit = {.rlim_cur = 512 * MIB, .rlim_max = 512 * MIB};
    expect(setrlimit(RLIMIT_AS, &limit) == 0, "setrlimit works");
    expect(fill(3 * MIB) > 50, "most of the address space can be had");
    expect(fill(100) > MIB, "and in small blocks");
}

/* Every second page is of another kind, so that each is a mapping of its own. */
static void use_up_mappings(const char *argument)
{
    (void)argument;
    enum { MAPPINGS_MAX = 1 << 20 };
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int made = 0;
    for (; made < MAPPINGS_MAX; made++) {
        const int kind = made % 2 ? PROT_READ : PROT_NONE;
        if (mmap(NULL, page, kind, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
            break;
    }
    if (made == MAPPINGS_MAX) {
        printf("no limit\n");
        return;
    }
    size_t got = 0;
    for (int i = 0; i < 1000; i++) {
        char *block = do_malloc((size_t)(i + 1) * 10 * KIB);
        if (block)
            memset(block, 1, (size_t)(i + 1) * 10 * KIB);
        got += block != NULL;
        do_free(block);
    }
    printf("%s\n", got > 0 ? "some" : "none");
}

/* Early and late */

static pthread_key_t late_key;
static char *of_constructor;

__attribute__((constructor)) static void before_main(void)
{
    of_constructor = do_malloc(1000);
    memset(of_constructor, 1, 1000);
}

static void use_some(void)
{
    for (size_t size = 1; size < 8 * MIB; size *= 3) {
        char *block = do_malloc(size);
        expect(block != NULL, "there is memory");
        memset(block, 1, size);
        block = realloc(block, size + size / 2);
        expect(block != NULL, "there is more");
        do_free(block);
    }
}

/* Comes again and again, as often as the system allows it. */
static void destroy_late(void *block)
{
    use_some();
    do_free(block);
    pthread_setspecific(late_key, do_malloc(77));
}

static void *be_a_thread(void *opaque)
{
    (void)opaque;
    pthread_setspecific(late_key, do_malloc(77));
    use_some();
    return NULL;
}

static void at_exit(void)
{
    use_some();
    do_free(of_constructor);
}

static void be_early_and_late(const char *argument)
{
    (void)argument;
    atexit(at_exit);
    expect(pthread_key_create(&late_key, destroy_late) == 0, "there is a key");
    pthread_t threads[THREADS];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < THREADS; i++)
            expect(pthread_create(&threads[i], NULL, be_a_thread, NULL) == 0, "a thread starts");
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    for (int i = 0; i < 100; i++) {
        void *library = dlopen("libm.so.6", RTLD_NOW);
        expect(library && dlsym(library, "cos"), "a library can be loaded");
        dlclose(library);
    }
    expect(!dlopen("no-such-library.so", RTLD_NOW) && dlerror(),
           "and one that is not there cannot");
    printf("done\n");
}

/* Threads that free each other's blocks */

enum { SHELF = 4096 };
static _Atomic(char *) shelf[SHELF];
static atomic_bool is_over;

static void exchange_some(unsigned *seed, int count)
{
    for (int i = 0; i < count; i++) {
        const unsigned dice = next_random(seed);
        const size_t size = dice % 100 == 0  ? 2 * MIB + dice % MIB
                            : dice % 10 == 0 ? dice % (64 * KIB)
                                             : dice % 512;
        char *block = do_malloc(size + 1);
        expect(block != NULL, "there is memory");
        block[0] = (char)size;
        block[size] = (char)size;
        char *other = atomic_exchange(&shelf[next_random(seed) % (dice % 100 ? SHELF : 16)], block);
        do_free(other);
    }
}

static void *keep_busy(void *opaque)
{
    unsigned seed = (unsigned)(uintptr_t)opaque;
    while (!atomic_load(&is_over))
        exchange_some(&seed, 100);
    return NULL;
}

static void *exchange_a_few(void *opaque)
{
    unsigned seed = 1;
    exchange_some(&seed, 20);
    return opaque;
}

static void be_a_child(unsigned seed)
{
    alarm(CHILD_SECONDS); /* a hang is a death by SIGALRM */
    exchange_some(&seed, 50);
    pthread_t thread;
    expect(pthread_create(&thread, NULL, exchange_a_few, NULL) == 0, "a child has threads");
    pthread_join(thread, NULL);
    _exit(0);
}

static void await_child(void)
{
    int status;
    expect(wait(&status) > 0, "a child ends");
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "well");
}

static void fork_often(const char *count)
{
    pthread_t threads[THREADS];
    expect(pthread_key_create(&late_key, do_free) == 0, "there is a key");
    for (uintptr_t i = 0; i < THREADS; i++)
        expect(pthread_create(&threads[i], NULL, keep_busy, (void *)(i + 1)) == 0, "it starts");
    for (int i = 0; i < atoi(count); i++) {
        const pid_t child = fork();
        expect(child >= 0, "a child is made");
        if (child == 0)
            be_a_child((unsigned)i);
        if (i + 1 >= CHILDREN_AT_ONCE)
            await_child();
    }
    for (int left = atoi(count) < CHILDREN_AT_ONCE ? atoi(count) : CHILDREN_AT_ONCE - 1; left > 0;
         left--)
        await_child();
    atomic_store(&is_over, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("done\n");
}

static void *be_short_lived(void *opaque)
{
    unsigned seed = (unsigned)(uintptr_t)opaque;
    exchange_some(&seed, 300);
    return NULL;
}

static size_t resident(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    expect(file && fscanf(file, "%*u %lu", &pages) == 1, "/proc tells the RSS");
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The oldest thread ends, and another one begins in its place. */
static void replace_thread(pthread_t *thread, unsigned *seed)
{
    pthread_join(*thread, NULL);
    expect(pthread_create(thread, NULL, be_short_lived, (void *)(uintptr_t)next_random(seed)) == 0,
           "a thread starts");
}

/* Threads come and go, and free each other's blocks. What was resident at most in the first half of
 * the time bounds the other half. Before that come as many threads as it takes until the blocks
 * that are handed around lie anywhere: a slow machine has not come so far in half of a short time.
 */
static void churn(const char *seconds)
{
    static pthread_t threads[CROWD];
    unsigned seed = 1;
    for (uintptr_t i = 0; i < CROWD; i++)
        expect(pthread_create(&threads[i], NULL, be_short_lived, (void *)(i + 1)) == 0,
               "it starts");
    unsigned long count = CROWD;
    for (; count < SETTLED; count++)
        replace_thread(&threads[count % CROWD], &seed);
    const double start = now();
    const double length = atof(seconds);
    size_t early = 0;
    size_t late = 0;
    for (double time; (time = now() - start) < length; count++) {
        replace_thread(&threads[count % CROWD], &seed);
        const size_t size = resident();
        size_t *most = time < length / 2 ? &early : &late;
        *most = size > *most ? size : *most;
    }
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    printf("%lu threads: %zu MiB resident, then %zu MiB\n", count, early / MIB, late / MIB);
    expect(late <= early + early / 8 + 16 * MIB, "the RSS is flat");
}

/* Ways to have a child */

static int be_a_clone(void *opaque)
{
    use_some();
    return opaque ? 3 : 4;
}

static void expect_ends_with(pid_t child, int code)
{
    int status = 0;
    expect(child > 0 && waitpid(child, &status, __WALL) == child, "a child ends");
    expect(WIFEXITED(status) && WEXITSTATUS(status) == code, "as it should");
}

static void have_children(const char *program)
{
    enum { STACK_SIZE = 256 * KIB };
    char *words[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "exit",
                     (char *)(uintptr_t) "5", NULL};
    char *stack = do_malloc(STACK_SIZE);
    for (int i = 0; i < 50; i++) {
        pid_t child = vfork();
        if (child == 0) {
            execv(program, words);
            _exit(1);
        }
        expect_ends_with(child, 5);
        expect(posix_spawn(&child, program, NULL, NULL, words, environ) == 0, "it is spawned");
        expect_ends_with(child, 5);
        expect_ends_with(clone(be_a_clone, stack + STACK_SIZE, SIGCHLD, stack), 3);
        expect_ends_with(clone(be_a_clone, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK, stack), 3);
        use_some();
    }
    do_free(stack);
    printf("done\n");
}

/* A thread with the smallest stack that there is. */
static void *do_much_in_little(void *opaque)
{
    for (size_t size = 1; size < 8 * MIB; size *= 3) {
        void *block = do_malloc(size);
        block = realloc(block, size * 2);
        do_free(block);
        do_free(calloc(1, size));
        expect(posix_memalign(&block, 2 * MIB, size) == 0, "there is memory");
        do_free(block);
    }
    malloc_trim(0);
    expect(mallinfo2().arena > 0, "there are pages");
    return opaque;
}

static void use_small_stacks(const char *argument)
{
    (void)argument;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, (size_t)PTHREAD_STACK_MIN);
    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;
        expect(pthread_create(&thread, &small, do_much_in_little, NULL) == 0, "it starts");
        pthread_join(thread, NULL);
    }
    pthread_attr_destroy(&small);
    printf("done\n");
}

/* Another file where standard error was: what is written there is in it. */
static void replace_stderr(const char *path)
{
    for (int file = 2; file < 1024; file++)
        close(file);
    expect(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600) == 2, "the file is where it was");
    expect(write(2, "mine", 4) == 4, "it can be written to");
    victim = do_malloc(1234);
    victim = NULL;
}

static void *allocate_with_errno_kept(void *opaque)
{
    enum { UNTOUCHED = 12345 };
    errno = UNTOUCHED;
    do_free(do_malloc(100));
    do_free(do_malloc(2 * MIB));
    expect(errno == UNTOUCHED, "errno is as it was");
    return opaque;
}

/* False: the system takes no filter of a process's calls, which was said. */
static bool filter_calls(struct sock_filter *filter, size_t count)
{
    const struct sock_fprog program = {.len = (unsigned short)count, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
        return true;
    printf("no filters\n");
    return false;
}

/* A system without huge pages, and one without the youngest calls: madvise refuses both. And one
 * that does not even tell a thread its number. */
static void refuse_advice(const char *argument)
{
    (void)argument;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_gettid, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_DONTNEED, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    if (!filter_calls(filter, sizeof filter / sizeof *filter))
        return;
    expect(madvise(filter, 0, MADV_HUGEPAGE) != 0 && errno == EINVAL, "advice is refused");
    pthread_t thread;
    expect(pthread_create(&thread, NULL, allocate_with_errno_kept, NULL) == 0, "a thread starts");
    pthread_join(thread, NULL);
    use_some();
    unsigned seed = 7;
    exchange_some(&seed, 20000);
    printf("done\n");
}

/* A system that takes no mapping back, as when a process has as many as it may. No threads: when
 * one ends, the C library aborts if it cannot unmap an old stack. */
static void refuse_unmapping(const char *argument)
{
    (void)argument;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    if (!filter_calls(filter, sizeof filter / sizeof *filter))
        return;
    for (int i = 0; i < 20; i++) {
        void *block = NULL;
        use_some();
        expect(posix_memalign(&block, 2 * MIB, 3 * MIB) == 0, "there is an aligned block");
        memset(block, 1, 3 * MIB);
        do_free(block);
        malloc_trim(0);
    }
    printf("done\n");
}

/* Idle memory that a heap cannot give back */

/* Bytes that the C library's malloc has idle; on Framewell its report says what it would have. */
static size_t idle_of_libc(void)
{
    return mallinfo2().fordblks;
}

/* The last of some blocks keeps what lies before it; a mapping first teaches malloc that large
 * blocks come and go. */
static void leave_holes(const char *argument)
{
    enum { COUNT = 100 };
    (void)argument;
    void *blocks[COUNT];
    do_free(do_malloc(8 * MIB));
    for (int i = 0; i < COUNT; i++)
        expect((blocks[i] = do_malloc((size_t)(i % 3 + 1) * 300 * KIB)) != NULL, "there is memory");
    for (int i = 0; i < COUNT - 1; i++)
        do_free(blocks[i]);
    for (int i = 0; i < COUNT / 4; i++)
        expect((blocks[i] = do_malloc((size_t)(i % 3 + 1) * 450 * KIB)) != NULL, "there is memory");
    const size_t held = idle_of_libc();
    for (int i = 0; i < COUNT / 4; i++)
        do_free(blocks[i]);
    const size_t most = idle_of_libc();
    do_free(blocks[COUNT - 1]);
    printf("%zu %zu %zu\n", held, most, idle_of_libc());
}

/* Takes so many bytes in blocks of a size, and frees them. */
static void come_and_go(size_t total, size_t size)
{
    void *blocks[512];
    const size_t count = total / size;
    for (size_t i = 0; i < count; i++)
        expect((blocks[i] = do_malloc(size)) != NULL, "there is memory");
    for (size_t i = 0; i < count; i++)
        do_free(blocks[i]);
}

/* As much again, in blocks that the first ones' pages cannot serve. */
static void shift(const char *argument)
{
    enum { TOTAL = 8 * MIB };
    (void)argument;
    come_and_go(TOTAL, 100 * KIB);
    come_and_go(TOTAL, 2 * MIB);
    printf("%d\n", TOTAL);
}

/* As much again, in blocks that they can serve; no more than a thread may cache. */
static void change_sizes(const char *argument)
{
    enum { TOTAL = 2 * MIB };
    (void)argument;
    come_and_go(TOTAL, 20 * KIB);
    come_and_go(TOTAL, 50 * KIB);
    come_and_go(TOTAL, 8 * KIB);
    printf("%d\n", TOTAL);
}

/* Misuse, for --debug; each ends in the line that has its name. */

static void leak(void)
{
    victim = do_malloc(1234);
    victim = NULL;
}
static void free_twice(void)
{
    victim = do_malloc(100);
    do_free(victim);
    do_free(victim);
}
static void overflow(void)
{
    victim = do_malloc(100);
    victim[100] = 1;
    do_free(victim);
}
static void underflow(void)
{
    victim = do_malloc(100);
    victim[-1] = 1;
    do_free(victim);
}
static void free_inside(void)
{
    victim = do_malloc(100);
    do_free(victim + 16);
}
static void free_foreign(void)
{
    char local[64];
    victim = local;
    do_free(victim + 16);
}
static void write_after_free(void)
{
    victim = do_malloc(100);
    do_free(victim);
    victim[10] = 1;
    malloc_trim(0);
}
static void realloc_freed(void)
{
    victim = do_malloc(100);
    do_free(victim);
    victim = realloc(victim, 200);
}
static void overflow_large(void)
{
    victim = do_malloc(2 * MIB);
    victim[2 * MIB] = 1;
    do_free(victim);
}
static void free_twice_large(void)
{
    victim = do_malloc(2 * MIB);
    do_free(victim);
    do_free(victim);
}
static void overflow_left(void)
{
    victim = do_malloc(100);
    victim[100] = 1;
}
static void *free_it(void *opaque)
{
    do_free(opaque);
    return NULL;
}
static void free_twice_elsewhere(void)
{
    pthread_t thread;
    victim = do_malloc(100);
    do_free(victim);
    pthread_create(&thread, NULL, free_it, victim);
    pthread_join(thread, NULL);
}

static const struct {
    const char *name;
    void (*run)(void);
} misuses[] = {
    {"leak", leak},
    {"free_twice", free_twice},
    {"overflow", overflow},
    {"underflow", underflow},
    {"free_inside", free_inside},
    {"free_foreign", free_foreign},
    {"write_after_free", write_after_free},
    {"realloc_freed", realloc_freed},
    {"overflow_large", overflow_large},
    {"free_twice_large", free_twice_large},
    {"overflow_left", overflow_left},
    {"free_twice_elsewhere", free_twice_elsewhere},
};

static void misuse(const char *name)
{
    for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
        if (strcmp(misuses[i].name, name) == 0)
            misuses[i].run();
    }
}

static void print_stats(const char *argument)
{
    (void)argument;
    malloc_stats();
}

static void end_with(const char *code)
{
    exit(atoi(code));
}

static void die(const char *number)
{
    const struct rlimit none = {0};
    setrlimit(RLIMIT_CORE, &none);
    raise(atoi(number));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(const char *argument);
    } acts[] = {
        {"fill", fill_twice},
        {"address-space", fill_address_space},
        {"mappings", use_up_mappings},
        {"early-and-late", be_early_and_late},
        {"fork", fork_often},
        {"churn", churn},
        {"children", have_children},
        {"holes", leave_holes},
        {"shift", shift},
        {"change-sizes", change_sizes},
        {"refuse-advice", refuse_advice},
        {"refuse-unmapping", refuse_unmapping},
        {"small-stacks", use_small_stacks},
        {"replace-stderr", replace_stderr},
        {"misuse", misuse},
        {"stats", print_stats},
        {"exit", end_with},
        {"die", die},
    };
    for (size_t i = 0; argc > 1 && i < sizeof acts / sizeof acts[0]; i++) {
        if (strcmp(acts[i].name, argv[1]) == 0) {
            acts[i].run(argc > 2 ? argv[2] : "");
            return 0;
        }
    }
    return 2;
}
