/* SPDX-License-Identifier: BSD-2-Clause */
/* A preloaded allocator is asked for its version through the functions it is known for; that it is
 * there at all is seen in the list of mappings, since the loader only warns about a missing one. */
#include "peers.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <stdio.h>

#include "buffer_pools.h"

static bool is_mapped(const char *library)
{
    FILE *file = fopen("/proc/self/maps", "r");
    if (!file)
        return false;
    char line[1024];
    bool is_found = false;
    while (!is_found && fgets(line, sizeof line, file))
        is_found = strstr(line, library) != NULL;
    fclose(file);
    return is_found;
}

/* The function of that name among those that the program can see, or NULL. */
static void (*find_function(const char *name))(void)
{
    void (*function)(void) = NULL;
    void *self = dlopen(NULL, RTLD_LAZY);
    if (!self)
        return NULL;
    void *symbol = dlsym(self, name);
    memcpy(&function, &symbol, sizeof function); /* ISO C has no cast from one to the other */
    dlclose(self);
    return function;
}

static bool describe_framewell(char *version, size_t size)
{
    snprintf(version, size, "%s", FRAMEWELL_VERSION);
    return true;
}

static bool describe_framewell_malloc(char *version, size_t size)
{
    if (is_mapped("libframewell-malloc.so"))
        return describe_framewell(version, size);
    snprintf(version, size, "libframewell-malloc.so is not there");
    return false;
}

static bool describe_glibc(char *version, size_t size)
{
    snprintf(version, size, "%s", gnu_get_libc_version());
    return true;
}

static bool describe_jemalloc(char *version, size_t size)
{
    typedef int (*Mallctl)(const char *, void *, size_t *, void *, size_t);
    const Mallctl mallctl = (Mallctl)find_function("mallctl");
    const char *text = NULL;
    size_t length = sizeof text;
    if (!is_mapped("libjemalloc.so")) {
        snprintf(version, size, "not installed");
        return false;
    }
    if (mallctl && mallctl("version", &text, &length, NULL, 0) == 0)
        snprintf(version, size, "%.*s", (int)strcspn(text, "-"), text);
    return true;
}

static bool describe_tcmalloc(char *version, size_t size)
{
    typedef const char *(*TcVersion)(int *, int *, const char **);
    const TcVersion tc_version = (TcVersion)find_function("tc_version");
    if (!is_mapped("libtcmalloc_minimal.so")) {
        snprintf(version, size, "not installed");
        return false;
    }
    int major = 0;
    int minor = 0;
    const char *patch = "";
    if (tc_version) {
        tc_version(&major, &minor, &patch);
        snprintf(version, size, "%d.%d%s", major, minor, patch);
    }
    return true;
}

static bool describe_mimalloc(char *version, size_t size)
{
    typedef int (*MiVersion)(void);
    const MiVersion mi_version = (MiVersion)find_function("mi_version");
    if (!is_mapped("libmimalloc.so")) {
        snprintf(version, size, "not installed");
        return false;
    }
    /* 209 is 2.0.9 */
    const int number = mi_version ? mi_version() : 0;
    if (number > 0)
        snprintf(version, size, "%d.%d.%d", number / 100, number / 10 % 10, number % 10);
    return true;
}

static bool describe_avpool(char *version, size_t size)
{
    return avpool.describe(version, size);
}

static bool describe_gstpool(char *version, size_t size)
{
    return gstpool.describe(version, size);
}

/* Who is a whole process's malloc, other than ours. */
#define PEERS_OF_MALLOC                                                         \
    {.name = PEER_GLIBC, .kind = KIND_MALLOC, .describe = describe_glibc},      \
        {.name = "jemalloc",                                                    \
         .kind = KIND_MALLOC,                                                   \
         .preload = "libjemalloc.so.2",                                         \
         .package = "libjemalloc2",                                             \
         .describe = describe_jemalloc},                                        \
        {.name = "tcmalloc",                                                    \
         .kind = KIND_MALLOC,                                                   \
         .preload = "libtcmalloc_minimal.so.4",                                 \
         .package = "libtcmalloc-minimal4",                                     \
         .describe = describe_tcmalloc},                                        \
    {                                                                           \
        .name = "mimalloc", .kind = KIND_MALLOC, .preload = "libmimalloc.so.2", \
        .package = "libmimalloc2.0", .describe = describe_mimalloc              \
    }

const struct BenchPeer pool_peers[POOL_PEER_COUNT] = {
    {.name = PEER_FRAMEWELL, .kind = KIND_POOL, .describe = describe_framewell},
    PEERS_OF_MALLOC,
    {.name = "textbook", .kind = KIND_TEXTBOOK},
    {.name = "libavutil", .kind = KIND_AVBUFFER, .describe = describe_avpool},
    {.name = "gstreamer",
     .kind = KIND_GSTBUFFER,
     .package = "libgstreamer-plugins-base1.0-0",
     .describe = describe_gstpool},
    {.name = PEER_UNCOUNTED, .kind = KIND_UNCOUNTED, .is_floor = true},
    {.name = PEER_BARE, .kind = KIND_BARE, .is_floor = true},
};

const struct BenchPeer malloc_peers[MALLOC_PEER_COUNT] = {
    {.name = PEER_FRAMEWELL,
     .kind = KIND_MALLOC,
     .preload = "libframewell-malloc.so",
     .describe = describe_framewell_malloc},
    PEERS_OF_MALLOC,
};

void heap_init(struct Heap *heap, const struct BenchPeer *peer)
{
    const bool is_counted = peer->kind != KIND_UNCOUNTED;
    *heap = (struct Heap){.kind = is_counted ? peer->kind : KIND_POOL};
    if (heap->kind == KIND_POOL) {
        FwlPoolConfig config = fwl_pool_config_default();
        config.name = "bench";
        config.max_pool_size = FWL_POOL_SIZE_UNLIMITED;
        config.enable_statistics = is_counted;
        if (fwl_pool_create(&heap->pool, &config) < 0)
            bench_die("fwl_pool_create failed");
    } else if (heap->kind == KIND_TEXTBOOK) {
        heap->textbook = textbook_create();
        if (!heap->textbook)
            bench_die("textbook_create failed");
    }
}

void heap_uninit(struct Heap *heap)
{
    fwl_pool_destroy(&heap->pool);
    textbook_destroy(heap->textbook);
}
