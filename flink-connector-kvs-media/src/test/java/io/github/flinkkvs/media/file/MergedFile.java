/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.mkv.Fragment;

import com.amazonaws.kinesisvideo.parser.ebml.EBMLTypeInfo;
import com.amazonaws.kinesisvideo.parser.ebml.InputStreamParserByteSource;
import com.amazonaws.kinesisvideo.parser.ebml.MkvTypeInfos;
import com.amazonaws.kinesisvideo.parser.mkv.MkvDataElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvElement;
import com.amazonaws.kinesisvideo.parser.mkv.StreamingMkvReader;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;

/** The content of a Matroska file as AWS's parser finds it; it shares no code with the writer. */
final class MergedFile {

    /** A block, with all other elements of its BlockGroup; the time is in units of the file. */
    static final class Block {
        final long track;
        final long time;
        final String bytes;

        Block(long track, long time, byte[] bytes) {
            this(track, time, new BigInteger(1, bytes).toString(16));
        }

        private Block(long track, long time, String bytes) {
            this.track = track;
            this.time = time;
            this.bytes = bytes;
        }

        Block movedBy(long units) {
            return new Block(track, time + units, bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Block && toString().equals(other.toString());
        }

        @Override
        public int hashCode() {
            return toString().hashCode();
        }

        @Override
        public String toString() {
            return track + " at " + time + ": " + bytes;
        }
    }

    /** The names of all data elements outside Tracks and Clusters, in order. */
    final List<String> header = new ArrayList<>();

    /** All data elements of Tracks. */
    final String tracks;

    final List<Long> clusterTimes = new ArrayList<>();
    final List<Block> blocks = new ArrayList<>();

    MergedFile(byte[] file) throws Exception {
        StreamingMkvReader reader =
                StreamingMkvReader.createDefault(
                        new InputStreamParserByteSource(new ByteArrayInputStream(file)));
        ByteArrayOutputStream described = new ByteArrayOutputStream();
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        long track = 0;
        long time = 0;
        while (reader.mightHaveNext()) {
            Optional<MkvElement> next = reader.nextIfAvailable();
            if (next.isEmpty() || !(next.get() instanceof MkvDataElement)) {
                continue;
            }
            MkvDataElement element = (MkvDataElement) next.get();
            String name = element.getElementMetaData().getTypeInfo().getName();
            if (isIn(MkvTypeInfos.TRACKS, element)) {
                element.writeToChannel(Channels.newChannel(described));
            } else if (!isIn(MkvTypeInfos.CLUSTER, element)) {
                header.add(name);
            } else if (name.equals("Timecode")) {
                clusterTimes.add(((BigInteger) element.getValueCopy().getVal()).longValue());
            } else {
                if (name.equals("SimpleBlock") || name.equals("Block")) {
                    flush(track, time, block);
                    ByteBuffer data = data(element);
                    track = data.get(0) & 0x7F;
                    time = clusterTimes.get(clusterTimes.size() - 1) + data.getShort(1);
                }
                element.writeToChannel(Channels.newChannel(block));
            }
        }
        flush(track, time, block);
        tracks = new BigInteger(1, described.toByteArray()).toString(16);
    }

    private static boolean isIn(EBMLTypeInfo master, MkvElement element) {
        return element.getElementPath().stream()
                .anyMatch(parent -> parent.getTypeInfo().equals(master));
    }

    private void flush(long track, long time, ByteArrayOutputStream block) {
        if (block.size() > 0) {
            blocks.add(new Block(track, time, block.toByteArray()));
            block.reset();
        }
    }

    private static ByteBuffer data(MkvDataElement element) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        element.writeToChannel(Channels.newChannel(all));
        int head = element.getIdAndSizeRawBytesLength();
        return ByteBuffer.wrap(all.toByteArray(), head, all.size() - head).slice();
    }

    static List<byte[]> merge(List<Fragment> fragments) throws Exception {
        return merge(fragments, MkvMerger::new);
    }

    /** The fragments in as many files as needed. */
    static List<byte[]> merge(
            List<Fragment> fragments, Function<ByteArrayOutputStream, MkvMerger> mergers)
            throws Exception {
        List<byte[]> files = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MkvMerger merger = mergers.apply(out);
        for (Fragment fragment : fragments) {
            boolean accepts = merger.accepts(fragment);
            assertThat(merger.add(fragment)).isEqualTo(accepts);
            if (!accepts) {
                files.add(out.toByteArray());
                out = new ByteArrayOutputStream();
                merger = mergers.apply(out);
                assertThat(merger.add(fragment)).isTrue();
            }
        }
        files.add(out.toByteArray());
        return files;
    }
}
