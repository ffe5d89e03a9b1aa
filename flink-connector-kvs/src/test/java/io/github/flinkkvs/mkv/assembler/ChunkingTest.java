/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Events;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.RandomMedia;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random documents of the service in pieces of any length give the same events, fragments and
 * bytes, and everything that was written is read.
 */
class ChunkingTest {

    private static final int[] LENGTHS = {1, 2, 3, 5, 7, 11, 13, 101, 1021, 2047, 2048, 2049, 8191};

    @Property(tries = 300)
    void allThatWasWrittenIsRead(@ForAll long seed) throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 3);
        byte[] all = RandomMedia.bytesOf(documents);
        Feed feed = Feed.of(all);
        assertThat(feed.fragments).hasSameSizeAs(documents);
        for (int i = 0; i < documents.size(); i++) {
            RandomMedia written = documents.get(i);
            Fragment read = feed.fragments.get(i);
            assertThat(read.number()).hasToString(written.number);
            assertThat(read.serverTimestampMillis()).isEqualTo(written.serverMillis);
            assertThat(read.producerTimestampMillis()).isEqualTo(written.producerMillis);
            assertThat(read.millisBehindNow()).isEqualTo(written.millisBehindNow);
            assertThat(read.continuationToken()).isEqualTo(written.number);
            assertThat(read.timestampScaleNanos()).isEqualTo(written.timestampScale);
            assertThat(Describe.tags(read.tags())).isEqualTo(Describe.tags(written.tags));
            assertThat(read.tags()).isEqualTo(written.tags);
            assertThat(Describe.tracks(read.tracks())).isEqualTo(Describe.tracks(written.tracks));
            assertThat(read.tracks()).isEqualTo(written.tracks);
            assertThat(Describe.frames(read)).isEqualTo(written.frames);
            assertThat(read.frameCounts().values().stream().mapToInt(n -> n).sum())
                    .isEqualTo(written.frames.size());
            assertThat(Describe.bytes(read.bytes())).isEqualTo(written.bytes);
            assertThat(read.sizeBytes()).isEqualTo(written.bytes.length);
        }
    }

    @Property(tries = 100)
    void piecesOfAnyLengthGiveTheSame(@ForAll long seed, @ForAll @IntRange(max = 12) int index)
            throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 2);
        byte[] all = RandomMedia.bytesOf(documents);
        assertSame(all, documents, () -> LENGTHS[index]);
        assertSame(all, documents, Feed.randomPieces(seed));
    }

    private static void assertSame(
            byte[] all, List<RandomMedia> documents, IntSupplier pieceLengths) throws Exception {
        assertThat(Events.of(all, pieceLengths)).isEqualTo(Events.of(all));
        Feed whole = Feed.of(all);
        Feed pieces = new Feed(true).all(all, pieceLengths);
        Feed tagsOnly = new Feed(false).all(all, pieceLengths);
        assertThat(pieces.fragments).isEqualTo(whole.fragments);
        assertThat(tagsOnly.fragments).hasSameSizeAs(documents);
        for (int i = 0; i < documents.size(); i++) {
            Fragment fragment = pieces.fragments.get(i);
            assertThat(Describe.bytes(fragment.bytes())).isEqualTo(documents.get(i).bytes);
            String metadata = Describe.metadata(whole.fragments.get(i));
            assertThat(Describe.metadata(fragment)).isEqualTo(metadata);
            assertThat(Describe.metadata(tagsOnly.fragments.get(i))).isEqualTo(metadata);
        }
    }

    /** Cut in two at every byte: each header and each payload is split somewhere. */
    @Property(tries = 4)
    void cutInTwoAnywhere(@ForAll long seed) throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 2);
        byte[] all = RandomMedia.bytesOf(documents);
        if (all.length > 12_000) {
            return;
        }
        Feed whole = Feed.of(all);
        for (int cut = 1; cut < all.length; cut++) {
            Feed feed = new Feed(true);
            feed.all(all, 0, cut, () -> all.length).all(all, cut, all.length, () -> all.length);
            assertThat(feed.fragments).isEqualTo(whole.fragments);
        }
    }

    /** A body may end anywhere: the truncated fragment must never come out, all before it must. */
    @Property(tries = 20)
    void aFragmentThatIsCutOffIsNeverEmitted(@ForAll long seed) throws Exception {
        List<RandomMedia> documents = RandomMedia.documents(seed, 2);
        byte[] all = RandomMedia.bytesOf(documents);
        int first = documents.get(0).bytes.length;
        Feed feed = new Feed(true);
        Feed tagsOnly = new Feed(false);
        for (int at = 0; at < all.length; at++) {
            int expected = at < first ? 0 : 1;
            assertThat(feed.fragments).hasSize(expected);
            assertThat(tagsOnly.fragments).hasSize(expected);
            feed.all(all, at, at + 1, () -> 1);
            tagsOnly.all(all, at, at + 1, () -> 1);
        }
        assertThat(feed.fragments).hasSize(2);
        assertThat(tagsOnly.fragments).hasSize(2);
        assertThat(feed.mostHeld).isLessThan(2 * all.length);
        assertThat(Arrays.asList(feed.assembler.heldBytes(), tagsOnly.assembler.heldBytes()))
                .containsOnly(0);
    }
}
