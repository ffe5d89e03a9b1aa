/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

import io.github.flinkkvs.chaos.job.FragmentChecksum;
import io.github.flinkkvs.chaos.ledger.Ledger;
import io.github.flinkkvs.chaos.ledger.PushedFragment;
import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;
import io.github.flinkkvs.chaos.ledger.PushedStream;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(120)
class FleetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final FleetSize SIZE = new FleetSize(1, 1, 0, 1, 5);

    @TempDir Path folder;

    /** By the threads of producers. */
    private final AtomicInteger failed = new AtomicInteger();

    @AfterEach
    void allWasPushed() {
        assertThat(failed).hasValue(0);
    }

    private Ledger ledger() throws Exception {
        return Ledger.read(folder.resolve("ledger.csv"));
    }

    private static List<BigInteger> numbers(PushedStream stream, Fate fate) {
        return stream.fragments().values().stream()
                .filter(fragment -> fragment.fate() == fate)
                .map(PushedFragment::number)
                .collect(Collectors.toList());
    }

    private static List<BigInteger> numbers(List<StoredFragment> fragments) {
        return fragments.stream()
                .map(fragment -> new BigInteger(fragment.number()))
                .collect(Collectors.toList());
    }

    /** As the job will find it, live and in the archive. */
    private static void assertStored(EmbeddedStream stream, PushedStream ledger) throws Exception {
        assertThat(numbers(ledger, Fate.COMPLETE)).isEqualTo(numbers(stream.pushed()));
        FragmentChecksum checksum = new FragmentChecksum();
        for (StoredFragment fragment : stream.pushed()) {
            long pushed = ledger.fragments().get(new BigInteger(fragment.number())).checksum();
            assertThat(checksum.eval(fragment.bytes())).isEqualTo(pushed);
            assertThat(checksum.eval(fragment.archivedBytes())).isEqualTo(pushed);
        }
    }

    @Test
    void whatTheLedgerSaysIsWhatIsStored() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start();
                Fleet fleet = new Fleet(kvs, folder, failed::incrementAndGet)) {
            fleet.begin(SIZE);
            kvs.log().awaitPushed("camera-0", 2, PATIENCE);
            kvs.log().awaitPushed("calls-0", 1, PATIENCE);
            fleet.addCalls(1);
            kvs.log().awaitPushed("calls-1", 1, PATIENCE);
            fleet.quiet();

            for (String stream : List.of("camera-0", "calls-0", "calls-1", "history-0")) {
                assertStored(kvs.stream(stream), ledger().streams().get(stream));
            }
            assertThat(kvs.stream("history-0").pushed()).hasSize(5);
        }
    }

    @Test
    void aBadFragmentIsInTheLedgerAsSuch() throws Exception {
        try (EmbeddedKvs kvs = EmbeddedKvs.start();
                Fleet fleet = new Fleet(kvs, folder, failed::incrementAndGet)) {
            fleet.begin(SIZE);
            fleet.spoilNext("camera-0");
            kvs.log().awaitPushed("camera-0", 3, PATIENCE);
            fleet.quiet();

            assertThat(numbers(ledger().streams().get("camera-0"), Fate.BAD)).hasSize(1);
            assertThatThrownBy(() -> fleet.spoilNext("history-0"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Nothing is pushed into history-0");
        }
    }

    @Test
    void aServiceThatComesBackHasTheSameStreamsAndFragments() throws Exception {
        String arn;
        try (EmbeddedKvs kvs = EmbeddedKvs.start()) {
            // It is not closed in time, as if it were killed.
            Fleet fleet = new Fleet(kvs, folder, failed::incrementAndGet);
            fleet.begin(SIZE);
            kvs.log().awaitPushed("camera-0", 2, PATIENCE);
            arn = kvs.stream("camera-0").arn();
            fleet.close();
        }
        Ledger before = ledger();
        List<BigInteger> camera = numbers(before.streams().get("camera-0"), Fate.COMPLETE);
        assertThat(camera).isNotEmpty();

        try (EmbeddedKvs kvs = EmbeddedKvs.builder().clockOffset(Fleet.PAST).start();
                Fleet fleet = new Fleet(kvs, folder, failed::incrementAndGet)) {
            fleet.resume(before);
            assertThat(kvs.stream("camera-0").arn()).isEqualTo(arn);
            assertStored(kvs.stream("history-0"), before.streams().get("history-0"));

            kvs.log().awaitPushed("camera-0", camera.size() + 1, PATIENCE);
            fleet.quiet();
            assertThat(numbers(kvs.stream("camera-0").pushed()))
                    .startsWith(camera.toArray(new BigInteger[0]))
                    .isSorted();
            assertStored(kvs.stream("camera-0"), ledger().streams().get("camera-0"));
        }
    }
}
