/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.Track;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** How the audio of a track is coded. Immutable. */
final class AudioCoding {

    /** What the bytes are. The order of the constants is part of serialized forms. */
    enum Kind {
        /** Linear, 16 bits, little endian. */
        PCM_LITTLE_ENDIAN,
        /** Linear, 16 bits, big endian. */
        PCM_BIG_ENDIAN,
        A_LAW,
        MU_LAW,
        AAC
    }

    /** What Amazon Connect sends, whatever its tracks declare. */
    static final AudioCoding CONNECT = new AudioCoding(Kind.PCM_LITTLE_ENDIAN, 8000, 1, null);

    private static final int WAVE_FORMAT_PCM = 1;
    private static final int WAVE_FORMAT_A_LAW = 6;
    private static final int WAVE_FORMAT_MU_LAW = 7;
    private static final int WAVE_FORMAT_BYTES = 16;

    private static final int AAC_FRAME_SAMPLES = 1024;

    private static final int[] AAC_RATES = {
        96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350
    };

    private final Kind kind;
    private final int samplesPerSecond;
    private final int channels;
    @Nullable private final byte[] codecPrivate;

    AudioCoding(Kind kind, int samplesPerSecond, int channels, @Nullable byte[] codecPrivate) {
        this.kind = kind;
        this.samplesPerSecond = samplesPerSecond;
        this.channels = channels;
        this.codecPrivate = codecPrivate;
    }

    /**
     * What a track holds: by the tag MimeType, else by the convention of Amazon Connect, else as
     * the track declares it.
     *
     * @param mimeType such as {@code audio/L16;rate=8000;channels=1}
     * @throws IllegalArgumentException if no decoder for it is here
     */
    static AudioCoding of(Track track, @Nullable String mimeType) {
        AudioCoding told = mimeType == null ? null : ofMimeType(track, mimeType);
        if (told != null) {
            return told;
        }
        String codec = track.codecId();
        if (codec.startsWith("A_AAC")) {
            return mimeType == null && CallTracks.areConnects(track) ? CONNECT : aac(track);
        }
        AudioCoding declared = null;
        if (codec.equals("A_MS/ACM")) {
            declared = ofWaveFormat(track.codecPrivate());
        } else if (has16Bits(track)) {
            if (codec.equals("A_PCM/INT/LIT")) {
                declared = linear(Kind.PCM_LITTLE_ENDIAN, track);
            } else if (codec.equals("A_PCM/INT/BIG")) {
                declared = linear(Kind.PCM_BIG_ENDIAN, track);
            }
        }
        if (declared == null) {
            throw new IllegalArgumentException(
                    "Audio coded as "
                            + codec
                            + (mimeType == null ? "" : " (MimeType " + mimeType + ")")
                            + " in the track "
                            + CallTracks.nameOf(track)
                            + " cannot be read: linear PCM of 16 bits, A-law, mu-law and AAC can."
                            + " Name the tracks to be taken, without this one.");
        }
        return declared;
    }

    /** Null if the type says nothing of audio that is known here. */
    @Nullable
    private static AudioCoding ofMimeType(Track track, String mimeType) {
        String[] parts = mimeType.split(";");
        int rate = 8000;
        int channels = 1;
        for (int i = 1; i < parts.length; i++) {
            String[] parameter = parts[i].trim().split("\\s*=\\s*", 2);
            if (parameter.length == 2 && parameter[1].matches("[1-9][0-9]{0,5}")) {
                if (parameter[0].equalsIgnoreCase("rate")) {
                    rate = Integer.parseInt(parameter[1]);
                } else if (parameter[0].equalsIgnoreCase("channels")) {
                    channels = Integer.parseInt(parameter[1]);
                }
            }
        }
        switch (parts[0].trim().toLowerCase(Locale.ROOT)) {
            case "audio/l16":
                // RFC 2586 means big endian; Amazon Connect, which sends it, does not.
                return new AudioCoding(Kind.PCM_LITTLE_ENDIAN, rate, channels, null);
            case "audio/pcma":
                return new AudioCoding(Kind.A_LAW, rate, channels, null);
            case "audio/pcmu":
            case "audio/basic":
                return new AudioCoding(Kind.MU_LAW, rate, channels, null);
            case "audio/aac":
            case "audio/mp4a-latm":
                return aac(track);
            default:
                return null;
        }
    }

    private static boolean has16Bits(Track track) {
        return track.audio() == null
                || track.audio().bitDepth() == 0
                || track.audio().bitDepth() == 16;
    }

    private static AudioCoding linear(Kind kind, Track track) {
        return new AudioCoding(kind, declaredRate(track), declaredChannels(track), null);
    }

    private static AudioCoding aac(Track track) {
        byte[] config = track.codecPrivate();
        int rate = declaredRate(track);
        int channels = declaredChannels(track);
        // AudioSpecificConfig: object type in 5 bits, index of the rate in 4, channels in 4.
        if (config != null && config.length >= 2) {
            int bits = (config[0] & 0xFF) << 8 | config[1] & 0xFF;
            int index = bits >> 7 & 0xF;
            rate = index < AAC_RATES.length ? AAC_RATES[index] : rate;
            channels = Math.max(1, bits >> 3 & 0xF);
        }
        return new AudioCoding(Kind.AAC, rate, channels, config);
    }

    private static int declaredRate(Track track) {
        double rate = track.audio() == null ? 0 : track.audio().samplingFrequency();
        return rate >= 1 && rate <= 1_000_000 ? (int) Math.round(rate) : 8000;
    }

    private static int declaredChannels(Track track) {
        return track.audio() == null ? 1 : Math.max(1, track.audio().channels());
    }

    /** Of a WAVEFORMATEX; null if it is none, or of a coding that is not known here. */
    @Nullable
    private static AudioCoding ofWaveFormat(@Nullable byte[] bytes) {
        if (bytes == null || bytes.length < WAVE_FORMAT_BYTES) {
            return null;
        }
        ByteBuffer format = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int channels = Math.max(1, format.getShort(2));
        int rate = Math.max(1, format.getInt(4));
        switch (format.getShort(0)) {
            case WAVE_FORMAT_PCM:
                return format.getShort(14) == 16
                        ? new AudioCoding(Kind.PCM_LITTLE_ENDIAN, rate, channels, null)
                        : null;
            case WAVE_FORMAT_A_LAW:
                return new AudioCoding(Kind.A_LAW, rate, channels, null);
            case WAVE_FORMAT_MU_LAW:
                return new AudioCoding(Kind.MU_LAW, rate, channels, null);
            default:
                return null;
        }
    }

    Kind kind() {
        return kind;
    }

    /** In a channel; of AAC what is declared, which a decoder may find to be otherwise. */
    int samplesPerSecond() {
        return samplesPerSecond;
    }

    int channels() {
        return channels;
    }

    /** What a decoder of AAC needs; null for others. */
    @Nullable
    byte[] codecPrivate() {
        return codecPrivate;
    }

    /** How many samples of each channel so much of it holds; of AAC about. */
    long samples(long frames, long bytes) {
        switch (kind) {
            case AAC:
                return frames * AAC_FRAME_SAMPLES;
            case A_LAW:
            case MU_LAW:
                return bytes / channels;
            default:
                return bytes / Wav.BYTES_PER_SAMPLE / channels;
        }
    }

    long millis(long samples) {
        return samples * 1000 / samplesPerSecond;
    }

    /** What so much of it takes in a WAV file. */
    long wavBytes(long samples) {
        return samples * channels * Wav.BYTES_PER_SAMPLE;
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(kind.ordinal());
        out.writeInt(samplesPerSecond);
        out.writeInt(channels);
        out.writeInt(codecPrivate == null ? -1 : codecPrivate.length);
        if (codecPrivate != null) {
            out.write(codecPrivate);
        }
    }

    static AudioCoding read(DataInput in) throws IOException {
        Kind kind = Kind.values()[in.readByte()];
        int rate = in.readInt();
        int channels = in.readInt();
        int length = in.readInt();
        byte[] codecPrivate = length < 0 ? null : new byte[length];
        if (codecPrivate != null) {
            in.readFully(codecPrivate);
        }
        return new AudioCoding(kind, rate, channels, codecPrivate);
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
                && Arrays.equals(codecPrivate, other.codecPrivate);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, samplesPerSecond, channels, Arrays.hashCode(codecPrivate));
    }

    @Override
    public String toString() {
        return kind + ", " + samplesPerSecond + " Hz, " + channels + " channel(s)";
    }
}
