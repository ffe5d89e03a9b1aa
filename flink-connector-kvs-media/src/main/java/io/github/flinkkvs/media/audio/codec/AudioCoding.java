/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.audio.codec;

import io.github.flinkkvs.media.StateBytes;
import io.github.flinkkvs.media.Wav;
import io.github.flinkkvs.mkv.SerializedBytes;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/** How the audio of a track is coded. Immutable. */
@Internal
public final class AudioCoding {

    /** What the bytes are. The order of the constants is part of serialized forms. */
    public enum Kind {
        /** Linear, 16 bits, little endian. */
        PCM_LITTLE_ENDIAN,
        /** Linear, 16 bits, big endian. */
        PCM_BIG_ENDIAN,
        A_LAW,
        MU_LAW,
        /** For a decoder of FFmpeg; in the forms of version 1 always AAC. */
        FFMPEG
    }

    /** The coding of Amazon Connect, whatever its tracks declare. */
    public static final AudioCoding CONNECT = new AudioCoding(Kind.PCM_LITTLE_ENDIAN, 8000, 1);

    /** Higher rates are made up. */
    static final int MAX_RATE = 1_000_000;

    static final int MAX_CHANNELS = 255;

    static final String AAC = "aac";
    static final String OPUS = "opus";

    /** The longest delay of an encoder. HE-AAC has the longest in use, 5,186 samples. */
    private static final int MAX_DELAY_SAMPLES = 8_192;

    /** The highest value in OpusHead. */
    private static final int MAX_OPUS_DELAY_SAMPLES = 0xFFFF;

    private final Kind kind;
    private final int samplesPerSecond;
    private final int channels;
    @Nullable private final String decoder;
    @Nullable private final byte[] codecPrivate;
    private final long codecDelayNanos;

    public AudioCoding(Kind kind, int samplesPerSecond, int channels) {
        this(kind, samplesPerSecond, channels, null, null, 0);
    }

    private AudioCoding(
            Kind kind,
            int samplesPerSecond,
            int channels,
            @Nullable String decoder,
            @Nullable byte[] codecPrivate,
            long codecDelayNanos) {
        this.kind = kind;
        this.samplesPerSecond = samplesPerSecond;
        this.channels = channels;
        this.decoder = decoder;
        this.codecPrivate = codecPrivate;
        this.codecDelayNanos = codecDelayNanos;
    }

    /**
     * What FFmpeg decodes.
     *
     * @param decoder its name in FFmpeg
     * @param rate as declared, like channels; the decoder may find others
     * @param codecPrivate as the decoder wants it
     * @param codecDelayNanos the delay of the encoder, from 0
     */
    public static AudioCoding ofFFmpeg(
            String decoder,
            int rate,
            int channels,
            @Nullable byte[] codecPrivate,
            long codecDelayNanos) {
        return new AudioCoding(Kind.FFMPEG, rate, channels, decoder, codecPrivate, codecDelayNanos);
    }

    public static AudioCoding aac(int rate, int channels, @Nullable byte[] codecPrivate) {
        return ofFFmpeg(AAC, rate, channels, codecPrivate, 0);
    }

    public Kind kind() {
        return kind;
    }

    /** Its name in FFmpeg; null for other kinds. */
    @Nullable
    public String decoder() {
        return decoder;
    }

    /** In each channel; of {@link Kind#FFMPEG} as declared, a decoder may find another rate. */
    public int samplesPerSecond() {
        return samplesPerSecond;
    }

    public int channels() {
        return channels;
    }

    /** What the decoder needs before any frame; null if nothing. Not to be changed. */
    @Nullable
    public byte[] codecPrivate() {
        return codecPrivate;
    }

    /**
     * How many samples in each channel an encoder puts before the first one that it was given. At
     * the beginning of a recording they are not sound.
     *
     * @param rate that of the decoder
     */
    public long codecDelaySamples(int rate) {
        int most = OPUS.equals(decoder) ? MAX_OPUS_DELAY_SAMPLES : MAX_DELAY_SAMPLES;
        return (long) Math.min(most, codecDelayNanos / 1e9 * rate + 0.5);
    }

    /** How much later than its sound the timestamp of a frame is. */
    public long codecDelayMillis() {
        return codecDelaySamples(samplesPerSecond) * 1000 / samplesPerSecond;
    }

    /** How many samples each channel has; an estimate for {@link Kind#FFMPEG}. */
    public long samples(long frames, long bytes) {
        switch (kind) {
            case FFMPEG:
                return frames * frameSamples(bytes, frames);
            case A_LAW:
            case MU_LAW:
                return bytes / channels;
            default:
                return bytes / Wav.BYTES_PER_SAMPLE / channels;
        }
    }

    private long frameSamples(long bytes, long frames) {
        switch (decoder) {
            case OPUS:
                return 960;
            case "flac":
                return 4096;
            case "ac3":
            case "eac3":
                return 1536;
            case "mp1float":
                return 384;
            case "mp2float":
            case "mp3float":
                return 1152;
            case "pcm_u8":
                return bytes / channels / Math.max(1, frames);
            case "pcm_s24le":
            case "pcm_s24be":
                return bytes / 3 / channels / Math.max(1, frames);
            case "pcm_s32le":
            case "pcm_s32be":
            case "pcm_f32le":
                return bytes / 4 / channels / Math.max(1, frames);
            case "pcm_f64le":
                return bytes / 8 / channels / Math.max(1, frames);
            default:
                return 1024;
        }
    }

    public long millis(long samples) {
        return samples * 1000 / samplesPerSecond;
    }

    /** How many bytes that many samples of each channel take in a WAV file. */
    public long wavBytes(long samples) {
        return samples * channels * Wav.BYTES_PER_SAMPLE;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(kind.ordinal());
        out.writeInt(samplesPerSecond);
        out.writeInt(channels);
        out.writeInt(codecPrivate == null ? -1 : codecPrivate.length);
        if (codecPrivate != null) {
            out.write(codecPrivate);
        }
        if (kind == Kind.FFMPEG) {
            out.writeUTF(decoder);
            out.writeLong(codecDelayNanos);
        }
    }

    public static AudioCoding read(DataInput in) throws IOException {
        AudioCoding coding = readVersion1(in);
        return coding.kind == Kind.FFMPEG
                ? ofFFmpeg(
                        in.readUTF(),
                        coding.samplesPerSecond,
                        coding.channels,
                        coding.codecPrivate,
                        in.readLong())
                : coding;
    }

    public static AudioCoding readVersion1(DataInput in) throws IOException {
        int kindCode = in.readByte();
        int rate = in.readInt();
        int channels = in.readInt();
        Kind[] kinds = Kind.values();
        StateBytes.check(kindCode >= 0 && kindCode < kinds.length, "audio of kind " + kindCode);
        StateBytes.check(
                rate > 0 && channels > 0, "audio of " + rate + " Hz in " + channels + " channels");
        Kind kind = kinds[kindCode];
        int length = in.readInt();
        byte[] codecPrivate = length == -1 ? null : SerializedBytes.read(length, in);
        return kind == Kind.FFMPEG
                ? aac(rate, channels, codecPrivate)
                : new AudioCoding(kind, rate, channels);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof AudioCoding)) {
            return false;
        }
        AudioCoding other = (AudioCoding) object;
        return kind == other.kind
                && samplesPerSecond == other.samplesPerSecond
                && channels == other.channels
                && Objects.equals(decoder, other.decoder)
                && Arrays.equals(codecPrivate, other.codecPrivate)
                && codecDelayNanos == other.codecDelayNanos;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, samplesPerSecond, channels, Arrays.hashCode(codecPrivate));
    }

    @Override
    public String toString() {
        return (decoder == null ? kind : decoder)
                + ", "
                + samplesPerSecond
                + " Hz, "
                + channels
                + " channel(s)";
    }
}
