#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that nobody compiled anew: on Framewell they print and return what they do without.
Those that are not installed are named as skipped. What takes minutes runs where
FRAMEWELL_PROGRAMS is "all", as in scripts/soak."""
import glob
import os
import re
import shutil

import preloaded
import tap

ALL = os.environ.get("FRAMEWELL_PROGRAMS") == "all"
LONG = 1800  # seconds for one of those that take minutes
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


def need_all():
    if not ALL:
        raise tap.Skip("it takes long: FRAMEWELL_PROGRAMS is not all")


OTHER_MALLOC = b"framewell: the program has another malloc: it runs as without Framewell\n"


def expect_same(*command, has_other_malloc=False):
    """The same output and exit status; and no word of ours, but that the program is left alone."""
    need(command[0])
    plain = preloaded.run_plain(*command, text=False, errors=None)
    done = preloaded.run(*command, text=False, errors=None)
    words = " ".join(command)[:200]
    tap.expect_equal(done.returncode, plain.returncode, f"{words}: {done.stderr!r}: exit status")
    tap.expect(done.stdout == plain.stdout,
               f"{words}: {done.stdout[-500:]!r} came, not {plain.stdout[-500:]!r}")
    said = done.stderr.replace(OTHER_MALLOC, b"") if has_other_malloc else done.stderr
    tap.expect(b"framewell: " not in said, f"{words}: {done.stderr!r}")


def expect_well(*command, **options):
    """It ends well on Framewell, as it does without; what it prints differs from run to run."""
    need(command[0])
    plain = preloaded.run_plain(*command, **options)
    if plain.returncode != 0:
        shown = (plain.stderr.strip() or plain.stdout.strip())[-100:]
        raise tap.Skip(f"{command[0]} does not work here: {shown!r}")
    done = preloaded.run(*command, **options)
    tap.expect(done.returncode == 0 and "framewell: " not in done.stderr,
               f"{' '.join(command)[:200]} ended with {done.returncode}: {done.stderr[-1000:]}")
    return done


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
def ffmpeg_transcodes_every_file_there_is():
    need_all()
    if not media_files():
        raise tap.Skip("there are no media files beside the source tree")
    for path in media_files():
        expect_same(*FFMPEG, "-threads", "1", "-i", path, "-map", "0:v?", "-map", "0:a?", "-t", "2",
                    "-c:v", "mpeg4", "-c:a", "flac", "-strict", "-2", "-threads", "1", "-bitexact",
                    "-f", "framemd5", "-")


@tap.case
def ffprobe_looks_at_every_file_there_is():
    need_all()
    if not media_files():
        raise tap.Skip("there are no media files beside the source tree")
    for path in media_files():
        expect_same("ffprobe", "-loglevel", "fatal", "-show_format", "-show_streams",
                    "-show_packets", path)


def peak_of_copying(count):
    done, stats = preloaded.statistics(*FFMPEG, "-stream_loop", str(count - 1), "-i", clip(),
                                       "-c", "copy", "-f", "matroska", "-y", os.devnull)
    tap.expect_equal(done.returncode, 0, done.stderr)
    malloc = stats["malloc"]
    tap.expect_equal(malloc["total_allocated"] - malloc["total_freed"], malloc["current_usage"])
    return malloc["peak_charged"]


@tap.case
def what_runs_longer_is_not_larger():
    need("ffmpeg")
    short, long = peak_of_copying(50), peak_of_copying(500)
    tap.expect(long <= short + short / 8 + (1 << 20), f"{short} bytes, ten times longer {long}")


@tap.case
def a_program_that_checks_malloc_survives_its_budget():
    """Python and SQLite say that memory is out, and go on."""
    done = preloaded.run(
        "python3", "-c", "kept = []\ntry:\n while True: kept.append(bytes(100000))\n"
        "except MemoryError: del kept\nprint(sum(map(len, [bytes(1000)] * 1000)))",
        settings={"MAX_MEMORY": "48M"})
    tap.expect_equal((done.returncode, done.stdout), (0, "1000000\n"), done.stderr)
    need("sqlite3")
    done = preloaded.run("sqlite3", ":memory:", "select length(randomblob(100000000));",
                         settings={"MAX_MEMORY": "48M"})
    tap.expect("memory" in done.stderr and done.returncode > 0, f"{done}")


@tap.case
def python_runs_its_own_tests():
    """Those of memory, threads, processes, big numbers and text. They interrupt themselves, which
    a shell ignores for what it starts in the background."""
    need_all()
    tests = ["test_" + name for name in (
        "bytes", "bigmem", "buffer", "builtin", "collections", "concurrent_futures",
        "dict", "exceptions", "fork1", "functools", "gc", "generators", "hashlib", "heapq", "io",
        "itertools", "json", "list", "long", "marshal", "memoryview", "mmap",
        "multiprocessing_fork", "ordered_dict", "os", "pickle", "queue", "random", "re", "set",
        "sort", "string", "struct", "subprocess", "thread", "threading",
        "threading_local", "tuple", "unicode", "weakref", "xml_etree", "zipfile", "zlib")]
    expect_well("env", "--default-signal=INT", "/usr/bin/python3", "-m", "test", "-j2", "--timeout",
                "600", *tests, timeout=LONG)


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
def git_clones_and_packs_its_history():
    need_all()
    need("git")
    if tap.run(["git", "-C", tap.ROOT, "log", "-1"]).returncode != 0:
        raise tap.Skip("the source is no repository")
    place = os.path.join(preloaded.WORK, "clone")
    for words in (["git", "clone", "--no-local", "--bare", tap.ROOT, place],
                  ["git", "-C", place, "repack", "-adf"], ["git", "-C", place, "fsck", "--full"]):
        done = preloaded.run(*words, timeout=LONG)
        tap.expect(done.returncode == 0 and "framewell: " not in done.stderr, done.stderr)
    expect_same("git", "-C", place, "log", "--patch", "-20")


@tap.case
def gcc_builds_this_project():
    """The library is the same bytes when meson, ninja, gcc and ld were on Framewell."""
    need_all()
    for program in ("meson", "ninja", "gcc"):
        need(program)
    library = "src/libframewell.so.0.1.0"
    built = []
    for run in (preloaded.run_plain, preloaded.run):
        place = os.path.join(preloaded.WORK, "build")
        shutil.rmtree(place, ignore_errors=True)
        for words in (["meson", "setup", place, tap.ROOT, "-Dtests=false", "-Dbench=false"],
                      ["ninja", "-C", place, library]):
            done = run("env", "CCACHE_DISABLE=1", *words, timeout=LONG)
            tap.expect_equal(done.returncode, 0, f"{words}: {done.stdout[-2000:]}{done.stderr}")
        with open(os.path.join(place, library), "rb") as file:
            built.append(file.read())
    tap.expect(built[0] == built[1], "the libraries differ")


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
def java_loads_and_writes_all_its_classes():
    need_all()
    expect_well("java", "-Xshare:dump", "-XX:SharedArchiveFile=" +
                os.path.join(preloaded.WORK, "classes.jsa"), timeout=LONG)


@tap.case
def gst_launch_makes_pictures():
    expect_same("gst-launch-1.0", "-q", "videotestsrc", "num-buffers=50", "!", "videoconvert", "!",
                "fakesink")


@tap.case
def gst_launch_decodes():
    need("gst-launch-1.0")
    if tap.run(["gst-inspect-1.0", "avdec_h264"]).returncode != 0:
        raise tap.Skip("gstreamer1.0-libav is not installed")
    expect_same("gst-launch-1.0", "-q", "filesrc", "location=" + clip(), "!", "qtdemux", "!",
                "avdec_h264", "max-threads=1", "!", "fdsink")


@tap.case
def mpv_plays():
    expect_same("mpv", "--no-config", "--vo=null", "--ao=null", "--msg-level=all=no",
                "--untimed", clip())


@tap.case
def stress_ng_is_content():
    expect_well("stress-ng", "--malloc", "2", "--malloc-ops", "20000", "--verify", "--quiet")


@tap.case
def stress_ng_is_content_for_long():
    need_all()
    expect_well("stress-ng", "--malloc", "4", "--malloc-pthreads", "4", "--malloc-ops", "1000000",
                "--malloc-touch", "--verify", "--quiet", timeout=LONG)


PAGE = """<!DOCTYPE html><title>before</title><canvas id=c width=640 height=480></canvas><ul></ul>
<script>
const list = document.querySelector("ul"), canvas = document.getElementById("c").getContext("2d");
for (let i = 0; i < 2000; i++) {
    list.append(Object.assign(document.createElement("li"), {textContent: "x".repeat(i % 97)}));
    canvas.fillRect(i % 640, i % 480, 9, 9);
}
document.title = list.children.length + canvas.getImageData(0, 0, 640, 480).data.length;
</script>"""


@tap.case
def chromium_renders_a_page():
    """On its own malloc, in all of its processes."""
    need_all()
    program = "chromium" if shutil.which("chromium") else "google-chrome"
    page = os.path.join(preloaded.WORK, "page.html")
    with open(page, "w", encoding="utf-8") as file:
        file.write(PAGE)
    expect_same(program, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" +
                os.path.join(preloaded.WORK, "profile"), "--dump-dom", "file://" + page,
                has_other_malloc=True)


def frame_count(output):
    """Pictures differ from run to run, where an encoder has threads."""
    return re.findall(rb"nb_read_packets=\d+|codec_name=\w+", output)


@tap.case
def handbrake_encodes():
    need_all()
    need("HandBrakeCLI")
    made = []
    for run in (preloaded.run_plain, preloaded.run):
        path = os.path.join(preloaded.WORK, "made.mkv")
        done = run("HandBrakeCLI", "-i", clip(), "-o", path, "-e", "x264", "-q", "30", timeout=LONG)
        tap.expect_equal(done.returncode, 0, done.stderr[-1000:])
        made.append(frame_count(tap.run(
            ["ffprobe", "-loglevel", "fatal", "-count_packets", "-show_streams", path],
            text=False, errors=None).stdout))
        os.remove(path)
    tap.expect(made[0] == made[1] and len(made[0]) >= 2, f"made {made}")


@tap.case
def a_shell_has_children():
    expect_same("bash", "-c", "for i in $(seq 200); do echo $(echo $i | cat); done")


tap.main()
