#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Pictures and samples are those of ffmpeg: of every file of the shared media set, and of clips of
all kinds; copies decode to the same; and files of every ending are sound."""
import os

import cli
import tap
from cli import Folder, transcode_json

# Muxer for a copy where the ending of the file names none or another.
COPY_FORMATS = {".adts": "adts", ".jpg": "mjpeg", ".264": "h264", ".265": "hevc", ".png": "apng"}


def decodes_as_in_ffmpeg(path):
    wanted = cli.media_hashes(path)
    if wanted is None:
        raise tap.Skip("ffmpeg does not decode it")
    cli.expect_same_hashes(cli.framewell_hashes(path), wanted)


def copy_by_ffmpeg(path, output, formats):
    tap.run_ok(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", path, "-map", "0:v:0?",
                "-map", "0:a:0?", "-c", "copy", *formats, output])


def copy_decodes_to_the_same(path):
    wanted = cli.media_hashes(path)
    if wanted is None:
        raise tap.Skip("ffmpeg does not decode it")
    ending = os.path.splitext(path)[1]
    folder = Folder()
    name = COPY_FORMATS.get(ending)
    cli.transcode("--copy", *(["--format", name] if name else []), path, folder / f"copy{ending}")
    got = cli.ffmpeg_hashes(folder / f"copy{ending}")
    if got != wanted:
        # Not every container keeps everything, whoever copies: then the measure is ffmpeg's copy.
        copy_by_ffmpeg(path, folder / f"ffmpeg{ending}", ["-f", name] if name else [])
        wanted = cli.ffmpeg_hashes(folder / f"ffmpeg{ending}")
    tap.expect(got is not None, "ffmpeg does not decode the copy")
    cli.expect_same_hashes(got, wanted)


def add_media_cases():
    try:
        paths = cli.media_files()
    except tap.Skip as skip:
        def nothing_to_compare(reason):
            raise tap.Skip(reason)
        tap.add_case("the_shared_media_set", nothing_to_compare, str(skip))
        return
    # With a sanitizer a file is decoded or copied, in turn: each of them takes a while.
    for i, path in enumerate(paths):
        name = os.path.basename(path)
        if not cli.SANITIZED or i % 2 == 0:
            tap.add_case(f"media: {name}", decodes_as_in_ffmpeg, path)
        if not cli.SANITIZED or i % 2 == 1:
            tap.add_case(f"copy: {name}", copy_decodes_to_the_same, path)


add_media_cases()

# Name, generators, options of ffmpeg.
MADE = [
    ("h264-10bit.mkv", ["video"], cli.X264 + ["-pix_fmt", "yuv420p10le"]),
    ("h264-422-10bit.mov", ["video"], cli.X264 + ["-pix_fmt", "yuv422p10le"]),
    ("h264-444-odd.mp4", ["odd"], cli.X264 + ["-pix_fmt", "yuv444p"]),
    ("h264-interlaced.mp4", ["video"],
     ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-flags", "+ildct+ilme", "-x264opts", "tff=1"]),
    ("vp9-alpha-odd.webm", ["odd"],
     ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-cpu-used", "8",
      "-deadline", "realtime"]),
    ("vp9-odd.webm", ["odd"],
     ["-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-cpu-used", "8", "-deadline", "realtime"]),
    ("prores-alpha.mov", ["odd"], ["-c:v", "prores_ks", "-pix_fmt", "yuva444p10le"]),
    ("qtrle-argb.mov", ["odd"], ["-c:v", "qtrle", "-pix_fmt", "argb"]),
    ("ffv1-alpha.mkv", ["odd"], ["-c:v", "ffv1", "-pix_fmt", "yuva420p"]),
    ("ffv1-gray16.mkv", ["odd"], ["-c:v", "ffv1", "-pix_fmt", "gray16le"]),
    ("ffv1-gbrp.mkv", ["odd"], ["-c:v", "ffv1", "-pix_fmt", "gbrp"]),
    ("png-rgb.mov", ["odd"], ["-c:v", "png", "-pix_fmt", "rgb24"]),
    ("mjpeg-422.avi", ["odd"], ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"]),
    ("raw-yuyv.avi", ["video"], ["-c:v", "rawvideo", "-pix_fmt", "yuyv422"]),
    ("raw.y4m", ["odd"], ["-pix_fmt", "yuv420p"]),
    ("palette.gif", ["odd"], []),
    ("mpeg2.mxf", ["video"], ["-c:v", "mpeg2video", "-pix_fmt", "yuv420p"]),
    ("mpeg2.ts", ["video", "audio"],
     ["-c:v", "mpeg2video", "-pix_fmt", "yuv420p", "-c:a", "mp2"]),
    ("two-audio.mkv", ["video", "audio", "audio2"],
     cli.X264 + ["-map", "0", "-map", "1", "-map", "2", "-pix_fmt", "yuv420p", "-c:a", "flac"]),
    ("fragmented.mp4", ["video", "audio"],
     cli.X264 + ["-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"]),
    ("pcm-24bit.wav", ["audio2"], ["-c:a", "pcm_s24le"]),
    ("pcm-float.wav", ["audio2"], ["-c:a", "pcm_f32le"]),
    ("pcm-8bit.wav", ["audio"], ["-c:a", "pcm_u8"]),
    ("alac.m4a", ["audio2"], ["-c:a", "alac"]),
    ("sound.mp3", ["audio2"], ["-c:a", "libmp3lame"]),
    ("sound.opus", ["audio"], ["-c:a", "libopus"]),
    ("unnamed-channels.tta", ["audio"], ["-c:a", "tta"]),
    ("surround.ac3", ["audio"], ["-af", "pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"]),
]


def made_decodes_as_in_ffmpeg(name, inputs, options):
    path = cli.make(name, inputs, options)
    wanted = cli.media_hashes(path)
    tap.expect(wanted is not None, "ffmpeg does not decode what it made")
    cli.expect_same_hashes(cli.framewell_hashes(path), wanted)


def made_copy(name, inputs, options):
    copy_decodes_to_the_same(cli.make(name, inputs, options))


for row in cli.sample(MADE, 5):
    tap.add_case(f"made: {row[0]}", made_decodes_as_in_ffmpeg, *row)
    if row[0] != "raw.y4m":  # whose muxer takes no copy of what its demuxer gives
        tap.add_case(f"made copy: {row[0]}", made_copy, *row)

# Ending, codecs that are to be in it by default.
ENDINGS = [
    ("mp4", ["h264", "aac"]),
    ("mkv", ["h264", None]),
    ("webm", ["vp9", "opus"]),
    ("mov", ["h264", "aac"]),
    ("ts", ["mpeg2video", "mp2"]),
    ("avi", ["mpeg4", "mp3"]),
    ("flv", ["flv1", "mp3"]),
    ("mpg", ["mpeg1video", "mp2"]),
    ("gif", ["gif"]),
    ("flac", ["flac"]),
    ("wav", ["pcm_s16le"]),
    ("ogg", [None, None]),
    ("mp3", ["mp3"]),
    ("m4a", ["h264", "aac"]),
    ("opus", ["opus"]),
    ("aac", ["aac"]),
    ("ac3", ["ac3"]),
]


def sound_file(ending, codecs):
    path = Folder() / f"out.{ending}"
    report = transcode_json(cli.clip(), path)
    streams = sorted(cli.probe(path)["streams"], key=lambda stream: stream["codec_type"] == "audio")
    tap.expect_equal(len(streams), len(codecs), "the number of streams")
    for stream, codec in zip(streams, codecs):
        tap.expect(codec in (None, stream["codec_name"]),
                   f"the codec is {stream['codec_name']}, expected {codec}")
    cli.expect_decodes(path)
    tap.expect_equal(report["output"]["bytes"], len(cli.contents(path)), "bytes of the output")
    tap.expect(abs(report["duration"] - 0.8) < 0.2, f"it lasts {report['duration']} s")


for row in cli.sample(ENDINGS, 4):
    tap.add_case(f"ending: {row[0]}", sound_file, *row)

# Video encoder, ending.
ENCODERS = [("libx264", "mkv"), ("libx265", "mkv"), ("libvpx", "webm"), ("libvpx-vp9", "webm"),
            ("mpeg4", "mp4"), ("mjpeg", "mov"), ("ffv1", "mkv"), ("prores_ks", "mov"),
            ("rawvideo", "avi"), ("libtheora", "ogv"), ("h264", "ts")]


def encoder(name, ending):
    path = Folder() / f"out.{ending}"
    transcode_json("--video-codec", name, cli.clip(), path)
    video = cli.probe(path)["streams"][0]
    tap.expect_equal((video["width"], video["height"]), (160, 120), "the size of the picture")
    cli.expect_decodes(path)


for row in cli.sample(ENCODERS, 5):
    tap.add_case(f"encoder: {row[0]}", encoder, *row)


@tap.case
def channels_without_names_get_names():
    """The decoder of TTA counts the channel; the encoder of AAC wants its name."""
    path = Folder() / "out.m4a"
    transcode_json(cli.make("unnamed.tta", ["audio"], ["-c:a", "tta"]), path)
    tap.expect_equal(cli.probe(path)["streams"][0]["channel_layout"], "mono")


@tap.case
def lossless_codecs_lose_nothing():
    path = Folder() / "out.mkv"
    source = cli.make("lossless.mkv", ["odd", "audio2"], ["-c:v", "ffv1", "-c:a", "flac"])
    cli.transcode("--video-codec", "ffv1", "--audio-codec", "flac", source, path)
    # One hash a stream: how many samples a block of FLAC has is the version's affair.
    hashes = [tap.run_ok(["ffmpeg", "-nostdin", "-v", "error", "-i", of, "-map", "0", "-f",
                          "streamhash", "-"]).stdout for of in (path, source)]
    tap.expect_equal(hashes[0].count("SHA256="), 2, "the number of streams")
    tap.expect_equal(hashes[0], hashes[1], "the streams")


# Made with these; then the encoder. Range and matrix are kept, or converted where it has no other.
COLOURS = [
    ("-pix_fmt yuvj420p -c:v mjpeg", "mpeg4"),
    ("-pix_fmt yuvj420p -c:v mjpeg", "libx264"),
    ("-pix_fmt yuv420p -c:v mpeg4", "mjpeg"),
    ("-pix_fmt yuv420p -color_range pc -colorspace bt709 -c:v libx264", "mpeg4"),
    ("-pix_fmt rgba -c:v png", "ffv1"),
]


def colours_are_those_of_ffmpeg(options, codec):
    folder = Folder()
    tap.run_ok(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=duration=0.4:size=64x48",
                *options.split(), folder / "made.mkv"])
    cli.transcode("--quiet", "--video-codec", codec, "--threads", "1", folder / "made.mkv",
                  folder / "ours.mkv")
    tap.run_ok(["ffmpeg", "-v", "error", "-i", folder / "made.mkv", "-c:v", codec, "-threads", "1",
                folder / "theirs.mkv"])
    told = [[cli.ffmpeg_hashes(path)] +
            [cli.probe(path)["streams"][0].get(key)
             for key in ("pix_fmt", "color_range", "color_space")]
            for path in (folder / "ours.mkv", folder / "theirs.mkv")]
    tap.expect(told[0][0], "nothing could be decoded")
    tap.expect_equal(told[0], told[1], "pictures and colours")


for made, encoder in COLOURS:
    tap.add_case(f"colours are those of ffmpeg: {made} to {encoder}", colours_are_those_of_ffmpeg,
                 made, encoder)


@tap.case
def crf_and_preset_reach_the_encoder():
    sizes = []
    for crf in ("10", "40"):
        report = transcode_json("--video-codec", "libx264", "--preset", "ultrafast", "--crf", crf,
                                cli.clip(), Folder() / "out.mkv")
        sizes.append(report["streams"][0]["bytes_out"])
    tap.expect(sizes[0] > 2 * sizes[1], f"bytes by crf 10 and 40: {sizes}")


@tap.case
def the_same_settings_make_the_same_file_as_ffmpeg():
    folder = Folder()
    cli.transcode("--video-codec", "libx264", "--preset", "veryfast", "--crf", "23", "--threads",
                  "1", cli.make("silent.mp4", ["video"], cli.X264 + ["-pix_fmt", "yuv420p"]),
                  folder / "out.h264")
    tap.run_ok(["ffmpeg", "-nostdin", "-loglevel", "error", "-i",
                os.path.join(cli.WORK, "silent.mp4"), "-c:v", "libx264", "-preset", "veryfast",
                "-crf", "23", "-threads", "1", folder / "ffmpeg.h264"])
    tap.expect(cli.contents(folder / "out.h264") == cli.contents(folder / "ffmpeg.h264"),
               "the encoder was given other pictures or settings")


@tap.case
def one_stream_can_be_copied_and_the_other_encoded():
    path = Folder() / "out.mkv"
    report = transcode_json("--video-codec", "copy", "--audio-codec", "flac", cli.clip(), path)
    tap.expect_equal([stream["is_copy"] for stream in report["streams"]], [True, False])
    tap.expect_equal([stream["codec_name"] for stream in cli.probe(path)["streams"]],
                     ["h264", "flac"])
    tap.expect_equal(cli.ffmpeg_hashes(path)[0], cli.ffmpeg_hashes(cli.clip())[0], "the pictures")


def subtitles_go_through(ending, codec, *options):
    source = cli.make("titled.mkv", ["video", cli.subtitles()],
                      cli.X264 + ["-pix_fmt", "yuv420p", "-c:s", "srt"])
    path = Folder() / f"out.{ending}"
    cli.transcode("--video-codec", "copy", *options, source, path)
    tap.expect_equal([stream["codec_name"] for stream in cli.probe(path)["streams"]],
                     ["h264", codec])
    text = tap.run_ok(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "srt", "-"]).stdout
    for words in ("first words", "last words", "00:00:00,100 --> 00:00:00,300"):
        tap.expect(words in text, f"no {words!r} in\n{text}")


tap.add_case("subtitles: mkv", subtitles_go_through, "mkv", "ass")
tap.add_case("subtitles: mp4", subtitles_go_through, "mp4", "mov_text",
             "--subtitle-codec", "mov_text")


@tap.case
def metadata_goes_through():
    source = cli.make("tagged.mp4", ["video"], cli.X264 + [
        "-pix_fmt", "yuv420p", "-metadata", "title=A clip", "-metadata", "artist=Nobody"])
    for ending in ("mkv", "mov"):
        path = Folder() / f"out.{ending}"
        cli.transcode(source, path)
        tags = {key.lower(): value for key, value in cli.probe(path)["format"]["tags"].items()}
        tap.expect_equal((tags["title"], tags["artist"]), ("A clip", "Nobody"))


if __name__ == "__main__":
    tap.main()
