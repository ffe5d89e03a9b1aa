/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.FakeArchive;
import io.github.flinkkvs.source.FakeArchive.Body;
import io.github.flinkkvs.source.GetMediaBytes;
import io.github.flinkkvs.source.ManualTimer;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.Seeds;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.resources.MemoryBudget;
import io.github.flinkkvs.source.resources.ReaderLock;
import io.github.flinkkvs.source.resources.ReaderResources;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.KinesisVideoArchivedMediaException;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

/** Reading from an archive among fakes: what is requested, handed over, and how it ends. */
class ArchiveFetchTest implements Fetch.Owner, Fetch.Sink, MediaService {

    private static final long T0 = 1_700_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final StreamArn ARN =
            StreamArn.parse("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/camera/1");

    private final ManualTimer timer = new ManualTimer();
    private final long startNanos = timer.nanoTime();
    private final Random random = new Random(0);
    private final FakeArchive service = new FakeArchive(this::serviceMillis, random);
    private final ReaderLock lock = new ReaderLock();
    private final RecordedMetrics metrics = new RecordedMetrics();
    private long budgetBytes = 1 << 20;
    private int fragmentsPerSecond = 475;
    private Supplier<FragmentAssembler> assemblers =
            () ->
                    new FragmentAssembler(
                            "camera", ARN.toString(), true, 1 << 20, FragmentEnd.NEXT_FRAGMENT);
    private Function<ArchivedFragment, Outcome> judge = listed -> Outcome.PROGRESS;

    private StreamArchive archive;
    private Fetch current;
    private Outcome outcome = Outcome.PROGRESS;
    private int ahead = 4;
    private long held;
    private long readUpTo;
    private final List<String> taken = new ArrayList<>();
    private final List<String> stored = new ArrayList<>();
    private final List<FetchEnd> ends = new ArrayList<>();

    private long serviceMillis() {
        return T0 + (timer.nanoTime() - startNanos) / 1_000_000;
    }

    // ---- the session -----------------------------------------------------------------------

    @Override
    public boolean isCurrent(Fetch fetch) {
        return fetch == current;
    }

    @Override
    public int piecesAhead() {
        return ahead;
    }

    @Override
    public void onAnswered(StartingPosition asked, String requestId, long serviceTimeMillis) {
        assertThat(asked).isEqualTo(StartingPosition.earliest());
    }

    @Override
    public void onListed(long serviceTimeMillis) {}

    @Override
    public void onHeld(long bytes) {
        held = bytes;
    }

    @Override
    public void onOver(FetchEnd end) {
        ends.add(end);
        if (current != null) {
            Fetch over = current;
            current = null;
            over.cancel();
        }
    }

    @Override
    public Outcome onFrame(FrameRecord frame) {
        taken.add(frame.fragment().number() + "." + frame.frame().index());
        return Outcome.PROGRESS;
    }

    @Override
    public void onDamagedBlock(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {
        throw new AssertionError("nothing is damaged");
    }

    @Override
    public Outcome onFragment(Fragment fragment) {
        taken.add(fragment.number().toString());
        return outcome;
    }

    @Override
    public void onReadUpTo(long serviceTimeMillis) {
        readUpTo = serviceTimeMillis;
    }

    @Override
    public MediaCall open(StreamArn stream, StartSelector start, MediaListener listener) {
        throw new AssertionError("not from here");
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        throw new AssertionError("not for a fetch to do");
    }

    // ---- the archive -----------------------------------------------------------------------

    private String number(long millis) {
        return GetMediaBytes.number(millis, 0);
    }

    private void store(long millis, int... frameBytes) {
        service.store(
                ARN,
                number(millis),
                millis,
                GetMediaBytes.archived(number(millis), millis, frameBytes));
        stored.add(number(millis));
    }

    /** Fragments of a second each, the last of which begins now. */
    private void storeUntilNow(int count) {
        for (int i = count - 1; i >= 0; i--) {
            store(T0 - 1000 * i, 100);
        }
    }

    /** Fragments of a second each, that end ten minutes ago. */
    private void storeLongAgo(int count) {
        for (int i = count - 1; i >= 0; i--) {
            store(T0 - 10 * MINUTE - 1000 * i, 100);
        }
    }

    // ----------------------------------------------------------------------------------------

    private void begin() {
        begin(T0 - 60 * MINUTE, Long.MAX_VALUE);
    }

    private void begin(long from, long stop) {
        ReaderResources resources =
                new ReaderResources(
                        lock,
                        timer,
                        new MemoryBudget(lock, budgetBytes, timer::nanoTime),
                        this,
                        service,
                        nameOrArn -> {
                            throw new AssertionError("not for a fetch to do");
                        },
                        new KvsReaderMetrics(
                                metrics.group(), new Configuration(), timer::nanoTime));
        ServiceClock clock = new ServiceClock(timer);
        clock.set(T0);
        archive =
                new StreamArchive(
                        ARN,
                        clock,
                        assemblers,
                        Duration.ofSeconds(15).toNanos(),
                        fragmentsPerSecond,
                        resources);
        current =
                new ArchiveFetch(
                        this,
                        this,
                        StartingPosition.earliest(),
                        new FragmentListing(from, null, stop, 24 * 60 * MINUTE),
                        judge,
                        archive);
        locked(current::begin);
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** The service answers everything that is asked, until nothing happens any more. */
    private void play() {
        play(300);
    }

    private void play(int pieceBytes) {
        for (int i = 0; i < 10_000 && current != null; i++) {
            step(pieceBytes);
        }
        assertThat(current).as("ends").isNull();
        assertNothingIsLeft();
    }

    private void step(int pieceBytes) {
        if (!service.lists.isEmpty()) {
            service.lists.get(0).answer();
            return;
        }
        service.open().forEach(body -> body.play(pieceBytes));
        timer.advanceMillis(20);
    }

    private void assertNothingIsLeft() {
        assertThat(service.lists).isEmpty();
        assertThat(service.open()).isEmpty();
        assertThat(timer.scheduled()).isZero();
        assertThat(metrics.gauge("connections")).isZero();
        assertThat(metrics.gauge("streamsInHistory")).isZero();
    }

    /** Answers all lists, until media is requested. */
    private Body firstBody() {
        while (service.bodies.isEmpty()) {
            service.lists.get(0).answer();
            timer.runDue();
        }
        return service.bodies.get(0);
    }

    private FetchEnd end() {
        assertThat(ends).hasSize(1);
        return ends.get(0);
    }

    // ---- what goes well --------------------------------------------------------------------

    @Test
    void readsEverythingInOrderUpToTheLag() {
        storeUntilNow(1_000);
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(end().readUpToMillis()).isGreaterThanOrEqualTo(T0 - 30_000);
        assertThat(readUpTo).isEqualTo(end().readUpToMillis());
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeBetween(970, 980);
        assertThat(held).isZero();
        assertThat(metrics.count("archivedFragments")).isEqualTo(taken.size());
        assertThat(metrics.count("discardedPartialFragments")).isZero();
    }

    @Test
    void eachBatchHasTheFirstFragmentOfTheNextOne() {
        storeUntilNow(400);
        begin();
        play();
        List<Body> bodies = service.bodies;
        for (int i = 0; i + 1 < bodies.size(); i++) {
            List<String> numbers = bodies.get(i).numbers;
            assertThat(numbers).hasSizeLessThanOrEqualTo(BatchCalls.MAX_POINTS);
            assertThat(bodies.get(i + 1).numbers.get(0)).isEqualTo(numbers.get(numbers.size() - 1));
            // Its rest is small: the connection can be used again.
            assertThat(bodies.get(i).over).isTrue();
        }
        assertThat(bodies).hasSize(4);
    }

    @Test
    void aLargeRestIsNotRead() {
        for (int i = 0; i < 10; i++) {
            store(T0 - 10 * MINUTE + i * 1000L, 100_000);
        }
        begin();
        play(8192);
        assertThat(taken).isEqualTo(stored);
        for (Body body : service.bodies.subList(0, 3)) {
            assertThat(body.numbers).hasSize(3);
            assertThat(body.cancelled).isTrue();
            assertThat(body.over).isFalse();
        }
    }

    @Test
    void aRestThatGoesOnIsNotRead() {
        storeUntilNow(200);
        service.damage =
                first -> {
                    service.damage = other -> other;
                    return GetMediaBytes.concat(first, first);
                };
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(service.bodies.get(0).cancelled).isTrue();
        assertThat(service.bodies.get(0).over).isFalse();
    }

    @Test
    void aRestThatBreaksOffDoesNoHarm() {
        storeUntilNow(200);
        begin();
        Body first = firstBody();
        while (taken.size() < BatchCalls.MAX_POINTS - 1) {
            assertThat(first.deliver(50)).isTrue();
        }
        assertThat(first.left()).isPositive();
        first.fail(new IOException("reset"));
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(service.bodies.get(1).numbers).contains(stored.get(BatchCalls.MAX_POINTS));
    }

    @Test
    void theLastFragmentIsReadTwice() {
        storeLongAgo(10);
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(taken).isEqualTo(stored);
        assertThat(service.bodies)
                .extracting(body -> body.numbers)
                .containsExactly(stored, stored.subList(9, 10));
    }

    @Test
    void aSingleFragmentIsReadTwice() {
        storeLongAgo(1);
        begin();
        play();
        assertThat(taken).isEqualTo(stored);
        assertThat(service.bodies).hasSize(2);
    }

    @Test
    void nothingArchivedIsTheEndOfHistory() {
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(end().readUpToMillis()).isGreaterThanOrEqualTo(T0 - 30_000);
        assertThat(end().hasProgress()).isFalse();
        assertThat(service.bodies).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 8192})
    void anyPiecesWillDo(int pieceBytes) {
        storeUntilNow(200);
        begin();
        play(pieceBytes);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeGreaterThan(160);
    }

    private void readFrames() {
        assemblers =
                () ->
                        FragmentAssembler.ofFrames(
                                "camera",
                                ARN.toString(),
                                FrameFilter.all(),
                                1 << 20,
                                FragmentEnd.NEXT_FRAGMENT);
    }

    @Test
    void handsOverFramesWithTheirFragments() {
        readFrames();
        store(T0 - 10 * MINUTE, 10, 20);
        store(T0 - 9 * MINUTE, 30, 40, 50);
        begin();
        play(50);
        assertThat(taken)
                .extracting(text -> text.replace(stored.get(0), "a").replace(stored.get(1), "b"))
                .containsExactly("a.0", "a.1", "a", "b.0", "b.1", "b.2", "b");
    }

    @Test
    void requestsTheNextBatchAheadAndDoesNotReadIt() {
        storeUntilNow(300);
        begin();
        Body first = firstBody();
        assertThat(service.open()).hasSize(1);
        first.respond();
        assertThat(service.open()).hasSize(2);
        Body second = service.bodies.get(1);
        second.respond();
        assertThat(second.requested).isZero();
        assertThat(service.open()).as("not more").hasSize(2);
        first.play(500);
        assertThat(second.requested).isPositive();
        assertThat(taken).hasSize(BatchCalls.MAX_POINTS - 1);
        second.play(500);
        assertThat(taken).isEqualTo(stored.subList(0, 2 * (BatchCalls.MAX_POINTS - 1)));
    }

    @Test
    void requestsNothingAheadWhileMemoryIsShort() {
        ahead = 1;
        storeUntilNow(300);
        begin();
        Body first = firstBody();
        first.respond();
        assertThat(service.open()).hasSize(1);
        first.play(500);
        assertThat(taken).hasSize(BatchCalls.MAX_POINTS - 1);
        assertThat(service.open()).as("the next, in its turn").hasSize(1);
        play();
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(ends).hasSize(1);
    }

    @Test
    void keepsTheQuotaOfTheService() {
        assertThat(pointsSpentInASecond()).isBetween(450, 500);
        assertThat(taken).hasSize(5 * 94);
    }

    @Test
    void keepsItsShareOfTheQuota() {
        fragmentsPerSecond = 150;
        assertThat(pointsSpentInASecond()).isEqualTo(150);
        assertThat(taken).hasSize(2 * 74);
    }

    private int pointsSpentInASecond() {
        storeUntilNow(1_500);
        begin();
        long begun = timer.nanoTime();
        int points = 0;
        while (timer.nanoTime() - begun < Duration.ofMillis(900).toNanos()) {
            while (!service.lists.isEmpty()) {
                service.lists.get(0).answer();
            }
            for (Body body : service.open()) {
                body.play(8192);
            }
            timer.advanceMillis(10);
        }
        for (Body body : service.bodies) {
            points += body.numbers.size();
        }
        return points;
    }

    /** Lists and media have quotas of their own; neither waits for that of the other. */
    @Test
    void waitsForTheQuotaThatIsFreeFirst() {
        for (int i = 0; i < 1_500; i++) {
            store(T0 - 40 * MINUTE + i * 900, 100);
        }
        begin(T0 - 40 * MINUTE, Long.MAX_VALUE);
        service.lists.get(0).answer();
        while (!service.open().isEmpty()) {
            service.open().forEach(body -> body.play(8192));
        }
        assertThat(service.bodies).hasSize(5);
        assertThat(service.lists).as("more is to be listed").hasSize(1);
        service.pageSize = 60;
        timer.advanceMillis(500);
        archive.listPace.spend(9_000).settle(timer.nanoTime());
        service.lists.get(0).answer();
        assertThat(service.lists).as("the quota is spent").isEmpty();
        assertThat(service.bodies).hasSize(5);
        timer.advanceMillis(510);
        assertThat(service.bodies).hasSize(6);
    }

    @Test
    void aBatchHasAboutAQuarterOfTheMemory() {
        budgetBytes = 10_000;
        for (int i = 0; i < 20; i++) {
            store(T0 - 10 * MINUTE + i * 1000L, i == 10 ? 4_000 : 500);
        }
        begin();
        play();
        assertThat(taken).isEqualTo(stored);
        assertThat(service.bodies).allSatisfy(b -> assertThat(b.numbers).hasSizeLessThan(6));
        assertThat(service.bodies)
                .filteredOn(b -> b.numbers.get(0).equals(stored.get(10)))
                .allSatisfy(b -> assertThat(b.numbers).hasSize(2));
    }

    // ---- where it stops --------------------------------------------------------------------

    @Test
    void aRangeEndsWithoutAQuietCall() {
        storeLongAgo(100);
        begin(T0 - 60 * MINUTE, T0 - 9 * MINUTE);
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(end().readUpToMillis()).isEqualTo(T0 - 9 * MINUTE);
        assertThat(taken).isEqualTo(stored);
    }

    @Test
    void requestsNothingThatIsNotWanted() {
        storeLongAgo(100);
        List<String> want = stored.subList(20, 50);
        String beyond = stored.get(50);
        judge =
                listed -> {
                    String number = listed.number().toString();
                    assertThat(FragmentNumber.of(number))
                            .as("in order, and not beyond the first one behind the stop")
                            .isLessThanOrEqualTo(FragmentNumber.of(beyond));
                    return want.contains(number)
                            ? Outcome.PROGRESS
                            : number.equals(beyond) ? Outcome.OVER : Outcome.NO_PROGRESS;
                };
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.STOP_REACHED);
        assertThat(taken).isEqualTo(want);
        assertThat(service.bodies).hasSize(1);
        assertThat(service.bodies.get(0).numbers)
                .as("the one behind the stop is the proof")
                .isEqualTo(stored.subList(20, 51));
    }

    @Test
    void endsAtTheStop() {
        storeUntilNow(100);
        outcome = Outcome.OVER;
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.STOP_REACHED);
        assertThat(taken).hasSize(1);
    }

    // ---- other orders ----------------------------------------------------------------------

    @Test
    void anyOrderOfBodiesWillDo() {
        storeUntilNow(300);
        for (int i = 0; i < 20; i++) {
            taken.clear();
            ends.clear();
            service.order =
                    numbers -> {
                        Collections.shuffle(numbers, random);
                        return numbers;
                    };
            begin();
            play(1 + random.nextInt(3_000));
            assertThat(end().how()).isEqualTo(How.HISTORY_READ);
            assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
            assertThat(taken).hasSizeGreaterThan(265);
        }
    }

    @Test
    void theReverseOrderWillDo() {
        storeUntilNow(300);
        service.order =
                numbers -> {
                    Collections.reverse(numbers);
                    return numbers;
                };
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeGreaterThan(265);
    }

    /** In another order, a body may begin with the first fragment of a later batch. */
    @Test
    void aFragmentThatIsExpectedOnceItsFirstFramesHaveComeIsReadAgain() {
        readFrames();
        int[] sizes = {200, 200, 200};
        for (int i = 299; i >= 0; i--) {
            store(T0 - 1000 * i, sizes);
        }
        service.order =
                numbers -> {
                    Collections.reverse(numbers);
                    return numbers;
                };
        begin();
        Body body = firstBody();
        ahead = 0;
        body.deliver(GetMediaBytes.archived(number(T0), T0, sizes).length - 250);
        ahead = 4;
        locked(current::askForMore);
        assertThat(service.bodies).as("the next batch").hasSize(2);
        play();
        List<String> frames = new ArrayList<>();
        int fragments = (int) taken.stream().filter(stored::contains).count();
        for (String number : stored.subList(0, fragments)) {
            frames.addAll(List.of(number + ".0", number + ".1", number + ".2", number));
        }
        assertThat(taken).isEqualTo(frames);
    }

    @Test
    void whatWaitsForItsTurnCountsAsHeld() {
        storeLongAgo(20);
        service.order =
                numbers -> {
                    Collections.reverse(numbers);
                    return numbers;
                };
        begin();
        Body body = firstBody();
        while (body.left() > 100) {
            body.deliver(200);
            assertThat(taken).isEmpty();
        }
        assertThat(held).isGreaterThan(15 * 100);
        play();
        assertThat(taken).isEqualTo(stored);
    }

    @Test
    void aBodyInAnotherOrderDoesNotOutgrowTheMemory() {
        budgetBytes = 8_000;
        for (int i = 0; i < 20; i++) {
            // The list says nothing of their sizes.
            long millis = T0 - 10 * MINUTE + 1000 * i;
            byte[] document = GetMediaBytes.archived(number(millis), millis, 600);
            service.storeOfUnknownSize(ARN, number(millis), millis, document);
            stored.add(number(millis));
        }
        service.order =
                numbers -> {
                    Collections.reverse(numbers);
                    return numbers;
                };
        begin();
        long most = 0;
        for (int i = 0; i < 10_000 && current != null; i++) {
            step(100);
            most = Math.max(most, held);
        }
        assertThat(taken).isEqualTo(stored);
        assertThat(most).isLessThan(8_000);
    }

    // ---- what goes wrong -------------------------------------------------------------------

    @Test
    void aLostFragmentEndsItAfterThoseBefore() {
        storeLongAgo(20);
        service.lost.add(stored.get(7));
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 7));
        assertThat(end().how()).isEqualTo(How.LOST);
        assertThat(end().open().number()).hasToString(stored.get(7));
        assertThat(end().serviceError().id()).isEqualTo(3000);
        assertThat(end().hasProgress()).isTrue();
    }

    @Test
    void aFragmentThatIsLeftOutIsAskedForByItselfAndIsLost() {
        storeLongAgo(20);
        service.leftOut.add(stored.get(7));
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 7));
        assertThat(end().how()).isEqualTo(How.LOST);
        assertThat(end().open().number()).hasToString(stored.get(7));
        assertThat(end().serviceError()).isNull();
        assertThat(service.bodies.get(1).numbers).containsExactly(stored.get(7));
    }

    @Test
    void aFragmentThatIsLeftOutOnceIsReadByItself() {
        storeLongAgo(20);
        service.leftOut.add(stored.get(7));
        begin();
        Body body = firstBody();
        body.respond();
        service.leftOut.clear();
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(taken).isEqualTo(stored);
    }

    @Test
    void whatIsLeftOutAtTheEndOfABodyMayBeACut() {
        storeLongAgo(20);
        service.leftOut.addAll(stored.subList(7, 20));
        begin();
        play();
        assertThat(taken).as("the seventh lacks its proof").isEqualTo(stored.subList(0, 7));
        assertThat(end().how()).isEqualTo(How.ENDED_BEFORE);
        assertThat(end().open().number()).hasToString(stored.get(7));
    }

    @Test
    void aLostSuccessorProvesTheOneBeforeIt() {
        storeUntilNow(200);
        service.lost.add(stored.get(BatchCalls.MAX_POINTS - 1));
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, BatchCalls.MAX_POINTS - 1));
        assertThat(end().how()).isEqualTo(How.LOST);
    }

    @Test
    void anErrorInPlaceOfAFragmentHasItsTurn() {
        storeLongAgo(10);
        String number = number(T0 - 10 * MINUTE - 500);
        service.store(
                ARN,
                number,
                T0 - 10 * MINUTE - 500,
                GetMediaBytes.error(4501, "KMS_KEY_DISABLED", number));
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 9));
        assertThat(end().how()).isEqualTo(How.ERROR_TAG);
        assertThat(end().serviceError().id()).isEqualTo(4501);
    }

    /** The service has begun to send it by then. */
    @ParameterizedTest
    @ValueSource(ints = {1, 300, 100_000})
    void anErrorAfterAPartOfAFragmentIsItsError(int pieceBytes) {
        storeLongAgo(6);
        int length = GetMediaBytes.archived(stored.get(0), T0, 100).length;
        byte[] error = GetMediaBytes.error(5000, "INTERNAL_ERROR", stored.get(2));
        service.damage =
                body ->
                        body.length < 3 * length
                                ? body
                                : GetMediaBytes.concat(
                                        Arrays.copyOf(body, 3 * length),
                                        error,
                                        Arrays.copyOfRange(body, 3 * length, body.length));
        begin();
        play(pieceBytes);
        assertThat(end().how()).isEqualTo(How.ERROR_TAG);
        assertThat(end().open().number().toString()).isEqualTo(stored.get(2));
        assertThat(taken).isEqualTo(stored.subList(0, 2));
    }

    @Test
    void anErrorThatNamesNoFragmentIsTheLowestOnes() {
        storeLongAgo(10);
        service.store(
                ARN,
                stored.get(2),
                T0 - 10 * MINUTE - 7_000,
                GetMediaBytes.error(5000, "INTERNAL_ERROR"));
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 2));
        assertThat(end().how()).isEqualTo(How.ERROR_TAG);
        assertThat(end().open().number()).hasToString(stored.get(2));
        assertThat(service.bodies).as("not only by itself").hasSizeLessThan(3);
    }

    @Test
    void aCutWithinAFragmentEndsItThere() {
        storeLongAgo(3);
        int length = GetMediaBytes.archived(stored.get(0), T0, 100).length;
        begin();
        Body body = firstBody();
        body.deliver(2 * length - 20);
        body.end();
        assertThat(taken).containsExactly(stored.get(0));
        assertThat(end().how()).isEqualTo(How.BODY_ENDED);
        assertThat(end().offset()).isEqualTo(length - 20);
        assertNothingIsLeft();
    }

    @Test
    void aCutBetweenFragmentsIsNoProof() {
        storeLongAgo(3);
        int length = GetMediaBytes.archived(stored.get(0), T0, 100).length;
        begin();
        Body body = firstBody();
        body.deliver(2 * length);
        body.end();
        assertThat(taken).containsExactly(stored.get(0));
        assertThat(service.open()).hasSize(1);
        assertThat(service.open().get(0).numbers).containsExactly(stored.get(1));
        play();
        assertThat(taken).isEqualTo(stored);
    }

    @Test
    void aFragmentThatEndsAtAnotherLengthEachTimeIsCut() {
        String number = number(T0 - 10 * MINUTE);
        stored.add(number);
        store(number, 10);
        begin();
        firstBody().play(1_000);
        store(number, 10, 20);
        service.open().get(0).play(1_000);
        assertThat(ends).isEmpty();
        store(number, 10, 20, 30);
        play();
        assertThat(taken).isEmpty();
        assertThat(end().how()).isEqualTo(How.BODY_ENDED);
        assertThat(end().open().number()).hasToString(number);
    }

    private void store(String number, int... frameBytes) {
        long millis = T0 - 10 * MINUTE;
        service.store(ARN, number, millis, GetMediaBytes.archived(number, millis, frameBytes));
    }

    @Test
    void anAnswerWithoutAnythingIsAnError() {
        storeLongAgo(5);
        begin();
        firstBody().end();
        assertThat(end().how()).isEqualTo(How.ENDED_BEFORE);
        assertThat(end().open().number()).hasToString(stored.get(0));
        assertNothingIsLeft();
    }

    @Test
    void badBytesAreReportedInTheirTurn() {
        storeLongAgo(5);
        String bad = number(T0 - 10 * MINUTE - 500);
        service.store(
                ARN,
                bad,
                T0 - 10 * MINUTE - 500,
                GetMediaBytes.malformed(bad, T0 - 10 * MINUTE - 500));
        service.order =
                numbers -> {
                    Collections.reverse(numbers);
                    return numbers;
                };
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 4));
        assertThat(end().how()).isEqualTo(How.BAD_BYTES);
        assertThat(end().open().number()).hasToString(bad);
        assertThat(end().offset()).isPositive();
    }

    @Test
    void badBytesBeforeANumberAreThoseOfTheFragmentThatWasAskedFor() {
        storeLongAgo(5);
        String bad = number(T0 - 10 * MINUTE - 500);
        service.store(ARN, bad, T0 - 10 * MINUTE - 500, GetMediaBytes.malformedEarly());
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 4));
        assertThat(end().how()).isEqualTo(How.BAD_BYTES);
        assertThat(end().open().number()).hasToString(bad);
        assertThat(end().open().serverMillis()).isEqualTo(T0 - 10 * MINUTE - 500);
    }

    @Test
    void badBytesBehindTheWantedOnesDoNoHarm() {
        storeUntilNow(100);
        String successor = stored.get(94);
        service.store(
                ARN,
                successor,
                T0 - 5_000,
                GetMediaBytes.concat(GetMediaBytes.malformedEarly(), new byte[50]));
        judge =
                listed ->
                        stored.indexOf(listed.number().toString()) < 60
                                ? Outcome.PROGRESS
                                : Outcome.OVER;
        begin();
        play();
        assertThat(taken).isEqualTo(stored.subList(0, 60));
    }

    @Test
    void aFailedCallEndsIt() {
        storeLongAgo(5);
        begin();
        IOException reset = new IOException("reset");
        firstBody().fail(reset);
        assertThat(end().how()).isEqualTo(How.FAILED);
        assertThat(end().cause()).isSameAs(reset);
        assertNothingIsLeft();
    }

    @Test
    void aFailedCallForTheNextBatchIsRepeatedInItsTurn() {
        storeUntilNow(200);
        begin();
        Body first = firstBody();
        first.respond();
        List<String> numbers = service.bodies.get(1).numbers;
        service.bodies.get(1).fail(new IOException("reset"));
        assertThat(ends).isEmpty();
        assertThat(service.open()).containsExactly(first);
        first.play(8192);
        timer.advanceMillis(2_000);
        assertThat(service.open().get(0).numbers).isEqualTo(numbers);
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeGreaterThan(165);
    }

    @Test
    void aFailedListIsReportedOnceWhatIsListedWasRead() {
        storeUntilNow(1_200);
        begin(T0 - 20 * MINUTE, Long.MAX_VALUE);
        firstBody();
        IOException reset = new IOException("reset");
        for (int i = 0; i < 1_000 && current != null; i++) {
            if (!service.lists.isEmpty()) {
                assertThat(ends).isEmpty();
                service.lists.get(0).fail(reset);
            }
            step(8192);
        }
        assertThat(end().how()).isEqualTo(How.FAILED);
        assertThat(end().cause()).isSameAs(reset);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeGreaterThan(400);
    }

    @Test
    void aWindowOutsideTheRetentionIsAskedForLonger() {
        storeLongAgo(5);
        begin();
        service.lists.get(0).fail(outsideRetention());
        play();
        assertThat(end().how()).isEqualTo(How.HISTORY_READ);
        assertThat(taken).isEqualTo(stored);
    }

    @Test
    void aStreamWhoseListIsRefusedAltogetherFails() {
        begin();
        for (int i = 0; i < 20 && current != null; i++) {
            service.lists.get(0).fail(outsideRetention());
            timer.advanceMillis(1_100);
        }
        assertThat(end().how()).isEqualTo(How.FAILED);
    }

    private static Exception outsideRetention() {
        return FakeArchive.outsideRetention(1724080162000L);
    }

    /** Whatever a body has: each fragment once, in order, and none is passed over. */
    @Test
    void anyBytesEndItInOneOfTheKnownWays() {
        storeLongAgo(30);
        Set<How> ways = EnumSet.noneOf(How.class);
        Seeds.each(
                seed -> {
                    Random places = new Random(seed * 7919);
                    service.damage = body -> places.nextInt(3) > 0 ? body : damaged(body, places);
                    ends.clear();
                    taken.clear();
                    begin();
                    play(1 + places.nextInt(2_000));
                    assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
                    assertThat(end().how()).isNotEqualTo(How.BROKEN);
                    ways.add(end().how());
                });
        assertThat(ways).contains(How.HISTORY_READ, How.BAD_BYTES, How.BODY_ENDED);
    }

    private byte[] damaged(byte[] body, Random places) {
        byte[] bytes = body;
        for (int i = places.nextInt(3); i >= 0; i--) {
            int at = places.nextInt(bytes.length);
            int to = Math.min(bytes.length, at + places.nextInt(600));
            byte[] before = Arrays.copyOf(bytes, at);
            byte[] part = Arrays.copyOfRange(bytes, at, to);
            byte[] after = Arrays.copyOfRange(bytes, to, bytes.length);
            switch (places.nextInt(6)) {
                case 0:
                    bytes = GetMediaBytes.concat(before, after);
                    break;
                case 1:
                    bytes = GetMediaBytes.concat(before, part, part, after);
                    break;
                case 2:
                    places.nextBytes(part);
                    bytes = GetMediaBytes.concat(before, part, after);
                    break;
                case 3:
                    String number = stored.get(places.nextInt(stored.size()));
                    byte[] error = GetMediaBytes.error(3000, "FRAGMENT_NOT_FOUND", number);
                    bytes = GetMediaBytes.concat(before, error, part, after);
                    break;
                case 4:
                    bytes = GetMediaBytes.concat(before, part);
                    break;
                default:
                    bytes[at] ^= 1 << places.nextInt(8);
            }
            if (bytes.length == 0) {
                break;
            }
        }
        return bytes;
    }

    /** Tokens may expire, and a stream may be held between two pages. */
    @Test
    void aTokenThatIsRefusedIsNoMistakeOfThisJob() {
        storeLongAgo(5);
        service.pageSize = 2;
        begin();
        while (service.lists.get(0).nextToken == null) {
            service.lists.get(0).answer();
        }
        service.lists.get(0).fail(invalidArgument());
        assertThat(end().how()).isEqualTo(How.FAILED);
        assertThat(ErrorTable.classify(end().cause())).isEqualTo(ErrorClass.RETRY);
        assertThat(ErrorTable.describe(end().cause()))
                .contains("refuses the token of a further page", "told so");
    }

    @Test
    void aRangeThatIsRefusedIsAMistakeOfThisJob() {
        begin();
        service.lists.get(0).fail(invalidArgument());
        assertThat(ErrorTable.classify(end().cause())).isEqualTo(ErrorClass.FATAL);
    }

    private static Exception invalidArgument() {
        return KinesisVideoArchivedMediaException.builder()
                .statusCode(400)
                .awsErrorDetails(
                        AwsErrorDetails.builder()
                                .errorCode("InvalidArgumentException")
                                .errorMessage("told so")
                                .build())
                .build();
    }

    /** Otherwise nobody would ask for what follows. */
    @Test
    void timeMayPassBetweenAnyTwoSteps() {
        storeLongAgo(3);
        for (int millis = 50; millis < 1_500; millis += 3) {
            long nanos = Duration.ofMillis(millis).toNanos();
            timer.ticks = () -> nanos;
            ends.clear();
            taken.clear();
            begin();
            play();
            assertThat(end().how()).as("ticks of " + millis).isEqualTo(How.HISTORY_READ);
            assertThat(taken).isEqualTo(stored);
        }
    }

    @Test
    void aListThatIsNotAnsweredIsGivenUp() {
        begin();
        assertThat(service.lists).hasSize(1);
        locked(
                () -> {
                    Fetch over = current;
                    current = null;
                    over.cancel();
                });
        assertNothingIsLeft();
    }

    @Test
    void mediaThatMayHaveExpiredIsToBeChecked() {
        storeUntilNow(5_000);
        begin(T0 - 24 * 60 * MINUTE, Long.MAX_VALUE);
        firstBody();
        timer.turn(Duration.ofHours(23));
        play();
        assertThat(end().how()).isEqualTo(How.EXPIRED);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
    }

    @Test
    void aSilentCallIsDead() {
        storeLongAgo(5);
        begin();
        firstBody().respond();
        timer.advance(Duration.ofSeconds(16));
        assertThat(end().how()).isEqualTo(How.SILENT);
        assertNothingIsLeft();
    }

    @Test
    void whateverIsThrownIsReported() {
        storeLongAgo(5);
        IllegalStateException poison = new IllegalStateException("poison");
        judge =
                listed -> {
                    throw poison;
                };
        begin();
        play();
        assertThat(end().how()).isEqualTo(How.BROKEN);
        assertThat(end().cause()).isSameAs(poison);
    }

    // ---- holding and giving up -------------------------------------------------------------

    @Test
    void asksNothingWhileItIsHeld() {
        storeUntilNow(300);
        ahead = 0;
        begin();
        assertThat(service.lists).isEmpty();
        ahead = 4;
        locked(current::askForMore);
        Body body = firstBody();
        body.deliver(500);
        ahead = 0;
        while (body.deliver(500)) {
            assertThat(body.requested).isNotNegative();
        }
        assertThat(taken).isNotEmpty();
        assertThat(body.requested).isZero();
        timer.advance(Duration.ofMinutes(1));
        assertThat(ends).isEmpty();
        ahead = 4;
        locked(current::askForMore);
        assertThat(body.requested).isEqualTo(4);
        play();
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
    }

    /** Memory is granted once, to whatever asks for it first. */
    @Test
    void aBodyGoesOnWhateverFindsThatThereIsMemoryAgain() {
        storeUntilNow(300);
        begin();
        Body body = firstBody().respond();
        Body next = service.bodies.get(1);
        ahead = 0;
        while (body.deliver(500)) {
            assertThat(body.requested).isNotNegative();
        }
        assertThat(body.requested).isZero();
        ahead = 4;
        next.respond();
        assertThat(body.requested).isEqualTo(4);
        play();
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
    }

    @Test
    void aBodyThatDiesWhileItIsHeldWasHeldUp() {
        storeUntilNow(300);
        begin();
        Body body = firstBody();
        ahead = 0;
        while (body.deliver(500)) {
            assertThat(body.requested).isNotNegative();
        }
        timer.advance(Duration.ofMinutes(1));
        body.fail(new IOException("reset"));
        assertThat(end().isHeldUp()).isTrue();
    }

    @Test
    void leavesNothingWhenItIsGivenUp() {
        for (int steps = 0; steps < 60; steps++) {
            taken.clear();
            service.bodies.clear();
            service.lists.clear();
            storeUntilNow(400);
            begin();
            for (int i = 0; i < steps; i++) {
                step(700);
            }
            if (current == null) {
                assertThat(end().how()).isEqualTo(How.HISTORY_READ);
                return;
            }
            locked(
                    () -> {
                        Fetch over = current;
                        current = null;
                        over.cancel();
                    });
            int before = taken.size();
            assertNothingIsLeft();
            service.bodies.forEach(Body::late);
            new ArrayList<>(service.lists).forEach(FakeArchive.ListCall::answer);
            timer.advance(Duration.ofMinutes(5));
            assertThat(taken).hasSize(before);
            assertThat(ends).isEmpty();
            assertNothingIsLeft();
        }
    }

    @Test
    void aFragmentThatIsGivenUpInTheMiddleIsCounted() {
        storeLongAgo(5);
        begin();
        int length = GetMediaBytes.archived(stored.get(0), T0, 100).length;
        firstBody().deliver(2 * length - 20);
        locked(
                () -> {
                    Fetch over = current;
                    current = null;
                    over.cancel();
                });
        assertThat(metrics.count("discardedPartialFragments")).isEqualTo(1);
    }

    @Test
    void aSlowListDoesNotStopTheBatchBefore() {
        storeUntilNow(1_200);
        begin(T0 - 20 * MINUTE, Long.MAX_VALUE);
        firstBody();
        for (int i = 0; i < 100 && !service.open().isEmpty(); i++) {
            service.open().get(0).play(8192);
            timer.advanceMillis(500);
        }
        assertThat(service.lists).as("one list at a time").hasSize(1);
        assertThat(taken).isEqualTo(stored.subList(0, taken.size()));
        assertThat(taken).hasSizeGreaterThan(300);
        play();
        assertThat(taken).hasSizeGreaterThan(1_160);
    }
}
