/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamListing;
import io.github.flinkkvs.client.streams.StreamPage;
import io.github.flinkkvs.source.FakeConnection;
import io.github.flinkkvs.source.FakeListing;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.session.SessionRig;
import io.github.flinkkvs.source.split.KvsSplit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.annotation.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static io.github.flinkkvs.source.enumerator.EnumeratorRig.NOW;
import static io.github.flinkkvs.source.enumerator.EnumeratorRig.id;
import static io.github.flinkkvs.source.enumerator.EnumeratorRig.split;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Streams that are selected among those of the account, while they come and go. */
@Timeout(30)
class DiscoveredStreamsTest {

    private static final StreamSelector CALLS = StreamSelector.selected("call-", null, Map.of());

    private final EnumeratorRig rig = new EnumeratorRig();
    private final FakeListing account = new FakeListing();

    @BeforeEach
    void scanWithoutPause() {
        rig.config.set(KvsSourceOptions.DISCOVERY_INTERVAL, Duration.ofMillis(1));
        rig.connection.listing = account;
    }

    private void start(int readers, StreamSelector streams) throws InterruptedException {
        rig.create(readers, KvsEnumeratorState.EMPTY, streams).start();
    }

    /** Lets one scan begin and end. */
    private void scan() throws InterruptedException {
        long lists = lists();
        rig.coordinator.runUntil(() -> lists() >= lists + 2);
    }

    private long lists() {
        return account.calls().stream().filter(call -> call.startsWith("list")).count();
    }

    private StartingPosition start(String name) {
        return rig.assigned().values().stream()
                .flatMap(List::stream)
                .filter(split -> split.arn().name().equals(name))
                .map(split -> split.start())
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void close() {
        rig.enumerator.close();
        assertThat(rig.connection.closed).isTrue();
    }

    @Test
    void findsStreamsByPrefixPageByPage() throws Exception {
        account.create("call-1", "call-2", "call-3", "call-4", "camera").pagesOf(3);
        start(2, CALLS);
        rig.register(0, 1);
        assertThat(rig.assigned(0)).containsExactly("call-1", "call-3");
        assertThat(rig.assigned(1)).containsExactly("call-2", "call-4");
        assertThat(account.calls()).startsWith("list call-", "list call- call-3");
        assertThat(rig.connection.described).isEmpty();
    }

    /** A TaskManager has 10 s to answer each event, whatever else it does. */
    @Test
    void thousandsOfStreamsComeInFewEvents() throws Exception {
        String[] names = IntStream.range(0, 5001).mapToObj(i -> "call-" + i).toArray(String[]::new);
        account.create(names);
        start(2, CALLS);
        rig.register(0, 1);
        assertThat(rig.allAssigned()).containsExactlyInAnyOrder(names);
        assertThat(rig.coordinator.splitsOfEvents())
                .containsExactlyInAnyOrder(1000, 1000, 501, 1000, 1000, 500);

        rig.fail(0, rig.assigned().get(0).toArray(new KvsSplit[0]));
        rig.coordinator.splitsOfEvents().clear();
        rig.register(0);
        assertThat(rig.coordinator.splitsOfEvents()).containsExactly(1000, 1000, 501);
    }

    @Test
    void aPatternNarrowsTheListAsFarAsItBeginsLiterally() throws Exception {
        account.create("call-1", "call-22", "call-x", "camera");
        start(1, StreamSelector.selected(null, "call-\\d+", Map.of()));
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("call-1", "call-22");
        assertThat(account.calls()).first().isEqualTo("list call-");
    }

    @Test
    void findsStreamsThatAreCreatedLater() throws Exception {
        rig.start = StartingPosition.now();
        account.create("call-1");
        start(2, CALLS);
        rig.register(0, 1);
        account.create("call-2", "other");
        rig.coordinator.runUntil(() -> rig.allAssigned().size() == 2);
        assertThat(rig.assigned(1)).containsExactly("call-2");
        assertThat(start("call-1")).isEqualTo(StartingPosition.now().resolved(NOW));
        assertThat(start("call-2")).isEqualTo(StartingPosition.earliest());
    }

    @Test
    void whatIsNewDoesNotDependOnRestarts() throws Exception {
        start(1, CALLS);
        KvsEnumeratorState state = rig.state();
        assertThat(state.scanned()).isEqualTo(CALLS.selection());
        rig.enumerator.close();
        account.create("call-1");
        rig.create(1, state, CALLS);
        rig.enumerator.start();
        rig.register(0);
        rig.coordinator.runUntil(() -> !rig.allAssigned().isEmpty());
        assertThat(start("call-1")).isEqualTo(StartingPosition.earliest());
    }

    @Test
    void streamsThatCannotBeReadYetComeWithALaterScan() throws Exception {
        account.create("call-1", "call-2").readable("call-2", false);
        start(1, CALLS);
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("call-1");
        account.readable("call-2", true);
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
    }

    @Test
    void readersWithFewerLiveStreamsGetTheNext() throws Exception {
        account.create("call-1", "call-2", "call-3", "call-4");
        start(2, CALLS);
        rig.register(0, 1);
        rig.over(0, "call-1", "call-3");
        account.create("call-5", "call-6", "call-7");
        rig.coordinator.runUntil(() -> rig.allAssigned().size() == 7);
        assertThat(rig.assigned(0))
                .containsExactly("call-1", "call-3", "call-5", "call-6", "call-7")
                .doesNotContain("call-2");
        assertThat(rig.assigned(1)).containsExactly("call-2", "call-4");
    }

    @Test
    void aStreamThatIsOverIsNotReadAgainAndForgottenOnceItIsGone() throws Exception {
        account.create("call-1", "call-2");
        start(1, CALLS);
        rig.register(0);
        rig.over(0, "call-1");
        scan();
        assertThat(rig.state().over()).containsExactly(id("call-1"));
        // It is still in the list, though it is being deleted.
        account.readable("call-1", false);
        scan();
        scan();
        assertThat(rig.state().over()).containsExactly(id("call-1"));
        account.delete("call-1");
        rig.coordinator.runUntil(() -> rig.state().over().isEmpty());
        assertThat(rig.allAssigned()).containsExactly("call-1", "call-2");
    }

    @Test
    void aStreamThatWasCreatedAnewIsAnotherStream() throws Exception {
        account.create("call-1");
        start(1, CALLS);
        rig.register(0);
        StreamArn again =
                StreamArn.parse(FakeConnection.arn("call-1").withoutCreationTime() + "/2");
        account.create(again);
        rig.coordinator.runUntil(() -> rig.allAssigned().size() == 2);
        assertThat(rig.assigned().get(0).get(1).arn()).isEqualTo(again);
        rig.over(0, "call-1");
        assertThat(rig.state().given()).containsExactly(again.toString());
        // After a restart it is still not the old one.
        rig.coordinator.runUntil(() -> rig.state().over().isEmpty());
        assertThat(rig.state().given()).containsExactly(again.toString());
    }

    @Test
    void aBoundedJobScansOnce() throws Exception {
        rig.start = StartingPosition.earliest();
        rig.stop = StoppingPosition.now();
        account.create("call-1");
        start(1, CALLS);
        rig.register(0);
        rig.coordinator.runUntil(() -> rig.connection.closed);
        assertThat(account.calls()).containsExactly("list call-");
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0);
        // Nor does it scan after a restore.
        rig.create(1, rig.state(), CALLS).start();
        rig.restart(0, "call-1");
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0);
        assertThat(account.calls()).hasSize(1);
    }

    /** As it does with streams that are named: those that the user added are read. */
    @Test
    void aBoundedJobThatIsRestoredWithAnotherSelectionScansAgain() throws Exception {
        rig.start = StartingPosition.atFragment("91343852333181432392682062622220590765191907586");
        rig.stop = StoppingPosition.now();
        account.create("call-1", "call-2", "other-1");
        start(1, CALLS);
        rig.register(0);
        rig.over(0, "call-1");
        KvsEnumeratorState state = rig.state();
        rig.enumerator.close();

        rig.create(1, state, StreamSelector.selected(null, ".*-1", Map.of())).start();
        rig.restart(0);
        assertThat(rig.allAssigned()).containsExactly("other-1");
        assertThat(start("other-1")).isEqualTo(rig.start);
        assertThat(rig.coordinator.noMoreSplits()).containsExactly(0);
        rig.over(0, "other-1");
        KvsEnumeratorState second = rig.state();
        assertThat(second.over()).containsExactlyInAnyOrder(id("call-1"), id("other-1"));

        // What is no longer selected is forgotten: if it comes back, it begins anew.
        rig.create(1, second, CALLS).start();
        rig.restart(0);
        assertThat(rig.allAssigned()).containsExactly("call-2");
    }

    @Test
    void anotherSelectionBeginsAtTheStartingPosition() throws Exception {
        account.create("call-1", "other-1");
        start(1, CALLS);
        rig.register(0);
        KvsEnumeratorState state = rig.state();
        rig.enumerator.close();

        rig.create(1, state, StreamSelector.selected(null, ".*-1", Map.of())).start();
        rig.restart(0, "call-1");
        assertThat(rig.allAssigned()).containsExactly("other-1");
        assertThat(start("other-1").kind()).isEqualTo(StartingPosition.Kind.NOW);
    }

    /** The state of the first version has ids without creation time. */
    @Test
    void aStreamThatIsCreatedAnewIsNoticedAfterStateOfTheFirstVersion() throws Exception {
        account.create("call-1");
        KvsEnumeratorState state =
                new KvsEnumeratorState(
                        List.of(FakeConnection.arn("call-1").withoutCreationTime()),
                        List.of(),
                        List.of(),
                        null);
        rig.create(1, state, CALLS).start();
        rig.register(0);
        assertThat(rig.state().over()).containsExactly(id("call-1"));
        account.create(StreamArn.parse(FakeConnection.arn("call-1").withoutCreationTime() + "/2"));
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-1"));
    }

    @Test
    void readersLearnThatTheyHaveAllEvenIfThereIsNothing() throws Exception {
        start(2, CALLS);
        rig.register(0, 1);
        assertThat(rig.coordinator.getSentEvents()).containsOnlyKeys(0, 1);
    }

    /** A scan with tags takes long: streams are read as they are found. */
    @Test
    void handsOverStreamsBeforeTheScanIsOver() throws Exception {
        account.create("call-1", "call-2").pagesOf(1);
        CompletableFuture<StreamPage> second = new CompletableFuture<>();
        rig.connection.listing =
                new StreamListing() {
                    @Override
                    public CompletableFuture<StreamPage> list(
                            String namePrefix, @Nullable String nextToken) {
                        return nextToken == null ? account.list(namePrefix, null) : second;
                    }

                    @Override
                    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
                        return account.tags(stream);
                    }
                };
        rig.create(1, KvsEnumeratorState.EMPTY, CALLS);
        rig.enumerator.start();
        rig.register(0);
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-1"));
        assertThat(rig.state().scanned()).isNull();
        assertThat(rig.coordinator.getSentEvents()).isEmpty();
        account.list("call-", "call-1").thenAccept(second::complete);
        rig.coordinator.runUntil(() -> rig.state().scanned() != null);
        assertThat(rig.allAssigned()).containsExactly("call-1", "call-2");
    }

    // ---- tags -------------------------------------------------------------------------------

    @Test
    void selectsByTagsAmongThoseThatFitOtherwise() throws Exception {
        account.create("call-1", "call-2", "other")
                .tag("call-1", "kind", "test")
                .tag("call-2", "kind", "real")
                .tag("call-2", "site", "x")
                .tag("other", "kind", "real");
        start(1, StreamSelector.selected("call-", null, Map.of("kind", "real")));
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("call-2");
        assertThat(account.calls()).doesNotContain("tags other");
    }

    @Test
    void asksForTagsOnceIfTheyFitAndNowAndThenIfNot() throws Exception {
        account.create("call-1", "call-2").tag("call-1", "kind", "real");
        start(1, StreamSelector.selected("call-", null, Map.of("kind", "real")));
        rig.register(0);
        for (int i = 0; i < 20; i++) {
            scan();
        }
        assertThat(account.calls()).filteredOn("tags call-1"::equals).hasSize(1);
        assertThat(account.calls()).filteredOn("tags call-2"::equals).hasSizeBetween(2, 15);
        account.tag("call-2", "kind", "real");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
    }

    /** Nothing remembers tags over a restart, and the quota of calls for them is small. */
    @Test
    void aNewStreamDoesNotWaitForTheTagsOfAllOthersAfterARestart() throws Exception {
        StreamSelector real = StreamSelector.selected("call-", null, Map.of("kind", "real"));
        account.create(IntStream.range(0, 200).mapToObj(i -> "call-" + i).toArray(String[]::new));
        start(1, real);
        rig.register(0);
        KvsEnumeratorState state = rig.state();
        rig.enumerator.close();

        account.create(StreamArn.parse(FakeConnection.arn("call-new").withoutCreationTime() + "/2"))
                .tag("call-new", "kind", "real");
        int before = account.calls().size();
        rig.create(1, state, real).enumerator.start();
        rig.register(0);
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-new"));
        // The rest follows at once, but the list is read again in between.
        int atOnce = StreamListing.TAG_CALLS_PER_SECOND;
        rig.coordinator.runUntil(() -> tagCalls(before).size() > atOnce);
        List<Integer> tags = tagCalls(before);
        assertThat(account.calls().subList(tags.get(0), tags.get(7) + 1))
                .as("the first that are under way together")
                .contains("tags call-new");
        assertThat(tags.get(atOnce) - tags.get(atOnce - 1)).isEqualTo(2);
        rig.coordinator.runUntil(() -> tagCalls(before).size() > 200);
    }

    /** Which calls are for tags. */
    private List<Integer> tagCalls(int from) {
        List<String> calls = account.calls();
        return IntStream.range(from, calls.size())
                .filter(i -> calls.get(i).startsWith("tags"))
                .boxed()
                .collect(Collectors.toList());
    }

    @Test
    void aStreamThatVanishesBeforeItsTagsAreListedIsNotRead() throws Exception {
        account.create("call-1").fail();
        rig.connection.listing =
                new StreamListing() {
                    @Override
                    public CompletableFuture<StreamPage> list(
                            String namePrefix, @Nullable String nextToken) {
                        return account.list(namePrefix, nextToken);
                    }

                    @Override
                    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
                        return CompletableFuture.failedFuture(EnumeratorRig.missing());
                    }
                };
        start(1, StreamSelector.selected("call-", null, Map.of("kind", "real")));
        rig.register(0);
        assertThat(rig.allAssigned()).isEmpty();
    }

    // ---- failures ---------------------------------------------------------------------------

    @Test
    void aFirstScanIsTriedAgainAfterErrorsThatPass() throws Exception {
        account.create("call-1").fail(new IOException("reset"), new IOException("reset"));
        start(1, CALLS);
        rig.register(0);
        assertThat(rig.allAssigned()).containsExactly("call-1");
    }

    @Test
    void aFirstScanFailsTheJobWhereWaitingMendsNothing() {
        account.fail(SessionRig.error("AccessDeniedException", 403));
        assertThatThrownBy(() -> start(1, CALLS))
                .hasMessageContaining("The streams cannot be listed: AccessDeniedException")
                .hasMessageContaining("kinesisvideo:ListStreams");
        account.create("call-1");
        rig.enumerator.close();
        rig.connection.listing =
                new StreamListing() {
                    @Override
                    public CompletableFuture<StreamPage> list(
                            String namePrefix, @Nullable String nextToken) {
                        return account.list(namePrefix, nextToken);
                    }

                    @Override
                    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
                        return CompletableFuture.failedFuture(
                                SessionRig.error("AccessDeniedException", 403));
                    }
                };
        assertThatThrownBy(() -> start(1, StreamSelector.selected(null, null, Map.of("a", "b"))))
                .hasMessageContaining("The tags of stream call-1 cannot be listed")
                .hasMessageContaining("kinesisvideo:ListTagsForStream");
    }

    @Test
    void aFirstScanFailsTheJobWhenTheRetryBudgetIsSpent() {
        rig.config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO);
        account.fail(new IOException("reset"), new IOException("reset"));
        assertThatThrownBy(() -> start(1, CALLS)).hasMessageContaining("reset");
    }

    @Test
    void aLaterScanThatFailsIsTriedAgain() throws Exception {
        account.create("call-1");
        start(1, CALLS);
        rig.register(0);
        account.fail(SessionRig.error("AccessDeniedException", 403), new IOException("reset"))
                .create("call-2");
        rig.coordinator.runUntil(() -> rig.allAssigned().size() == 2);
    }

    /** The streams that are known can be read, so nothing is gained if the job fails. */
    @Test
    void aScanThatFailsAfterARestartIsTriedAgain() throws Exception {
        account.create("call-1");
        start(1, CALLS);
        rig.register(0);
        KvsEnumeratorState state = rig.state();
        rig.enumerator.close();

        account.fail(SessionRig.error("AccessDeniedException", 403)).create("call-2");
        rig.create(1, state, CALLS).enumerator.start();
        rig.restart(0, "call-1");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
    }

    /** What a scan did not come to is not gone. */
    @Test
    void aScanThatFailsHalfwayForgetsNothing() throws Exception {
        account.create("call-1", "call-2").pagesOf(1);
        start(1, CALLS);
        rig.register(0);
        rig.over(0, "call-2");
        AtomicInteger lists = new AtomicInteger();
        rig.connection.listing =
                new StreamListing() {
                    @Override
                    public CompletableFuture<StreamPage> list(
                            String namePrefix, @Nullable String nextToken) {
                        lists.incrementAndGet();
                        return nextToken == null
                                ? account.list(namePrefix, null)
                                : CompletableFuture.failedFuture(new IOException("reset"));
                    }

                    @Override
                    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
                        return account.tags(stream);
                    }
                };
        rig.coordinator.runUntil(() -> lists.get() > 6);
        assertThat(rig.state().over()).containsExactly(id("call-2"));
        assertThat(rig.allAssigned()).containsExactly("call-1", "call-2");
    }

    /** However long a fleet takes: each scan gets further than the one before. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFirstScanMayFailAsOftenAsItGetsOn(boolean byTags) throws Exception {
        rig.config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO);
        Set<String> once = ConcurrentHashMap.newKeySet();
        for (int i = 1; i <= 5; i++) {
            account.create("call-" + i).tag("call-" + i, "kind", "real").pagesOf(1);
        }
        rig.connection.listing =
                new OtherListing() {
                    @Override
                    public CompletableFuture<StreamPage> list(
                            String namePrefix, @Nullable String nextToken) {
                        return !byTags && once.add("page after " + nextToken)
                                ? CompletableFuture.failedFuture(new IOException("reset"))
                                : super.list(namePrefix, nextToken);
                    }

                    @Override
                    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
                        return byTags && once.add(stream.name())
                                ? CompletableFuture.failedFuture(new IOException("reset"))
                                : super.tags(stream);
                    }
                };
        start(
                1,
                StreamSelector.selected("call-", null, byTags ? Map.of("kind", "real") : Map.of()));
        rig.register(0);
        assertThat(rig.allAssigned()).hasSize(5);
    }

    /** The list is longer than that stream. */
    @Test
    void aNewStreamWhoseTagsAreForbiddenHidesNoOther() throws Exception {
        account.pagesOf(1).create("call-0").tag("call-0", "kind", "real");
        rig.connection.listing =
                new OtherListing() {
                    @Override
                    public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
                        return stream.name().equals("call-1")
                                ? CompletableFuture.failedFuture(
                                        SessionRig.error("AccessDeniedException", 403))
                                : super.tags(stream);
                    }
                };
        start(1, StreamSelector.selected("call-", null, Map.of("kind", "real")));
        rig.register(0);
        account.create("call-1", "call-2").tag("call-2", "kind", "real");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
        assertThat(rig.allAssigned()).doesNotContain("call-1");
    }

    @Test
    void aListWithoutEndIsAFailure() {
        rig.config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO);
        rig.connection.listing =
                new OtherListing() {
                    @Override
                    public CompletableFuture<StreamPage> list(
                            String namePrefix, @Nullable String nextToken) {
                        return CompletableFuture.completedFuture(
                                new StreamPage(
                                        List.of(), List.of(), "a".equals(nextToken) ? "b" : "a"));
                    }
                };
        assertThatThrownBy(() -> start(1, CALLS)).hasMessageContaining("no end");
    }

    /** What existed when the streams were named is not new. */
    @Test
    void aJobThatNamedItsStreamsAndNowSelectsThemBeginsLikeANewOne() throws Exception {
        account.create("call-1", "call-2");
        rig.create(1, KvsEnumeratorState.EMPTY, "call-1").start();
        rig.register(0);
        KvsEnumeratorState named = rig.state();
        rig.enumerator.close();

        rig.start = StartingPosition.now();
        rig.stop = StoppingPosition.atFragment("91343852333181432392682062622220590765191907586");
        rig.create(1, named, CALLS).enumerator.start();
        rig.restart(0, "call-1");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
        assertThat(start("call-2").kind()).isEqualTo(StartingPosition.Kind.NOW);
    }

    /** A listing like that of the account, but for what a test overrides. */
    private abstract class OtherListing implements StreamListing {

        @Override
        public CompletableFuture<StreamPage> list(String namePrefix, @Nullable String nextToken) {
            return account.list(namePrefix, nextToken);
        }

        @Override
        public CompletableFuture<Map<String, String>> tags(StreamArn stream) {
            return account.tags(stream);
        }
    }

    // ---- the connection ---------------------------------------------------------------------

    @Test
    void aConnectionThatCannotBeOpenedFailsTheJob() {
        FakeCoordinator coordinator = new FakeCoordinator(1);
        StreamDiscovery discovery =
                new StreamDiscovery(
                        coordinator,
                        () -> {
                            throw new IllegalArgumentException("no region");
                        },
                        new SelectedStreams(CALLS, 1, false, false, System::nanoTime),
                        null,
                        0,
                        false);
        discovery.start();
        assertThatThrownBy(() -> coordinator.runUntil(() -> false))
                .hasMessageContaining("no region");
        rig.connection.close();
        rig.create(1, KvsEnumeratorState.EMPTY, CALLS);
    }

    @Test
    void opensNothingOnceItIsClosed() throws Exception {
        rig.create(1, KvsEnumeratorState.EMPTY, CALLS);
        rig.enumerator.close();
        rig.enumerator.start();
        AtomicInteger ran = new AtomicInteger();
        rig.coordinator.runInCoordinatorThread(ran::incrementAndGet);
        rig.coordinator.runUntil(() -> ran.get() == 1);
        assertThat(account.calls()).isEmpty();
        rig.connection.close();
    }

    /** Flink may close an enumerator while a worker thread opens its connection. */
    @Test
    void aConnectionThatIsOpenedTooLateIsClosed() throws Exception {
        FakeCoordinator coordinator = new FakeCoordinator(1);
        FakeConnection late = new FakeConnection();
        StreamDiscovery[] discovery = new StreamDiscovery[1];
        discovery[0] =
                new StreamDiscovery(
                        coordinator,
                        () -> {
                            discovery[0].close();
                            return (KvsConnection) late;
                        },
                        new SelectedStreams(CALLS, 1, false, false, System::nanoTime),
                        null,
                        0,
                        false);
        discovery[0].start();
        coordinator.runUntil(() -> late.closed);
        rig.create(1, KvsEnumeratorState.EMPTY, CALLS);
        rig.connection.close();
    }

    /**
     * Whatever closing needs is loaded then, and Flink closes the class loader first in the end.
     */
    @Test
    void theConnectionIsRenewedOnce() throws Exception {
        account.create("call-1");
        start(1, CALLS);
        rig.register(0);
        rig.coordinator.runUntil(() -> rig.connection.closes() == 1);
        assertThat(rig.connection.openCount()).isEqualTo(1);
        account.create("call-2");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
        account.create("call-3");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-3"));
        assertThat(rig.connection.closes()).isEqualTo(1);
    }

    @Test
    void scansGoOnWithTheFirstConnectionIfThereIsNoOther() throws Exception {
        account.create("call-1");
        rig.failsFrom = 2;
        start(1, CALLS);
        rig.register(0);
        account.create("call-2");
        rig.coordinator.runUntil(() -> rig.allAssigned().contains("call-2"));
        assertThat(rig.connection.closes()).isZero();
    }

    @Test
    void aThousandStreamsThatComeAndGoLeaveNothing() throws Exception {
        account.create("call-0");
        start(4, CALLS);
        rig.register(0, 1, 2, 3);
        for (int batch = 0; batch < 10; batch++) {
            String[] names =
                    IntStream.range(batch * 100, batch * 100 + 100)
                            .mapToObj(i -> "call-x" + i)
                            .toArray(String[]::new);
            account.create(names);
            int expected = 1 + (batch + 1) * 100;
            rig.coordinator.runUntil(() -> rig.allAssigned().size() == expected);
            for (int reader = 0; reader < 4; reader++) {
                rig.over(
                        reader,
                        rig.assigned(reader).stream()
                                .filter(name -> !name.equals("call-0"))
                                .toArray(String[]::new));
            }
            List.of(names).forEach(account::delete);
            rig.coordinator.runUntil(() -> rig.state().over().isEmpty());
        }
        assertThat(rig.allAssigned()).doesNotHaveDuplicates();
        assertThat(rig.state().given()).containsExactly(split("call-0").splitId());
    }
}
