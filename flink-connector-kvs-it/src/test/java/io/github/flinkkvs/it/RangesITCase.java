/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.StoredFragment;

import org.apache.flink.api.connector.source.Boundedness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Ranges of single streams: each begins and ends where it is told. */
class RangesITCase extends KvsTestBase {

    private static StartingPosition from(StoredFragment fragment) {
        return StartingPosition.atFragment(fragment.number());
    }

    private static StoppingPosition to(StoredFragment fragment) {
        return StoppingPosition.atFragment(fragment.number());
    }

    /** Calls from their contact records, a quarter of an hour later. */
    @ParameterizedTest
    @EnumSource(HistoryMode.class)
    void eachStreamHasItsOwn(HistoryMode history) throws Exception {
        EmbeddedStream first = kvs.createStream("first");
        EmbeddedStream second = kvs.createStream("second");
        EmbeddedStream third = kvs.createStream("third");
        List<StoredFragment> ofFirst = push(first, 6);
        List<StoredFragment> ofSecond = push(second, 6);
        List<StoredFragment> ofThird = push(third, 3);
        kvs.clock().shift(Duration.ofMinutes(15));
        KvsSourceBuilder<Fragment> source =
                source(List.of())
                        .set(KvsSourceOptions.HISTORY, history)
                        .setRange(first.arn(), from(ofFirst.get(1)), to(ofFirst.get(3)))
                        .setRange(second.arn(), from(ofSecond.get(4)), to(ofSecond.get(4)))
                        .setRange(
                                third.arn(),
                                StartingPosition.atServerTimestamp(
                                        Instant.ofEpochMilli(
                                                ofThird.get(1).serverTimestampMillis())),
                                StoppingPosition.now());
        assertThat(source.build().getBoundedness()).isEqualTo(Boundedness.BOUNDED);

        Job<Fragment> job = job(source).map(new FailOnce<>(3)).start();

        List<Fragment> read = job.awaitFinished();
        assertNumbers(of(first, read), ofFirst.subList(1, 4));
        assertNumbers(of(second, read), ofSecond.subList(4, 5));
        long begin = ofThird.get(1).serverTimestampMillis();
        assertNumbers(
                of(third, read),
                ofThird.stream()
                        .filter(fragment -> fragment.serverTimestampMillis() >= begin)
                        .collect(Collectors.toList()));
        boolean live = history == HistoryMode.LIVE;
        assertThat(kvs.log().calls("GetMediaForFragmentList", "first").isEmpty()).isEqualTo(live);
    }

    /** Without the bytes: the archive sends no trailing Tags. */
    private static void assertNumbers(List<Fragment> actual, List<StoredFragment> expected) {
        assertThat(actual)
                .extracting(fragment -> fragment.number().toString())
                .containsExactlyElementsOf(
                        expected.stream().map(StoredFragment::number).collect(Collectors.toList()));
    }

    /** It expired before the job began, so the job has lost nothing. */
    @Test
    void aRangeThatHasExpiredIsEmpty() throws Exception {
        EmbeddedStream call = kvs.createStream("call");
        List<StoredFragment> ofCall = push(call, 3);
        kvs.clock().shift(Duration.ofDays(3));
        KvsSourceBuilder<Fragment> source =
                source(List.of())
                        .setRange(
                                call.arn(),
                                StartingPosition.atServerTimestamp(
                                        Instant.ofEpochMilli(
                                                ofCall.get(0).serverTimestampMillis())),
                                StoppingPosition.atServerTimestamp(
                                        Instant.ofEpochMilli(
                                                ofCall.get(2).serverTimestampMillis())));

        assertThat(job(source).restarts(0).start().awaitFinished()).isEmpty();
        assertThat(kvs.log().calls("ListFragments", "call")).hasSizeLessThan(4);
    }

    /** It is over while another stream is read, also after a restart. */
    @Test
    void endsBesideAStreamThatGoesOn() throws Exception {
        EmbeddedStream call = kvs.createStream("call");
        EmbeddedStream camera = kvs.createStream("camera");
        List<StoredFragment> ofCall = push(call, 5);
        push(camera, 3);
        KvsSourceBuilder<Fragment> source =
                source(camera).setRange("call", from(ofCall.get(1)), to(ofCall.get(2)));
        assertThat(source.build().getBoundedness()).isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);

        Job<Fragment> job = job(source).restarts(0).start();
        assertExactly(of(call, job.results.awaitCommitted(5)), ofCall.subList(1, 3));
        kvs.log().awaitEndedSessions("call", 1, TIME);
        push(camera, 1);
        job.results.awaitCommitted(6);
        String savepoint = job.stopWithSavepoint();

        int calls = kvs.log().sessions("call").size();
        Job<Fragment> restored = job(source).from(savepoint).restarts(0).start();
        push(call, 1);
        push(camera, 2);
        List<Fragment> all = restored.results.awaitCommitted(8);
        assertExactly(of(camera, all), camera.pushed());
        assertExactly(of(call, all), ofCall.subList(1, 3));
        assertThat(kvs.log().sessions("call")).hasSize(calls);
    }
}
