/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.FakeConnection;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.split.AllStreamsAssigned;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.ReaderStreams;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesisvideo.model.KinesisVideoException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static io.github.flinkkvs.source.enumerator.EnumeratorRig.NOW;
import static io.github.flinkkvs.source.enumerator.EnumeratorRig.found;
import static io.github.flinkkvs.source.enumerator.EnumeratorRig.id;
import static io.github.flinkkvs.source.enumerator.EnumeratorRig.missing;
import static io.github.flinkkvs.source.enumerator.EnumeratorRig.split;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Streams that are named; {@link DiscoveredStreamsTest} has those that are selected. */
@Timeout(30)
class KvsSourceEnumeratorTest {

    private final EnumeratorRig rig = new EnumeratorRig();

    private void start(int readers, String... streams) throws InterruptedException {
        rig.create(readers, KvsEnumeratorState.EMPTY, streams).start();
    }

    private static KvsEnumeratorState given(String name) {
        return new KvsEnumeratorState(List.of(id(name)), List.of(), List.of(), null);
    }

    @AfterEach
    void close() {
        rig.enumerator.close();
    }

    @Test
    void givesEachStreamOnceAndNoReaderMuchMoreThanAnother() throws Exception {
        String[] streams = IntStream.range(0, 50).mapToObj(i -> "s" + i).toArray(String[]::new);
        start(4, streams);
        rig.register(0, 1, 2, 3);
        assertThat(rig.allAssigned()).containsExactlyInAnyOrder(streams);
        assertThat(rig.assigned().values())
                .allSatisfy(splits -> assertThat(splits).hasSizeBetween(12, 13));
        assertThat(rig.connection.described).hasSize(50);
        assertThat(rig.coordinator.noMoreSplits()).isEmpty();
    }

    @Test
    void readersMayComeBeforeTheStreamsAreKnown() throws Exception {
        rig.create(2, KvsEnumeratorState.EMPTY, "a", "b", "c");
        rig.enumerator.start();
        rig.register(0, 1);
        assertThat(rig.assigned()).isEmpty();
        rig.coordinator.runUntil(() -> rig.enumerator.isScanned());
        assertThat(rig.allAssigned()).containsExactly("a", "b", "c");
    }

    @Test
    void fixesNowByTheServicesClock() throws Exception {
        rig.stop = StoppingPosition.now();
        start(1, "a");
        rig.register(0);
        KvsSplit split = rig.assigned().get(0).get(0);
        assertThat(split.start()).isEqualTo(StartingPosition.now().resolved(NOW));
        assertThat(split.start().timestampMillis()).isEqualTo(NOW);
        assertThat(split.stop()).isEqualTo(StoppingPosition.now().resolved(NOW));
        assertThat(split.stop().kind()).isEqualTo(StoppingPosition.Kind.SERVER_TIMESTAMP);
    }

    /** Whether a source is bounded depends on all of its streams. */
    @Test
    void eachStreamHasItsOwnStop() throws Exception {
        rig.stopByStream =
                Map.of("a", StoppingPosition.now(), "b", StoppingPosition.atFragment("7"));
        start(1, "a", "b", "c");
        rig.register(0);
        assertThat(rig.assigned().get(0))
                .extracting(KvsSplit::stop)
                .containsExactly(
                        StoppingPosition.now().resolved(NOW),
                        StoppingPosition.atFragment("7"),
                        StoppingPosition.never());
        assertThat(rig.coordinator.noMoreSplits()).isEmpty();
        start(1, "a", "b");
        rig.register(0);
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0);
    }

    @Test
    void tellsEachStartedReaderOnceThatThereIsNoMore() throws Exception {
        rig.start = StartingPosition.earliest();
        rig.stop = StoppingPosition.now();
        rig.create(3, KvsEnumeratorState.EMPTY, "a");
        rig.enumerator.start();
        rig.register(0, 1);
        assertThat(rig.coordinator.noMoreSplits()).isEmpty();
        rig.coordinator.runUntil(() -> rig.enumerator.isScanned());
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0, 1);
        rig.register(2);
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0, 1, 2);
        // A failed reader starts again.
        rig.fail(0, rig.assigned().get(0).get(0));
        assertThat(rig.coordinator.noMoreSplits()).hasSize(3);
        rig.register(0);
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0, 1, 2, 0);
    }

    /** Speculative execution: Flink itself gives it the splits of the first attempt. */
    @Test
    void aSecondAttemptBesideTheFirstChangesNothing() throws Exception {
        start(1, "a", "b");
        rig.register(0);
        rig.enumerator.handleSourceEvent(0, 1, new ReaderStreams(List.of()));
        assertThat(rig.assigned(0)).containsExactly("a", "b");
        assertThat(rig.state().given()).containsExactlyInAnyOrder(id("a"), id("b"));
    }

    @Test
    void tellsEachStartedReaderOnceThatItHasAllStreams() throws Exception {
        start(2, "a");
        rig.register(0, 1);
        rig.register(1);
        assertThat(rig.coordinator.getSentEvents().get(0))
                .singleElement()
                .isInstanceOf(AllStreamsAssigned.class);
        assertThat(rig.coordinator.getSentEvents().get(1)).hasSize(2);
    }

    @Test
    void aSplitThatComesBackGoesToTheSameReaderAsOfItsOldNow() throws Exception {
        start(1, "a");
        rig.register(0);
        assertThat(rig.state().given()).containsExactly(id("a"));
        rig.coordinator.getSplitAssignments().clear();
        rig.fail(0, split("a"));
        assertThat(rig.state().given()).isEmpty();
        assertThat(rig.state().unassigned()).containsExactly(split("a").delayed());
        rig.register(0);
        assertThat(rig.assigned().get(0)).containsExactly(split("a").delayed());
    }

    @Test
    void looksUpOnlyStreamsThatAreNewAfterARestore() throws Exception {
        KvsEnumeratorState state =
                new KvsEnumeratorState(
                        List.of(id("a"), id("gone")),
                        List.of(id("over"), id("gone-too")),
                        List.of(split("b"), split("gone-as-well")),
                        null);
        rig.create(1, state, "a", "b", "c", "over");
        assertThat(rig.state())
                .isEqualTo(
                        new KvsEnumeratorState(
                                List.of(id("a")),
                                List.of(id("over")),
                                List.of(split("b").delayed()),
                                null));
        rig.start();
        assertThat(rig.connection.described).containsExactly("c");
        rig.restart(0, "a");
        // Only a newly seen stream is known to be complete.
        assertThat(rig.assigned().get(0))
                .containsExactly(
                        split("b").delayed(),
                        KvsSplit.firstSeen(
                                (StreamDescription) found("c"),
                                StartingPosition.now(),
                                StoppingPosition.never()));
        assertThat(rig.assigned().get(0).get(1).caughtUpMillis()).isEqualTo(NOW);
    }

    /** Flink creates an enumerator without state when it restarts a job before a checkpoint. */
    @Test
    void nowMovesOnlyIfTheStateOfTheEnumeratorIsLost() throws Exception {
        start(1, "a");
        KvsEnumeratorState state = rig.state();
        rig.connection.answer("a", new StreamDescription(FakeConnection.arn("a"), 1, NOW + 60_000));

        rig.create(1, state, "a").start();
        rig.register(0);
        assertThat(rig.assigned().get(0))
                .singleElement()
                .satisfies(s -> assertThat(s.start().timestampMillis()).isEqualTo(NOW));

        start(1, "a");
        rig.register(0);
        assertThat(rig.assigned().get(0))
                .singleElement()
                .satisfies(s -> assertThat(s.start().timestampMillis()).isEqualTo(NOW + 60_000));
    }

    @Test
    void asksNothingWhenAllIsKnown() throws Exception {
        rig.create(1, given("a"), "a").start();
        rig.restart(0, "a");
        assertThat(rig.connection.described).isEmpty();
        assertThat(rig.assigned()).isEmpty();
        // A stream given by its ARN is the same.
        rig.create(1, given("a"), FakeConnection.arn("a").toString()).start();
        assertThat(rig.connection.described).isEmpty();
        assertThat(rig.connection.closed).isFalse();
    }

    /** Two regions may have streams of the same name. */
    @Test
    void aNameIsNotTheArnOfAnotherRegion() throws Exception {
        String other = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/a/7";
        KvsEnumeratorState state =
                new KvsEnumeratorState(List.of(other), List.of(), List.of(), null);
        rig.create(1, state, "a", other).start();
        assertThat(rig.connection.described).containsExactly("a");
    }

    @Test
    void failsWhenAStreamIsMissing() {
        rig.connection.answer("b", missing());
        assertThatThrownBy(() -> start(1, "a", "b"))
                .hasMessageContaining("Stream b cannot be looked up")
                .hasMessageContaining("source.deleted-stream");
    }

    @Test
    void leavesOutAMissingStreamIfToldTo() throws Exception {
        rig.config.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.FINISH);
        rig.connection.answer("b", missing());
        start(1, "a", "b");
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("a");
    }

    @Test
    void waitsForAMissingStreamIfToldTo() throws Exception {
        rig.config.set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.IGNORE);
        rig.config.set(KvsSourceOptions.RETRY_MAX_BACKOFF, Duration.ofMillis(1));
        rig.connection.answer("b", missing(), missing(), missing(), found("b"));
        start(1, "a", "b");
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("a");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("b"));
        assertThat(rig.connection.described).filteredOn("a"::equals).hasSize(1);
        // It did not exist when the job started.
        assertThat(rig.assigned().get(0).get(1).start()).isEqualTo(StartingPosition.earliest());
    }

    @Test
    void asksAgainAfterErrorsThatPass() throws Exception {
        rig.connection.answer("a", new IOException("reset"), found("a"));
        start(1, "a", "b");
        rig.register(0);
        assertThat(rig.connection.described).filteredOn("a"::equals).hasSize(2);
        assertThat(rig.connection.described).filteredOn("b"::equals).hasSize(1);
        assertThat(rig.allAssigned()).containsExactly("a", "b");
    }

    /** As with an endpoint that ignores for which region a request was signed. */
    @Test
    void failsWhenTheEndpointIsInAnotherRegion() {
        rig.connection.answer("a", found("a"));
        rig.create(1, KvsEnumeratorState.EMPTY, StreamSelector.named(List.of("a")).in("us-west-2"));
        assertThatThrownBy(rig::start)
                .hasMessageContaining("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/a")
                .hasMessageContaining("Set aws.region to eu-central-1");
    }

    /** As with a local service, whose account is another one. */
    @Test
    void failsWhenTheEndpointIsInAnotherAccount() {
        String wanted = "arn:aws:kinesisvideo:eu-central-1:999999999999:stream/a/1";
        rig.connection.answer(wanted, found("a"));
        rig.create(
                1, KvsEnumeratorState.EMPTY, StreamSelector.named(List.of(wanted)).in("us-west-2"));
        assertThatThrownBy(rig::start)
                .hasMessageContaining("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/a")
                .hasMessageContaining("not the stream of the ARN that you gave. Set aws.endpoint")
                .hasMessageNotContaining("aws.region");
    }

    @Test
    void failsAfterErrorsForTheRetryBudget() {
        rig.config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO);
        rig.connection.answer("a", new IOException("reset"));
        assertThatThrownBy(() -> start(1, "a"))
                .hasMessageContaining("Stream a cannot be looked up: reset");
        assertThat(rig.connection.described).hasSize(2);
    }

    @Test
    void failsAtOnceWhereWaitingMendsNothing() {
        rig.connection.answer("a", KinesisVideoException.builder().statusCode(400).build());
        assertThatThrownBy(() -> start(1, "a")).hasMessageContaining("HTTP status 400");
        assertThat(rig.connection.described).hasSize(1);
    }

    @Test
    void failsAtOnceWithoutCredentials() {
        rig.connection.answer(
                "a",
                SdkClientException.create("Unable to load credentials from any of the providers"));
        assertThatThrownBy(() -> start(1, "a"))
                .hasMessageContaining("Stream a cannot be looked up: Unable to load credentials");
        assertThat(rig.connection.described).hasSize(1);
    }

    // ---- after a restore --------------------------------------------------------------------

    @Test
    void placesNothingBeforeAllReadersHaveToldWhatTheyHave() throws Exception {
        KvsEnumeratorState state =
                new KvsEnumeratorState(
                        List.of(id("a"), id("b"), id("c")), List.of(), List.of(split("d")), null);
        rig.create(3, state, "a", "b", "c", "d", "e").start();
        rig.restart(0, "a", "b");
        rig.restart(1, "c");
        assertThat(rig.assigned()).isEmpty();
        assertThat(rig.coordinator.getSentEvents()).isEmpty();
        rig.restart(2);
        assertThat(rig.assigned(2)).containsExactly("d");
        assertThat(rig.assigned(1)).containsExactly("e");
        assertThat(rig.assigned(0)).isEmpty();
        assertThat(rig.coordinator.getSentEvents()).containsOnlyKeys(0, 1, 2);
    }

    @Test
    void whatNoReaderHasIsOver() throws Exception {
        KvsEnumeratorState state =
                new KvsEnumeratorState(List.of(id("a"), id("b")), List.of(), List.of(), null);
        rig.create(2, state, "a", "b").start();
        rig.restart(0, "a");
        assertThat(rig.state().given()).containsExactlyInAnyOrder(id("a"), id("b"));
        rig.restart(1);
        assertThat(rig.state().given()).containsExactly(id("a"));
        assertThat(rig.state().over()).containsExactly(id("b"));
    }

    @Test
    void aReaderThatFailsBeforeTheOthersStartedTellsAgain() throws Exception {
        KvsEnumeratorState state =
                new KvsEnumeratorState(List.of(id("a"), id("b")), List.of(), List.of(), null);
        rig.create(2, state, "a", "b").start();
        rig.restart(0, "a", "b");
        rig.over(0, "b");
        assertThat(rig.state().over()).containsExactly(id("b"));
        rig.fail(0);
        rig.restart(0, "a", "b");
        rig.restart(1);
        assertThat(rig.state().given()).containsExactlyInAnyOrder(id("a"), id("b"));
    }

    @Test
    void aReaderThatWasSetBackReadsAgainWhatWasOver() throws Exception {
        start(1, "a", "b");
        rig.register(0);
        rig.over(0, "a");
        assertThat(rig.state().over()).containsExactly(id("a"));
        rig.fail(0);
        rig.restart(0, "a", "b");
        assertThat(rig.state().over()).isEmpty();
        // Without a checkpoint since it was given out, it comes back although it was over.
        rig.over(0, "a");
        rig.fail(0, split("a"));
        rig.restart(0, "b");
        assertThat(rig.assigned(0)).containsExactly("a", "b", "a");
    }

    /** The event that told it was lost with the task that sent it. */
    @Test
    void whatAReaderDoesNotHaveAnyMoreIsOver() throws Exception {
        start(1, "a", "b");
        rig.register(0);
        rig.fail(0);
        rig.restart(0, "b");
        assertThat(rig.state().over()).containsExactly(id("a"));
    }

    @Test
    void givesNothingToAReaderThatHasFailed() throws Exception {
        rig.create(1, KvsEnumeratorState.EMPTY, "a");
        rig.enumerator.start();
        rig.register(0);
        rig.coordinator.fail(0);
        rig.coordinator.runUntil(() -> rig.enumerator.isScanned());
        assertThat(rig.assigned()).isEmpty();
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("a");
    }

    /** The state of the first version has ids without creation time, and knows no ends. */
    @Test
    void restoresStateOfTheFirstVersion() throws Exception {
        String a = FakeConnection.arn("a").withoutCreationTime();
        String b = FakeConnection.arn("b").withoutCreationTime();
        KvsEnumeratorState state =
                new KvsEnumeratorState(List.of(a, b), List.of(), List.of(), null);
        rig.create(1, state, "a", "b").start();
        assertThat(rig.connection.described).isEmpty();
        rig.restart(0, "a");
        assertThat(rig.state().given()).containsExactly(id("a"));
        assertThat(rig.state().over()).containsExactly(b);
        rig.create(1, rig.state(), "a", "b").start();
        assertThat(rig.connection.described).isEmpty();
    }

    /** The session went on with the stream that has the name now. */
    @Test
    void aStreamThatWasCreatedAnewIsTheReadersOwn() throws Exception {
        String again = FakeConnection.arn("a").withoutCreationTime() + "/2";
        rig.create(1, given("a"), "a").start();
        rig.coordinator.register(0);
        rig.enumerator.addReader(0);
        rig.enumerator.handleSourceEvent(0, new ReaderStreams(List.of(again)));
        assertThat(rig.state().given()).containsExactly(again);
        assertThat(rig.state().over()).isEmpty();
    }
}
