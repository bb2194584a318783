/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/batch_names.h"

#include "command/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libavformat/avformat.h>

/* The ending of a format's files, its first where it has several; its name where it has none. */
static void find_ending(char *ending, size_t size, const char *format)
{
    const AVOutputFormat *muxer = av_guess_format(format, NULL, NULL);
    const char *words = muxer && muxer->extensions ? muxer->extensions : format;
    snprintf(ending, size, ".%.*s", (int)strcspn(words, ","), words);
}

/* NULL without memory. */
static char *name_output(const struct TranscodeArgs *args, const char *input)
{
    const char *slash = strrchr(input, '/');
    const char *base = slash ? slash + 1 : input;
    const char *dot = strrchr(base, '.');
    char ending[64] = "";
    size_t length = strlen(base);
    if (args->options.format) {
        find_ending(ending, sizeof ending, args->options.format);
        length = dot && dot > base ? (size_t)(dot - base) : length;
    }
    const size_t size = strlen(args->output_dir) + 1 + length + strlen(ending) + 1;
    char *name = malloc(size);
    if (name)
        snprintf(name, size, "%s/%.*s%s", args->output_dir, (int)length, base, ending);
    return name;
}

/* Names, sorted, with the input that each is of. */
struct Named {
    const char *name, *input;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct Named *)a)->name, ((const struct Named *)b)->name);
}

static int check_collisions(struct Named *named, size_t count)
{
    qsort(named, count, sizeof *named, compare_names);
    for (size_t i = 1; i < count; i++)
        if (strcmp(named[i - 1].name, named[i].name) == 0)
            return fwl_cmd_fail(EXIT_USAGE, named[i].input,
                                "it and '%s' would both become '%s': transcode one of them by "
                                "itself",
                                named[i - 1].input, named[i].name);
    return EXIT_FINE;
}

/* Files as the system knows them, sorted. */
struct Place {
    dev_t device;
    ino_t number;
};

static int compare_places(const void *a, const void *b)
{
    const struct Place *one = a, *other = b;
    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

/* An output that is there and is an input of another would destroy that, with -y. */
static int check_places(const struct TranscodeArgs *args, char **names, struct Place *places)
{
    size_t count = 0;
    struct stat info;
    for (size_t i = 0; i < args->input_count; i++)
        if (stat(args->inputs[i], &info) == 0)
            places[count++] = (struct Place){info.st_dev, info.st_ino};
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; i < args->input_count; i++) {
        if (stat(names[i], &info) < 0)
            continue;
        const struct Place place = {info.st_dev, info.st_ino};
        if (bsearch(&place, places, count, sizeof *places, compare_places))
            return fwl_cmd_fail(EXIT_OUTPUT, names[i],
                                "is one of the inputs: name another "
                                "--output-dir");
    }
    return EXIT_FINE;
}

static int check(const struct TranscodeArgs *args, char **names)
{
    struct Named *named = calloc(args->input_count, sizeof *named);
    struct Place *places = calloc(args->input_count, sizeof *places);
    int code = EXIT_FINE;
    if (!named || !places)
        code = fwl_cmd_fail_memory(NULL);
    for (size_t i = 0; code == EXIT_FINE && i < args->input_count; i++)
        named[i] = (struct Named){.name = names[i], .input = args->inputs[i]};
    if (code == EXIT_FINE)
        code = check_collisions(named, args->input_count);
    if (code == EXIT_FINE)
        code = check_places(args, names, places);
    free(named);
    free(places);
    return code;
}

static int check_folder(const char *folder)
{
    struct stat info;
    if (stat(folder, &info) < 0)
        return errno == ENOENT ? fwl_cmd_fail(EXIT_OUTPUT, folder,
                                              "there is no such directory: make it, or "
                                              "name another")
                               : fwl_cmd_fail_errno(EXIT_OUTPUT, folder, errno);
    if (!S_ISDIR(info.st_mode))
        return fwl_cmd_fail(EXIT_OUTPUT, folder, "is no directory: name one");
    return EXIT_FINE;
}

int fwl_batch_names(const struct TranscodeArgs *args, char ***names)
{
    int code = check_folder(args->output_dir);
    *names = calloc(args->input_count, sizeof **names);
    for (size_t i = 0; code == EXIT_FINE && i < args->input_count; i++) {
        if (*names)
            (*names)[i] = name_output(args, args->inputs[i]);
        if (!*names || !(*names)[i])
            code = fwl_cmd_fail_memory(NULL);
    }
    return code == EXIT_FINE ? check(args, *names) : code;
}

void fwl_batch_names_free(const struct TranscodeArgs *args, char ***names)
{
    for (size_t i = 0; *names && i < args->input_count; i++)
        free((*names)[i]);
    free(*names);
    *names = NULL;
}
