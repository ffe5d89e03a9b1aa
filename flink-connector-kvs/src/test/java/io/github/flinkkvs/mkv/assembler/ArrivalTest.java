/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Arrival;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.RandomMedia;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/** Arrival times of fragments and frames, when each piece of bytes has an arrival time. */
class ArrivalTest {

    private static final long EPOCH_MILLIS = 1_800_000_000_000L;

    /** Close to overflow, as System.nanoTime() may be. */
    private static final long START_NANOS = Long.MAX_VALUE - 5_000_000;

    /** The piece that contained each byte. */
    private int[] pieceOf;

    private static long millis(int piece) {
        // The wall clock is set back for a while.
        return EPOCH_MILLIS + piece - (piece % 7 == 3 ? 100_000 : 0);
    }

    private static long nanos(int piece) {
        return START_NANOS + 1_000_003L * piece;
    }

    private void feed(Feed feed, byte[] bytes, IntSupplier pieceLengths) throws MkvException {
        pieceOf = new int[bytes.length];
        int at = 0;
        for (int piece = 0; at < bytes.length; piece++) {
            int end = Math.min(at + pieceLengths.getAsInt(), bytes.length);
            Arrays.fill(pieceOf, at, end, piece);
            feed.assembler.feed(
                    ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, end)),
                    millis(piece),
                    nanos(piece),
                    feed);
            at = end;
        }
    }

    private Arrival ofBytes(int from, int to) {
        return new Arrival(millis(pieceOf[to - 1]), nanos(pieceOf[to - 1]) - nanos(pieceOf[from]));
    }

    @Property(tries = 200)
    void aFragmentArrivesFromItsFirstByteToItsLast(@ForAll long seed) throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 3);
        for (boolean keepMedia : new boolean[] {true, false}) {
            Feed feed = new Feed(keepMedia);
            feed(feed, RandomMedia.bytesOf(documents), Feed.randomPieces(seed));
            int from = 0;
            for (int i = 0; i < documents.size(); i++) {
                int to = from + documents.get(i).bytes.length;
                assertThat(feed.fragments.get(i).arrival()).isEqualTo(ofBytes(from, to));
                from = to;
            }
        }
    }

    @Test
    void aFrameArrivesFromTheFirstByteOfItsBlockToTheLast() throws Exception {
        byte[] simple = TestMedia.simpleBlock(1, 0, 0x80, new byte[50]);
        byte[] group =
                TestMedia.blockGroup(
                        TestMedia.block(1, 1, 0, new byte[30]), TestMedia.element(0x9B, 7));
        byte[] laced = TestMedia.simpleBlock(1, 2, 0x04, TestMedia.bytes("01 AABB"));
        byte[] document = TestMedia.fragment(simple, group, laced);
        int last = document.length - TestMedia.trailingTags().length;
        int second = last - laced.length - group.length;
        for (int length = 1; length < document.length; length++) {
            int pieceLength = length;
            Feed feed = new Feed(FrameFilter.all());
            feed(feed, document, () -> pieceLength);
            assertThat(feed.frames)
                    .extracting(FrameRecord::arrival)
                    .containsExactly(
                            ofBytes(second - simple.length, second),
                            ofBytes(second, second + group.length),
                            ofBytes(last - laced.length, last),
                            ofBytes(last - laced.length, last));
            assertThat(feed.fragments.get(0).arrival()).isEqualTo(ofBytes(0, document.length));
        }
    }

    @Test
    void isNotKnownOfBytesThatDoNotSayWhenTheyCame() throws Exception {
        byte[] document = TestMedia.fragment(TestMedia.simpleBlock(1, 0, 0x80, new byte[50]));
        Feed frames = new Feed(FrameFilter.all());
        frames.assembler.feed(ByteBuffer.wrap(document, 0, 40), frames);
        frames.assembler.feed(ByteBuffer.wrap(document, 40, document.length - 40), 1, 1, frames);
        assertThat(frames.frames.get(0).arrival()).isNull();
        assertThat(frames.fragments.get(0).arrival()).isNull();
        // Nor does a frame that was not seen while its fragment arrived have a time.
        Feed whole = new Feed(true);
        whole.assembler.feed(ByteBuffer.wrap(document), 1, 1, whole);
        Fragment fragment = whole.fragments.get(0);
        assertThat(fragment.arrival()).isEqualTo(new Arrival(1, 0));
        assertThat(FrameRecord.of(fragment).get(0).arrival()).isNull();
    }

    /** A fragment read again is equal, though it arrived at another time. */
    @Test
    void isNoPartOfWhatIsEqual() throws Exception {
        byte[] document = TestMedia.fragment(TestMedia.simpleBlock(1, 0, 0x80, new byte[50]));
        Feed first = new Feed(FrameFilter.all());
        feed(first, document, () -> 10);
        Feed second = new Feed(FrameFilter.all());
        feed(second, document, () -> 100);
        assertThat(first.fragments.get(0).arrival())
                .isNotEqualTo(second.fragments.get(0).arrival());
        assertThat(first.fragments).isEqualTo(second.fragments);
        assertThat(first.frames.get(0).arrival()).isNotEqualTo(second.frames.get(0).arrival());
        assertThat(first.frames).isEqualTo(second.frames);
    }
}
