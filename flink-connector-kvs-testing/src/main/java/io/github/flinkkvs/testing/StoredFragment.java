/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A fragment as the service holds it. Thread-safe: the producer's thread appends while connections'
 * event loops read; its bytes are guarded by its own monitor, and bytes once visible never move.
 */
public final class StoredFragment {
    private enum State {
        OPEN,
        COMPLETE,
        BROKEN
    }

    private final BigInteger sequence;
    private final String number;
    private final long serverTimestampMillis;
    private final long producerTimestampMillis;
    private final long ingestedAtMillis;

    /** Recorded documents bring their own trailing Tags; pushed ones get them at delivery. */
    private final boolean recorded;

    private byte[] content;
    private int visible;
    private State state;
    private long durationMillis;
    private boolean intact = true;
    @Nullable private AfterBreak afterBreak;
    private volatile boolean forgotten;

    private StoredFragment(
            BigInteger sequence,
            long serverTimestampMillis,
            long producerTimestampMillis,
            long ingestedAtMillis,
            boolean recorded,
            byte[] content,
            State state) {
        this.sequence = sequence;
        this.number = sequence.toString();
        this.serverTimestampMillis = serverTimestampMillis;
        this.producerTimestampMillis = producerTimestampMillis;
        this.ingestedAtMillis = ingestedAtMillis;
        this.recorded = recorded;
        this.content = content;
        this.visible = content.length;
        this.state = state;
    }

    static StoredFragment open(
            BigInteger sequence, long serverMillis, long producerMillis, byte[] first) {
        return new StoredFragment(
                sequence, serverMillis, producerMillis, serverMillis, false, first, State.OPEN);
    }

    static StoredFragment recorded(
            Recording.Document document,
            byte[] file,
            long ingestedAtMillis,
            AfterBreak afterwards) {
        StoredFragment fragment =
                new StoredFragment(
                        document.number(),
                        document.serverTimestampMillis(),
                        document.producerTimestampMillis(),
                        ingestedAtMillis,
                        true,
                        Arrays.copyOfRange(file, document.start, document.end),
                        document.complete() ? State.COMPLETE : State.BROKEN);
        fragment.durationMillis = document.durationMillis();
        if (!document.complete()) {
            fragment.afterBreak = afterwards;
            fragment.intact = false;
        }
        return fragment;
    }

    /** The fragment number, 47 decimal digits. */
    public String number() {
        return number;
    }

    BigInteger sequence() {
        return sequence;
    }

    /** When the service began to receive it; epoch milliseconds by the service's clock. */
    public long serverTimestampMillis() {
        return serverTimestampMillis;
    }

    /** The producer's start of recording, in milliseconds. */
    public long producerTimestampMillis() {
        return producerTimestampMillis;
    }

    /** Retention counts from here: a recording is as old as its replay. */
    long ingestedAtMillis() {
        return ingestedAtMillis;
    }

    /** The length of {@link #bytes()}. */
    public synchronized int size() {
        return visible + trailingTags(0).length;
    }

    /**
     * The document as a GetMedia client receives it. Of a pushed fragment, the value of
     * MILLIS_BEHIND_NOW, which is made at delivery, is {@code 0} here; a recorded one has its
     * recorded bytes.
     */
    public synchronized byte[] bytes() {
        byte[] trailing = trailingTags(0);
        byte[] bytes = Arrays.copyOf(content, visible + trailing.length);
        System.arraycopy(trailing, 0, bytes, visible, trailing.length);
        return bytes;
    }

    /** True if these bytes are this document, whatever value MILLIS_BEHIND_NOW has in them. */
    public boolean matches(ByteBuffer received) {
        byte[] expected;
        int comparable;
        synchronized (this) {
            expected = content;
            comparable = visible;
        }
        if (received.remaining() < comparable
                || !ByteBuffer.wrap(expected, 0, comparable)
                        .equals(received.duplicate().limit(received.position() + comparable))) {
            return false;
        }
        ByteBuffer rest = received.duplicate();
        rest.position(received.position() + comparable);
        byte[] trailing = new byte[rest.remaining()];
        rest.get(trailing);
        if (trailingTags(0).length == 0) {
            return trailing.length == 0;
        }
        String text = new String(trailing, StandardCharsets.ISO_8859_1);
        int name = text.indexOf(ServiceTags.MILLIS_BEHIND_NOW);
        // Behind the name come id (2 bytes) and size (4 bytes) of the value.
        int value = name + ServiceTags.MILLIS_BEHIND_NOW.length() + 6;
        int end = value;
        while (end < trailing.length && Character.isDigit(text.charAt(end))) {
            end++;
        }
        return name >= 0
                && end > value
                && end - value < 19
                && Arrays.equals(
                        trailing, trailingTags(Long.parseLong(text.substring(value, end))));
    }

    /** False once it was made corrupt, oversized or broken on purpose, or recorded incompletely. */
    public synchronized boolean intact() {
        return intact;
    }

    /** True when its last byte has arrived and it can be delivered whole. */
    public synchronized boolean complete() {
        return state == State.COMPLETE;
    }

    synchronized boolean open() {
        return state == State.OPEN;
    }

    /** What follows it when it breaks off; null for one that does not. */
    @Nullable
    synchronized AfterBreak afterBreak() {
        return state == State.BROKEN ? afterBreak : null;
    }

    synchronized long durationMillis() {
        return durationMillis;
    }

    synchronized void append(byte[] bytes, int offset, int length) {
        if (state != State.OPEN) {
            throw new IllegalStateException("Fragment " + number + " is not open");
        }
        if (visible + length > content.length) {
            // A reader may still hold the old array: it is left as it is.
            content = Arrays.copyOf(content, Math.max(2 * content.length, visible + length));
        }
        System.arraycopy(bytes, offset, content, visible, length);
        visible += length;
    }

    synchronized void complete(long duration) {
        durationMillis = duration;
        content = content.length == visible ? content : Arrays.copyOf(content, visible);
        state = State.COMPLETE;
    }

    synchronized void abandon() {
        state = State.BROKEN;
        afterBreak = AfterBreak.NEXT_FRAGMENT;
        intact = false;
    }

    synchronized void corrupt(int offset, byte[] bytes) {
        if (offset < 0 || offset + bytes.length > visible) {
            throw new IllegalArgumentException(
                    "Fragment " + number + " has only " + visible + " bytes of the producer");
        }
        byte[] changed = content.clone();
        System.arraycopy(bytes, 0, changed, offset, bytes.length);
        content = changed;
        intact = false;
    }

    /** Makes it larger by an element Void at its end. */
    synchronized void enlarge(int by) {
        byte[] filler = new EbmlWriter(by + 16).bytes(Ebml.VOID, new byte[by], 8).toByteArray();
        int at = producerBytes();
        byte[] changed = Arrays.copyOf(content, visible + filler.length);
        System.arraycopy(filler, 0, changed, at, filler.length);
        System.arraycopy(content, at, changed, at + filler.length, visible - at);
        content = changed;
        visible = changed.length;
        intact = false;
    }

    /** Cuts it off for ever. */
    synchronized void breakOff(int offset, AfterBreak afterwards) {
        visible = offset < 0 ? producerBytes() : Math.min(offset, visible);
        content = Arrays.copyOf(content, visible);
        state = State.BROKEN;
        afterBreak = afterwards;
        intact = false;
    }

    /** Bytes before the service's trailing Tags. */
    private int producerBytes() {
        if (!recorded || state != State.COMPLETE) {
            return visible;
        }
        byte[] document = Arrays.copyOf(content, visible);
        return Recording.documents(document).get(0).trailingTagsOffset();
    }

    /** It has expired in a stream that does not keep what has. */
    void forget() {
        forgotten = true;
    }

    boolean forgotten() {
        return forgotten;
    }

    synchronized int visible() {
        return visible;
    }

    /**
     * The next bytes from an offset without a copy, at most {@code max}; null if there are none.
     */
    @Nullable
    synchronized ByteBuf slice(int offset, int max) {
        int length = Math.min(max, visible - offset);
        return length <= 0 ? null : Unpooled.wrappedBuffer(content, offset, length);
    }

    /** The service's trailing Tags as they are to be added; empty if there are none to add. */
    byte[] trailingTags(long millisBehindNow) {
        synchronized (this) {
            if (recorded || state != State.COMPLETE) {
                return new byte[0];
            }
        }
        return ServiceTags.trailing(number, millisBehindNow);
    }

    @Override
    public String toString() {
        return "StoredFragment{" + number + ", " + size() + " bytes}";
    }
}
