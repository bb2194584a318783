/* SPDX-License-Identifier: BSD-2-Clause */
/* What the system seam does with pages, beyond mapping them. */
#define _DEFAULT_SOURCE /* mincore */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "case.h"
#include "os/os.h"

enum { PAGES = 3000 };

typedef struct Mapping {
    unsigned char *bytes;
    size_t size;
} Mapping;

static void unmap(void *opaque)
{
    const Mapping *mapping = opaque;
    if (mapping->bytes)
        fwl_os_unmap(mapping->bytes, mapping->size);
}

static Mapping map(size_t pages)
{
    const size_t size = pages * fwl_os_page_size();
    return (Mapping){.bytes = fwl_os_map(size, fwl_os_page_size()), .size = size};
}

static size_t count_resident(const Mapping *mapping)
{
    static unsigned char is_resident[PAGES];
    size_t count = 0;
    assert_int_equal(mincore(mapping->bytes, mapping->size, is_resident), 0);
    for (size_t i = 0; i < mapping->size / fwl_os_page_size(); i++)
        count += is_resident[i] & 1;
    return count;
}

static void zeroing_writes_to_pages_that_have_memory_and_to_no_others(void)
{
    const size_t page = fwl_os_page_size();
    Mapping mapping = map(PAGES);
    later(unmap, &mapping);
    need(mapping.bytes);
    for (size_t i = 0; i < PAGES; i += i < 1500 ? 7 : 100)
        mapping.bytes[i * page + i] = 1;
    const size_t before = count_resident(&mapping);
    fwl_os_zero(mapping.bytes, mapping.size);
    assert_true(count_resident(&mapping) <= before);
    assert_int_equal(mapping.bytes[0], 0);
    assert_int_equal(memcmp(mapping.bytes, mapping.bytes + 1, mapping.size - 1), 0);
}

static void zeroing_stays_within_its_bounds(void)
{
    const size_t page = fwl_os_page_size();
    static const size_t starts[] = {0, 1, 100};
    static const size_t ends[] = {0, 1, 99};
    Mapping mapping = map(4);
    later(unmap, &mapping);
    need(mapping.bytes);
    for (size_t s = 0; s < 3; s++) {
        for (size_t e = 0; e < 3; e++) {
            memset(mapping.bytes, 5, mapping.size);
            unsigned char *start = mapping.bytes + page / 2 + starts[s];
            unsigned char *end = mapping.bytes + 3 * page - ends[e];
            fwl_os_zero(start, (size_t)(end - start));
            assert_int_equal(start[-1], 5);
            assert_int_equal(*end, 5);
            assert_int_equal(*start, 0);
            assert_int_equal(memcmp(start, start + 1, (size_t)(end - start) - 1), 0);
        }
    }
    memset(mapping.bytes, 5, page);
    fwl_os_zero(mapping.bytes + 10, 20);
    assert_int_equal(mapping.bytes[9] + mapping.bytes[30], 10);
    assert_int_equal(mapping.bytes[10] + mapping.bytes[29], 0);
}

/* Bytes of address space, by its name in /proc: VmSize, or VmPeak, the most there ever was. */
static size_t address_space(const char *name)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    size_t kib = 0;
    assert_non_null(file);
    while (kib == 0 && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0)
            assert_int_equal(sscanf(line + strlen(name), ": %zu kB", &kib), 1);
    }
    fclose(file);
    return kib << 10;
}

static void an_aligned_mapping_takes_hardly_more_address_space_than_it_has(void)
{
    const size_t size = (size_t)1 << 30;
    const size_t before = address_space("VmSize");
    Mapping mapping = {.bytes = fwl_os_map(size, size), .size = size};
    later(unmap, &mapping);
    need(mapping.bytes);
    assert_int_equal((uintptr_t)mapping.bytes % size, 0);
    assert_true(address_space("VmPeak") < before + size + size / 2);
}

static void the_system_promises_little_and_not_everything(void)
{
    assert_true(fwl_os_would_promise(fwl_os_page_size()));
    assert_false(fwl_os_would_promise((size_t)1 << 62));
}

static void a_process_has_faults_memory_a_number_and_a_name(void)
{
    const FwlProcessUsage usage = fwl_os_process_usage();
    assert_true(usage.minor_faults > 0);
    assert_true(usage.peak_rss > fwl_os_page_size());
    assert_true(usage.process > 0);
    assert_string_equal(usage.program, "test_pages");
    assert_false(fwl_os_is_privileged());
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(an_aligned_mapping_takes_hardly_more_address_space_than_it_has),
        CASE(zeroing_writes_to_pages_that_have_memory_and_to_no_others),
        CASE(zeroing_stays_within_its_bounds),
        CASE(the_system_promises_little_and_not_everything),
        CASE(a_process_has_faults_memory_a_number_and_a_name),
    };
    return run_cases("pages", cases, sizeof cases / sizeof cases[0], argc, argv);
}
