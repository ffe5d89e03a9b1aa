/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.Delivery;
import io.github.flinkkvs.testing.internal.store.FragmentStore;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A fragment that arrives bit by bit; readers see each byte at once when delivery is {@link
 * Delivery#AS_INGESTED}. The planned frames are those of the {@link MediaFragment} it began with.
 * Thread-safe; {@link #close()} completes it unless it was abandoned.
 */
public final class FragmentUpload implements AutoCloseable {
    private final FragmentStore store;
    private final MediaFragment media;
    private final StoredDocument fragment;

    /** Guarded by this. */
    private final Deque<byte[]> planned = new ArrayDeque<>();

    private int offsetInFirst;
    private long durationMillis;
    private boolean done;

    FragmentUpload(FragmentStore store, MediaFragment media, StoredDocument fragment) {
        this.store = store;
        this.media = media;
        this.fragment = fragment;
        this.durationMillis = media.durationMillis();
        media.frames().forEach(frame -> planned.add(media.block(frame)));
    }

    /** The fragment it fills. */
    public StoredFragment fragment() {
        return fragment;
    }

    /**
     * Lets the next planned frame arrive, or the rest of it.
     *
     * @return false if there was none
     */
    public synchronized boolean next() {
        byte[] block = planned.peek();
        if (block == null) {
            return false;
        }
        advance(block.length - offsetInFirst);
        return true;
    }

    /**
     * Lets an exact number of bytes of the planned frames arrive.
     *
     * @return how many there were
     */
    public synchronized int advance(int bytes) {
        int left = bytes;
        while (left > 0 && !planned.isEmpty()) {
            byte[] block = planned.peek();
            int length = Math.min(left, block.length - offsetInFirst);
            store.append(fragment, block, offsetInFirst, length);
            left -= length;
            offsetInFirst += length;
            if (offsetInFirst == block.length) {
                planned.remove();
                offsetInFirst = 0;
            }
        }
        return bytes - left;
    }

    /** Adds a frame that was not planned; the planned ones arrive before it. */
    public synchronized void write(MediaFrame frame) {
        if (media.clusterSize() == ClusterSize.KNOWN) {
            throw new IllegalStateException("A Cluster of known size takes planned frames only");
        }
        flush();
        byte[] block = media.block(frame);
        durationMillis = Math.max(durationMillis, frame.offsetMillis());
        store.append(fragment, block, 0, block.length);
    }

    /**
     * Adds bytes as they are, after everything planned.
     *
     * @param bytes are kept, not copied, and must not change any more; any number of fragments may
     *     have them in common
     */
    public synchronized void writeRaw(byte[] bytes) {
        flush();
        store.append(fragment, bytes, 0, bytes.length);
    }

    /** Adds a user tag after the Cluster; no frame may follow it. */
    public synchronized void userTag(String name, String value) {
        writeRaw(MediaFragment.userTag(name, value));
    }

    /** Lets the rest arrive and completes the fragment. */
    public synchronized StoredFragment complete() {
        if (!done) {
            flush();
            byte[] trailer = media.trailer();
            store.append(fragment, trailer, 0, trailer.length);
            done = true;
            store.completed(fragment, durationMillis);
        }
        return fragment;
    }

    /** Completes it with the frames that have arrived; the planned rest never comes. */
    synchronized void completeEarly() {
        if (offsetInFirst > 0) {
            next();
        }
        planned.clear();
        complete();
    }

    /** Breaks off: readers get what arrived so far, then the next fragment's header. */
    public synchronized void abandon() {
        if (!done) {
            done = true;
            store.abandoned(fragment);
        }
    }

    @Override
    public void close() {
        complete();
    }

    private void flush() {
        while (next()) {
            // Each call lets one frame arrive.
        }
    }
}
