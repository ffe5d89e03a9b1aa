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
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamListing;
import io.github.flinkkvs.client.streams.StreamPage;
import io.github.flinkkvs.source.StreamSelector;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Finds the streams that fit a selection in the list of all streams (ListStreams), which says
 * enough about each. Tags cost a call for each stream (ListTagsForStream): they are requested of
 * streams that fit otherwise, and again now and then of those whose tags did not fit. If they are
 * refused of a stream that came later, the scan goes on to the others, and then fails.
 *
 * <p>Nothing remembers tags over a restart. So the youngest streams come first, and a scan after
 * the first requests no more tags than fit until the next one is due: a new stream never waits for
 * the tags of thousands of old ones.
 *
 * <p>Streams are handed over as they are found: a scan with tags may take minutes. Called by one
 * thread at a time, except for answers, which {@link TagMemory} guards.
 */
final class SelectedStreams implements StreamFinder {

    private static final int TAG_CALLS_AT_A_TIME = 8;

    /** Far more than there are: the service gives up to 10,000 streams with each. */
    private static final int MAX_PAGES = 1_000;

    private final StreamSelector selector;
    private final long intervalNanos;
    private final boolean once;
    private final TagMemory unfit;
    private final LongSupplier nanoTime;
    private final AtomicInteger answers = new AtomicInteger();
    private boolean scanned;

    /** Pages that the scan under way has requested. */
    private int pages;

    /** Streams that the scan under way lists, and whose tags were never requested. */
    private List<StreamDescription> neverAsked = new ArrayList<>();

    /** Whether the last scan left some of them to the next one. */
    private boolean tagsLeft;

    /** Why the scan under way does not know the tags of some stream; null if it does. */
    @Nullable private volatile StreamsNotFoundException refusal;

    /**
     * @param intervalNanos between the end of a scan and the beginning of the next
     * @param once whether one complete scan is enough
     * @param scanned whether there was a complete scan
     * @param nanoTime a clock that never goes back
     */
    SelectedStreams(
            StreamSelector selector,
            long intervalNanos,
            boolean once,
            boolean scanned,
            LongSupplier nanoTime) {
        this.selector = selector;
        this.intervalNanos = intervalNanos;
        this.once = once;
        this.scanned = scanned;
        this.nanoTime = nanoTime;
        this.unfit = new TagMemory(intervalNanos);
    }

    @Override
    public CompletableFuture<Void> scan(KvsConnection connection, Sink sink) {
        unfit.beginScan();
        pages = 0;
        refusal = null;
        neverAsked = new ArrayList<>();
        tagsLeft = false;
        Executor executor = connection.executor();
        return page(connection.listing(), executor, sink, null)
                .thenComposeAsync(
                        done -> askForTags(connection.listing(), executor, sink, toAsk()), executor)
                .thenRun(
                        () -> {
                            unfit.endScan();
                            scanned = true;
                            if (refusal != null) {
                                throw refusal;
                            }
                            tagsLeft = !neverAsked.isEmpty();
                        });
    }

    /** This page of the list, and those after it. */
    private CompletableFuture<Void> page(
            StreamListing listing, Executor executor, Sink sink, @Nullable String token) {
        pages++;
        if (pages > MAX_PAGES) {
            throw new IllegalStateException(
                    "The service's list of streams has no end: there are more than "
                            + MAX_PAGES
                            + " pages");
        }
        return listing.list(selector.namePrefix(), token)
                .handle(SelectedStreams::orNotListed)
                .thenComposeAsync(
                        page ->
                                sink.listed(wanted(page), page.others())
                                        .thenAcceptAsync(unknown -> take(sink, unknown), executor)
                                        .thenComposeAsync(
                                                done ->
                                                        page.nextToken() == null
                                                                ? done()
                                                                : page(
                                                                        listing,
                                                                        executor,
                                                                        sink,
                                                                        page.nextToken()),
                                                executor),
                        executor);
    }

    private static StreamPage orNotListed(@Nullable StreamPage page, @Nullable Throwable error) {
        if (error != null) {
            throw new StreamsNotFoundException(
                    "The streams cannot be listed",
                    error,
                    ErrorTable.classify(error) == ErrorClass.FATAL
                            ? "Selecting streams needs the IAM action kinesisvideo:ListStreams on"
                                    + " all resources (*)."
                            : "");
        }
        return page;
    }

    private List<StreamDescription> wanted(StreamPage page) {
        return page.readable().stream()
                .filter(stream -> selector.selectsName(stream.arn().name()))
                .collect(Collectors.toList());
    }

    private void take(Sink sink, List<StreamDescription> unknown) {
        if (!selector.tags().isEmpty()) {
            neverAsked.addAll(unfit.neverAsked(unknown));
        } else if (!unknown.isEmpty()) {
            answers.addAndGet(unknown.size());
            sink.found(unknown);
        }
    }

    /**
     * The youngest streams first, then those to ask again. The first scan asks all streams; the
     * others, as many as may be asked until the next scan is due.
     */
    private List<StreamDescription> toAsk() {
        long calls =
                StreamListing.TAG_CALLS_PER_SECOND
                        * Math.max(TimeUnit.NANOSECONDS.toSeconds(intervalNanos), 1);
        neverAsked.sort(
                Comparator.<StreamDescription>comparingLong(stream -> stream.arn().createdMillis())
                        .reversed());
        int first = scanned ? (int) Math.min(calls, neverAsked.size()) : neverAsked.size();
        List<StreamDescription> asked = new ArrayList<>(neverAsked.subList(0, first));
        asked.addAll(unfit.due(nanoTime.getAsLong(), Math.max(calls - first, 0)));
        neverAsked = neverAsked.subList(first, neverAsked.size());
        return asked;
    }

    private CompletableFuture<Void> askForTags(
            StreamListing listing, Executor executor, Sink sink, List<StreamDescription> streams) {
        return Calls.each(
                streams,
                TAG_CALLS_AT_A_TIME,
                executor,
                stream ->
                        listing.tags(stream.arn())
                                .handle((tags, error) -> onTags(sink, stream, tags, error)));
    }

    private Void onTags(
            Sink sink,
            StreamDescription stream,
            @Nullable Map<String, String> tags,
            @Nullable Throwable error) {
        if (error == null) {
            answers.incrementAndGet();
            if (selector.selectsTags(tags)) {
                unfit.remove(stream);
                sink.found(List.of(stream));
            } else {
                unfit.add(stream, nanoTime.getAsLong());
            }
            return null;
        }
        ErrorClass errorClass = ErrorTable.classify(error);
        if (errorClass != ErrorClass.STREAM_NOT_FOUND) {
            boolean refused = errorClass == ErrorClass.FATAL;
            StreamsNotFoundException failure =
                    new StreamsNotFoundException(
                            "The tags of stream " + stream.arn().name() + " cannot be listed",
                            error,
                            refused
                                    ? "Selecting streams by tags needs the IAM action"
                                            + " kinesisvideo:ListTagsForStream."
                                    : "");
            if (!refused || !scanned) {
                throw failure;
            }
            // A policy may be about single streams, and a new one of these must not hide others.
            refusal = failure;
            unfit.add(stream, nanoTime.getAsLong());
        }
        return null;
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public int answers() {
        return answers.get();
    }

    @Override
    public boolean isDone() {
        return once && scanned;
    }

    @Override
    public long intervalNanos() {
        return tagsLeft ? 0 : intervalNanos;
    }
}
