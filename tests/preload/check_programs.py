#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that nobody compiled anew: on Framewell they print and return what they do without.
Those that are not installed are named as skipped."""
import glob
import os
import shutil

import preloaded
import tap

MEDIA = os.path.join(tap.SHARED, "media")
FFMPEG = ["ffmpeg", "-nostdin", "-loglevel", "fatal"]
PYTHON = """
import json, re, threading
results = [None] * 8
def work(n):
    words = [str(i) * (i % 50) for i in range(3000)]
    for _ in range(20):
        words = json.loads(json.dumps(words))
    results[n] = len(re.findall("1+2", " ".join(words)))
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(results)
"""
PERL = 'my %h; $h{$_} = "x" x ($_ % 500) for 1..100000; print scalar(keys %h), length($h{499});'
SQL = """create table t(a, b);
with recursive c(x) as (select 1 union all select x + 1 from c where x < 50000)
insert into t select x, hex(x) from c; create index i on t(b);
select count(*), sum(length(b)), max(b) from t group by a % 7;"""
NODE = """const list = [];
for (let i = 0; i < 1e5; i++) list.push({i, text: "x".repeat(i % 100)});
console.log(JSON.stringify(list).length);"""


def need(program):
    if not shutil.which(program):
        raise tap.Skip(f"{program} is not installed")


def expect_same(*command):
    """The same output and exit status, and blocks of ours in between."""
    need(command[0])
    plain = preloaded.run_plain(*command, text=False, errors=None)
    done = preloaded.run(*command, text=False, errors=None)
    words = " ".join(command)[:200]
    tap.expect_equal(done.returncode, plain.returncode, f"{words}: {done.stderr!r}: exit status")
    tap.expect(done.stdout == plain.stdout, f"{words}: other output")
    tap.expect(b"framewell" not in done.stderr, f"{words}: {done.stderr!r}")


def clip():
    """Pictures and sound, made when first asked for."""
    path = os.path.join(preloaded.WORK, "clip.mp4")
    if not os.path.exists(path):
        need("ffmpeg")
        tap.run_ok(FFMPEG + ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-f", "lavfi",
                             "-i", "sine=d=2", "-c:v", "libx264", "-preset", "fast", "-pix_fmt",
                             "yuv420p", "-c:a", "aac", "-bitexact", path])
    return path


@tap.case
def ffmpeg_decodes():
    expect_same(*FFMPEG, "-i", clip(), "-f", "framemd5", "-")


@tap.case
def ffmpeg_transcodes():
    expect_same(*FFMPEG, "-i", clip(), "-vf", "scale=426:240", "-c:v", "mpeg4", "-threads", "4",
                "-c:a", "flac", "-bitexact", "-f", "framemd5", "-")


@tap.case
def ffmpeg_encodes_with_x264():
    """Which lets memory decide that it has not written: as many frames, not the same."""
    need("ffmpeg")
    command = FFMPEG + ["-i", clip(), "-c:v", "libx264", "-threads", "4", "-f", "framemd5", "-"]
    plain = preloaded.run_plain(*command)
    done = preloaded.run(*command)
    tap.expect_equal(done.returncode, plain.returncode, "exit status")
    tap.expect_equal(done.stdout.count("\n"), plain.stdout.count("\n"), "lines")


@tap.case
def ffmpeg_copies():
    expect_same(*FFMPEG, "-i", clip(), "-c", "copy", "-bitexact", "-f", "matroska", "-")


@tap.case
def ffprobe_looks():
    expect_same("ffprobe", "-loglevel", "fatal", "-show_format", "-show_packets", clip())


def media_files():
    return [path for path in sorted(glob.glob(os.path.join(MEDIA, "*")))
            if not path.endswith((".md", ".txt"))]


@tap.case
def ffmpeg_decodes_every_file_there_is():
    if not media_files():
        raise tap.Skip("there are no media files beside the source tree")
    for path in media_files():
        # With frame threads, ffmpeg's Theora decoder gives other pixels from run to run.
        expect_same(*FFMPEG, "-threads", "1", "-i", path, "-map", "0:v?", "-map", "0:a?",
                    "-t", "2", "-f", "framemd5", "-")


@tap.case
def python_runs_threads():
    expect_same("python3", "-c", PYTHON)


@tap.case
def git_tells_its_history():
    need("git")
    if tap.run(["git", "-C", tap.ROOT, "log", "-1"]).returncode != 0:
        raise tap.Skip("the source is no repository")
    expect_same("git", "-C", tap.ROOT, "log", "--stat", "-50")


@tap.case
def gcc_compiles_a_file_of_this_project():
    expect_same("gcc", "-std=c11", "-O2", "-S", "-o", "-", "-I", os.path.join(tap.ROOT, "include"),
                "-I", os.path.join(tap.ROOT, "src"), os.path.join(tap.ROOT, "src/base/rational.c"))


@tap.case
def clang_compiles_a_file_of_this_project():
    expect_same("clang", "-std=c11", "-O2", "-S", "-o", "-", "-I",
                os.path.join(tap.ROOT, "include"), "-I", os.path.join(tap.ROOT, "src"),
                os.path.join(tap.ROOT, "src/base/rational.c"))


@tap.case
def perl_fills_a_hash():
    expect_same("perl", "-e", PERL)


@tap.case
def sqlite3_fills_a_table():
    expect_same("sqlite3", ":memory:", SQL)


@tap.case
def node_makes_json():
    expect_same("node", "-e", NODE)


@tap.case
def java_tells_its_version():
    expect_same("java", "-version")


@tap.case
def gst_launch_decodes():
    expect_same("gst-launch-1.0", "-q", "videotestsrc", "num-buffers=50", "!", "videoconvert", "!",
                "fakesink")


@tap.case
def mpv_plays():
    expect_same("mpv", "--no-config", "--vo=null", "--ao=null", "--msg-level=all=no",
                "--untimed", clip())


@tap.case
def stress_ng_is_content():
    expect_same("stress-ng", "--malloc", "2", "--malloc-ops", "20000", "--quiet")


@tap.case
def a_shell_has_children():
    expect_same("bash", "-c", "for i in $(seq 200); do echo $(echo $i | cat); done")


tap.main()
