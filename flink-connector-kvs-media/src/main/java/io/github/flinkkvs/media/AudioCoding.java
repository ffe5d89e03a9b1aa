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
        /** For a decoder of FFmpeg; in the forms of version 1 always AAC. */
        FFMPEG
    }

    /** What Amazon Connect sends, whatever its tracks declare. */
    static final AudioCoding CONNECT = new AudioCoding(Kind.PCM_LITTLE_ENDIAN, 8000, 1);

    /** More is made up, and not what a WAV file can say. */
    static final int MAX_RATE = 1_000_000;

    static final int MAX_CHANNELS = 255;

    private static final String AAC = "aac";

    private static final String OPUS = "opus";

    /** Opus is decoded at this rate, whatever it was made of. */
    private static final int OPUS_RATE = 48_000;

    /** Where OpusHead says how many samples at the begin are not to be heard. */
    private static final int OPUS_PRE_SKIP_AT = 10;

    private final Kind kind;
    private final int samplesPerSecond;
    private final int channels;
    @Nullable private final String decoder;
    @Nullable private final byte[] codecPrivate;
    private final long codecDelayNanos;

    AudioCoding(Kind kind, int samplesPerSecond, int channels) {
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
     * @param rate as it is declared; the decoder may find another, as of channels
     * @param codecPrivate as the decoder wants it
     * @param codecDelayNanos what is not to be heard of the begin
     */
    static AudioCoding ofFFmpeg(
            String decoder,
            int rate,
            int channels,
            @Nullable byte[] codecPrivate,
            long codecDelayNanos) {
        return new AudioCoding(Kind.FFMPEG, rate, channels, decoder, codecPrivate, codecDelayNanos);
    }

    static AudioCoding aac(int rate, int channels, @Nullable byte[] codecPrivate) {
        return ofFFmpeg(AAC, rate, channels, codecPrivate, 0);
    }

    /**
     * What a track holds: by the tag MimeType, else by the convention of Amazon Connect, else as
     * the track declares it, unless its bytes tell that it is something else.
     *
     * @param mimeType such as {@code audio/L16;rate=8000;channels=1}
     * @param codecDelayNanos CodecDelay of the track
     * @param firstFrame by which AAC is told from what is only called so
     * @throws IllegalArgumentException if no decoder for it is here
     */
    static AudioCoding of(
            Track track, @Nullable String mimeType, long codecDelayNanos, byte[] firstFrame) {
        AudioCoding told = mimeType == null ? null : ofMimeType(track, mimeType, firstFrame);
        if (told != null) {
            return told;
        }
        String codec = track.codecId();
        if (codec.startsWith("A_AAC")) {
            return mimeType == null && CallTracks.areConnects(track)
                    ? CONNECT
                    : calledAac(track, codecDelayNanos, firstFrame);
        }
        AudioCoding declared = declared(track, codecDelayNanos);
        if (declared == null) {
            throw new IllegalArgumentException(
                    "Audio coded as "
                            + codec
                            + (mimeType == null ? "" : " (MimeType " + mimeType + ")")
                            + " cannot be decoded");
        }
        return declared;
    }

    /** Null if the type says nothing of audio that is known here. */
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
                    channels = Math.min(MAX_CHANNELS, Integer.parseInt(parameter[1]));
                }
            }
        }
        switch (parts[0].trim().toLowerCase(Locale.ROOT)) {
            case "audio/l16":
                // RFC 2586 means big endian; Amazon Connect, which sends it, does not.
                return new AudioCoding(Kind.PCM_LITTLE_ENDIAN, rate, channels);
            case "audio/pcma":
                return new AudioCoding(Kind.A_LAW, rate, channels);
            case "audio/pcmu":
            case "audio/basic":
                return new AudioCoding(Kind.MU_LAW, rate, channels);
            case "audio/aac":
            case "audio/mp4a-latm":
                return calledAac(track, 0, firstFrame);
            default:
                return null;
        }
    }

    /** AAC, or what producers call so: ADTS, or G.711 with a WAVEFORMATEX in CodecPrivate. */
    private static AudioCoding calledAac(Track track, long codecDelayNanos, byte[] firstFrame) {
        AacHeader adts = AacHeader.ofAdts(firstFrame);
        if (adts != null) {
            // Of each frame, its header says it anew.
            return ofFFmpeg(AAC, adts.samplesPerSecond, adts.channels, null, codecDelayNanos);
        }
        byte[] config = track.codecPrivate();
        AudioCoding wave = config == null ? null : WaveFormat.coding(config);
        if (wave != null) {
            return wave;
        }
        AacHeader header = config == null ? null : AacHeader.ofConfig(config);
        return ofFFmpeg(
                AAC,
                header == null ? declaredRate(track) : header.samplesPerSecond,
                header == null ? declaredChannels(track) : header.channels,
                config,
                codecDelayNanos);
    }

    /** Null if no decoder for it is here. */
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
                return ofFFmpeg(
                        OPUS, OPUS_RATE, channels, config, opusDelay(config, codecDelayNanos));
            default:
                String name = decoderOf(track.codecId());
                return name == null
                        ? null
                        : ofFFmpeg(name, rate, channels, config, codecDelayNanos);
        }
    }

    /** The decoder in FFmpeg of what needs nothing but its CodecPrivate; null for others. */
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
                return ofFFmpeg("pcm_u8", rate, channels, null, 0);
            case 16:
                return new AudioCoding(
                        littleEndian ? Kind.PCM_LITTLE_ENDIAN : Kind.PCM_BIG_ENDIAN,
                        rate,
                        channels);
            case 24:
            case 32:
                String name = "pcm_s" + bits + (littleEndian ? "le" : "be");
                return ofFFmpeg(name, rate, channels, null, 0);
            default:
                return null;
        }
    }

    @Nullable
    static AudioCoding floats(int bits, int rate, int channels) {
        return bits == 32 || bits == 64
                ? ofFFmpeg("pcm_f" + bits + "le", rate, channels, null, 0)
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
        return rate >= 1 && rate <= MAX_RATE ? (int) Math.round(rate) : 8000;
    }

    private static int declaredChannels(Track track) {
        int channels = track.audio() == null ? 1 : track.audio().channels();
        return Math.max(1, Math.min(MAX_CHANNELS, channels));
    }

    Kind kind() {
        return kind;
    }

    /** Its name in FFmpeg; null for other kinds. */
    @Nullable
    String decoder() {
        return decoder;
    }

    /** In a channel; of {@link Kind#FFMPEG} as declared, which a decoder may find otherwise. */
    int samplesPerSecond() {
        return samplesPerSecond;
    }

    int channels() {
        return channels;
    }

    /** What the decoder needs before any frame; null if nothing. Not to be changed. */
    @Nullable
    byte[] codecPrivate() {
        return codecPrivate;
    }

    /** How many samples of a channel are not to be heard of the begin. */
    long codecDelaySamples(int rate) {
        // By seconds first: nobody delays by more, and products overflow.
        return (long) (Math.min(codecDelayNanos, 1_000_000_000L) / 1e9 * rate + 0.5);
    }

    /** How much later than to be heard its timestamps are. */
    long codecDelayMillis() {
        return Math.min(codecDelayNanos, 1_000_000_000L) / 1_000_000;
    }

    /** How many samples of each channel so much of it holds; of {@link Kind#FFMPEG} about. */
    long samples(long frames, long bytes) {
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
        if (kind == Kind.FFMPEG) {
            out.writeUTF(decoder);
            out.writeLong(codecDelayNanos);
        }
    }

    static AudioCoding read(DataInput in) throws IOException {
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

    static AudioCoding readVersion1(DataInput in) throws IOException {
        Kind kind = Kind.values()[in.readByte()];
        int rate = in.readInt();
        int channels = in.readInt();
        int length = in.readInt();
        byte[] codecPrivate = length < 0 ? null : new byte[length];
        if (codecPrivate != null) {
            in.readFully(codecPrivate);
        }
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
