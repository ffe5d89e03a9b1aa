/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static io.github.flinkkvs.source.GetMediaBytes.concat;
import static org.assertj.core.api.Assertions.assertThat;

class BodyReaderTest implements Fetch.Sink {

    private static final long T0 = 1_700_000_000_000L;

    private BodyReader body = new BodyReader(new FragmentAssembler("camera", null, true, 1 << 20));

    private final List<String> heard = new ArrayList<>();

    @Override
    public Outcome onFrame(FrameRecord frame) {
        heard.add(frame.fragment().number() + "." + frame.frame().index());
        return Outcome.PROGRESS;
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {
        heard.add("damage in " + fragment.number());
    }

    @Override
    public Outcome onFragment(Fragment fragment) {
        heard.add(fragment.number().toString());
        return Outcome.PROGRESS;
    }

    @Override
    public void onReadUpTo(long serviceTimeMillis) {
        throw new AssertionError("not known");
    }

    private void read(byte[]... parts) {
        body.clear();
        body.read(ByteBuffer.wrap(concat(parts)), T0, 0);
    }

    private void handOver() {
        body.update();
        body.results().forEach(result -> result.handOver(this));
    }

    private static byte[] fragment(int number) {
        return GetMediaBytes.fragment(number, T0, 100);
    }

    private static byte[] beginning(int number) {
        return GetMediaBytes.beginning(number, T0, 100);
    }

    @Test
    void tellsNothingBeforeItHandsOver() {
        read(fragment(1), fragment(2), beginning(3));
        assertThat(heard).isEmpty();
        assertThat(body.open()).isNull();
        handOver();
        assertThat(heard).containsExactly("1", "2");
        assertThat(body.open().number()).hasToString("3");
    }

    @Test
    void handsOverFramesInTheirOrder() {
        FrameFilter all = FrameFilter.all();
        body = new BodyReader(FragmentAssembler.ofFrames("camera", null, all, 1 << 20));
        read(GetMediaBytes.fragmentOfFrames(1, T0, 10, 20), GetMediaBytes.fragment(2, T0, 30));
        handOver();
        assertThat(heard).containsExactly("1.0", "1.1", "1", "2.0", "2");
    }

    @Test
    void handsOverEachPieceOnce() {
        read(fragment(1));
        handOver();
        read();
        handOver();
        assertThat(heard).containsExactly("1");
    }

    @Test
    void knowsWhatItHoldsOfTheOpenFragment() {
        byte[] first = beginning(1);
        read(first);
        handOver();
        assertThat(body.isInFragment()).isTrue();
        assertThat(body.openBytes()).isEqualTo(first.length);
        assertThat(body.heldBytes()).isGreaterThan(100);
        assertThat(body.open().serverMillis()).isEqualTo(T0);
        assertThat(body.open().producerMillis()).isEqualTo(GetMediaBytes.producerMillis(T0));
        byte[] all = fragment(1);
        read(Arrays.copyOfRange(all, first.length, all.length));
        handOver();
        assertThat(heard).containsExactly("1");
        assertThat(body.isInFragment()).isFalse();
        assertThat(body.heldBytes()).isZero();
        assertThat(body.open()).isNull();
    }

    @Test
    void aFragmentThatHasBegunHoldsSomethingThoughNothingOfItIsKept() {
        body = new BodyReader(new FragmentAssembler("camera", null, false, 1 << 20));
        read(Arrays.copyOf(GetMediaBytes.header(), 12));
        handOver();
        assertThat(body.isInFragment()).isTrue();
        assertThat(body.heldBytes()).isPositive();
        assertThat(body.open()).as("of unknown number").isNull();
    }

    @Test
    void keepsWhatPrecedesBadBytesAndSaysWhereTheyAre() {
        byte[] good = fragment(1);
        read(good, GetMediaBytes.malformed(2, T0));
        handOver();
        assertThat(heard).containsExactly("1");
        assertThat(body.open().number()).hasToString("2");
        assertThat(body.problem()).isNotNull();
        assertThat(body.problemOffset())
                .as("counted from its fragment's beginning")
                .isEqualTo(body.problem().offset() - good.length)
                .isPositive();
    }

    @Test
    void keepsTheErrorOfTheService() {
        read(fragment(1), GetMediaBytes.error(5000, "TOLD_SO"));
        handOver();
        assertThat(heard).containsExactly("1");
        assertThat(body.error().id()).isEqualTo(5000);
    }

    @Test
    void saysWhatItKnewOnceItIsReleased() {
        read(fragment(1), beginning(2));
        handOver();
        body.clear();
        body.release();
        assertThat(body.isInFragment()).isTrue();
        assertThat(body.open().number()).hasToString("2");
        assertThat(body.openBytes()).isEqualTo(beginning(2).length);
    }
}
