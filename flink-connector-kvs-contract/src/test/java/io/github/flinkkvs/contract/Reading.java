/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.media.MediaCall;
import io.github.flinkkvs.client.media.MediaListener;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One call for media through the connector's own client, and what came of it. Guarded by its
 * monitor: the client reports in its threads, the contract waits in its own.
 */
final class Reading implements MediaListener, FragmentHandler, AutoCloseable {

    private static final int MAX_FRAGMENT = 50_000_000;
    private static final int PIECES = 1 << 20;
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final FragmentAssembler assembler;
    private final boolean archived;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final List<Fragment> fragments = new ArrayList<>();
    private final List<Long> arrivalNanos = new ArrayList<>();
    private final List<ServiceError> errors = new ArrayList<>();
    private MediaCall call;
    @Nullable private Throwable failure;
    private boolean accepted;
    private boolean ended;
    private long serviceTimeMillis;
    private long acceptedNanos;
    private long endedNanos;
    private long lastPieceNanos;

    /**
     * @param open begins the call
     */
    Reading(FragmentEnd fragmentEnd, Function<MediaListener, MediaCall> open) {
        assembler = new FragmentAssembler("contract", null, true, MAX_FRAGMENT, fragmentEnd);
        archived = fragmentEnd == FragmentEnd.NEXT_FRAGMENT;
        MediaCall begun = open.apply(this);
        synchronized (this) {
            call = begun;
        }
        begun.request(PIECES);
    }

    // ---- what the client reports --------------------------------------------------------------

    @Override
    public void onTurn() {}

    @Override
    public synchronized void onResponse(String requestId, long timeMillis) {
        accepted = true;
        acceptedNanos = System.nanoTime();
        lastPieceNanos = acceptedNanos;
        serviceTimeMillis = timeMillis;
        notifyAll();
    }

    @Override
    public synchronized void onBytes(ByteBuffer bytes) {
        lastPieceNanos = System.nanoTime();
        byte[] piece = new byte[bytes.remaining()];
        bytes.duplicate().get(piece);
        body.writeBytes(piece);
        try {
            if (failure == null) {
                assembler.feed(ByteBuffer.wrap(piece), this);
            }
        } catch (MkvException e) {
            failure = e;
        }
        notifyAll();
    }

    @Override
    public synchronized void onFragment(Fragment fragment) {
        fragments.add(fragment);
        arrivalNanos.add(System.nanoTime());
    }

    @Override
    public synchronized void onServiceError(ServiceError error) {
        errors.add(error);
    }

    @Override
    public synchronized void onEnd() {
        try {
            if (archived && failure == null) {
                assembler.completeLast(this);
            }
        } catch (MkvException e) {
            failure = e;
        }
        end();
    }

    @Override
    public synchronized void onError(Throwable error) {
        failure = error;
        end();
    }

    private void end() {
        ended = true;
        endedNanos = System.nanoTime();
        notifyAll();
    }

    // ---- what came of it ----------------------------------------------------------------------

    /** Waits until the call is accepted or refused. */
    synchronized Reading answered() throws InterruptedException {
        await(() -> accepted || ended, ANSWER, "the answer");
        return this;
    }

    /** Waits until the body has ended. */
    synchronized Reading toEnd(Duration timeout) throws InterruptedException {
        await(() -> ended, timeout, "the end of the body");
        return this;
    }

    /** Waits for so many fragments, or the end. */
    synchronized Reading until(int count, Duration timeout) throws InterruptedException {
        await(() -> fragments.size() >= count || ended, timeout, count + " fragments");
        return this;
    }

    /** Waits for the first fragment, and returns its number. */
    synchronized String first(Duration timeout) throws InterruptedException {
        until(1, timeout);
        if (fragments.isEmpty()) {
            throw new AssertionError("The body ended without a fragment: " + failure + errors);
        }
        return numbers().get(0);
    }

    /** Waits for a fragment. */
    synchronized void until(String number, Duration timeout) throws InterruptedException {
        await(() -> numbers().contains(number), timeout, "fragment " + number);
    }

    /** Waits for so many bytes; false if they do not come in time. */
    synchronized boolean hasBytes(int count, Duration timeout) throws InterruptedException {
        return reaches(() -> body.size() >= count || ended, timeout) && body.size() >= count;
    }

    private void await(BooleanSupplier reached, Duration timeout, String what)
            throws InterruptedException {
        if (!reaches(reached, timeout)) {
            throw new AssertionError(
                    "No " + what + " within " + timeout + ", but " + numbers() + " " + errors);
        }
    }

    private boolean reaches(BooleanSupplier reached, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!reached.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(1 + left / 1_000_000);
        }
        return true;
    }

    synchronized List<Fragment> fragments() {
        return List.copyOf(fragments);
    }

    synchronized List<String> numbers() {
        return fragments.stream().map(f -> f.number().toString()).collect(Collectors.toList());
    }

    synchronized List<ServiceError> errors() {
        return List.copyOf(errors);
    }

    /** Why the call failed; null if it did not. */
    @Nullable
    synchronized Throwable failure() {
        return failure;
    }

    synchronized byte[] body() {
        return body.toByteArray();
    }

    synchronized boolean isEnded() {
        return ended;
    }

    synchronized long serviceTimeMillis() {
        return serviceTimeMillis;
    }

    /** From the answer to the end of a fragment, by its place in the body. */
    synchronized Duration arrival(int index) {
        return Duration.ofNanos(arrivalNanos.get(index) - acceptedNanos);
    }

    /** From the answer to the end. */
    synchronized Duration duration() {
        return Duration.ofNanos(endedNanos - acceptedNanos);
    }

    /** From the last bytes, or the answer, to the end. */
    synchronized Duration silenceBeforeTheEnd() {
        return Duration.ofNanos(endedNanos - lastPieceNanos);
    }

    /** Whether the last byte is within a fragment. */
    synchronized boolean endsWithinAFragment() {
        return assembler.isInFragment();
    }

    /** Gives up the connection. */
    @Override
    public void close() {
        MediaCall begun;
        synchronized (this) {
            begun = call;
        }
        begun.cancel();
    }
}
