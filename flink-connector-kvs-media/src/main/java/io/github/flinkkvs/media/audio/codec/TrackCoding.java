/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.Quoted;
import io.github.flinkkvs.mkv.Track;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.Locale;

/** Determines how the audio of a track is coded. */
@Internal
public final class TrackCoding {

    /** The service's limit. It is kept with each fragment of an open call. */
    private static final int MAX_CODEC_PRIVATE_BYTES = 1 << 20;

    /** Opus is decoded at this rate, whatever the input of the encoder. */
    private static final int OPUS_RATE = 48_000;

    /** Where OpusHead says how many samples the encoder's delay has, in two bytes. */
    private static final int OPUS_PRE_SKIP_AT = 10;

    private TrackCoding() {}

    /**
     * The coding of a track: by the tag MimeType, else by the convention of Amazon Connect, else as
     * the track declares it, unless its bytes show another one.
     *
     * @param mimeType such as {@code audio/L16;rate=8000;channels=1}; null without the tag
     * @param connects whether the track has a name that Amazon Connect gives to its tracks
     * @param codecDelayNanos CodecDelay of the track
     * @param firstFrame tells ADTS from raw AAC
     * @throws IllegalArgumentException if there is no decoder for it
     */
    public static AudioCoding of(
            Track track,
            @Nullable String mimeType,
            boolean connects,
            long codecDelayNanos,
            byte[] firstFrame) {
        byte[] config = track.codecPrivate();
        if (config != null && config.length > MAX_CODEC_PRIVATE_BYTES) {
            throw new IllegalArgumentException(
                    "the CodecPrivate of the track has "
                            + config.length
                            + " bytes, and may have "
                            + MAX_CODEC_PRIVATE_BYTES);
        }
        AudioCoding told = mimeType == null ? null : ofMimeType(track, mimeType, firstFrame);
        if (told != null) {
            return told;
        }
        String codec = track.codecId();
        if (codec.startsWith("A_AAC")) {
            return mimeType == null && connects
                    ? AudioCoding.CONNECT
                    : calledAac(track, codecDelayNanos, firstFrame);
        }
        AudioCoding declared = declared(track, codecDelayNanos);
        if (declared == null) {
            throw new IllegalArgumentException(
                    "Audio coded as "
                            + Quoted.of(codec)
                            + (mimeType == null ? "" : " (MimeType " + Quoted.of(mimeType) + ")")
                            + " cannot be decoded");
        }
        return declared;
    }

    /** By a MimeType; null if it is unknown. */
    @Nullable
    private static AudioCoding ofMimeType(Track track, String mimeType, byte[] firstFrame) {
        String[] parts = mimeType.split(";");
        int rate = 8000;
        int channels = 1;
        for (int i = 1; i < parts.length; i++) {
            String[] parameter = parts[i].trim().split("\\s*=\\s*", 2);
            if (parameter.length == 2 && parameter[1].matches("[1-9][0-9]{0,5}")) {
                if (parameter[0].equalsIgnoreCase("rate")) {
                    rate = Integer.parseInt(parameter[1]);
                } else if (parameter[0].equalsIgnoreCase("channels")) {
                    channels = Math.min(AudioCoding.MAX_CHANNELS, Integer.parseInt(parameter[1]));
                }
            }
        }
        switch (parts[0].trim().toLowerCase(Locale.ROOT)) {
            case "audio/l16":
                // RFC 2586 means big endian; Amazon Connect, which sends it, does not.
                return new AudioCoding(AudioCoding.Kind.PCM_LITTLE_ENDIAN, rate, channels);
            case "audio/pcma":
                return new AudioCoding(AudioCoding.Kind.A_LAW, rate, channels);
            case "audio/pcmu":
            case "audio/basic":
                return new AudioCoding(AudioCoding.Kind.MU_LAW, rate, channels);
            case "audio/aac":
            case "audio/mp4a-latm":
                return calledAac(track, 0, firstFrame);
            default:
                return null;
        }
    }

    /**
     * A track that is declared AAC. It may be raw AAC, ADTS, or, with a WAVEFORMATEX in
     * CodecPrivate, what that declares, such as G.711.
     */
    private static AudioCoding calledAac(Track track, long codecDelayNanos, byte[] firstFrame) {
        AacHeader adts = AacHeader.ofAdts(firstFrame);
        if (adts != null) {
            // Each frame has its own header, so no configuration is needed.
            return AudioCoding.ofFFmpeg(
                    AudioCoding.AAC, adts.samplesPerSecond, adts.channels, null, codecDelayNanos);
        }
        byte[] config = track.codecPrivate();
        AudioCoding wave = config == null ? null : WaveFormat.coding(config);
        if (wave != null) {
            return wave;
        }
        AacHeader header = config == null ? null : AacHeader.ofConfig(config);
        return AudioCoding.ofFFmpeg(
                AudioCoding.AAC,
                header == null ? declaredRate(track) : header.samplesPerSecond,
                header == null ? declaredChannels(track) : header.channels,
                config,
                codecDelayNanos);
    }

    /** By the CodecID; null if there is no decoder for it. */
    @Nullable
    private static AudioCoding declared(Track track, long codecDelayNanos) {
        int rate = declaredRate(track);
        int channels = declaredChannels(track);
        int bits = track.audio() == null ? 0 : track.audio().bitDepth();
        byte[] config = track.codecPrivate();
        switch (track.codecId()) {
            case "A_MS/ACM":
                return config == null ? null : WaveFormat.coding(config);
            case "A_PCM/INT/LIT":
                return linear(bits == 0 ? 16 : bits, rate, channels, true);
            case "A_PCM/INT/BIG":
                return linear(bits == 0 ? 16 : bits, rate, channels, false);
            case "A_PCM/FLOAT/IEEE":
                return floats(bits, rate, channels);
            case "A_OPUS":
            case "A_OPUS/EXPERIMENTAL":
                return AudioCoding.ofFFmpeg(
                        AudioCoding.OPUS,
                        OPUS_RATE,
                        channels,
                        config,
                        opusDelay(config, codecDelayNanos));
            default:
                String name = decoderOf(track.codecId());
                return name == null
                        ? null
                        : AudioCoding.ofFFmpeg(name, rate, channels, config, codecDelayNanos);
        }
    }

    /** FFmpeg's decoder for a CodecID that needs nothing but its CodecPrivate; null for others. */
    @Nullable
    private static String decoderOf(String codecId) {
        switch (codecId) {
            case "A_VORBIS":
                return "vorbis";
            case "A_FLAC":
                return "flac";
            case "A_MPEG/L1":
                return "mp1float";
            case "A_MPEG/L2":
                return "mp2float";
            case "A_MPEG/L3":
                return "mp3float";
            case "A_AC3":
                return "ac3";
            case "A_EAC3":
                return "eac3";
            case "A_DTS":
                return "dca";
            case "A_TRUEHD":
                return "truehd";
            default:
                return null;
        }
    }

    @Nullable
    static AudioCoding linear(int bits, int rate, int channels, boolean littleEndian) {
        switch (bits) {
            case 8:
                return AudioCoding.ofFFmpeg("pcm_u8", rate, channels, null, 0);
            case 16:
                return new AudioCoding(
                        littleEndian
                                ? AudioCoding.Kind.PCM_LITTLE_ENDIAN
                                : AudioCoding.Kind.PCM_BIG_ENDIAN,
                        rate,
                        channels);
            case 24:
            case 32:
                String name = "pcm_s" + bits + (littleEndian ? "le" : "be");
                return AudioCoding.ofFFmpeg(name, rate, channels, null, 0);
            default:
                return null;
        }
    }

    @Nullable
    static AudioCoding floats(int bits, int rate, int channels) {
        return bits == 32 || bits == 64
                ? AudioCoding.ofFFmpeg("pcm_f" + bits + "le", rate, channels, null, 0)
                : null;
    }

    private static long opusDelay(@Nullable byte[] head, long codecDelayNanos) {
        if (codecDelayNanos > 0 || head == null || head.length < OPUS_PRE_SKIP_AT + 2) {
            return codecDelayNanos;
        }
        int samples = head[OPUS_PRE_SKIP_AT] & 0xFF | (head[OPUS_PRE_SKIP_AT + 1] & 0xFF) << 8;
        return samples * 1_000_000_000L / OPUS_RATE;
    }

    private static int declaredRate(Track track) {
        double rate = track.audio() == null ? 0 : track.audio().samplingFrequency();
        return rate >= 1 && rate <= AudioCoding.MAX_RATE ? (int) Math.round(rate) : 8000;
    }

    private static int declaredChannels(Track track) {
        int channels = track.audio() == null ? 1 : track.audio().channels();
        return Math.max(1, Math.min(AudioCoding.MAX_CHANNELS, channels));
    }
}
