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
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Video whose track declares what a test sets. */
public final class DeclaredFilm {

    private final String codecId;
    private final byte[] codecPrivate;
    private final List<MediaFrame> frames;

    private DeclaredFilm(String codecId, byte[] codecPrivate, List<MediaFrame> frames) {
        this.codecId = codecId;
        this.codecPrivate = codecPrivate;
        this.frames = frames;
    }

    /** The first frames of one of the kept films. */
    public static DeclaredFilm of(String name, int frames) throws Exception {
        Path films = Path.of("..", "flink-connector-kvs-it", "src", "test", "resources", "films");
        MediaFragment film =
                MediaClip.of(films.resolve(name)).fragments(1_000_000_000L, frames).get(0);
        Track track = Fragments.of(film).get(0).tracks().get(0);
        return new DeclaredFilm(track.codecId(), track.codecPrivate(), film.frames());
    }

    public static DeclaredFilm of(String codecId, byte[] frame) {
        return new DeclaredFilm(codecId, new byte[0], List.of(MediaFrame.of(1, 0, true, frame)));
    }

    /** A key frame, and others a millisecond apart. */
    public static DeclaredFilm of(String codecId, List<byte[]> frames) {
        List<MediaFrame> film = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            film.add(MediaFrame.of(1, i, i == 0, frames.get(i)));
        }
        return new DeclaredFilm(codecId, new byte[0], film);
    }

    /** The film with other bytes of each frame. */
    public DeclaredFilm withFrames(UnaryOperator<byte[]> change) {
        List<MediaFrame> changed = new ArrayList<>();
        for (MediaFrame frame : frames) {
            changed.add(
                    MediaFrame.of(
                            frame.track(),
                            frame.offsetMillis(),
                            frame.keyFrame(),
                            change.apply(frame.data())));
        }
        return new DeclaredFilm(codecId, codecPrivate, changed);
    }

    /**
     * @param width PixelWidth; 0 to declare no size
     * @param video further elements of Video
     */
    public MediaFragment declaring(int width, int height, int codecDelayNanos, byte[]... video) {
        byte[] size =
                width == 0
                        ? new byte[0]
                        : concat(element(0xB0, number(width)), element(0xBA, number(height)));
        byte[] entry =
                concat(
                        element(0xD7, number(1)),
                        element(0x83, number(1)),
                        element(0x86, ascii(codecId)),
                        codecPrivate.length == 0 ? new byte[0] : element(0x63A2, codecPrivate),
                        element(0x56AA, number(codecDelayNanos)),
                        element(0xE0, concat(size, concat(video))));
        return MediaFragment.builder()
                .producerTimestampMillis(1_000_000_000L)
                .header(
                        element(0x1A45DFA3, element(0x4282, ascii("matroska"))),
                        element(0x1549A966, element(0x2AD7B1, number(1_000_000))),
                        element(0x1654AE6B, element(0xAE, entry)))
                .frames(frames)
                .build();
    }

    /** A Projection; 0 leaves an angle out. */
    public static byte[] projection(int type, double yaw, double pitch, double roll) {
        return element(
                0x7670,
                concat(
                        type == 0 ? new byte[0] : element(0x7671, number(type)),
                        yaw == 0 ? new byte[0] : element(0x7673, number(yaw)),
                        pitch == 0 ? new byte[0] : element(0x7674, number(pitch)),
                        roll == 0 ? new byte[0] : element(0x7675, number(roll))));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] number(double value) {
        return ByteBuffer.allocate(8).putDouble(value).array();
    }

    public static byte[] element(int id, byte[] content) {
        int idBytes = (39 - Integer.numberOfLeadingZeros(id)) / 8;
        ByteBuffer bytes = ByteBuffer.allocate(idBytes + 4 + content.length);
        for (int i = idBytes - 1; i >= 0; i--) {
            bytes.put((byte) (id >>> 8 * i));
        }
        return bytes.putInt(0x10000000 | content.length).put(content).array();
    }

    public static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(1 << 16);
        for (byte[] part : parts) {
            all.put(part);
        }
        byte[] bytes = new byte[all.position()];
        all.flip().get(bytes);
        return bytes;
    }
}
