/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.fetch.FetchEnd.How;
import io.github.flinkkvs.source.resources.ReaderResources;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import javax.annotation.Nullable;

import java.time.Instant;

/** One GetMedia call. Guarded by the reader lock. */
@Internal
public final class LiveFetch implements Fetch, BodyCall.Owner {

    private final Owner owner;
    private final Sink sink;
    private final StartingPosition asked;
    private final long quietTimeNanos;
    private final ReaderResources resources;
    private final BodyReader body;
    private final BodyCall call;
    private boolean progress;

    /**
     * @param asked where to begin
     * @param assembler for the bytes of this call only
     * @param silenceTimeoutNanos a connection that sends nothing for this long, although bytes were
     *     requested, is dead
     * @param quietTimeNanos a body that ends after a silence of this length had nothing to send
     */
    public LiveFetch(
            Owner owner,
            Sink sink,
            StreamArn arn,
            StartingPosition asked,
            FragmentAssembler assembler,
            long silenceTimeoutNanos,
            long quietTimeNanos,
            ReaderResources resources) {
        this.owner = owner;
        this.sink = sink;
        this.asked = asked;
        this.quietTimeNanos = quietTimeNanos;
        this.resources = resources;
        this.body = new BodyReader(assembler);
        this.call =
                new BodyCall(
                        this,
                        listener -> resources.media().open(arn, selector(asked), listener),
                        body,
                        silenceTimeoutNanos,
                        resources);
    }

    // ---- for the session -------------------------------------------------------------------

    @Override
    public void begin() {
        call.begin();
    }

    @Override
    public void askForMore() {
        call.askForMore();
    }

    @Override
    public void cancel() {
        call.cancel();
        if (body.isInFragment()) {
            resources.metrics().onPartialDiscarded();
        }
    }

    // ---- for the call ----------------------------------------------------------------------

    @Override
    public boolean isCurrent(BodyCall of) {
        return owner.isCurrent(this);
    }

    @Override
    public int piecesAhead(BodyCall of) {
        return owner.piecesAhead();
    }

    @Override
    public void onAnswered(BodyCall of, String requestId, long serviceTimeMillis) {
        owner.onAnswered(asked, requestId, serviceTimeMillis);
    }

    @Override
    public void onPiece(BodyCall of) {
        for (BodyResult result : body.results()) {
            Outcome outcome = result.handOver(sink);
            if (outcome == Outcome.OVER) {
                owner.onOver(end(How.STOP_REACHED).build());
                return;
            }
            progress |= outcome == Outcome.PROGRESS;
        }
        if (body.error() != null) {
            owner.onOver(end(How.ERROR_TAG).serviceError(body.error()).build());
        } else if (body.problem() != null) {
            FetchEnd.Builder end = end(How.BAD_BYTES).cause(body.problem());
            owner.onOver(end.inFragment(body.open(), body.problemOffset()).build());
        } else {
            owner.onHeld(body.heldBytes());
        }
    }

    @Override
    public void onEnd(BodyCall of, How how, @Nullable Throwable cause) {
        FetchEnd.Builder end = end(how);
        if (how == How.BODY_ENDED) {
            end.quiet(call.isSilentFor(quietTimeNanos));
        }
        owner.onOver(end.cause(cause).build());
    }

    @Override
    public void onBroken(Throwable cause) {
        owner.onOver(FetchEnd.of(How.BROKEN, asked).cause(cause).build());
    }

    // ---- inside ----------------------------------------------------------------------------

    private FetchEnd.Builder end(How how) {
        return call.end(how, asked).progress(progress);
    }

    private static StartSelector selector(StartingPosition from) {
        StartSelector.Builder selector = StartSelector.builder();
        switch (from.kind()) {
            case NOW:
                return selector.startSelectorType(StartSelectorType.NOW).build();
            case AFTER_FRAGMENT:
                return selector.startSelectorType(StartSelectorType.FRAGMENT_NUMBER)
                        .afterFragmentNumber(from.fragmentNumber().toString())
                        .build();
            case SERVER_TIMESTAMP:
            case PRODUCER_TIMESTAMP:
                // The two enums use the same names, those of the service.
                return selector.startSelectorType(from.kind().name())
                        .startTimestamp(Instant.ofEpochMilli(from.timestampMillis()))
                        .build();
            default:
                return selector.startSelectorType(StartSelectorType.EARLIEST).build();
        }
    }
}
