# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the command share: where it is, clips to feed it, and how its results compare.

FRAMEWELL_COMMAND names the program (meson sets it; else the newest build in the tree).
FRAMEWELL_CLI_SANITIZED=1 says that the program is slower, and needs address space without a limit.
FRAMEWELL_CLI_NO_BENCH=1 says that there are no benchmarks in this build.
FRAMEWELL_CLI_WINDOW=1 says that play has a window in this build.
FRAMEWELL_CLI_UPDATE=1 writes the golden files instead of comparing with them.
"""
import atexit
import functools
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import tap  # noqa: E402

# Who runs the tests may ignore it, as nohup does, and what starts here would, too.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

SANITIZED = os.environ.get("FRAMEWELL_CLI_SANITIZED", "") not in ("", "0")
NO_BENCH = os.environ.get("FRAMEWELL_CLI_NO_BENCH", "") not in ("", "0")
HAS_WINDOW = os.environ.get("FRAMEWELL_CLI_WINDOW", "") not in ("", "0")
UPDATE = os.environ.get("FRAMEWELL_CLI_UPDATE", "") not in ("", "0")
PATIENCE = 240 if SANITIZED else 60  # seconds for one run of the command; longer is a hang
MEDIA = os.path.join(tap.SHARED, "media")

FULL_STDOUT = ("framewell: stdout: No space left on device: make room, or name another "
               "place\n")
FINE, USAGE, INPUT, OUTPUT, MEMORY, DATA = 0, 2, 3, 4, 5, 6


def _find_command():
    found = os.environ.get("FRAMEWELL_COMMAND")
    if found:
        return os.path.abspath(found)
    builds = [path for pattern in ("build*", "build/*")
              for path in glob.glob(os.path.join(tap.ROOT, pattern, "src/command/framewell"))]
    if not builds:
        sys.exit("no framewell is built: name one in FRAMEWELL_COMMAND")
    return max(builds, key=os.path.getmtime)


COMMAND = _find_command()
# SDL would start a session's bus where there is none, by a fork of a busy process, in which
# AddressSanitizer's malloc may stay locked.
ENVIRONMENT = {**os.environ, "LC_ALL": "C", "TERM": "dumb",
               "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
WORK = tempfile.mkdtemp(prefix="framewell-cli-")
os.chmod(WORK, 0o755)
atexit.register(shutil.rmtree, WORK, True)


class Folder:
    """A new folder of a case, for its outputs."""

    _count = 0

    def __init__(self):
        Folder._count += 1
        self.path = os.path.join(WORK, f"case-{Folder._count}")
        os.mkdir(self.path)

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def expect_files(self, *names):
        tap.expect_equal(sorted(os.listdir(self.path)), sorted(names), f"the files in {self.path}")


def framewell(*arguments, **options):
    """Runs the command; a CompletedProcess with text."""
    return tap.run([COMMAND, *arguments], **{"env": ENVIRONMENT, "timeout": PATIENCE, **options})


def transcode(*arguments, **options):
    """Runs a transcode that must end well and say nothing on stderr."""
    done = framewell("transcode", *arguments, **options)
    tap.expect(done.returncode == FINE, f"exit code {done.returncode}: {done.stderr}")
    tap.expect_equal(done.stderr if isinstance(done.stderr, str) else done.stderr.decode(), "",
                     "stderr")
    return done


def transcode_json(*arguments, **options):
    """The same with --json; the object. Blocks that leaked are a failure."""
    report = json.loads(transcode("--json", *arguments, **options).stdout)
    tap.expect_equal(report["memory"]["leaked_blocks"], 0, "leaked_blocks")
    return report


def expect_failure(done, code, *words):
    """One line on stderr with these words in it, nothing on stdout, this exit code (or one of)."""
    codes = code if isinstance(code, tuple) else (code,)
    tap.expect(done.returncode in codes,
               f"exit code {done.returncode}, expected {codes}: {done.stderr}")
    lines = done.stderr.splitlines()
    tap.expect(len(lines) == 1 and done.stderr.endswith("\n"), f"stderr is {done.stderr!r}")
    tap.expect(lines[0].startswith("framewell: "), f"stderr is {done.stderr!r}")
    for word in words:
        tap.expect(word in lines[0], f"no {word!r} in {lines[0]!r}")
    tap.expect_equal(done.stdout, "", "stdout")


def _is_asleep(task):
    try:
        with open(f"{task}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "S"
    except OSError:  # it has ended meanwhile
        return True


def wait_until_asleep(pid):
    """Until all threads of the process have waited for something, some times in a row."""
    asleep = 0
    deadline = time.monotonic() + PATIENCE
    while asleep < 5:
        tap.expect(time.monotonic() < deadline, "it does not come to rest")
        asleep = asleep + 1 if all(map(_is_asleep, glob.glob(f"/proc/{pid}/task/*"))) else 0
        time.sleep(0.05)


def resident_size(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def contents(path):
    with open(path, "rb") as file:
        return file.read()


# Clips

_INPUTS = {
    "video": ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=0.8"],
    "odd": ["-f", "lavfi", "-i", "testsrc2=s=321x241:r=25:d=0.4"],
    "small": ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.4"],
    "long": ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=30"],
    "hum": ["-f", "lavfi", "-i", "sine=f=100:d=30"],
    "audio": ["-f", "lavfi", "-i", "sine=f=440:r=48000:d=0.8"],
    "audio2": ["-f", "lavfi", "-i", "sine=f=880:r=44100:d=0.8,pan=stereo|c0=c0|c1=c0"],
}
X264 = ["-c:v", "libx264", "-preset", "ultrafast"]
_clips = {}


def make(name, inputs, options):
    """The path of a clip from ffmpeg's generators, made when first asked for."""
    path = os.path.join(WORK, name)
    if path not in _clips:
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]
        for source in inputs:
            command += _INPUTS.get(source) or ["-i", source]
        tap.run_ok(command + options + ["-bitexact", path])
        _clips[path] = contents(path)
    return path


def clip(ending="mp4"):
    """A small clip of H.264 and AAC; in mp4 with the index at the start."""
    options = ["-movflags", "+faststart"] if ending == "mp4" else []
    return make(f"clip.{ending}", ["video", "audio"],
                X264 + ["-pix_fmt", "yuv420p", "-c:a", "aac"] + options)


def long_clip():
    """A clip that takes long to encode slowly."""
    return make("long.mp4", ["long"], X264 + ["-pix_fmt", "yuv420p"])


def subtitles():
    path = os.path.join(WORK, "words.srt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("1\n00:00:00,100 --> 00:00:00,300\nfirst words\n\n"
                   "2\n00:00:00,400 --> 00:00:00,700\nlast words\n")
    return path


def sample(items, step):
    """All; for a sanitizer, which is slow and sees the same code in each, one of a step."""
    return items[::step] if SANITIZED else items


def media(name):
    """The path of a file of the shared media set."""
    path = os.path.join(MEDIA, name)
    if not os.path.exists(path):
        raise tap.Skip(f"there is no {name} in the shared media set")
    return path


# Seeing

def decode(*arguments):
    """The bytes of the pixels, red, green, blue."""
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *arguments, "-f", "rawvideo",
                           "-pix_fmt", "rgb24", "-"], stdout=subprocess.PIPE, check=True).stdout


class Screen:
    """An X server that nobody sees."""

    def __enter__(self):
        for program in ("Xvfb", "xdotool"):
            if not shutil.which(program):
                raise tap.Skip(f"{program} is not installed")
        reading, writing = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x400x24", "-nolisten", "tcp"],
            pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as number:
            self.display = ":" + number.readline().strip()
        # Libraries behind X11 leak; that play does not, is looked at without them.
        self.environment = {**ENVIRONMENT, "ASAN_OPTIONS": "detect_leaks=0",
                            "DISPLAY": self.display, "SDL_VIDEODRIVER": "x11",
                            "SDL_AUDIODRIVER": "dummy"}
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def pixels(self):
        return decode("-f", "x11grab", "-draw_mouse", "0", "-video_size", "640x400", "-i",
                      self.display, "-frames:v", "1")

    def wait_for(self, is_there, what):
        until = time.monotonic() + PATIENCE
        while not is_there(self.pixels()):
            tap.expect(time.monotonic() < until, f"{what} was never seen")
            time.sleep(0.1)

    def wait_for_window(self, name):
        tap.run_ok(["xdotool", "search", "--sync", "--onlyvisible", "--name", name],
                   env=self.environment, timeout=PATIENCE)

    def press(self, *keys):
        tap.run_ok(["xdotool", "key", *keys], env=self.environment)


# Comparing

FRAMEMD5 = ["-map", "0:v:0?", "-map", "0:a:0?", "-c:v", "rawvideo", "-c:a", "pcm_s16le",
            "-f", "framemd5", "-"]


def parse_hashes(text):
    """Of framemd5: for each stream the hashes in their order."""
    streams = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            columns = [column.strip() for column in line.split(",")]
            streams.setdefault(int(columns[0]), []).append(columns[-1])
    return streams


@functools.cache
def media_hashes(path):
    """The same of a file that stays as it is."""
    return ffmpeg_hashes(path)


def ffmpeg_hashes(path):
    """What ffmpeg decodes; None where it cannot. With one thread: with more, libavcodec's Theora
    decoder gives other pixels from run to run."""
    done = tap.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-i", path,
                    *FRAMEMD5])
    hashes = parse_hashes(done.stdout)
    return hashes if done.returncode == 0 and hashes else None


def framewell_hashes(path):
    done = framewell("transcode", "--format", "framemd5", "--video-codec", "rawvideo",
                     "--audio-codec", "pcm_s16le", path, "-")
    tap.expect(done.returncode == FINE, f"exit code {done.returncode}: {done.stderr}")
    return parse_hashes(done.stdout)


def expect_same_hashes(got, wanted):
    tap.expect_equal(sorted(got), sorted(wanted), "the list of streams")
    for stream, hashes in wanted.items():
        tap.expect_equal(len(got[stream]), len(hashes), f"the number of frames of stream {stream}")
        for i, pair in enumerate(zip(got[stream], hashes)):
            tap.expect_equal(*pair, f"the hash of frame {i} of stream {stream}")


def probe(path):
    """The streams of a file as ffprobe tells them."""
    done = tap.run_ok(["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json",
                       path])
    tap.expect_equal(done.stderr, "", "what ffprobe has to say")
    return json.loads(done.stdout)


@functools.cache
def ffmpeg_major():
    """The version of the ffmpeg beside us; of one without a number, the newest."""
    first = tap.run_ok(["ffmpeg", "-version"]).stdout
    found = re.match(r"ffmpeg version n?(\d+)\.", first)
    return int(found[1]) if found else 99


def expect_decodes(path, is_strict=True):
    """ffmpeg decodes all of it without a complaint."""
    strictly = ["-xerror"] if is_strict else []
    done = tap.run_ok(["ffmpeg", "-nostdin", "-v", "error", *strictly, "-i", path, "-map", "0:v?",
                       "-map", "0:a?", "-f", "null", "-"])
    tap.expect_equal(done.stderr, "", "what ffmpeg has to say")


def media_files():
    """The files of the shared media set."""
    if not os.path.isdir(MEDIA):
        raise tap.Skip("there is no shared media set")
    names = sorted(name for name in os.listdir(MEDIA) if name != "SOURCES.md")
    return [os.path.join(MEDIA, name) for name in names]
