/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.scan;

import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamSelector;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** How conditions restrict a scan: never below what they let through. */
class ScanFilterTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final String ARN = "arn:aws:kinesisvideo:eu-central-1:123456789012:stream/c/1";

    private static KvsScan scan(StartingPosition start, StoppingPosition stop) {
        return scan(start, Map.of(), stop);
    }

    private static KvsScan scan(
            StartingPosition start, Map<String, StartingPosition> starts, StoppingPosition stop) {
        return scan(start, starts, stop, Map.of());
    }

    private static KvsScan scan(
            StartingPosition start,
            Map<String, StartingPosition> starts,
            StoppingPosition stop,
            Map<String, StoppingPosition> stops) {
        return scan(StreamSelector.named(List.of("a", "b", ARN)), start, starts, stop, stops);
    }

    private static KvsScan scan(
            StreamSelector streams,
            StartingPosition start,
            Map<String, StartingPosition> starts,
            StoppingPosition stop,
            Map<String, StoppingPosition> stops) {
        return new KvsScan(
                streams,
                null,
                new ScanPositions(start, starts, StartingPosition.earliest(), stop, stops),
                new Configuration());
    }

    private static StartingPosition startAt(long millis) {
        return StartingPosition.atServerTimestamp(Instant.ofEpochMilli(millis));
    }

    private static StoppingPosition stopAt(long millis) {
        return StoppingPosition.atServerTimestamp(Instant.ofEpochMilli(millis));
    }

    private static void assertNarrowed(ScanFilter filter, KvsScan scan, KvsScan expected) {
        assertThat(filter.narrow(scan, NOW)).isEqualTo(expected);
    }

    @Test
    void streams() {
        KvsScan scan = scan(StartingPosition.now(), StoppingPosition.never());
        assertNarrowed(ScanFilter.ALL, scan, scan);
        assertNarrowed(ScanFilter.ofStream("b"), scan, scan.withNames(Set.of("b")));
        assertNarrowed(ScanFilter.ofStream("c"), scan, scan.withNames(Set.of("c")));
        assertNarrowed(ScanFilter.ofStream("none"), scan, scan);
        assertNarrowed(
                ScanFilter.ofStream("a").or(ScanFilter.ofStream("c")),
                scan,
                scan.withNames(Set.of("a", "c")));
        assertNarrowed(ScanFilter.ofStream("a").and(ScanFilter.ofStream("c")), scan, scan);
    }

    @Test
    void streamsThatAreSelected() {
        StreamSelector calls = StreamSelector.selected("call-", null, Map.of("k", "v"));
        StoppingPosition never = StoppingPosition.never();
        KvsScan scan =
                scan(
                        calls,
                        StartingPosition.earliest(),
                        Map.of("call-1", StartingPosition.now(), "call-2", StartingPosition.now()),
                        never,
                        Map.of());
        assertThat(scan)
                .hasToString(
                        "streams=[all streams with prefix call- with tags {k=v}],"
                                + " start=[earliest, call-1: now, call-2: now], stop=[never]");
        assertNarrowed(ScanFilter.ofStream("other"), scan, scan);
        KvsScan one = scan.withNames(Set.of("call-1", "other"));
        assertNarrowed(ScanFilter.ofStream("call-1"), scan, one);
        assertThat(one)
                .hasToString(
                        "streams=[all streams with prefix call- with tags {k=v} named call-1],"
                                + " start=[earliest, call-1: now], stop=[never]");
        // New streams begin no earlier either.
        assertThat(scan.within(NOW - HOUR, Long.MAX_VALUE, NOW).toString())
                .contains("new streams: server timestamp " + Instant.ofEpochMilli(NOW - HOUR));
        KvsScan ended = scan(calls, StartingPosition.earliest(), Map.of(), stopAt(NOW), Map.of());
        assertThat(ended.isBounded()).isTrue();
        assertNarrowed(
                ScanFilter.between(NOW + HOUR, Long.MAX_VALUE),
                ended,
                ended.within(NOW - HOUR / 4, Long.MAX_VALUE, NOW));
    }

    @Test
    void theStart() {
        ScanFilter from = ScanFilter.between(NOW - HOUR, Long.MAX_VALUE);
        StoppingPosition never = StoppingPosition.never();
        assertNarrowed(
                from, scan(StartingPosition.earliest(), never), scan(startAt(NOW - HOUR), never));
        assertNarrowed(
                from, scan(startAt(NOW - 2 * HOUR), never), scan(startAt(NOW - HOUR), never));
        for (StartingPosition unchanged :
                List.of(
                        startAt(NOW - 1),
                        StartingPosition.now(),
                        StartingPosition.afterFragment("7"),
                        StartingPosition.atFragment("7"),
                        // Producer time says nothing about the order of arrival.
                        StartingPosition.atProducerTimestamp(Instant.ofEpochMilli(0)))) {
            assertNarrowed(from, scan(unchanged, never), scan(unchanged, never));
        }
    }

    /** A later time may still be in the future for the service. */
    @Test
    void theStartIsAQuarterOfAnHourAgoOrEarlier() {
        StoppingPosition never = StoppingPosition.never();
        KvsScan clamped = scan(startAt(NOW - HOUR / 4), never);
        for (long from : new long[] {NOW - HOUR / 6, NOW, NOW + HOUR, Long.MAX_VALUE}) {
            ScanFilter filter = ScanFilter.between(from, Long.MAX_VALUE);
            assertNarrowed(filter, scan(StartingPosition.earliest(), never), clamped);
            assertNarrowed(filter, scan(startAt(NOW - HOUR), never), clamped);
        }
    }

    @Test
    void theStartOfEachStream() {
        StoppingPosition never = StoppingPosition.never();
        KvsScan scan =
                scan(
                        StartingPosition.earliest(),
                        Map.of("a", startAt(NOW - 2 * HOUR), "c", StartingPosition.now()),
                        never);
        assertNarrowed(
                ScanFilter.between(NOW - HOUR, Long.MAX_VALUE),
                scan,
                scan(
                        startAt(NOW - HOUR),
                        Map.of("a", startAt(NOW - HOUR), "c", StartingPosition.now()),
                        never));
        assertThat(scan.withNames(Set.of("b", "c")))
                .hasToString("streams=[b, " + ARN + "], start=[earliest, c: now], stop=[never]");
    }

    @Test
    void theEndOfWhatHasOne() {
        StartingPosition earliest = StartingPosition.earliest();
        ScanFilter until = ScanFilter.between(Long.MIN_VALUE, NOW - HOUR);
        assertNarrowed(
                until, scan(earliest, StoppingPosition.now()), scan(earliest, stopAt(NOW - HOUR)));
        assertNarrowed(until, scan(earliest, stopAt(NOW)), scan(earliest, stopAt(NOW - HOUR)));
        for (StoppingPosition unchanged :
                List.of(
                        StoppingPosition.never(),
                        stopAt(NOW - 2 * HOUR),
                        StoppingPosition.atFragment("7"),
                        StoppingPosition.atProducerTimestamp(Instant.ofEpochMilli(NOW)))) {
            assertNarrowed(until, scan(earliest, unchanged), scan(earliest, unchanged));
        }
    }

    @Test
    void theEndOfEachStream() {
        StartingPosition earliest = StartingPosition.earliest();
        StoppingPosition never = StoppingPosition.never();
        KvsScan scan =
                scan(earliest, Map.of(), never, Map.of("a", stopAt(NOW), "c", stopAt(NOW - HOUR)));
        assertNarrowed(
                ScanFilter.between(Long.MIN_VALUE, NOW - HOUR / 2),
                scan,
                scan(
                        earliest,
                        Map.of(),
                        never,
                        Map.of("a", stopAt(NOW - HOUR / 2), "c", stopAt(NOW - HOUR))));
        assertThat(scan.withNames(Set.of("b", "c")))
                .hasToString(
                        "streams=[b, "
                                + ARN
                                + "], start=[earliest], stop=[never, c: server timestamp "
                                + Instant.ofEpochMilli(NOW - HOUR)
                                + "]");
        // Nothing would be left of stream c.
        ScanFilter late = ScanFilter.between(NOW - HOUR / 2, Long.MAX_VALUE);
        assertNarrowed(late, scan, scan);
        assertNarrowed(
                late.and(ScanFilter.ofStream("b")),
                scan,
                scan(startAt(NOW - HOUR / 2), never).withNames(Set.of("b")));
    }

    /** A query that goes on for ever without conditions does so with them, too. */
    @Test
    void conditionsEndNothing() {
        StoppingPosition never = StoppingPosition.never();
        Map<String, StoppingPosition> stops = Map.of("a", stopAt(NOW), "b", stopAt(NOW));
        KvsScan endless = scan(StartingPosition.earliest(), Map.of(), never, stops);
        assertThat(endless.isBounded()).isFalse();
        assertNarrowed(ScanFilter.ofStream("a"), endless, endless);
        assertThat(endless.withLimit(3)).isEqualTo(endless);
        KvsScan bounded =
                scan(
                        StartingPosition.earliest(),
                        Map.of(),
                        never,
                        Map.of("a", stopAt(NOW), "b", stopAt(NOW), "c", stopAt(NOW)));
        assertThat(bounded.isBounded()).isTrue();
        assertNarrowed(ScanFilter.ofStream("a"), bounded, bounded.withNames(Set.of("a")));
        assertThat(bounded.withNames(Set.of("a"))).isNotEqualTo(bounded);
    }

    /** The service's present may be earlier than ours. */
    @Test
    void anEndThatMayBeAfterTheServicesNow() {
        KvsScan scan = scan(StartingPosition.earliest(), StoppingPosition.now());
        assertNarrowed(ScanFilter.between(Long.MIN_VALUE, NOW - HOUR / 6), scan, scan);
    }

    @Test
    void nothingThatContradictsItself() {
        KvsScan scan = scan(StartingPosition.earliest(), StoppingPosition.now());
        assertNarrowed(ScanFilter.between(NOW - HOUR, NOW - 2 * HOUR), scan, scan);
        KvsScan ended = scan(StartingPosition.earliest(), stopAt(NOW - 3 * HOUR));
        assertNarrowed(ScanFilter.between(NOW - HOUR, Long.MAX_VALUE), ended, ended);
    }

    @Test
    void aLimitNeedsAnEnd() {
        KvsScan endless = scan(StartingPosition.earliest(), StoppingPosition.never());
        assertThat(endless.withLimit(3)).isEqualTo(endless);
        KvsScan bounded = scan(StartingPosition.earliest(), StoppingPosition.now());
        assertThat(bounded.withLimit(3)).isNotEqualTo(bounded).hasToString(bounded + ", limit=[3]");
    }
}
