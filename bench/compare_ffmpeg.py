#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""framewell transcode against ffmpeg: wall time and peak resident memory, side by side.

Each job is run by both programs in turn, with the same codecs, settings, threads and muxer, from
the same file into the same directory (one in memory where the system has one). Of each pair the
ratio is taken, of the ratios the median, so that what slows the machine down for a while counts for
nothing. Bounds, one verdict each:

    wall time   framewell <= 1.0 x ffmpeg
    peak RSS    framewell <= 1.15 x ffmpeg + size of the input + size of the output

Peak RSS is the kernel's own figure for the process that ended (wait4). A process starts as a copy
of this script, so that less than the script's own size cannot be seen: "floor" in the JSON.

Exit status: 0 measured, 1 a job failed, 2 usage.
"""
import argparse
import collections
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WALL_LIMIT = 1.0
RSS_LIMIT = 1.15
SAME_SIZE = 0.02  # outputs of one size but for this share are of one encoding
MIB = 1 << 20
SOURCE_ROOT = Path(__file__).resolve().parent.parent


class Job:
    """One thing that both programs can do; the two lists of options mean the same."""

    def __init__(self, name, muxer, framewell, ffmpeg):
        self.name = name
        self.muxer = muxer
        self.framewell = framewell
        self.ffmpeg = ffmpeg


def encode(name, muxer, video, audio, *, preset=None, crf=None):
    framewell = ["--video-codec", video, "--audio-codec", audio]
    ffmpeg = ["-c:v", video, "-c:a", audio]
    if preset:
        framewell += ["--preset", preset]
        ffmpeg += ["-preset", preset]
    if crf:
        framewell += ["--crf", crf]
        ffmpeg += ["-crf", crf]
    return Job(name, muxer, framewell, ffmpeg)


JOBS = [
    encode("decode", "framemd5", "rawvideo", "pcm_s16le"),
    encode("null", "null", "rawvideo", "pcm_s16le"),
    encode("ultrafast", "matroska", "libx264", "aac", preset="ultrafast", crf="23"),
    encode("medium", "matroska", "libx264", "aac", preset="medium", crf="23"),
    encode("mpeg4", "matroska", "mpeg4", "aac"),
    encode("flac", "matroska", "copy", "flac"),
    encode("aac", "matroska", "copy", "aac"),
    Job("remux-mkv", "matroska", ["--copy"], ["-c", "copy"]),
    Job("remux-mp4", "mp4", ["--copy"], ["-c", "copy"]),
]


def framewell_command(program, job, clip, output, threads):
    return [program, "transcode", "--quiet", "-y", "--threads", str(threads),
            "--format", job.muxer, *job.framewell, str(clip), str(output)]


def ffmpeg_command(program, job, clip, output, threads):
    # -threads before -i is the decoders', after it the encoders'.
    return [program, "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
            "-threads", str(threads), "-i", str(clip), "-map", "0:v:0?", "-map", "0:a:0?",
            *job.ffmpeg, "-threads", str(threads), "-f", job.muxer, str(output)]


class Failure(Exception):
    pass


# Of one process: seconds of wall time, bytes of peak RSS, seconds of CPU time.
Measured = collections.namedtuple("Measured", "wall peak cpu")


def run(command):
    with tempfile.TemporaryFile() as messages:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=messages,
                                   stderr=messages)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            messages.seek(0)
            text = messages.read().decode(errors="replace").strip().splitlines()
            raise Failure(f"{Path(command[0]).name} ended with {process.returncode}: "
                          f"{text[-1] if text else 'no message'}")
    return Measured(wall, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)


def size_of(path):
    return path.stat().st_size if path.is_file() else 0


def hashes(path):
    """Size and hash of each frame of a framemd5 file, by stream."""
    streams = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            streams.setdefault(fields[0], []).append(fields[-2:])
    return streams


def check_same_work(job, ours, theirs):
    """What was measured must be the same work: where it can be told exactly, it must be equal."""
    if job.muxer == "framemd5" and hashes(ours) != hashes(theirs):
        raise Failure("the two decoded differently")
    sizes = size_of(ours), size_of(theirs)
    if job.muxer != "null" and abs(sizes[0] - sizes[1]) > SAME_SIZE * sizes[1]:
        raise Failure(f"the outputs have {sizes[0]} and {sizes[1]} bytes")


def summarise(values):
    values = sorted(values)
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 \
        else values * 3
    return {"min": values[0], "p25": quartiles[0], "median": quartiles[1], "p75": quartiles[2],
            "max": values[-1]}


def judge(pairs, input_size, output_size):
    """pairs: what was measured of (framewell, ffmpeg) in each round."""
    ratio = summarise([ours.wall / theirs.wall for ours, theirs in pairs])
    rss = statistics.median(ours.peak for ours, _ in pairs)
    rss_ffmpeg = statistics.median(theirs.peak for _, theirs in pairs)
    allowed = RSS_LIMIT * rss_ffmpeg + input_size + output_size
    return {
        "wall": summarise([ours.wall for ours, _ in pairs]),
        "wall_ffmpeg": summarise([theirs.wall for _, theirs in pairs]),
        "wall_ratio": ratio,
        "wall_limit": WALL_LIMIT,
        "wall_holds": ratio["median"] <= WALL_LIMIT,
        "wall_close": (ratio["p25"] <= WALL_LIMIT) != (ratio["p75"] <= WALL_LIMIT),
        "cpu_ratio": summarise([ours.cpu / theirs.cpu for ours, theirs in pairs]),
        "rss": rss,
        "rss_ffmpeg": rss_ffmpeg,
        "rss_ratio": rss / rss_ffmpeg,
        "rss_allowed": allowed,
        "rss_holds": rss <= allowed,
        "input_size": input_size,
        "output_size": output_size,
    }


def compare(job, clip, directory, options):
    ours = directory / f"framewell.{job.muxer}"
    theirs = directory / f"ffmpeg.{job.muxer}"
    commands = [framewell_command(options.framewell, job, clip, ours, options.threads),
                ffmpeg_command(options.ffmpeg, job, clip, theirs, options.threads)]
    try:
        for command in commands:  # does not count: reads files and libraries into memory
            run(command)
        check_same_work(job, ours, theirs)
        pairs = []
        for number in range(options.rounds):
            order = (0, 1) if number % 2 == 0 else (1, 0)
            results = {which: run(commands[which]) for which in order}
            pairs.append((results[0], results[1]))
        result = judge(pairs, size_of(clip), size_of(ours))
        result["output_size_ffmpeg"] = size_of(theirs)
        return result
    except Failure as failure:
        return {"failed": str(failure)}
    finally:
        ours.unlink(missing_ok=True)
        theirs.unlink(missing_ok=True)


def make_clip(options, directory):
    """Ten seconds of 1080p H.264 with stereo AAC; less of both where nothing is to be learned."""
    width, height, seconds = (640, 360, 1) if options.quick else (1920, 1080, 10)
    path = directory / f"clip_{height}p.mp4"
    run([options.ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
         "-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=25:duration={seconds}",
         "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}",
         "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
         "-c:a", "aac", "-ac", "2", str(path)])
    return path


def find_clips(options, directory):
    clips = [make_clip(options, directory)]
    skipped = []
    for name in ("phone_1080p.mp4", "balle-jbart.mp4"):
        path = options.media / name
        if options.quick:
            skipped.append((name, "a quick run"))
        elif path.is_file():
            clips.append(path)
        else:
            skipped.append((name, f"not in {options.media}"))
    return clips, skipped


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True).stdout.partition("\n")[0]


def describe_machine(options):
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(),
            "load": os.getloadavg()[0],
            "ffmpeg": " ".join(first_line([options.ffmpeg, "-version"]).split()[:3])}


def verdict(holds, is_close=False):
    return ("holds" if holds else "misses") + ("~" if is_close else "")


def print_head(head):
    machine = head["machine"]
    print(f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, "
          f"load {machine['load']:.2f}")
    print(f"{machine['ffmpeg']}; {head['rounds']} rounds, {head['threads']} threads")
    print(f"wall <= {WALL_LIMIT}x; RSS (MiB) <= allowed = {RSS_LIMIT}x ffmpeg + input + output")
    for name, why in head["skipped"].items():
        print(f"skipped: {name}: {why}"[:80])
    print(f"\n{'job':<9} {'clip':<9} {'wall s':>7} {'ffmpeg':>7} {'ratio':>6} {'':<7} "
          f"{'RSS':>6} {'ffmpeg':>6} {'allow':>6}", flush=True)


def print_row(row):
    start = f"{row['job']:<9} {row['clip']:<9.9}"
    if "failed" in row:
        print(f"{start} failed: {row['failed']}"[:80], flush=True)
        return
    print(f"{start} {row['wall']['median']:7.3f} {row['wall_ffmpeg']['median']:7.3f} "
          f"{row['wall_ratio']['median']:6.3f} {verdict(row['wall_holds'], row['wall_close']):<7} "
          f"{row['rss'] / MIB:6.1f} {row['rss_ffmpeg'] / MIB:6.1f} "
          f"{row['rss_allowed'] / MIB:6.1f} {verdict(row['rss_holds'])}", flush=True)


def find_program(given, name, beside):
    """The program's path: given, built beside this script, or installed; None where it is not."""
    for candidate in [given] if given else [*beside, name]:
        path = shutil.which(str(candidate))
        if path:
            return str(Path(path).resolve())
    return None


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framewell", help="the program (of the release build, or PATH)")
    parser.add_argument("--ffmpeg", help="the program (PATH)")
    parser.add_argument("--rounds", type=positive, help="pairs of runs for each job (5)")
    parser.add_argument("--threads", type=positive, default=os.cpu_count() or 1,
                        help="for each codec of either (the machine's cores)")
    parser.add_argument("--filter", default="", help="only jobs whose name contains this")
    parser.add_argument("--quick", action="store_true",
                        help="one round, a clip of one second: does it run?")
    parser.add_argument("--media", type=Path,
                        default=Path(os.environ.get("FRAMEWELL_SHARED",
                                                    SOURCE_ROOT.parent / "shared")) / "media",
                        help="where the further clips are ($FRAMEWELL_SHARED/media)")
    parser.add_argument("--directory", type=Path, help="for the outputs (/dev/shm, or temporary)")
    parser.add_argument("--json", action="store_true", help="everything, as one JSON object")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    builds = [SOURCE_ROOT / build / "src/command/framewell" for build in ("build/release", "build")]
    for name, beside in (("framewell", builds), ("ffmpeg", ())):
        path = find_program(getattr(options, name), name, beside)
        if not path:
            parser.error(f"{getattr(options, name) or name}: no such program")
        setattr(options, name, path)
    options.jobs = [job for job in JOBS if options.filter in job.name]
    if not options.jobs:
        parser.error(f"--filter {options.filter}: none of {', '.join(job.name for job in JOBS)}")
    return options


def default_directory():
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None


def main():
    options = read_options()
    rows = []
    base = options.directory or default_directory()
    with tempfile.TemporaryDirectory(prefix="framewell-compare-", dir=base) as name:
        try:
            clips, skipped = find_clips(options, Path(name))
        except Failure as failure:
            print(f"the clip cannot be made: {failure}", file=sys.stderr)
            return 1
        head = {"machine": describe_machine(options), "rounds": options.rounds,
                "threads": options.threads, "floor": run([shutil.which("true")]).peak,
                "skipped": dict(skipped)}
        if not options.json:
            print_head(head)
        for clip in clips:
            for job in options.jobs:
                row = {"job": job.name, "clip": clip.stem, "muxer": job.muxer,
                       **compare(job, clip, Path(name), options)}
                rows.append(row)
                if not options.json:
                    print_row(row)
    if options.json:
        print(json.dumps({**head, "rows": rows}, indent=2))
    return 1 if any("failed" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
