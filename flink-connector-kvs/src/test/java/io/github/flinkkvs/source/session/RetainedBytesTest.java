/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.Tag;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static io.github.flinkkvs.source.GetMediaBytes.concat;
import static io.github.flinkkvs.source.GetMediaBytes.element;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Compares the counted memory of events with their real size on this JVM's heap. */
class RetainedBytesTest {

    private static final String STREAM = "camera";
    private static final String ARN = SessionRig.ARN.toString();

    /** Objects that all fragments share. */
    private static final List<Object> SHARED = new ArrayList<>();

    static {
        SHARED.addAll(Arrays.asList(Tag.Place.values()));
        SHARED.addAll(Arrays.asList(Track.Type.values()));
        SHARED.addAll(List.of(STREAM, ARN, List.of(), "und"));
        // The array of a frame that references none, and the text of a Track without a codec.
        SHARED.addAll(List.of(undeclared().frame(), undeclared().track()));
    }

    private static FrameRecord undeclared() {
        return ((StreamEvent.FrameArrived) frames(GetMediaBytes.fragment(1, T0, 0)).get(0)).frame();
    }

    private static List<StreamEvent> feed(FragmentAssembler assembler, byte[]... documents) {
        List<StreamEvent> events = new ArrayList<>();
        StreamEvent.SharedHead[] last = {null};
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFrame(FrameRecord frame) {
                        if (last[0] == null || !last[0].isOf(frame)) {
                            last[0] = new StreamEvent.SharedHead(frame.fragment());
                        }
                        events.add(new StreamEvent.FrameArrived(null, frame, last[0]));
                    }

                    @Override
                    public void onFragment(Fragment fragment) {
                        if (last[0] == null) {
                            events.add(new StreamEvent.FragmentArrived(null, fragment));
                        } else {
                            events.add(
                                    new StreamEvent.FragmentOver(
                                            null,
                                            SessionRig.at(
                                                    Long.parseLong(fragment.number().toString()),
                                                    fragment.serverTimestampMillis())));
                        }
                    }

                    @Override
                    public void onServiceError(ServiceError error) {
                        throw new AssertionError(error.toString());
                    }
                };
        try {
            for (byte[] document : documents) {
                assembler.feed(ByteBuffer.wrap(document), handler);
            }
        } catch (MkvException e) {
            throw new AssertionError(e);
        }
        return events;
    }

    private static List<StreamEvent> fragments(boolean keepMedia, byte[]... documents) {
        return feed(new FragmentAssembler(STREAM, ARN, keepMedia, 1 << 26), documents);
    }

    private static List<StreamEvent> frames(byte[]... documents) {
        return feed(FragmentAssembler.ofFrames(STREAM, ARN, FrameFilter.all(), 1 << 26), documents);
    }

    /** The count covers the real size, without wasting much memory. */
    private static void assertCounted(List<? extends StreamEvent> events) {
        long counted = events.stream().mapToLong(StreamEvent::hold).sum();
        List<Object> all = new ArrayList<>(SHARED);
        all.addAll(events);
        long measured =
                GraphLayout.parseInstance(all.toArray()).totalSize()
                        - GraphLayout.parseInstance(SHARED.toArray()).totalSize();
        assertThat(counted)
                .as("counted of %s, which take %s bytes", events.get(0).getClass(), measured)
                .isBetween(measured, measured * 5 / 3 + 160 * events.size());
        assertThat(events.stream().mapToLong(StreamEvent::release).sum()).isEqualTo(counted);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** All that a tag may have. */
    private static byte[] richTag(String value) {
        return element(
                0x67C8,
                element(0x45A3, text("name of a tag")),
                element(0x4487, text(value)),
                element(0x4485, new byte[77]),
                element(0x447A, text("de-AT")),
                element(0x67C8, element(0x45A3, text("nested")), element(0x4485, new byte[5])));
    }

    private static byte[] richFragment(long number, byte[]... blocks) {
        byte[] plain = GetMediaBytes.fragmentOfFrames(number, T0, 10);
        int header = GetMediaBytes.header().length;
        byte[] cluster = element(0x1F43B675, element(0xE7, new byte[1]), concat(blocks));
        int plainCluster = element(0x1F43B675, element(0xE7, new byte[1]), block(1, 10)).length;
        int clusterAt = indexOf(plain, new byte[] {0x1F, 0x43, (byte) 0xB6, 0x75});
        return concat(
                Arrays.copyOf(plain, header),
                element(0x1254C367, element(0x7373, richTag("Grüße"), richTag("дом " + number))),
                element(
                        0x1654AE6B,
                        element(
                                0xAE,
                                element(0xD7, new byte[] {1}),
                                element(0x83, new byte[] {1}),
                                element(0x536E, text("kvs-video")),
                                element(0x86, text("V_MPEG4/ISO/AVC")),
                                element(0x63A2, new byte[60]),
                                element(0xE0, element(0xB0, new byte[] {2, 0}))),
                        element(
                                0xAE,
                                element(0xD7, new byte[] {2}),
                                element(0x83, new byte[] {2}),
                                element(0x86, text("A_MS/ACM")),
                                element(0xE1, element(0x9F, new byte[] {2})))),
                Arrays.copyOfRange(plain, header, clusterAt),
                cluster,
                Arrays.copyOfRange(plain, clusterAt + plainCluster, plain.length));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i < bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }

    private static byte[] block(int track, int size) {
        byte[] block = new byte[4 + size];
        block[0] = (byte) (0x80 | track);
        return element(0xA3, block);
    }

    /** A block of a BlockGroup, with references and elements that belong to no frame. */
    private static byte[] group(int track, int size, int additions) {
        byte[] block = new byte[4 + size];
        block[0] = (byte) (0x80 | track);
        return element(
                0xA0,
                element(0xA1, block),
                element(0xFB, new byte[] {-1}),
                element(0xFB, new byte[] {-2}),
                element(0x75A1, new byte[additions]));
    }

    /** A block of several frames of equal size. */
    private static byte[] laced(int track, int frames, int size) {
        byte[] block = new byte[5 + frames * size];
        block[0] = (byte) (0x80 | track);
        block[3] = 0x04;
        block[4] = (byte) (frames - 1);
        return element(0xA3, block);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 16_000, 1_000_000})
    void ofAFragment(int frameBytes) {
        assertCounted(fragments(true, GetMediaBytes.fragment(1, T0, frameBytes)));
        assertCounted(fragments(false, GetMediaBytes.fragment(1, T0, frameBytes)));
    }

    @Test
    void ofAFragmentWithTagsAndTracks() {
        byte[] fragment = richFragment(1, block(1, 100), block(2, 20), block(9, 3));
        assertCounted(fragments(true, fragment));
        assertCounted(fragments(false, fragment));
    }

    @Test
    void ofAFragmentOfManyEmptyTags() {
        byte[][] empty = new byte[4000][];
        Arrays.fill(empty, new byte[] {0x67, (byte) 0xC8, (byte) 0x80});
        byte[] plain = GetMediaBytes.fragment(1, T0, 10);
        int header = GetMediaBytes.header().length;
        byte[] fragment =
                concat(
                        Arrays.copyOf(plain, header),
                        element(0x1254C367, element(0x7373, empty)),
                        Arrays.copyOfRange(plain, header, plain.length));
        assertCounted(fragments(false, fragment));
        assertThat(fragments(false, fragment).get(0).retainedBytes())
                .as("many times what came")
                .isGreaterThan(5 * fragment.length);
    }

    @Test
    void ofFragmentsThatFollowEachOther() {
        byte[][] documents = new byte[1000][];
        Arrays.setAll(documents, i -> GetMediaBytes.fragment(1_000_000 + i, T0 + i, 100));
        assertCounted(fragments(true, documents));
        assertCounted(fragments(false, documents));
    }

    @Test
    void ofFrames() {
        int[] sizes = new int[50];
        Arrays.fill(sizes, 160);
        assertCounted(frames(GetMediaBytes.fragmentOfFrames(1, T0, sizes)));
        assertCounted(
                frames(
                        richFragment(
                                1,
                                block(1, 5000),
                                group(2, 100, 50),
                                group(1, 20, 5000),
                                laced(2, 2, 300),
                                laced(2, 8, 160),
                                laced(1, 3, 20),
                                block(9, 3))));
    }

    @Test
    void ofAFrameWhoseFragmentsOthersWereEmitted() {
        List<StreamEvent> events = frames(GetMediaBytes.fragmentOfFrames(1, T0, 10, 20, 30));
        int first = events.get(0).hold();
        int second = events.get(1).hold();
        assertThat(first).as("with the head").isGreaterThan(second + 500);
        assertThat(events.get(0).release()).as("without it").isLessThan(first - 500);
        assertThat(events.get(1).release()).as("with it").isGreaterThan(second + 500);
        assertThat(events.get(2).hold()).as("with it again").isGreaterThan(second + 500);
    }

    @Test
    void ofOtherEvents() {
        assertCounted(
                List.of(new StreamEvent.FragmentOver(null, SessionRig.at(1_234_567_890_123L, T0))));
        assertCounted(List.of(new StreamEvent.CaughtUp(null, T0)));
        assertCounted(
                List.of(
                        new StreamEvent.StreamRecreated(
                                null, SessionRig.arn("a-stream-of-some-name", 1234567890123L))));
    }
}
