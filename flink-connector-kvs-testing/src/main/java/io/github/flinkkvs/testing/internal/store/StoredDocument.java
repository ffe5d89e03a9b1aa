/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.internal.ebml.Recording;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.log.StoredFragment;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

import javax.annotation.Nullable;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A fragment in the store of its stream. Thread-safe: the producer's thread appends while
 * connections' event loops read; its bytes are guarded by its own monitor, and bytes once visible
 * never move.
 */
public final class StoredDocument implements StoredFragment {
    private enum State {
        OPEN,
        COMPLETE,
        BROKEN
    }

    /** A complete fragment of smaller pieces is copied into one: each piece costs memory, too. */
    private static final int SMALL = 4096;

    private final BigInteger sequence;
    private final String number;
    private final long serverTimestampMillis;
    private final long producerTimestampMillis;
    private final long ingestedAtMillis;

    /** Recorded documents have their own trailing Tags; pushed ones get them at delivery. */
    private final boolean recorded;

    /**
     * What has arrived, in the arrays in which it came: media that many fragments have in common is
     * in memory once. Readers get views of those arrays, never of this buffer, which grows.
     */
    private CompositeByteBuf content;

    private State state;
    private long durationMillis;

    /** The trailing Tags of a recorded document; its last bytes. */
    private int recordedTrailing;

    /** When it was complete, by the service's clock; -1 if it never was. */
    private long completedAtMillis = -1;

    private boolean intact = true;
    @Nullable private AfterBreak afterBreak;
    private volatile boolean forgotten;

    private StoredDocument(
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
        this.content = bufferOf(content);
        this.state = state;
    }

    /**
     * @param first bytes that have arrived
     */
    static StoredDocument open(
            BigInteger sequence, long serverMillis, long producerMillis, byte[] first) {
        return new StoredDocument(
                sequence, serverMillis, producerMillis, serverMillis, false, first, State.OPEN);
    }

    /**
     * The documents of recorded GetMedia output. One that breaks off is followed by the next one,
     * and at the end of the recording by the end of the body.
     */
    static List<StoredDocument> recorded(byte[] file, long ingestedAtMillis) {
        List<StoredDocument> fragments = new ArrayList<>();
        for (Recording.Document document : Recording.documents(file)) {
            StoredDocument fragment =
                    new StoredDocument(
                            document.number(),
                            document.serverTimestampMillis(),
                            document.producerTimestampMillis(),
                            ingestedAtMillis,
                            true,
                            Arrays.copyOfRange(file, document.start, document.end),
                            document.complete() ? State.COMPLETE : State.BROKEN);
            fragment.durationMillis = document.durationMillis();
            fragment.recordedTrailing = fragment.visible() - document.trailingTagsOffset();
            if (document.complete()) {
                fragment.completedAtMillis = ingestedAtMillis;
            } else {
                fragment.afterBreak =
                        document.end == file.length
                                ? AfterBreak.END_OF_BODY
                                : AfterBreak.NEXT_FRAGMENT;
                fragment.intact = false;
            }
            fragments.add(fragment);
        }
        return fragments;
    }

    @Override
    public String number() {
        return number;
    }

    public BigInteger sequence() {
        return sequence;
    }

    @Override
    public long serverTimestampMillis() {
        return serverTimestampMillis;
    }

    @Override
    public long producerTimestampMillis() {
        return producerTimestampMillis;
    }

    /** Retention counts from here: a recording is as old as its replay. */
    long ingestedAtMillis() {
        return ingestedAtMillis;
    }

    @Override
    public synchronized int size() {
        return visible() + trailingTags(0).length;
    }

    @Override
    public synchronized byte[] bytes() {
        byte[] trailing = trailingTags(0);
        byte[] bytes = new byte[visible() + trailing.length];
        content.getBytes(0, bytes, 0, visible());
        System.arraycopy(trailing, 0, bytes, visible(), trailing.length);
        return bytes;
    }

    @Override
    public synchronized byte[] archivedBytes() {
        return copy(archivedSize());
    }

    @Override
    public boolean matches(ByteBuffer received) {
        ByteBuf expected;
        synchronized (this) {
            expected = view(0, visible());
        }
        int comparable = expected.readableBytes();
        if (received.remaining() < comparable
                || !ByteBufUtil.equals(
                        expected, 0, Unpooled.wrappedBuffer(received), 0, comparable)) {
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
        // The id (2 bytes) and size (4 bytes) of the value follow the name.
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

    @Override
    public synchronized boolean intact() {
        return intact;
    }

    @Override
    public synchronized boolean complete() {
        return state == State.COMPLETE;
    }

    public synchronized boolean open() {
        return state == State.OPEN;
    }

    /** What follows if it breaks off; null if it does not. */
    @Nullable
    public synchronized AfterBreak afterBreak() {
        return state == State.BROKEN ? afterBreak : null;
    }

    /**
     * When it was complete, by the service's clock; -1 if it never was. A fragment that was broken
     * afterwards was.
     */
    synchronized long completedAtMillis() {
        return completedAtMillis;
    }

    public synchronized long durationMillis() {
        return durationMillis;
    }

    /**
     * @param bytes are kept, and do not change any more
     */
    synchronized void append(byte[] bytes, int offset, int length) {
        if (state != State.OPEN) {
            throw new IllegalStateException("Fragment " + number + " is not open");
        }
        if (length > 0) {
            content.addComponent(true, Unpooled.wrappedBuffer(bytes, offset, length));
        }
    }

    synchronized void complete(long duration, long atMillis) {
        durationMillis = duration;
        completedAtMillis = atMillis;
        if (content.numComponents() > 1 && visible() / content.numComponents() < SMALL) {
            content = bufferOf(copy(visible()));
        }
        state = State.COMPLETE;
    }

    synchronized void abandon() {
        state = State.BROKEN;
        afterBreak = AfterBreak.NEXT_FRAGMENT;
        intact = false;
    }

    /** Replaces bytes that the producer sent. */
    public synchronized void corrupt(int offset, byte[] bytes) {
        if (offset < 0 || offset + bytes.length > visible()) {
            throw new IllegalArgumentException(
                    "Fragment " + number + " has only " + visible() + " bytes from the producer");
        }
        byte[] changed = copy(visible());
        System.arraycopy(bytes, 0, changed, offset, bytes.length);
        content = bufferOf(changed);
        intact = false;
    }

    /** Enlarges it by a Void element at its end. */
    public synchronized void enlarge(int by) {
        byte[] filler = new EbmlWriter(by + 16).bytes(Ebml.VOID, new byte[by], 8).toByteArray();
        int at = archivedSize();
        byte[] before = copy(visible());
        byte[] changed = Arrays.copyOf(before, before.length + filler.length);
        System.arraycopy(filler, 0, changed, at, filler.length);
        System.arraycopy(before, at, changed, at + filler.length, before.length - at);
        content = bufferOf(changed);
        intact = false;
    }

    /** Truncates it. */
    public synchronized void breakOff(int offset, AfterBreak afterwards) {
        int archived = archivedSize();
        int rest = offset < 0 ? archived : Math.min(offset, visible());
        recordedTrailing = Math.max(0, rest - archived);
        content = bufferOf(copy(rest));
        state = State.BROKEN;
        afterBreak = afterwards;
        intact = false;
    }

    /** Bytes before the service's trailing Tags: what the archive has. */
    public synchronized int archivedSize() {
        return visible() - recordedTrailing;
    }

    /** The document as the archive has it, without the service's trailing Tags. Not a copy. */
    public synchronized ByteBuf archived() {
        return view(0, archivedSize());
    }

    /** Marks it expired in a stream that does not keep expired fragments. */
    void forget() {
        forgotten = true;
    }

    boolean forgotten() {
        return forgotten;
    }

    public synchronized int visible() {
        return content.writerIndex();
    }

    /**
     * The next bytes from an offset without a copy, at most {@code max}; null if there are none.
     */
    @Nullable
    public synchronized ByteBuf slice(int offset, int max) {
        int length = Math.min(max, visible() - offset);
        return length <= 0 ? null : view(offset, length);
    }

    private static CompositeByteBuf bufferOf(byte[] bytes) {
        // One that never copies its pieces together by itself.
        return new CompositeByteBuf(UnpooledByteBufAllocator.DEFAULT, false, Integer.MAX_VALUE)
                .addComponent(true, Unpooled.wrappedBuffer(bytes));
    }

    /** Its first bytes. */
    private synchronized byte[] copy(int length) {
        return ByteBufUtil.getBytes(content, 0, length, true);
    }

    /** Bytes without a copy. Whoever reads and releases them has no influence on others. */
    private synchronized ByteBuf view(int offset, int length) {
        return Unpooled.wrappedBuffer(
                content.decompose(offset, length).stream()
                        .map(
                                part ->
                                        Unpooled.wrappedBuffer(
                                                part.array(),
                                                part.arrayOffset() + part.readerIndex(),
                                                part.readableBytes()))
                        .toArray(ByteBuf[]::new));
    }

    /** The service's trailing Tags to add; empty if there are none. */
    public byte[] trailingTags(long millisBehindNow) {
        synchronized (this) {
            if (recorded || state != State.COMPLETE) {
                return new byte[0];
            }
        }
        return ServiceTags.trailing(number, millisBehindNow);
    }

    @Override
    public String toString() {
        return "StoredDocument{" + number + ", " + size() + " bytes}";
    }
}
