/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.media.TestFragments;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** Properties of merged files, whatever fragments they are made of. */
class MkvMergerPropertyTest {

    private static final String[] HEADER = {
        "EBMLVersion",
        "EBMLReadVersion",
        "EBMLMaxIDLength",
        "EBMLMaxSizeLength",
        "DocType",
        "DocTypeVersion",
        "DocTypeReadVersion",
        "TimecodeScale",
        "MuxingApp",
        "WritingApp"
    };

    @Property(tries = 200)
    void consecutiveFragmentsBecomeOneFile(@ForAll long seed) throws Exception {
        List<RandomFragment> fragments = RandomFragment.consecutive(seed);
        List<List<RandomFragment>> files = new ArrayList<>();
        List<byte[]> bytes = merge(fragments, fragment -> false, files);
        assertThat(bytes).hasSize(1);
        assertMerged(bytes.get(0), fragments);
    }

    @Property(tries = 300)
    void aChangeBeginsAFile(@ForAll long seed) throws Exception {
        List<RandomFragment> fragments = RandomFragment.any(seed);
        List<List<RandomFragment>> files = new ArrayList<>();
        List<byte[]> bytes = merge(fragments, fragment -> false, files);
        long changes =
                fragments.stream()
                        .filter(fragment -> fragment.step != RandomFragment.Step.LATER)
                        .count();
        assertThat(bytes).hasSize((int) changes + 1);
        for (int i = 0; i < bytes.size(); i++) {
            assertMerged(bytes.get(i), files.get(i));
        }
    }

    /** A file may end anywhere, as with a checkpoint. */
    @Property(tries = 200)
    void anySplitHasEachFrameOnce(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<RandomFragment> fragments = RandomFragment.any(seed);
        List<List<RandomFragment>> files = new ArrayList<>();
        List<byte[]> bytes = merge(fragments, fragment -> random.nextBoolean(), files);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < bytes.size(); i++) {
            assertMerged(bytes.get(i), files.get(i));
            new MergedFile(bytes.get(i)).blocks.forEach(block -> found.add(block.bytes));
        }
        List<String> pushed = new ArrayList<>();
        fragments.forEach(one -> one.blocks.forEach(block -> pushed.add(block.bytes)));
        assertThat(found).isEqualTo(pushed);
    }

    @Property(tries = 200)
    void withoutPausesFragmentsAreMovedAsAWhole(@ForAll long seed) throws Exception {
        List<RandomFragment> fragments = RandomFragment.consecutive(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MkvMerger merger = MkvMerger.withoutPauses(out);
        for (RandomFragment fragment : fragments) {
            assertThat(merger.add(fragment.fragment)).isTrue();
        }
        MergedFile merged = new MergedFile(out.toByteArray());
        assertRising(merged.clusterTimes);
        Map<Long, Long> last = new HashMap<>();
        int at = 0;
        for (RandomFragment fragment : fragments) {
            if (fragment.blocks.isEmpty()) {
                continue;
            }
            long shift = merged.blocks.get(at).time - fragment.blocks.get(0).time;
            Map<Long, Long> latest = new HashMap<>(last);
            for (MergedFile.Block block : fragment.blocks) {
                MergedFile.Block found = merged.blocks.get(at++);
                assertThat(found).isEqualTo(block.movedBy(shift));
                assertThat(found.time).isGreaterThan(last.getOrDefault(block.track, -1L));
                latest.merge(block.track, found.time, Math::max);
            }
            last = latest;
        }
        assertThat(merged.blocks).hasSize(at);
    }

    private interface Split {
        boolean isBefore(RandomFragment fragment);
    }

    /** Merges, and records which fragments went into which file. */
    private static List<byte[]> merge(
            List<RandomFragment> fragments, Split split, List<List<RandomFragment>> files)
            throws Exception {
        List<ByteArrayOutputStream> outs = new ArrayList<>();
        MkvMerger merger = null;
        for (RandomFragment next : fragments) {
            if (merger == null || split.isBefore(next) || !merger.add(next.fragment)) {
                outs.add(new ByteArrayOutputStream());
                files.add(new ArrayList<>());
                merger = new MkvMerger(outs.get(outs.size() - 1));
                assertThat(merger.add(next.fragment)).isTrue();
            }
            files.get(files.size() - 1).add(next);
        }
        List<byte[]> bytes = new ArrayList<>();
        outs.forEach(out -> bytes.add(out.toByteArray()));
        return bytes;
    }

    private static void assertMerged(byte[] file, List<RandomFragment> fragments) throws Exception {
        MergedFile merged = new MergedFile(file);
        assertThat(merged.header).containsExactly(HEADER);
        byte[] first = TestFragments.bytes(fragments.get(0).fragment);
        assertThat(merged.tracks).isEqualTo(new MergedFile(first).tracks);
        assertRising(merged.clusterTimes);
        List<MergedFile.Block> pushed = new ArrayList<>();
        long origin = fragments.get(0).begin;
        for (RandomFragment fragment : fragments) {
            fragment.blocks.forEach(block -> pushed.add(block.movedBy(-origin)));
        }
        assertThat(merged.blocks).isEqualTo(pushed);
    }

    private static void assertRising(List<Long> times) {
        assertThat(times).isSorted().doesNotHaveDuplicates();
    }
}
