#!/bin/sh
# Makes the recordings of this folder with FFmpeg 5.1: 440 Hz in each coding.
set -e
cd "$(dirname "$0")"
sine() {
    seconds=$1
    out=$2
    shift 2
    ffmpeg -v error -y -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=$seconds" \
        -bitexact -fflags +bitexact "$@" "$out"
}
sine 1 opus.mkv -c:a libopus -b:a 24k -ac 1
sine 1 vorbis.mkv -c:a libvorbis -q:a 0 -ar 16000 -ac 1
sine 1 mp3.mkv -c:a libmp3lame -b:a 32k -ar 16000 -ac 1
sine 1 mp2.mkv -c:a mp2 -b:a 32k -ar 16000 -ac 1
sine 1 flac.mkv -c:a flac -sample_fmt s16 -ar 16000 -ac 1
sine 1 ac3.mkv -c:a ac3 -b:a 64k -ar 32000 -ac 2
sine 1 eac3.mkv -c:a eac3 -b:a 64k -ar 32000 -ac 2
sine 0.25 dts.mkv -c:a dca -strict -2 -b:a 256k -ar 32000 -ac 2
sine 0.25 truehd.mkv -c:a truehd -strict -2 -ar 48000 -ac 2
sine 0.25 pcm-u8.mkv -c:a pcm_u8 -ar 8000 -ac 1
sine 0.25 pcm-s24.mkv -c:a pcm_s24le -ar 8000 -ac 1
sine 0.25 pcm-f32.mkv -c:a pcm_f32le -ar 8000 -ac 1
sine 1 mono.aac -c:a aac -b:a 24k -ar 8000 -ac 1 -f adts
sine 1 stereo.aac -c:a aac -b:a 32k -ar 8000 -ac 2 -f adts
