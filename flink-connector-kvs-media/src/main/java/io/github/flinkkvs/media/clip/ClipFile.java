/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.media.audio.TrackCodings;
import io.github.flinkkvs.media.audio.codec.AudioCoding;
import io.github.flinkkvs.media.file.AudioDeclaration;
import io.github.flinkkvs.media.file.FragmentRun;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.Track;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a clip of the fragments in its range. */
final class ClipFile {

    /** A pause that a viewer does not take for one. */
    private static final Duration NO_PAUSE = Duration.ofSeconds(1);

    /** WAVEFORMATEX. */
    private static final int WAVE_FORMAT_BYTES = 18;

    private static final short WAVE_A_LAW = 6;
    private static final short WAVE_MU_LAW = 7;

    private ClipFile() {}

    /**
     * @param streamArn not null
     * @param fragments with media, in order; one that ends before the range is left out
     * @param lost whether fragments are missing
     * @param maxBytes the limit of the index of an MP4 file
     * @return null if no frame is in the range
     * @throws ClipException of the kinds {@code NOT_FOR_MP4} and {@code TOO_LARGE}
     */
    @Nullable
    static Clip of(
            ClipRequest request,
            String streamName,
            String streamArn,
            List<Fragment> fragments,
            boolean lost,
            long maxBytes) {
        List<FragmentRun> runs = FragmentRun.of(inRange(request, fragments));
        if (runs.isEmpty()) {
            return null;
        }
        FragmentRun longest = runs.get(0);
        for (FragmentRun run : runs) {
            longest = run.durationNanos() > longest.durationNanos() ? run : longest;
        }
        long begin = begin(request.clock(), longest);
        long end = end(request.clock(), longest);
        boolean complete =
                !lost
                        && runs.size() == 1
                        && begin <= request.fromMillis() + NO_PAUSE.toMillis()
                        && end >= request.toMillis() - NO_PAUSE.toMillis()
                        && longest.longestPauseNanos() <= NO_PAUSE.toNanos();
        byte[] bytes;
        if (request.format() == Clip.Format.MP4) {
            Mp4File file = Mp4File.of(longest, maxBytes);
            bytes = file.bytes();
            complete &= file.isWhole();
        } else {
            bytes = longest.mkv(declarations(longest));
        }
        List<FragmentNumber> numbers = new ArrayList<>();
        longest.fragments().forEach(fragment -> numbers.add(fragment.number()));
        return new Clip(request, streamName, streamArn, begin, end, numbers, complete, bytes);
    }

    /** Of a fragment that begins before the range, only its frames say whether it lasts into it. */
    private static List<Fragment> inRange(ClipRequest request, List<Fragment> fragments) {
        List<Fragment> inRange = new ArrayList<>();
        for (Fragment fragment : fragments) {
            if (millis(request.clock(), fragment) >= request.fromMillis()
                    || FragmentRun.of(List.of(fragment)).stream()
                            .anyMatch(run -> end(request.clock(), run) > request.fromMillis())) {
                inRange.add(fragment);
            }
        }
        return inRange;
    }

    private static long begin(ClipRequest.Clock clock, FragmentRun run) {
        return millis(clock, run.fragments().get(0))
                + Math.floorDiv(run.beginOffsetNanos(), 1_000_000L);
    }

    /** Not before its begin, even if the timestamps of fragments contradict those of Clusters. */
    private static long end(ClipRequest.Clock clock, FragmentRun run) {
        List<Fragment> fragments = run.fragments();
        long end =
                millis(clock, fragments.get(fragments.size() - 1))
                        + Math.floorDiv(run.endOffsetNanos(), 1_000_000L);
        return Math.max(begin(clock, run), end);
    }

    private static long millis(ClipRequest.Clock clock, Fragment fragment) {
        return clock == ClipRequest.Clock.SERVER
                ? fragment.serverTimestampMillis()
                : fragment.producerTimestampMillis();
    }

    /**
     * What tracks should declare that declare AAC and hold something else, as those of Amazon
     * Connect do: no player would play them otherwise.
     */
    private static Map<Long, AudioDeclaration> declarations(FragmentRun run) {
        Map<Long, Frame> frames = new HashMap<>();
        Fragment first = run.fragments().get(0);
        for (Frame frame : first.frames((track, leftOut, problem) -> {})) {
            frames.putIfAbsent(frame.trackNumber(), frame);
        }
        Map<Long, AudioDeclaration> declarations = new HashMap<>();
        for (Track track : first.tracks()) {
            Frame frame = frames.get(track.number());
            if (track.type() == Track.Type.AUDIO
                    && track.codecId().startsWith("A_AAC")
                    && frame != null) {
                AudioDeclaration actual = declaration(first, track, frame);
                if (actual != null) {
                    declarations.put(track.number(), actual);
                }
            }
        }
        return declarations;
    }

    /** Null for what is declared rightly, and for what is unknown. */
    @Nullable
    private static AudioDeclaration declaration(Fragment fragment, Track track, Frame frame) {
        AudioCoding coding;
        try {
            coding = TrackCodings.of(fragment, track, frame);
        } catch (IllegalArgumentException e) {
            return null;
        }
        int rate = coding.samplesPerSecond();
        int channels = coding.channels();
        switch (coding.kind()) {
            case PCM_LITTLE_ENDIAN:
                return new AudioDeclaration("A_PCM/INT/LIT", null, rate, channels, 16);
            case PCM_BIG_ENDIAN:
                return new AudioDeclaration("A_PCM/INT/BIG", null, rate, channels, 16);
            case A_LAW:
                return logarithmic(WAVE_A_LAW, rate, channels);
            case MU_LAW:
                return logarithmic(WAVE_MU_LAW, rate, channels);
            default:
                return null;
        }
    }

    private static AudioDeclaration logarithmic(short format, int rate, int channels) {
        ByteBuffer wave = ByteBuffer.allocate(WAVE_FORMAT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        wave.putShort(format).putShort((short) channels).putInt(rate).putInt(rate * channels);
        wave.putShort((short) channels).putShort((short) 8);
        return new AudioDeclaration("A_MS/ACM", wave.array(), rate, channels, 8);
    }
}
