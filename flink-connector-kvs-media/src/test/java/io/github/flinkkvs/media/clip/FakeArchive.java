/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.media.ArchivedFragment;
import io.github.flinkkvs.client.media.FragmentArchive;
import io.github.flinkkvs.client.media.FragmentPage;
import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.client.media.MediaService;
import io.github.flinkkvs.client.media.TimeRange;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamDirectory;
import io.github.flinkkvs.client.streams.StreamListing;
import io.github.flinkkvs.mkv.FragmentNumber;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An archive without a network. Its calls are answered by the worker of the test. */
final class FakeArchive implements KvsConnection, StreamDirectory, FragmentArchive {

    /** How a call for media goes. Each part is for the next call only. */
    static final class Script {
        /** The call fails before there is an answer. */
        @Nullable Throwable error;

        /** The connection fails after this many bytes of the body, or ends if there is no error. */
        int cutAfter = Integer.MAX_VALUE;

        @Nullable Throwable errorAfterCut;

        /** The connection is silent after this many bytes. */
        int silentAfter = Integer.MAX_VALUE;

        /** Sent in place of fragments. */
        final Map<FragmentNumber, byte[]> documents = new HashMap<>();

        /** Not delivered at all. */
        final List<FragmentNumber> leftOut = new ArrayList<>();

        @Nullable Random order;
    }

    /** A GetMediaForFragmentList call. */
    final class Call implements MediaCall {
        final List<FragmentNumber> requested;
        private final MediaListener listener;
        private final Script script;
        private final ByteBuffer body;
        private int sent;
        private int demand;
        private boolean begun;
        boolean cancelled;
        boolean over;

        Call(List<FragmentNumber> requested, MediaListener listener, Script script) {
            this.requested = requested;
            this.listener = listener;
            this.script = script;
            this.body = ByteBuffer.wrap(body(requested, script));
        }

        @Override
        public void request(int pieces) {
            demand += pieces;
            worker.post(this::deliver);
        }

        @Override
        public void cancel() {
            cancelled = true;
            over = true;
        }

        int bodyBytes() {
            return body.limit();
        }

        int sentBytes() {
            return sent;
        }

        private void deliver() {
            if (over) {
                return;
            }
            if (!begun) {
                begun = true;
                listener.onTurn();
                if (script.error != null) {
                    over = true;
                    listener.onError(script.error);
                    return;
                }
                listener.onResponse("request", serviceTimeMillis());
            }
            while (demand > 0 && !over) {
                int until = Math.min(script.cutAfter, script.silentAfter);
                int length = Math.min(Math.min(pieceBytes, body.remaining()), until - sent);
                if (length > 0) {
                    byte[] piece = new byte[length];
                    body.get(piece);
                    sent += length;
                    demand--;
                    listener.onBytes(ByteBuffer.wrap(piece));
                } else if (sent < script.silentAfter) {
                    over = true;
                    if (script.errorAfterCut != null) {
                        listener.onError(script.errorAfterCut);
                    } else {
                        listener.onEnd();
                    }
                } else {
                    return;
                }
            }
        }
    }

    private static final class Stored {
        final ArchivedFragment listed;
        final byte[] document;

        Stored(ArchivedFragment listed, byte[] document) {
            this.listed = listed;
            this.document = document;
        }
    }

    final List<StreamArn> forgottenStreams = new ArrayList<>();
    final List<String> described = new ArrayList<>();
    final List<TimeRange> lists = new ArrayList<>();
    final List<Call> calls = new ArrayList<>();
    final Deque<Object> descriptions = new ArrayDeque<>();
    final Deque<Throwable> listErrors = new ArrayDeque<>();
    final Deque<Script> scripts = new ArrayDeque<>();
    @Nullable RuntimeException unforeseen;
    int forgotten;
    int pageSize = 1_000;
    int pieceBytes = 8_192;
    int retentionHours = 24;

    /** Whether a range that begins before the stream or its retention has nothing. */
    boolean earlyBeginningListsNothing;

    boolean closed;

    private final ManualWorker worker;
    private final long beganNanos;
    private final long beganMillis;
    private final Map<FragmentNumber, Stored> stored = new HashMap<>();

    /**
     * @param serviceTimeMillis what the service's clock says now
     */
    FakeArchive(ManualWorker worker, long serviceTimeMillis) {
        this.worker = worker;
        this.beganNanos = worker.nanoTime();
        this.beganMillis = serviceTimeMillis;
    }

    /**
     * Archives a fragment.
     *
     * @param document as GetMedia delivers it, with trailing Tags
     */
    void add(FragmentNumber number, long serverMillis, long producerMillis, byte[] document) {
        byte[] archived = withoutTrailingTags(document);
        stored.put(
                number,
                new Stored(
                        new ArchivedFragment(number, serverMillis, producerMillis, archived.length),
                        archived));
    }

    private static byte[] withoutTrailingTags(byte[] document) {
        int end = document.length - 4;
        while (ByteBuffer.wrap(document).getInt(end) != 0x1254C367) {
            end--;
        }
        return Arrays.copyOf(document, end);
    }

    long serviceTimeMillis() {
        return beganMillis + TimeUnit.NANOSECONDS.toMillis(worker.nanoTime() - beganNanos);
    }

    private byte[] body(List<FragmentNumber> requested, Script script) {
        List<FragmentNumber> order = new ArrayList<>(requested);
        if (script.order != null) {
            Collections.shuffle(order, script.order);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (FragmentNumber number : order) {
            if (!script.leftOut.contains(number)) {
                byte[] document = script.documents.get(number);
                body.writeBytes(document == null ? stored.get(number).document : document);
            }
        }
        return body.toByteArray();
    }

    // ---- the service ---------------------------------------------------------------------------

    @Override
    public CompletableFuture<StreamDescription> describe(String nameOrArn) {
        described.add(nameOrArn);
        Object answer = descriptions.size() > 1 ? descriptions.poll() : descriptions.peek();
        CompletableFuture<StreamDescription> description = new CompletableFuture<>();
        worker.post(
                () -> {
                    if (answer instanceof Throwable) {
                        description.completeExceptionally((Throwable) answer);
                    } else {
                        String arn =
                                answer == null
                                        ? "arn:aws:kinesisvideo:eu-central-1:1:stream/"
                                                + StreamArn.nameOf(nameOrArn)
                                                + "/1"
                                        : (String) answer;
                        description.complete(
                                new StreamDescription(
                                        StreamArn.parse(arn), retentionHours, serviceTimeMillis()));
                    }
                });
        return description;
    }

    @Override
    public CompletableFuture<FragmentPage> list(
            StreamArn stream, TimeRange range, @Nullable String nextToken) {
        lists.add(range);
        Throwable error = listErrors.poll();
        CompletableFuture<FragmentPage> page = new CompletableFuture<>();
        worker.post(
                () -> {
                    if (error != null) {
                        page.completeExceptionally(error);
                    } else if (earlyBeginningListsNothing && isEarly(stream, range)) {
                        page.complete(
                                new FragmentPage(
                                        Collections.emptyList(), null, serviceTimeMillis()));
                    } else {
                        page.complete(page(range, nextToken));
                    }
                });
        return page;
    }

    private boolean isEarly(StreamArn stream, TimeRange range) {
        long retained = serviceTimeMillis() - TimeUnit.HOURS.toMillis(retentionHours);
        return range.fromMillis() < Math.max(stream.createdMillis(), retained);
    }

    private FragmentPage page(TimeRange range, @Nullable String nextToken) {
        List<ArchivedFragment> found = new ArrayList<>();
        for (Stored each : stored.values()) {
            long time =
                    range.clock() == TimeRange.Clock.SERVER
                            ? each.listed.serverTimestampMillis()
                            : each.listed.producerTimestampMillis();
            // A fragment is listed when the next one begins, a second later.
            if (time >= range.fromMillis()
                    && time <= range.toMillis()
                    && each.listed.serverTimestampMillis() + 1_000 <= serviceTimeMillis()) {
                found.add(each.listed);
            }
        }
        // In an order of its own, but the same for all pages.
        found.sort((one, other) -> one.number().toString().compareTo(other.number().toString()));
        Collections.shuffle(found, new Random(7));
        int from = nextToken == null ? 0 : Integer.parseInt(nextToken);
        int to = Math.min(found.size(), from + pageSize);
        return new FragmentPage(
                found.subList(from, to),
                to < found.size() ? Integer.toString(to) : null,
                serviceTimeMillis());
    }

    @Override
    public MediaCall open(
            StreamArn stream, List<FragmentNumber> fragments, MediaListener listener) {
        if (unforeseen != null) {
            throw unforeseen;
        }
        Script script = scripts.isEmpty() ? new Script() : scripts.poll();
        Call call = new Call(fragments, listener, script);
        calls.add(call);
        return call;
    }

    long openCalls() {
        return calls.stream().filter(call -> !call.over).count();
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        forgotten++;
    }

    // ---- the connection ------------------------------------------------------------------------

    @Override
    public StreamDirectory directory() {
        return this;
    }

    @Override
    public StreamListing listing() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forget(StreamArn stream) {
        forgottenStreams.add(stream);
    }

    @Override
    public MediaService media() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FragmentArchive archive() {
        return this;
    }

    @Override
    public ScheduledExecutorService executor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        closed = true;
    }
}
