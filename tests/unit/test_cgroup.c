/* SPDX-License-Identifier: BSD-2-Clause */
/* Containers' memory limits, read from trees of files that look like /proc and /sys. */
#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"
#include "os/os.h"

enum { TREE_SIZE = 256, FILE_PATH_SIZE = 4096 };

/* The directory in which a case builds its tree. */
typedef struct Tree {
    char root[TREE_SIZE];
} Tree;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_tree(void *object)
{
    const Tree *tree = object;
    nftw(tree->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static Tree make_tree(void)
{
    Tree tree;
    const char *folder = getenv("TMPDIR");
    snprintf(tree.root, sizeof tree.root, "%s/fwl-cgroup-XXXXXX", folder ? folder : "/tmp");
    assert_non_null(mkdtemp(tree.root));
    return tree;
}

/* A file with what is above it. */
static void write_file(const Tree *tree, const char *path, const char *text)
{
    char full[FILE_PATH_SIZE];
    snprintf(full, sizeof full, "%s/%s", tree->root, path);
    for (char *slash = full + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(full, 0777) != 0)
            assert_int_equal(errno, EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static size_t limit_in(const Tree *tree)
{
    return fwl_os_cgroup_limit_below(tree->root);
}

/* The limit of a process in the group /a of v2 whose file says this. */
static size_t limit_from_text(const char *text)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/a\n");
    write_file(&tree, "sys/fs/cgroup/a/memory.max", text);
    return limit_in(&tree);
}

static void the_limit_of_v2_is_that_of_the_process_s_group(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/user.slice/one.scope\n");
    write_file(&tree, "sys/fs/cgroup/user.slice/one.scope/memory.max", "268435456\n");
    write_file(&tree, "sys/fs/cgroup/user.slice/two.scope/memory.max", "4096\n");
    assert_int_equal(limit_in(&tree), 268435456);
}

static void the_tightest_group_above_counts(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/a/b/c\n");
    write_file(&tree, "sys/fs/cgroup/a/memory.max", "3000\n");
    write_file(&tree, "sys/fs/cgroup/a/b/memory.max", "max\n");
    write_file(&tree, "sys/fs/cgroup/a/b/c/memory.max", "5000\n");
    assert_int_equal(limit_in(&tree), 3000);
}

static void within_a_container_the_mount_s_root_is_the_group(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/\n");
    write_file(&tree, "sys/fs/cgroup/memory.max", "1048576\n");
    assert_int_equal(limit_in(&tree), 1048576);
}

static void a_group_that_cannot_be_seen_leaves_the_mount_s_root(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/kubepods/pod1/0123\n");
    write_file(&tree, "sys/fs/cgroup/memory.max", "777216\n");
    assert_int_equal(limit_in(&tree), 777216);
}

static void a_group_outside_the_namespace_does_not_lead_out_of_the_mount(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/../other\n");
    write_file(&tree, "sys/fs/other/memory.max", "4096\n");
    write_file(&tree, "sys/fs/cgroup/memory.max", "1048576\n");
    assert_int_equal(limit_in(&tree), 1048576);
}

static void dots_in_a_group_s_name_are_no_way_up(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "0::/..a/b..\n");
    write_file(&tree, "sys/fs/cgroup/..a/b../memory.max", "4096\n");
    assert_int_equal(limit_in(&tree), 4096);
}

static void the_limit_of_v1_is_that_of_the_memory_controller(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup",
               "12:cpu,cpuacct:/docker/01\n4:memory:/docker/23\n1:name=systemd:/docker/45\n");
    write_file(&tree, "sys/fs/cgroup/memory/docker/01/memory.limit_in_bytes", "1000\n");
    write_file(&tree, "sys/fs/cgroup/memory/docker/23/memory.limit_in_bytes", "2000\n");
    write_file(&tree, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_int_equal(limit_in(&tree), 2000);
}

static void the_memory_controller_may_be_mounted_with_others(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "4:hugetlb,memory:/a\n3:memoryless:/b\n");
    write_file(&tree, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "8192\n");
    write_file(&tree, "sys/fs/cgroup/memory/b/memory.limit_in_bytes", "4096\n");
    assert_int_equal(limit_in(&tree), 8192);
}

static void v1_s_number_for_no_limit_is_none(void)
{
    static const char *const numbers[] = {
        "9223372036854771712\n", /* pages of 4 KiB */
        "9223372036854710272\n", /* pages of 64 KiB */
        "9223372036854775807\n",
        "18446744073709551615\n",
        "99999999999999999999999\n",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        Tree tree = make_tree();
        later(remove_tree, &tree);
        write_file(&tree, "proc/self/cgroup", "4:memory:/a\n");
        write_file(&tree, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", numbers[i]);
        assert_true(limit_in(&tree) == SIZE_MAX);
    }
}

static void with_both_versions_the_tighter_limit_counts(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", "4:memory:/a\n0::/b\n");
    write_file(&tree, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "5000\n");
    write_file(&tree, "sys/fs/cgroup/b/memory.max", "4000\n");
    assert_int_equal(limit_in(&tree), 4000);
}

static void max_is_no_limit(void)
{
    assert_true(limit_from_text("max\n") == SIZE_MAX);
}

static void what_is_no_number_is_no_limit(void)
{
    static const char *const texts[] = {"", "\n", "-1\n", "+5\n", " 5\n", "12 34\n",
                                        "12x\n", "0x100\n", "1e9\n", "maximum\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (limit_from_text(texts[i]) != SIZE_MAX)
            fail_msg("\"%s\" was taken for a limit", texts[i]);
    }
}

static void a_number_needs_no_end_of_line(void)
{
    assert_int_equal(limit_from_text("4096"), 4096);
    assert_int_equal(limit_from_text("0\n"), 0);
}

static void without_files_there_is_no_limit(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    assert_true(limit_in(&tree) == SIZE_MAX);
    write_file(&tree, "proc/self/cgroup", "0::/a\n");
    assert_true(limit_in(&tree) == SIZE_MAX);
    write_file(&tree, "sys/fs/cgroup/a/memory.max/is_a_folder", "1\n");
    assert_true(limit_in(&tree) == SIZE_MAX);
}

static void lines_that_make_no_sense_are_passed_over(void)
{
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup",
               "\n:\n::\n0:\nnonsense\n0::relative\n:::::\n0:memory\n4:/a\n0::/a\n\n");
    write_file(&tree, "sys/fs/cgroup/a/memory.max", "4096\n");
    write_file(&tree, "sys/fs/cgroup/relative/memory.max", "1\n");
    assert_int_equal(limit_in(&tree), 4096);
}

static void the_last_of_many_long_lines_is_read(void)
{
    static char groups[12 << 10];
    size_t used = 0;
    while (used < sizeof groups - 600)
        used += (size_t)snprintf(groups + used, sizeof groups - used, "9:cpu:/%0500d\n", 1);
    snprintf(groups + used, sizeof groups - used, "0::/a\n");
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", groups);
    write_file(&tree, "sys/fs/cgroup/a/memory.max", "4096\n");
    assert_int_equal(limit_in(&tree), 4096);
}

static void a_path_longer_than_any_is_no_limit(void)
{
    static char groups[6000];
    memset(groups, 'x', sizeof groups - 1);
    memcpy(groups, "0::/", 4);
    Tree tree = make_tree();
    later(remove_tree, &tree);
    write_file(&tree, "proc/self/cgroup", groups);
    write_file(&tree, "sys/fs/cgroup/memory.max", "4096\n");
    assert_true(limit_in(&tree) == SIZE_MAX);
}

static void reading_leaves_errno_alone(void)
{
    errno = 7;
    (void)fwl_os_cgroup_limit_below("/nowhere");
    (void)fwl_os_cgroup_limit();
    assert_int_equal(errno, 7);
}

int main(int argc, char **argv)
{
    static const struct TestCase cases[] = {
        CASE(the_limit_of_v2_is_that_of_the_process_s_group),
        CASE(the_tightest_group_above_counts),
        CASE(within_a_container_the_mount_s_root_is_the_group),
        CASE(a_group_that_cannot_be_seen_leaves_the_mount_s_root),
        CASE(a_group_outside_the_namespace_does_not_lead_out_of_the_mount),
        CASE(dots_in_a_group_s_name_are_no_way_up),
        CASE(the_limit_of_v1_is_that_of_the_memory_controller),
        CASE(the_memory_controller_may_be_mounted_with_others),
        CASE(v1_s_number_for_no_limit_is_none),
        CASE(with_both_versions_the_tighter_limit_counts),
        CASE(max_is_no_limit),
        CASE(what_is_no_number_is_no_limit),
        CASE(a_number_needs_no_end_of_line),
        CASE(without_files_there_is_no_limit),
        CASE(lines_that_make_no_sense_are_passed_over),
        CASE(the_last_of_many_long_lines_is_read),
        CASE(a_path_longer_than_any_is_no_limit),
        CASE(reading_leaves_errno_alone),
    };
    return run_cases("cgroup", cases, sizeof cases / sizeof cases[0], argc, argv);
}
