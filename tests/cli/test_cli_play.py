#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""framewell play: its pictures against ffmpeg's, seeking, loops, windows that nobody sees and one
that is looked at, inputs that are none."""
import array
import json
import os
import signal
import subprocess
import time

import cli
import tap

FOLDER = cli.Folder()
RATE, COUNT = 25, 100  # pictures a second, pictures
TOLERANCE = 6  # steps of 255 that two ways to convert the same picture to RGB may differ by
NOWHERE = {**cli.ENVIRONMENT, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
INK = b"\xf4\xf4\xf4"


def make(name, *arguments):
    path = FOLDER / name
    tap.run_ok(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, path])
    return path


SOURCES = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={RATE}:duration={COUNT // RATE}",
           "-f", "lavfi", "-i", f"sine=duration={COUNT // RATE}"]
CLIP = make("clip.mkv", *SOURCES, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
            "-g", "40", "-bf", "3", "-c:a", "flac")
BRIEF = make("brief.mp4", "-t", "0.8", "-i", CLIP, "-c:v", "libx264", "-preset", "ultrafast",
             "-c:a", "aac")
SOUND = make("sound.flac", "-f", "lavfi", "-i", "sine=duration=0.5")
STREAM = make("stream.ts", "-i", CLIP, "-c:v", "mpeg2video", "-g", "40", "-bf", "2", "-c:a", "mp2")
PICTURE = make("picture.png", "-i", CLIP, "-frames:v", "1")


def play(*arguments, **options):
    """A run that must end well, print what was played and leave no block behind."""
    done = cli.framewell("play", "--json", *arguments, **options)
    tap.expect(done.returncode == cli.FINE, f"exit code {done.returncode}: {done.stderr}")
    tap.expect_equal(done.stderr, "", "stderr")
    told = json.loads(done.stdout)
    tap.expect_equal(told["memory"]["leaked_blocks"], 0, "leaked_blocks")
    tap.expect(told["memory"]["packets_peak"] <= told["memory"]["packets_max"], f"{told}")
    return told


def screenshot(*arguments):
    """The last picture of a run without a window, and what the run told."""
    path = cli.Folder() / "picture.png"
    told = play("--headless", "--screenshot", path, *arguments)
    return cli.decode("-i", path), told


def picture_of_ffmpeg(path, index):
    return cli.decode("-threads", "1", "-i", path, "-map", "0:v:0", "-vf",
                      f"select=eq(n\\,{index})", "-fps_mode", "passthrough", "-frames:v", "1")


def expect_same_picture(got, wanted, what):
    tap.expect_equal(len(got), len(wanted), f"the bytes of {what}")
    tap.expect(len(wanted) > 0, f"{what}: ffmpeg gives no picture")
    if got == wanted:
        return
    worst = max(map(lambda a, b: abs(a - b), got, wanted))
    tap.expect(worst <= TOLERANCE, f"{what} is up to {worst} of 255 off")


# Pictures

@tap.case
def the_nth_picture_is_the_nth_of_ffmpeg():
    for number in (1, 40, 41, COUNT):
        got, told = screenshot("--frames", str(number), CLIP)
        tap.expect_equal(told["shown"], number, "pictures shown")
        expect_same_picture(got, picture_of_ffmpeg(CLIP, number - 1), f"picture {number}")


def shows_what_ffmpeg_shows(path):
    if not os.path.exists(path):
        raise tap.Skip("there is no shared media set")
    got, told = screenshot("--no-audio", "--frames", "5", path)
    expect_same_picture(got, picture_of_ffmpeg(path, told["shown"] - 1), os.path.basename(path))


MEDIA = ("ax_rotate_and_reflect.mp4", "phone_1080p.mp4", "ax_444.jpg", "ax_alpha.webp",
         "ax_vp9_161x121_odd.webm", "iot_people-detection.gif", "k3b_svcd_interlaced.mpg",
         "message-board_274x269_444.ogv", "mp4ff_hevc.265", "ax_mp3_id3_cover.mp3",
         "ax_hdr10_av1_10bit.mp4", "movie-hello.avi", "planetblupi_play101.mkv")
for media in cli.sample(MEDIA, 4):
    tap.add_case(f"shows what ffmpeg shows: {media}", shows_what_ffmpeg_shows,
                 os.path.join(cli.MEDIA, media))


def turned(degrees):
    path = make(f"turned-{degrees}.mp4", "-i", BRIEF, "-c", "copy", "-metadata:s:v:0",
                f"rotate={degrees}")
    got, _ = screenshot("--frames", "3", path)
    expect_same_picture(got, picture_of_ffmpeg(path, 2), f"turned by {degrees}")


for angle in (90, 180, 270):
    tap.add_case(f"a picture is turned by {angle} degrees", turned, angle)


def made_of(pixels, width, height):
    """A clip of three pictures."""
    size = f"{width}x{height}"
    dots = make("dots", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=1", "-pix_fmt",
                "bgr0", "-f", "rawvideo")
    source = ["-f", "rawvideo", "-video_size", size, "-pixel_format", "bgr0", "-i", dots]
    return make(f"{pixels}-{size}.nut", *source, "-frames:v", "3", "-pix_fmt", pixels, "-c:v",
                "rawvideo")


def a_kind_is_shown(pixels, width, height):
    path = made_of(pixels, width, height)
    got, told = screenshot("--frames", "2", path)
    tap.expect_equal(told["shown"], 2, "pictures shown")
    expect_same_picture(got, picture_of_ffmpeg(path, 1), f"{pixels}, {width}x{height}")


for kind in (("bgr0", 1, 1), ("yuv420p", 35, 17), ("gray", 33, 9), ("yuv420p10le", 64, 48),
             ("yuva420p", 64, 48), ("rgb24", 17, 35), ("gray16le", 31, 31)):
    tap.add_case(f"pictures of {kind[0]}, {kind[1]}x{kind[2]}, are shown", a_kind_is_shown, *kind)


@tap.case
def a_stream_may_change_its_size():
    parts = [make(f"part-{size}.ts", "-f", "lavfi", "-i",
                  f"testsrc2=size={size}:rate=25:duration=0.4", "-output_ts_offset", str(offset),
                  "-c:v", "libx264", "-pix_fmt", "yuv420p")
             for size, offset in (("64x48", 0), ("128x96", 0.4))]
    path = FOLDER / "sizes.ts"
    with open(path, "wb") as whole:
        whole.write(b"".join(map(cli.contents, parts)))
    got, told = screenshot(path)
    tap.expect_equal(told["shown"], 20, "pictures shown")
    expect_same_picture(got, picture_of_ffmpeg(parts[1], 9), "the last picture")


# Places

def starts_at(path, start, index):
    got, told = screenshot("--start", start, "--frames", "1", path)
    tap.expect_equal(told["shown"], 1, "pictures shown")
    expect_same_picture(got, picture_of_ffmpeg(path, index), f"{path} at {start}")


@tap.case
def a_start_is_exact_to_the_picture():
    for start, index in (("0.04", 1), ("1.56", 39), ("1.6", 40), ("1.61", 41), ("0:03.96", 99)):
        starts_at(CLIP, start, index)


@tap.case
def a_start_is_exact_where_the_container_has_no_index():
    for start, index in (("0.4", 10), ("2.4", 60), ("3.2", 80)):
        starts_at(STREAM, start, index)


# Clips of 8 seconds in which there is much to get wrong: one key picture, or ones behind which are
# pictures that are seen before; no index; decoders that begin anywhere.
TRICKY = [
    ("long.ts", ["-c:v", "libx264", "-preset", "veryfast", "-g", "1000", "-bf", "3"]),
    ("long.mp4", ["-c:v", "libx264", "-preset", "veryfast", "-g", "1000", "-bf", "3"]),
    ("no-cues.mkv", ["-c:v", "libx264", "-preset", "veryfast", "-g", "1000", "-live", "1"]),
    ("open-gop.ts", ["-c:v", "libx264", "-preset", "veryfast", "-x264-params",
                     "open-gop=1:keyint=50:bframes=3:b-pyramid=2"]),
    ("refresh.ts", ["-c:v", "libx264", "-preset", "veryfast", "-x264-params",
                    "intra-refresh=1:keyint=50"]),
    ("mpeg4.ts", ["-c:v", "mpeg4", "-g", "100", "-bf", "2"]),
    ("mpeg4.avi", ["-c:v", "mpeg4", "-g", "100"]),
]


def is_sought_exactly(name, options):
    path = make(name, "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=8",
                "-pix_fmt", "yuv420p", *options)
    for index in (120, 199):
        got, told = screenshot("--start", f"{index / RATE:.3f}", "--frames", "1", path)
        tap.expect_equal(told["shown"], 1, f"pictures shown of {index}")
        expect_same_picture(got, picture_of_ffmpeg(path, index), f"picture {index}")


for entry in cli.sample(TRICKY, 3):
    tap.add_case(f"it is sought exactly in {entry[0]}", is_sought_exactly, *entry)


@tap.case
def edit_lists_move_the_start():
    path = make("edited.mp4", "-ss", "1.32", "-i", CLIP, "-c:v", "copy", "-an")
    for start, index in (("0", 0), ("2.4", 60)):
        starts_at(path, start, index)


@tap.case
def from_a_start_everything_is_played():
    told = play("--headless", "--start", "3", CLIP)
    tap.expect_equal(told["shown"], COUNT - 3 * RATE, "pictures shown")


@tap.case
def a_loop_begins_again():
    got, told = screenshot("--loop", "--frames", str(2 * COUNT + 10), CLIP)
    tap.expect_equal(told["shown"], 2 * COUNT + 10, "pictures shown")
    expect_same_picture(got, picture_of_ffmpeg(CLIP, 9), "the tenth of the third round")


@tap.case
def a_hundred_rounds_take_the_memory_of_three():
    few, many = (play("--headless", "--loop", "--frames", str(rounds * 20), BRIEF)
                 for rounds in (3, 100))
    tap.expect_equal(many["shown"], 2000, "pictures shown")
    # How full the queue of pictures gets is a matter of luck; what 97 rounds left would not be.
    few, many = few["memory"]["frames_peak"], many["memory"]["frames_peak"]
    tap.expect(many - few < 97 * (320 * 180 * 3 // 2) / 4,
               f"{many} bytes of frames after 100 rounds, {few} after 3")


@tap.case
def a_loop_goes_on_from_a_start_behind_the_end():
    tap.expect_equal(play("--headless", "--loop", "--start", "9", "--frames", "7", BRIEF)["shown"],
                     7, "pictures shown")


@tap.case
def a_number_of_pictures_is_not_waited_for_where_there_are_none():
    tap.expect_equal(play("--headless", "--loop", "--frames", "5", SOUND)["shown"], 0, "pictures")


@tap.case
def a_single_picture_is_played_and_looped():
    tap.expect_equal(play("--headless", PICTURE)["shown"], 1, "pictures shown")
    tap.expect_equal(play("--headless", "--loop", "--frames", "3", PICTURE)["shown"], 3,
                     "pictures shown in a loop")


# Inputs and threads

@tap.case
def everything_is_played_whatever_the_threads():
    for options in ([], ["--no-audio"], ["--threads", "1"], ["--threads", "4"]):
        tap.expect_equal(play("--headless", *options, CLIP)["shown"], COUNT, f"with {options}")


@tap.case
def stdin_is_played_a_file_and_a_pipe():
    with open(CLIP, "rb") as clip:
        tap.expect_equal(play("--headless", "-", stdin=clip)["shown"], COUNT, "from a file")
    with subprocess.Popen(["cat", CLIP], stdout=subprocess.PIPE) as cat:
        told = play("--headless", "--loop", "--frames", str(COUNT + 1), "-", stdin=cat.stdout)
    tap.expect_equal(told["shown"], COUNT + 1, "from a pipe")
    tap.expect_equal(told["memory"]["input"], os.path.getsize(CLIP), "bytes of the input")


@tap.case
def a_fifo_is_played():
    path = FOLDER / "fifo"
    os.mkfifo(path)
    with subprocess.Popen(["cp", CLIP, path]):
        tap.expect_equal(play("--headless", "--start", "2", path)["shown"], COUNT // 2, "pictures")


@tap.case
def sound_alone_is_played():
    told = play("--headless", SOUND)
    tap.expect_equal((told["shown"], told["errors"]), (0, 0), "pictures and errors")


# The overlay

@tap.case
def statistics_are_drawn_into_the_picture():
    plain, _ = screenshot("--frames", "3", CLIP)
    drawn, _ = screenshot("--stats", "--frames", "3", CLIP)
    tap.expect_equal(len(drawn), len(plain), "the size")
    tap.expect(drawn.count(INK) > plain.count(INK) + 300, "there is no text")
    half = len(plain) // 2
    tap.expect(drawn[half:] == plain[half:], "the lower half is another")


# Windows

def need_window():
    if not cli.HAS_WINDOW:
        raise tap.Skip("this build has no window")


@tap.case
def a_window_plays_to_the_end():
    need_window()
    for options in ([], ["--no-audio"], ["--stats"]):
        told = play(*options, BRIEF, env=NOWHERE)
        tap.expect_equal(told["shown"] + told["dropped"], 20, f"pictures with {options}")
    tap.expect_equal(play(SOUND, env=NOWHERE)["shown"], 0, "pictures of sound alone")


# What must not bring it to a halt: sound or pictures that begin late or end early, in packets so
# small that all there may be wait long before the other comes; times that leap, to and fro.
TINY = ["-c:a", "flac", "-frame_size", "32"]
MOVING = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=0.6"]
HUMMING = ["-f", "lavfi", "-i", "sine=sample_rate=48000:duration="]


def humming(seconds):
    return HUMMING[:-1] + [HUMMING[-1] + str(seconds)]


def leaping(name, *offsets):
    parts = [cli.contents(make(f"{name}-{offset}.ts", *MOVING, *humming(0.6), "-c:v", "mpeg2video",
                               "-c:a", "mp2", "-output_ts_offset", str(offset)))
             for offset in offsets]
    path = FOLDER / f"{name}.ts"
    with open(path, "wb") as whole:
        whole.write(b"".join(parts))
    return path


@tap.case
def nothing_brings_a_window_to_a_halt():
    need_window()
    late = ["-itsoffset", "1.2"]
    clips = [
        (15, make("late-picture.mkv", *humming(2), *late, *MOVING, *TINY, "-c:v", "ffv1")),
        (15, make("late-sound.mkv", *MOVING, *late, *humming(0.5), *TINY, "-c:v", "ffv1")),
        (15, make("short-sound.mkv", *MOVING, *humming(0.1), *TINY, "-c:v", "ffv1")),
        (15, make("short-picture.mkv", *MOVING, *humming(1.5), *TINY, "-c:v", "ffv1")),
        (45, leaping("leaps", 0, 3600, 1800)),
        (30, leaping("again", 0, 0)),
    ]
    running = [subprocess.Popen([cli.COMMAND, "play", "--json", path], env=NOWHERE, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for _, path in clips]
    for (count, path), process in zip(clips, running):
        try:
            out, said = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise tap.Failure(f"{path} came to a halt")
        tap.expect_equal((process.returncode, said), (cli.FINE, ""), f"the end of {path}")
        told = json.loads(out)
        tap.expect(count - 1 <= told["shown"] + told["dropped"] <= count + 1, f"{path}: {told}")


@tap.case
def pictures_are_in_step_with_the_clock():
    need_window()
    told = play("--loop", "--frames", "50", BRIEF, env=NOWHERE)
    if cli.SANITIZED:
        raise tap.Skip("too slow to tell")
    tap.expect(told["drift"]["median_ms"] <= 20, f"{told}")


def silences(path):
    """How often there was none for more than 5 ms, of sound that never is near 0."""
    samples = array.array("h", cli.contents(path))[1::2]
    quiet = [i for i in range(0, len(samples), 48) if abs(samples[i]) < 50]
    return sum(all(i + 48 * k in quiet for k in range(5)) and i - 48 not in quiet for i in quiet)


@tap.case
def rounds_follow_each_other_without_a_silence():
    need_window()
    heard = FOLDER / "heard.raw"
    steady = make("steady.mkv", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=0.6",
                  "-f", "lavfi", "-i", "aevalsrc=0.5|0.5:s=48000:d=0.6", "-c:v", "ffv1", "-c:a",
                  "flac")
    play("--loop", "--frames", "90", steady,
         env={**NOWHERE, "SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": heard})
    tap.expect(os.path.getsize(heard) > 3 * 48000 * 4, "too little was heard")
    count = silences(heard)  # one before the first round; one more where the machine was too slow
    tap.expect(count <= 2, f"{count} silences in 6 rounds")


@tap.case
def a_single_picture_stays_until_it_has_been_seen_enough():
    need_window()
    with Running(PICTURE, environment=NOWHERE) as running:
        time.sleep(0.7)
        tap.expect_equal(running.poll(), None, "the exit code")
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=cli.PATIENCE)
    tap.expect_equal(running.returncode, 143, "the exit code")


@tap.case
def a_window_ends_after_some_pictures():
    need_window()
    told = play("--loop", "--frames", "30", BRIEF, env=NOWHERE)
    tap.expect_equal(told["shown"], 30, "pictures shown")


@tap.case
def without_a_loudspeaker_it_says_so_and_plays():
    need_window()
    done = cli.framewell("play", BRIEF, env={**NOWHERE, "SDL_AUDIODRIVER": "nothing"})
    tap.expect_equal(done.returncode, cli.FINE, "the exit code")
    tap.expect("no sound" in done.stderr, done.stderr)


@tap.case
def without_a_screen_it_says_what_needs_none():
    environment = {**cli.ENVIRONMENT, "SDL_VIDEODRIVER": "nothing"}
    done = cli.framewell("play", BRIEF, env=environment)
    cli.expect_failure(done, cli.OUTPUT if cli.HAS_WINDOW else cli.USAGE, "--headless")


class Running:
    """The command while it plays; it ends with the block, also where a case fails in it."""

    def __init__(self, *arguments, environment):
        self.process = subprocess.Popen([cli.COMMAND, "play", *arguments], env=environment,
                                        stderr=subprocess.PIPE)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.stderr.close()
        self.process.wait()


@tap.case
def a_signal_ends_it():
    windows = [["--headless"]] + ([[]] if cli.HAS_WINDOW else [])
    for window in windows:
        with Running(*window, "--loop", CLIP, environment=NOWHERE) as running:
            time.sleep(1)
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=cli.PATIENCE)
        tap.expect_equal((running.returncode, said), (130, b""), f"the end with {window}")


@tap.case
def what_has_not_happened_is_no_drift():
    tap.expect_equal(play("--headless", "--frames", "2", BRIEF)["drift"], None, "drift")


def count_red(pixels):
    return sum(red > 200 and green < 60 for red, green in zip(pixels[0::3], pixels[1::3]))


def count_blue(pixels):
    return sum(blue > 200 and green < 60 for green, blue in zip(pixels[1::3], pixels[2::3]))


@tap.case
def a_window_is_seen_and_keys_are_heard():
    need_window()
    red = make("red.mkv", "-f", "lavfi", "-i", "color=c=red:size=320x240:rate=25:duration=2",
               "-c:v", "ffv1", "-pix_fmt", "bgr0")
    with cli.Screen() as screen:
        with Running("--loop", red, environment=screen.environment) as running:
            screen.wait_for(lambda pixels: count_red(pixels) > 50000, "the picture")
            screen.press("s")
            screen.wait_for(lambda pixels: pixels.count(INK) > 300, "the overlay")
            screen.press("space", "Right", "Left", "Up", "Down", "m", "s")
            screen.wait_for(lambda pixels: pixels.count(INK) == 0, "its end")
            screen.press("f", "q")
            _, said = running.communicate(timeout=cli.PATIENCE)
        tap.expect_equal((running.returncode, said), (cli.FINE, b""), "the end")


@tap.case
def arrows_show_what_is_there_during_the_pause_too():
    need_window()
    two = make("two.mkv", "-f", "lavfi", "-i", "color=c=red:size=160x120:rate=5:duration=8",
               "-f", "lavfi", "-i", "color=c=blue:size=160x120:rate=5:duration=8",
               "-filter_complex", "concat", "-c:v", "ffv1", "-pix_fmt", "bgr0", "-g", "100")
    with cli.Screen() as screen:
        with Running("--start", "4", two, environment=screen.environment) as running:
            screen.wait_for(lambda pixels: count_red(pixels) == 160 * 120, "the picture")
            screen.press("space", "Right")
            screen.wait_for(lambda pixels: count_blue(pixels) == 160 * 120, "what is 5 s later")
            screen.press("Left")
            screen.wait_for(lambda pixels: count_red(pixels) == 160 * 120, "what is 5 s earlier")
            screen.press("s")
            screen.wait_for(lambda pixels: pixels.count(INK) > 300, "the overlay, larger than that")
            screen.press("q")
            _, said = running.communicate(timeout=cli.PATIENCE)
        tap.expect_equal((running.returncode, said), (cli.FINE, b""), "the end")


@tap.case
def the_picture_is_as_large_as_the_window_lets_it():
    need_window()
    red = make("wide.mkv", "-f", "lavfi", "-i", "color=c=red:size=100x160:rate=25:duration=2",
               "-vf", "setsar=2/1", "-c:v", "ffv1", "-pix_fmt", "bgr0")
    with cli.Screen() as screen:
        with Running("--loop", red, environment=screen.environment) as running:
            screen.wait_for(lambda pixels: count_red(pixels) == 200 * 160, "square pixels")
            tap.run_ok(["xdotool", "search", "--onlyvisible", "--name", "wide.mkv", "windowsize",
                        "300", "80"], env=screen.environment)
            screen.wait_for(lambda pixels: count_red(pixels) == 100 * 80, "a smaller window")
            screen.press("q")
            _, said = running.communicate(timeout=cli.PATIENCE)
        tap.expect_equal((running.returncode, said), (cli.FINE, b""), "the end")


# Failures

FAILURES = [
    ("a file that is not there", ["nothing.mp4"], cli.INPUT, "No such file"),
    ("a folder", ["."], cli.INPUT, "directory"),
    ("an empty file", ["/dev/null"], cli.DATA, "empty"),
    ("a start before the start", ["--start", "-1", CLIP], cli.USAGE, "such as 90"),
    ("a text", [os.path.join(tap.ROOT, "README.md")], cli.DATA, "no media"),
    ("a start behind the end", ["--start", "9", "--screenshot", "picture.png", CLIP], cli.DATA,
     "no picture was shown"),
    ("a screenshot of sound", ["--screenshot", "picture.png", SOUND], cli.DATA,
     "no picture was shown"),
    ("a screenshot over the input", ["-y", "--screenshot", CLIP, CLIP], cli.OUTPUT, "input"),
    ("a screenshot that exists", ["--screenshot", PICTURE, CLIP], cli.OUTPUT, "exists"),
    ("a screenshot to nowhere", ["--screenshot", "none/picture.png", CLIP], cli.OUTPUT, "none"),
]


def fails(arguments, code, said):
    folder = cli.Folder()
    cli.expect_failure(cli.framewell("play", "--headless", *arguments, cwd=folder.path), code, said)
    folder.expect_files()


for words, names, number_of, part in FAILURES:
    tap.add_case(f"fails: {words}", fails, names, number_of, part)


@tap.case
def broken_media_ends_with_a_code():
    for name in ("bad_truncated-64bit.mp4", "bad_zero.mp3"):
        done = cli.framewell("play", "--headless", cli.media(name))
        cli.expect_failure(done, cli.DATA)


@tap.case
def what_is_left_of_a_clip_that_was_cut_off_is_played():
    path = FOLDER / "cut.mkv"
    with open(path, "wb") as file:
        file.write(cli.contents(CLIP)[:os.path.getsize(CLIP) // 2])
    told = play("--headless", path)
    tap.expect(0 < told["shown"] < COUNT, f"{told['shown']} pictures")


if __name__ == "__main__":
    tap.main()
