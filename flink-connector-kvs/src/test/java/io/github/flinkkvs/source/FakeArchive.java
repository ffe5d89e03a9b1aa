/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.FragmentNumber;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.KinesisVideoArchivedMediaException;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An archive without a network: a test stores fragments, and says when calls are answered. All in
 * one thread.
 */
public final class FakeArchive implements FragmentArchive {

    private static final class Stored {
        final ArchivedFragment listed;
        final byte[] document;

        Stored(ArchivedFragment listed, byte[] document) {
            this.listed = listed;
            this.document = document;
        }
    }

    private final LongSupplier serviceMillis;
    private final Random random;
    private final Map<StreamArn, TreeMap<FragmentNumber, Stored>> stored = new HashMap<>();

    /** Listed, and answered with an error document. */
    public final Set<String> lost = new HashSet<>();

    /** Listed, and left out of answers. */
    public final Set<String> leftOut = new HashSet<>();

    /** Whether a fragment is not found by the call that is answered. */
    public Predicate<String> losesNow = number -> false;

    /** Whether the media of a fragment is followed by an error that names it. */
    public Predicate<String> breaksNow = number -> false;

    /** The order of the documents in a body, for the numbers in the order of the request. */
    public UnaryOperator<List<String>> order = numbers -> numbers;

    /** What is sent in place of a body. */
    public UnaryOperator<byte[]> damage = body -> body;

    /** How many fragments a page has. */
    public int pageSize = PAGE_SIZE;

    /** Whether the next page has nothing, and leads to another one. */
    public BooleanSupplier hasEmptyPage = () -> false;

    /** Whether the next page begins with the last fragment of the one before. */
    public BooleanSupplier repeatsFragment = () -> false;

    /** How far the clock of the host that answers is ahead. */
    public LongSupplier aheadMillis = () -> 0;

    /** A fragment is listed only so long after its server timestamp. */
    public long listedAfterMillis;

    /** Fragments with an earlier server timestamp are deleted. */
    public LongSupplier oldestMillis = () -> Long.MIN_VALUE;

    public final List<ListCall> lists = new ArrayList<>();
    public final List<Body> bodies = new ArrayList<>();
    public final List<StreamArn> forgotten = new ArrayList<>();

    /** What an open body hears before open returns. */
    public boolean turnsAtOnce = true;

    public FakeArchive(LongSupplier serviceMillis, Random random) {
        this.serviceMillis = serviceMillis;
        this.random = random;
    }

    public void store(StreamArn arn, String number, long serverMillis, byte[] document) {
        store(arn, number, serverMillis, document, document.length);
    }

    /** Stores a fragment whose size the list does not tell. */
    public void storeOfUnknownSize(
            StreamArn arn, String number, long serverMillis, byte[] document) {
        store(arn, number, serverMillis, document, 0);
    }

    private void store(
            StreamArn arn, String number, long serverMillis, byte[] document, int listedBytes) {
        ArchivedFragment listed =
                new ArchivedFragment(
                        FragmentNumber.of(number),
                        serverMillis,
                        GetMediaBytes.producerMillis(serverMillis),
                        listedBytes);
        storedOf(arn).put(listed.number(), new Stored(listed, document));
    }

    private TreeMap<FragmentNumber, Stored> storedOf(StreamArn arn) {
        return stored.computeIfAbsent(arn, of -> new TreeMap<>());
    }

    // ---- lists -----------------------------------------------------------------------------

    /** A ListFragments call that was not answered yet. */
    public final class ListCall {
        public final StreamArn arn;
        public final TimeRange range;
        @Nullable public final String nextToken;
        private final CompletableFuture<FragmentPage> answer = new CompletableFuture<>();

        ListCall(StreamArn arn, TimeRange range, @Nullable String nextToken) {
            this.arn = arn;
            this.range = range;
            this.nextToken = nextToken;
            answer.whenComplete((page, error) -> lists.remove(this));
        }

        public void answer() {
            if (range.toMillis() < oldestMillis.getAsLong()) {
                fail(outsideRetention(range.toMillis()));
                return;
            }
            lists.remove(this);
            answer.complete(page(this));
        }

        public void fail(Throwable error) {
            lists.remove(this);
            answer.completeExceptionally(error);
        }
    }

    /** How the service refuses a range. */
    public static Exception outsideRetention(long toMillis) {
        return KinesisVideoArchivedMediaException.builder()
                .statusCode(400)
                .awsErrorDetails(
                        AwsErrorDetails.builder()
                                .errorCode("InvalidArgumentException")
                                .errorMessage(
                                        "End timestamp "
                                                + toMillis
                                                + " is outside of the stream retention period.")
                                .build())
                .build();
    }

    private final Map<String, List<ArchivedFragment>> rest = new HashMap<>();
    private int tokens;

    private FragmentPage page(ListCall call) {
        long now = serviceMillis.getAsLong();
        List<ArchivedFragment> left =
                call.nextToken == null ? find(call, now) : rest.remove(call.nextToken);
        assertThat(left).as("known token").isNotNull();
        int size = hasEmptyPage.getAsBoolean() ? 0 : Math.min(pageSize, left.size());
        List<ArchivedFragment> page = left.subList(0, size);
        String nextToken = null;
        if (size < left.size()) {
            nextToken = "token-" + tokens++;
            boolean repeats = size > 1 && repeatsFragment.getAsBoolean();
            rest.put(nextToken, left.subList(repeats ? size - 1 : size, left.size()));
        }
        return new FragmentPage(page, nextToken, hostMillis());
    }

    /** As an answer tells it. */
    private long hostMillis() {
        return (serviceMillis.getAsLong() + aheadMillis.getAsLong()) / 1000 * 1000;
    }

    private List<ArchivedFragment> find(ListCall call, long now) {
        List<ArchivedFragment> found = new ArrayList<>();
        for (Stored each : storedOf(call.arn).values()) {
            long millis = each.listed.serverTimestampMillis();
            if (millis >= call.range.fromMillis()
                    && millis <= call.range.toMillis()
                    && millis >= oldestMillis.getAsLong()
                    && millis <= now - listedAfterMillis) {
                found.add(each.listed);
            }
        }
        Collections.shuffle(found, random);
        return found;
    }

    @Override
    public CompletableFuture<FragmentPage> list(
            StreamArn stream, TimeRange range, @Nullable String nextToken) {
        ListCall call = new ListCall(stream, range, nextToken);
        lists.add(call);
        return call.answer;
    }

    // ---- media -----------------------------------------------------------------------------

    /** A GetMediaForFragmentList call. */
    public final class Body implements MediaCall {
        public final StreamArn arn;
        public final List<String> numbers = new ArrayList<>();
        private final MediaListener listener;
        private byte[] bytes;
        private final List<Integer> ends = new ArrayList<>();
        private int sent;
        public int requested;
        public boolean answered;
        public boolean cancelled;
        public boolean over;

        Body(StreamArn arn, List<FragmentNumber> fragments, MediaListener listener) {
            this.arn = arn;
            this.listener = listener;
            fragments.forEach(number -> numbers.add(number.toString()));
        }

        @Override
        public void request(int pieces) {
            requested += pieces;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        public boolean isOpen() {
            return !cancelled && !over;
        }

        public Body respond() {
            if (!answered) {
                answered = true;
                bytes = content();
                listener.onResponse("r-2", hostMillis());
            }
            return this;
        }

        private byte[] content() {
            List<byte[]> documents = new ArrayList<>();
            for (String number : order.apply(new ArrayList<>(numbers))) {
                Stored found = storedOf(arn).get(FragmentNumber.of(number));
                boolean there =
                        found != null
                                && found.listed.serverTimestampMillis() >= oldestMillis.getAsLong();
                if (!there || lost.contains(number) || losesNow.test(number)) {
                    documents.add(GetMediaBytes.error(3000, "FRAGMENT_NOT_FOUND", number));
                } else if (!leftOut.contains(number)) {
                    documents.add(found.document);
                    if (breaksNow.test(number)) {
                        documents.add(GetMediaBytes.error(5000, "INTERNAL_ERROR", number));
                    }
                }
            }
            int end = 0;
            for (byte[] document : documents) {
                end += document.length;
                ends.add(end);
            }
            return damage.apply(GetMediaBytes.concat(documents.toArray(new byte[0][])));
        }

        /** Where in its document the next byte is. */
        public int placeInDocument() {
            return sent - start(sent);
        }

        private int start(int at) {
            int start = 0;
            for (int end : ends) {
                if (at < end) {
                    break;
                }
                start = end;
            }
            return start;
        }

        public int left() {
            return answered ? bytes.length - sent : Integer.MAX_VALUE;
        }

        /** Delivers so many bytes as one piece, if they are there, and requested. */
        public boolean deliver(int count) {
            respond();
            if (!isOpen() || requested == 0 || left() == 0) {
                return false;
            }
            requested--;
            int to = Math.min(bytes.length, sent + count);
            byte[] piece = Arrays.copyOfRange(bytes, sent, to);
            sent = to;
            listener.onBytes(ByteBuffer.wrap(piece));
            return true;
        }

        /** Delivers everything in pieces of a size, then ends, unless it is cancelled first. */
        public void play(int pieceBytes) {
            while (deliver(pieceBytes)) {
                assertThat(requested).isNotNegative();
            }
            if (isOpen() && left() == 0) {
                end();
            }
        }

        public void end() {
            respond();
            if (isOpen()) {
                over = true;
                listener.onEnd();
            }
        }

        public void fail(Throwable error) {
            over = true;
            listener.onError(error);
        }

        /** Delivers something although it was cancelled. */
        public void late() {
            listener.onBytes(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            listener.onEnd();
        }

        @Override
        public String toString() {
            return numbers.toString();
        }
    }

    @Override
    public MediaCall open(
            StreamArn stream, List<FragmentNumber> fragments, MediaListener listener) {
        assertThat(fragments).isNotEmpty().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(1000);
        Body body = new Body(stream, fragments, listener);
        bodies.add(body);
        if (turnsAtOnce) {
            listener.onTurn();
        }
        return body;
    }

    /** The bodies that are not over. */
    public List<Body> open() {
        List<Body> open = new ArrayList<>(bodies);
        open.removeIf(body -> !body.isOpen());
        return open;
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        forgotten.add(stream);
    }
}
