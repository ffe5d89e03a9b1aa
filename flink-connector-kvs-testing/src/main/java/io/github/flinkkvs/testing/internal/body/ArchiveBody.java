/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.body;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.internal.log.RecordedBody;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.LiveBody;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.EndReason;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * The body of one GetMediaForFragmentList call: the fragments that it names, each looked up when
 * its turn comes, and an error in place of each that is not found.
 *
 * <p>Owned by the event loop of its connection; any thread may call the methods of {@link
 * LiveBody}.
 */
public final class ArchiveBody implements LiveBody, BodySource {
    private final Context context;
    private final ServiceState service;
    private final KvsStream stream;
    private final RecordedBody record;
    @Nullable private final String accessKeyId;
    private final BodyFaults faults;
    private final BodyWriter writer;
    private final ArchiveForm form = new ArchiveForm();

    /** What is still to come. */
    private final Deque<BigInteger> numbers;

    /** What is being sent: a fragment, or an error. */
    private final Deque<ByteBuf> parts = new ArrayDeque<>();

    /** The fragment in {@link #parts}; null if that is an error. */
    @Nullable private StoredDocument current;

    @Nullable private StoredDocument lastDone;
    private boolean started;
    private boolean repeating;
    private int answered;

    /** Set when the body is to end after {@link #parts}. */
    @Nullable private EndReason endBehindParts;

    /** Set when nothing is to follow. */
    @Nullable private EndReason end;

    /**
     * @param asked the fragments that the request names, in its order
     * @param accessKeyId the access key of the call; null if it is not known
     */
    public ArchiveBody(
            Vertx vertx,
            ServiceState service,
            KvsStream stream,
            HttpServerRequest request,
            RecordedBody record,
            List<BigInteger> asked,
            List<Fault> scripted,
            @Nullable String accessKeyId) {
        this.context = vertx.getOrCreateContext();
        this.service = service;
        this.stream = stream;
        this.record = record;
        this.accessKeyId = accessKeyId;
        faults = new BodyFaults(scripted);
        numbers = new ArrayDeque<>(inOrder(asked, service.behavior().archive()));
        writer = new BodyWriter(vertx, service, request, record, faults, new Pacing(), this);
    }

    private static List<BigInteger> inOrder(List<BigInteger> asked, ArchiveBehavior behavior) {
        List<BigInteger> ordered = new ArrayList<>(asked);
        switch (behavior.bodyOrder()) {
            case BY_NUMBER:
                Collections.sort(ordered);
                break;
            case REVERSED:
                Collections.reverse(ordered);
                break;
            case SHUFFLED:
                Collections.shuffle(ordered, new Random(behavior.seed()));
                break;
            default:
                // As requested.
        }
        return ordered;
    }

    /** Sends the head of the answer at once, then the fragments. */
    public void begin() {
        writer.begin();
        writer.pump();
    }

    /** An archive gets nothing new for a call that has begun. */
    @Override
    public void wake() {}

    @Override
    public Future<Void> requestEnd(EndReason reason) {
        Promise<Void> sent = Promise.promise();
        context.runOnContext(asked -> writer.end(reason).onComplete(sent));
        return sent.future();
    }

    @Override
    @Nullable
    public String accessKeyId() {
        return accessKeyId;
    }

    // ------------------------------------------------------------------ media

    @Override
    @Nullable
    public ByteBuf next(int max) {
        while (end == null) {
            ByteBuf part = parts.peek();
            if (part == null) {
                if (!takeNext()) {
                    end = EndReason.COMPLETE;
                }
            } else if (part.isReadable()) {
                if (current != null && !started) {
                    started = true;
                    record.started(current.number());
                }
                return part.readRetainedSlice(Math.min(max, part.readableBytes()));
            } else {
                parts.remove();
                if (parts.isEmpty()) {
                    partsDone();
                }
            }
        }
        // Not before everything was written, so that the log has it all.
        writer.lastWrite().onComplete(written -> writer.end(end));
        return null;
    }

    /** Moves to the next fragment, or to an error in its place; false if there is none. */
    private boolean takeNext() {
        if (lastDone != null && faults.repeat(answered)) {
            repeating = true;
            take(lastDone);
            return true;
        }
        BigInteger number = numbers.poll();
        if (number == null) {
            return false;
        }
        Behavior behavior = service.behavior();
        Fault error = faults.errorTag(answered);
        StoredDocument found =
                error != null ? null : stream.archive().find(number, behavior.archive());
        if (found != null) {
            take(found);
            return true;
        }
        parts.add(
                error == null
                        ? form.notFound(number, behavior)
                        : form.error(error.number(), error.text(), number, behavior));
        if (behavior.archive().errorEndsBody()) {
            endBehindParts = EndReason.IN_BAND_ERROR;
        }
        return true;
    }

    private void take(StoredDocument fragment) {
        current = fragment;
        started = false;
        parts.addAll(form.fragment(fragment, service.behavior()));
        if (fragment.afterBreak() == AfterBreak.END_OF_BODY) {
            endBehindParts = EndReason.BROKEN_FRAGMENT;
        }
    }

    /** After the last byte of a fragment or error. */
    private void partsDone() {
        if (current != null && current.afterBreak() == null) {
            String number = current.number();
            long handedOverNanos = writer.lastWriteNanos();
            writer.lastWrite().onSuccess(written -> record.sent(number, handedOverNanos));
            lastDone = current;
        }
        if (!repeating) {
            answered++;
        }
        repeating = false;
        current = null;
        end = endBehindParts;
    }

    @Override
    public void handedOver() {}

    /** From here on the connection no longer counts towards the quota. */
    @Override
    public void ended(EndReason reason) {
        parts.clear();
        numbers.clear();
        stream.archiveConnections().remove(this);
    }
}
