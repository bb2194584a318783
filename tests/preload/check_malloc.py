#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The malloc in a program that is not like others: at the end of its memory, forking, full of
threads, misusing it; and what it says and exports."""
import os
import re
import resource

import preloaded
import tap

FORKS = os.environ.get("FRAMEWELL_FORKS", "500")
CHURN_SECONDS = os.environ.get("FRAMEWELL_SECONDS", "6")
MIB = 1 << 20
EXPORTS = set("""malloc free cfree calloc realloc reallocarray posix_memalign aligned_alloc memalign
valloc pvalloc malloc_usable_size malloc_trim mallinfo2 malloc_stats""".split())
MISUSES = {
    "free_twice": "free already",
    "overflow": "byte 1 behind the end",
    "underflow": "byte 1 before the start",
    "free_inside": "16 bytes from it",
    "free_foreign": "in no pool",
    "write_after_free": "byte 10 was written to after the free",
    "realloc_freed": "free already",
    "overflow_large": "byte 1 behind the end",
    "free_twice_large": "free already",
    "overflow_left": "found at exit",
    "free_twice_elsewhere": "free already",
}


@tap.case
def the_library_exports_the_malloc_family_and_nothing_else():
    lines = tap.run_ok(["nm", "-D", "--defined-only", preloaded.LIBRARY]).stdout.split("\n")
    tap.expect_equal({line.split()[2] for line in lines if line}, EXPORTS, "the exports")


@tap.case
def the_library_needs_the_c_library_only_and_no_call_for_its_thread_variables():
    shown = tap.run_ok(["readelf", "-d", preloaded.LIBRARY]).stdout
    tap.expect_equal(re.findall(r"NEEDED.*\[(.*)\]", shown), ["libc.so.6"], "what it needs")
    tap.expect("STATIC_TLS" in shown, "its thread variables are not initial-exec")
    imports = tap.run_ok(["nm", "-D", "--undefined-only", preloaded.LIBRARY]).stdout
    tap.expect("__tls_get_addr" not in imports, "__tls_get_addr is imported")


@tap.case
def the_library_holds_no_layer_above_the_pool():
    names = tap.run_ok(["nm", preloaded.LIBRARY], check=False).stdout
    above = re.findall(r"\bfwl_(?:buffer_|packet_|image_|io_|dict_|malloc\b|free\b)\w*", names)
    tap.expect(not above, f"it holds {above}")


@tap.case
def a_program_on_it_is_served_by_the_pool():
    done, stats = preloaded.statistics(preloaded.ACTS, "exit", "0")
    tap.expect_equal(done.returncode, 0)
    tap.expect_equal(stats["program"], "malloc_acts", "the program")
    tap.expect(stats["malloc"]["allocation_count"] > 0, "no allocation was counted")
    tap.expect(stats["peak_rss"] > MIB and stats["minor_faults"] > 0, f"of the process: {stats}")
    shown = preloaded.act_well("stats").stderr
    tap.expect(shown.startswith("pool malloc\n") and "committed_size" in shown, f"shown: {shown}")


@tap.case
def the_report_says_what_glibc_would_keep_idle_and_glibc_does():
    """The model stands in the report of a run on Framewell, the truth in one on glibc."""
    truth = [int(word) for word in preloaded.run_plain(preloaded.ACTS, "holes").stdout.split()]
    _, stats = preloaded.statistics(preloaded.ACTS, "holes")
    told = stats["glibc_model"]
    tap.expect(abs(told["idle_peak"] - truth[1]) < truth[1] / 10, f"{told}, in truth {truth}")
    tap.expect(told["idle"] < 2 * MIB and truth[2] < 2 * MIB, f"{told}, in truth {truth}")
    shown = preloaded.act_well("holes", settings={"STATS": "1"}).stderr
    tap.expect(f"{told['idle_peak'] >> 10} KiB idle at most" in shown, shown)


@tap.case
def idle_memory_that_cannot_serve_leaves_where_a_program_grows():
    """What is idle is at most an eighth of what is in use, and of that call's; without that it is
    as much as was in use before."""
    done, stats = preloaded.statistics(preloaded.ACTS, "shift")
    total = int(done.stdout)
    tap.expect(total <= stats["malloc"]["peak_charged"] <= 1.5 * total, f"{stats['malloc']}")


@tap.case
def what_a_thread_caches_serves_other_sizes_before_the_process_grows():
    done, stats = preloaded.statistics(preloaded.ACTS, "change-sizes")
    total = int(done.stdout)
    tap.expect(total <= stats["malloc"]["peak_charged"] <= 1.25 * total, f"{stats['malloc']}")


@tap.case
def exit_status_and_signals_are_the_programs():
    tap.expect_equal(preloaded.act("exit", "43").returncode, 43)
    for number in (6, 9, 11, 15):
        tap.expect_equal(preloaded.act("die", str(number)).returncode, -number)


def fills_its_budget_and_no_more(block_size):
    budget = 64 * MIB
    done, stats = preloaded.statistics(preloaded.ACTS, "fill", str(block_size),
                                       settings={"MAX_MEMORY": "64M"})
    tap.expect(done.returncode == 0, f"ended with {done.returncode}: {done.stdout}")
    tap.expect_equal(stats["malloc"]["limit"], budget, "the limit")
    tap.expect(stats["malloc"]["peak_charged"] <= budget, f"went over it: {stats['malloc']}")
    count = int(done.stdout.split()[0])
    tap.expect(count * block_size >= 0.85 * budget, f"{count} blocks of {block_size} bytes")


for size in (100, 1000, 70000, 4 * MIB):
    tap.add_case(f"a_budget_is_exact_with_blocks_of_{size}_bytes", fills_its_budget_and_no_more,
                 size)


@tap.case
def settings_that_make_no_sense_are_named_and_ignored():
    for name, value in (("MAX_MEMORY", "lots"), ("IDLE", "-1"), ("PURGE_AFTER", "2s"),
                        ("HUGE_PAGES", "maybe")):
        done = preloaded.act("exit", "3", settings={name: value})
        tap.expect_equal(done.returncode, 3)
        tap.expect(done.stderr.startswith(f"framewell: FRAMEWELL_{name}: '{value}'")
                   and done.stderr.count("\n") == 1, f"stderr is {done.stderr!r}")


@tap.case
def sizes_have_units():
    for text, size in (("1073741824", 1 << 30), ("1G", 1 << 30), ("512MiB", 512 * MIB),
                       ("4096k", 4 * MIB), ("1T", 1 << 40), ("300000KB", 300000 << 10)):
        _, stats = preloaded.statistics(preloaded.ACTS, "exit", "0", settings={"MAX_MEMORY": text})
        tap.expect_equal(stats["malloc"]["limit"], size, f"the limit {text}")


@tap.case
def at_the_end_of_the_address_space_malloc_says_no():
    preloaded.act_well("address-space")


@tap.case
def with_no_mapping_left_malloc_gives_what_there_is_or_says_no():
    preloaded.act_well("mappings")


@tap.case
def it_works_before_main_in_dlopen_in_ending_threads_and_at_exit():
    preloaded.act_well("early-and-late")
    preloaded.act_well("early-and-late", settings={"DEBUG": "1"})


@tap.case
def a_process_of_busy_threads_may_fork():
    preloaded.act_well("fork", FORKS, timeout=900)


@tap.case
def threads_that_come_and_go_leave_the_rss_flat():
    preloaded.act_well("churn", CHURN_SECONDS, timeout=float(CHURN_SECONDS) + preloaded.PATIENCE)


@tap.case
def children_are_made_in_every_way():
    preloaded.act_well("children", preloaded.ACTS)


@tap.case
def without_huge_pages_all_is_as_before():
    done = preloaded.act_well("refuse-advice")
    if done.stdout == "no filters\n":
        raise tap.Skip("the system takes no filter of its calls")
    preloaded.act_well("early-and-late", settings={"HUGE_PAGES": "off"})


@tap.case
def where_nothing_can_be_unmapped_all_is_as_before():
    if preloaded.act_well("refuse-unmapping").stdout == "no filters\n":
        raise tap.Skip("the system takes no filter of its calls")
    preloaded.act_well("refuse-unmapping", settings={"MAX_MEMORY": "32M"})
    preloaded.act_well("refuse-unmapping", settings={"DEBUG": "1"})


@tap.case
def a_program_that_catches_bad_alloc_survives_its_budget():
    done = preloaded.run(preloaded.FULL_BUDGET, settings={"MAX_MEMORY": "32M"})
    tap.expect_equal((done.returncode, done.stderr), (0, ""), "how it ended")
    caught, most = map(int, done.stdout.split())
    tap.expect(caught == 4 * 20 and 20 << 20 <= most <= 32 << 20, f"{caught} times, {most} bytes")


@tap.case
def a_cache_of_frames_stays_within_five_quarters_of_what_is_live():
    """The pattern of vapoursynth#1167, at half the size, with half the idle memory."""
    if not preloaded.GROWTH:
        raise tap.Skip("built without benchmarks")
    done = preloaded.run(preloaded.GROWTH, "120", "2", settings={"IDLE": "4M"})
    tap.expect_equal(done.returncode, 0, done.stderr)
    tap.expect(float(done.stdout.split()[-1]) <= 1.25, done.stdout)


def misuse_is_named(name, words):
    done = preloaded.act("misuse", name, settings={"DEBUG": "1"})
    tap.expect_equal(done.returncode, -6, f"{name}: how it ended, with {done.stderr!r}")
    lines = done.stderr.strip().split("\n")
    tap.expect_equal(len(lines), 1, "lines")
    tap.expect(words in lines[0], f"no {words!r} in {lines[0]!r}")
    tap.expect("malloc_acts+0x" in lines[0], f"no place in {lines[0]!r}")
    if has_libdw():
        tap.expect("(malloc_acts.c:" in lines[0], f"no line of source in {lines[0]!r}")


def has_libdw():
    shown = tap.run(["sh", "-c", "PATH=$PATH:/sbin:/usr/sbin ldconfig -p"]).stdout
    return "libdw.so.1" in shown


for misuse, told in MISUSES.items():
    tap.add_case(f"{misuse}_is_named_with_its_place", misuse_is_named, misuse, told)


@tap.case
def a_leak_is_listed_with_its_place():
    done = preloaded.act("misuse", "leak", settings={"DEBUG": "1"})
    tap.expect_equal(done.returncode, 0)
    leaks = [line for line in done.stderr.split("\n") if " 1 block, 1234 bytes allocated" in line]
    tap.expect(len(leaks) == 1 and "malloc_acts+0x" in leaks[0], f"said: {done.stderr}")
    if has_libdw():
        tap.expect("(malloc_acts.c:" in leaks[0], f"no line of source in {leaks[0]!r}")
    tap.expect("libframewell-malloc" not in done.stderr, f"blames itself: {done.stderr}")


KEPT_BY_LIBRARIES = """#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <pwd.h>
int main()
{
    std::setlocale(LC_ALL, "C.UTF-8");
    for (int i = 0; i < 100; i++)
        std::atexit([] {});
    std::tm time = {};
    std::printf("%d %d\\n", getpwuid(0) != nullptr, std::mktime(&time) != 0);
    std::cout << std::getchar() << std::endl;
}
"""
LEFT_BY_THE_PROGRAM = """#include <cstdio>
#include <cstring>
int main()
{
    static void *volatile left;
    left = strdup("text of the program");
    left = fopen("/dev/null", "r");
    left = new char[77];
    left = nullptr;
}
"""


@tap.case
def what_libraries_keep_for_themselves_is_no_leak():
    program = preloaded.build("kept", KEPT_BY_LIBRARIES, "g++", language="cpp")
    done = preloaded.run(program, settings={"DEBUG": "1"})
    tap.expect_equal((done.returncode, done.stdout, done.stderr), (0, "1 1\n-1\n", ""), "a run")


@tap.case
def what_a_program_has_from_libraries_is_its_leak():
    program = preloaded.build("left", LEFT_BY_THE_PROGRAM, "g++", language="cpp")
    shown = preloaded.run(program, settings={"DEBUG": "1"}).stderr
    tap.expect(shown.startswith("framewell: pool malloc: 3 blocks, "), shown)
    tap.expect("1 block, 20 bytes" in shown and "1 block, 77 bytes" in shown, shown)
    tap.expect_equal(shown.count("/left+0x"), 3, shown)


SMALL = """#include <stdio.h>
#include <stdlib.h>
int main(void) { char *volatile p = malloc(10); p[0] = 1; free(p); puts("well"); return 0; }
"""
MALLOC_OF_ITS_OWN = """#include <stddef.h>
#include <stdio.h>
static char memory[1 << 20];
static size_t used;
void *malloc(size_t size)
{
    char *block = memory + used;
    used += (size + 15) / 16 * 16;
    return block;
}
void free(void *block) { (void)block; }
int main(void) { char *volatile p = malloc(10); p[0] = 1; free(p); puts("well"); return 0; }
"""


def steps_aside(name, source, *options):
    """With one line, also where nobody asked for a report."""
    program = preloaded.build(name, source, *options)
    for settings in ({}, {"STATS": "1", "DEBUG": "1"}):
        done = preloaded.run(program, settings=settings)
        if done.returncode != 0 and "ASan runtime does not come first" in done.stderr:
            environment = {**preloaded.PLAIN, "LD_PRELOAD": preloaded.LIBRARY,
                           "ASAN_OPTIONS": "verify_asan_link_order=0"}
            done = tap.run([program], env=environment)
        tap.expect_equal((done.returncode, done.stdout), (0, "well\n"), done.stderr)
        tap.expect(re.fullmatch("framewell: the program has (a sanitizer's|another) malloc: "
                                "it runs as without Framewell\n", done.stderr),
                   f"said {done.stderr!r}")


tap.add_case("it_steps_aside_for_addresssanitizer", steps_aside, "asan", SMALL,
             "gcc", "-fsanitize=address")
tap.add_case("it_steps_aside_for_threadsanitizer", steps_aside, "tsan", SMALL, "gcc",
             "-fsanitize=thread")
tap.add_case("it_steps_aside_for_addresssanitizer_of_clang", steps_aside, "asan_clang", SMALL,
             "clang", "-fsanitize=address")
tap.add_case("it_steps_aside_for_a_program_with_a_malloc_of_its_own", steps_aside, "own",
             MALLOC_OF_ITS_OWN, "gcc")


@tap.case
def a_program_that_has_the_address_of_malloc_is_served():
    """Of which the linker makes one in the program."""
    program = preloaded.build("address", SMALL.replace("malloc(10)", "((void *(*volatile)(size_t))"
                                                       "malloc)(10)"), "gcc", "-no-pie", "-fno-pie")
    done, stats = preloaded.statistics(program)
    tap.expect_equal((done.returncode, done.stdout, done.stderr), (0, "well\n", ""), "how it ended")
    tap.expect(stats["malloc"]["allocation_count"] > 0, "no allocation was counted")


RESOLVER = """#include <stdlib.h>
#include <string.h>
static char *block;
static int told(void) { return block && block[99] == 7; }
static int (*resolve(void))(void)
{
    block = malloc(100);
    memset(block, 7, 100);
    free(realloc(calloc(3, 5), 3000000));
    return told;
}
int resolved(void) __attribute__((ifunc("resolve")));
"""


@tap.case
def it_works_while_programs_are_being_linked():
    """In the resolvers of functions, which run before any constructor."""
    library = preloaded.build("resolver.so", RESOLVER, "gcc", "-shared", "-fPIC")
    program = preloaded.build("resolved", "int resolved(void);\n"
                              "int main(void) { return resolved(); }\n",
                              "gcc", "-Wl,-z,now", library)
    for settings in ({}, {"STATS_JSON": os.devnull}, {"DEBUG": "1"}):
        tap.expect_equal(preloaded.run(program, settings=settings).returncode, 1, "the result")
    for both in (f"{library}:{preloaded.LIBRARY}", f"{preloaded.LIBRARY}:{library}"):
        done = tap.run([program], env={**preloaded.PLAIN, "LD_PRELOAD": both})
        tap.expect_equal(done.returncode, 1, f"the result of {both}")


@tap.case
def objects_that_are_destroyed_late_may_allocate():
    for settings in ({}, {"DEBUG": "1"}, {"STATS_JSON": os.devnull}):
        done = preloaded.run(preloaded.LATE, settings=settings)
        tap.expect_equal((done.returncode, done.stdout), (0, "done\n"), done.stderr)


@tap.case
def the_smallest_stacks_are_large_enough():
    for settings in ({}, {"DEBUG": "1"}, {"STATS_JSON": os.devnull}):
        preloaded.act_well("small-stacks", settings=settings)


def gives_what_the_c_librarys_gives(seed, count, settings):
    chosen = {f"FRAMEWELL_{name}": value for name, value in settings.items()}
    words = [preloaded.CALLS, str(seed), str(count)]
    truth = preloaded.run_plain(*words, env={**preloaded.PLAIN, **chosen}).stdout.split("\n")
    told = preloaded.run(*words, settings=settings).stdout.split("\n")
    differences = [pair for pair in zip(truth, told) if pair[0] != pair[1]]
    tap.expect(len(truth) > count / 2 and "  wrong" not in "\n".join(truth), "of the C library's")
    tap.expect(len(told) == len(truth) and not differences,
               f"{' '.join(words)}: {len(truth)} and {len(told)} lines, at first {differences[:1]}")


SEED = int(os.environ.get("FRAMEWELL_SEED", "1"))
for call_settings, call_count in (({}, 50000), ({"STATS_JSON": os.devnull}, 50000),
                                  ({"IDLE": "0", "HUGE_PAGES": "off"}, 20000),
                                  ({"DEBUG": "1"}, 5000)):
    tap.add_case("random_calls_give_what_the_c_librarys_give" +
                 "".join(f"_with_{name.lower()}" for name in call_settings),
                 gives_what_the_c_librarys_gives, SEED, call_count, call_settings)


def report_on(settings, *command):
    """What is on standard error, which the program closes."""
    done = preloaded.run(*command, settings=settings)
    tap.expect_equal(done.returncode, 0, done.stderr)
    return done.stderr


@tap.case
def a_report_goes_where_standard_error_was():
    tap.expect("(sort): " in report_on({"STATS": "1"}, "sort", os.devnull), "sort has no table")
    path = os.path.join(preloaded.WORK, "mine")
    shown = report_on({"STATS": "1", "DEBUG": "1"}, preloaded.ACTS, "replace-stderr", path)
    with open(path, encoding="utf-8") as file:
        tap.expect_equal(file.read(), "mine", "the program's file")
    tap.expect_equal(shown, "", "what is said where nobody has kept standard error")


@tap.case
def a_report_that_nobody_reads_ends_nothing():
    reader, writer = os.pipe()
    os.close(reader)
    for settings in ({"STATS": "1"}, {"DEBUG": "1"}):
        done = preloaded.act("exit", "43", settings=settings, stderr=writer)
        tap.expect_equal(done.returncode, 43, f"the exit status with {settings}")
    os.close(writer)


@tap.case
def a_report_that_cannot_be_written_is_named():
    for path, cause in (("/no/such/folder/file", "No such file or directory"),
                        ("/dev/full", "No space left on device"),
                        ("x" * 5000, "File name too long")):
        done = preloaded.act("exit", "43", settings={"STATS_JSON": path})
        tap.expect_equal(done.returncode, 43, "the exit status")
        tap.expect(cause in done.stderr and done.stderr.count("\n") == 1, f"said {done.stderr!r}")


@tap.case
def reports_of_processes_that_end_at_once_are_whole():
    done = preloaded.run("bash", "-c", "for i in {1..20}; do perl -e 1 & done; wait",
                         settings={"STATS": "1"})
    tables = re.findall(r"pool malloc\n  tier .*?\nprocess \d+ \((?:bash|perl)\): [^\n]*\n",
                        done.stderr, re.S)
    tap.expect_equal("".join(tables), done.stderr, "the tables, one after another")
    tap.expect(len(tables) == done.stderr.count("process ") >= 20, f"{len(tables)} tables")


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
tap.main()
