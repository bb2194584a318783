/* SPDX-License-Identifier: BSD-2-Clause */
/* The worker only starts the program and waits for it. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/own_folder.h"
#include "program_run.h"
#include "program_works.h"

struct JobState {
    const char *words[JOB_WORDS_MAX];
    size_t used;     /* of text */
    char text[8192]; /* words in which something was put */
};

/* This program is in build/NAME/bench of a source tree, or is installed and knows of none. */
static const char *source_tree(void)
{
    static char path[2 * PATH_MAX];
    char folder[PATH_MAX];
    if (!fwl_own_folder(folder, sizeof folder))
        return NULL;
    snprintf(path, sizeof path, "%s../../../src/pool/pool.c", folder);
    if (access(path, R_OK) != 0)
        return NULL;
    snprintf(path, sizeof path, "%s../../..", folder);
    return path;
}

static const char *find_need(const struct JobParameter *job, const char **why)
{
    if (job->need == JOB_NEEDS_CLIP)
        return clip_path(job->clip, why);
    *why = "the source tree is not here";
    return job->need == JOB_NEEDS_SOURCE ? source_tree() : "";
}

/* The word, with what is needed in place of '@'. */
static const char *make_word(struct JobState *state, const char *word, const char *need)
{
    const char *place = *need ? strchr(word, '@') : NULL;
    if (!place)
        return word;
    char *made = state->text + state->used;
    const size_t left = sizeof state->text - state->used;
    const int length = snprintf(made, left, "%.*s%s%s", (int)(place - word), word, need, place + 1);
    if ((size_t)length >= left)
        bench_die("a path is too long");
    state->used += (size_t)length + 1;
    return made;
}

void *job_setup(const struct BenchWork *work, const struct BenchPeer *peer, const char **why)
{
    static char reason[BENCH_TEXT_MAX];
    const struct JobParameter *job = work->parameter;
    (void)peer;
    snprintf(reason, sizeof reason, "%s is not installed (Debian's package %s)", job->words[0],
             job->package);
    *why = reason;
    if (!program_is_there(job->words[0]))
        return NULL;
    const char *need = find_need(job, why);
    if (!need)
        return NULL;
    struct JobState *state = bench_memory(sizeof *state);
    for (size_t i = 0; job->words[i]; i++)
        state->words[i] = make_word(state, job->words[i], need);
    if (program_run(state->words, PROGRAM_AS_IT_IS, NULL))
        return state;
    snprintf(reason, sizeof reason, "%s does not end well, as it is", job->words[0]);
    *why = reason;
    job_teardown(state);
    return NULL;
}

uint64_t job_run(void *opaque, uint64_t count, struct BenchReport *report)
{
    const struct JobState *state = opaque;
    for (uint64_t i = 0; i < count; i++) {
        struct ProgramUsage usage;
        if (!program_run(state->words, PROGRAM_AS_WE, &usage))
            bench_die("the program did not end well");
        report->faults += usage.faults;
        if (usage.peak_size > report->peak_size)
            report->peak_size = usage.peak_size;
    }
    return count;
}

void job_teardown(void *state)
{
    bench_memory_free(state, sizeof(struct JobState));
}
