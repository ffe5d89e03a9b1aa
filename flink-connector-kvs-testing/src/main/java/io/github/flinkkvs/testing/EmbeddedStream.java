/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.StreamStatus;
import io.github.flinkkvs.testing.faults.AfterBreak;
import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.store.FragmentStore;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.Plane;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.MediaFragment;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** A stream of the embedded service: what was pushed into it, and who reads it. Thread-safe. */
public final class EmbeddedStream {
    private final EmbeddedKvs service;
    private final KvsStream stream;
    private final FragmentStore store;

    EmbeddedStream(EmbeddedKvs service, KvsStream stream) {
        this.service = service;
        this.stream = stream;
        this.store = stream.store();
    }

    EmbeddedKvs service() {
        return service;
    }

    public String name() {
        return stream.name();
    }

    /** The ARN; its last part is the creation time in epoch milliseconds. */
    public String arn() {
        return stream.arn();
    }

    /** Where GetDataEndpoint sends callers of GetMedia for this stream. */
    public URI mediaEndpoint() {
        return stream.endpoint(Plane.MEDIA);
    }

    /** Where GetDataEndpoint sends callers of ListFragments and GetMediaForFragmentList. */
    public URI archiveEndpoint() {
        return stream.endpoint(Plane.ARCHIVE);
    }

    /** Faults of calls on this stream. */
    public Faults faults() {
        return stream.faults();
    }

    public StreamStatus status() {
        return stream.status();
    }

    /** Changes the status; live GetMedia bodies end unless it is ACTIVE or UPDATING. */
    public void status(StreamStatus newStatus) {
        stream.status(newStatus);
    }

    /** The tags that ListTagsForStream returns. */
    public Map<String, String> tags() {
        return stream.settings().tags();
    }

    /**
     * Adds or replaces a tag.
     *
     * @throws IllegalArgumentException if the service would refuse it
     */
    public void tag(String key, String value) {
        stream.tags(settings -> settings.toBuilder().tag(key, value).build());
    }

    /** Removes a tag, if there is one with this key. */
    public void untag(String key) {
        stream.tags(settings -> settings.toBuilder().withoutTag(key).build());
    }

    // ------------------------------------------------------------------ filling

    /** Every complete fragment that is still stored, in order. */
    public List<StoredFragment> fragments() {
        return List.copyOf(store.complete());
    }

    /** Every fragment ever completed in this stream, in order, expired ones included. */
    public List<StoredFragment> pushed() {
        return List.copyOf(store.pushed());
    }

    /**
     * The stored fragment with this number.
     *
     * @throws NoSuchElementException if it is not stored
     */
    public StoredFragment fragment(String number) {
        return store.get(number);
    }

    /** Pushes a whole fragment at once. */
    public StoredFragment push(MediaFragment fragment) {
        return begin(fragment).complete();
    }

    /**
     * Begins a fragment: its number and server timestamp are given now, and everything before its
     * first frame has arrived. One fragment of a stream can be open at a time.
     *
     * @throws IllegalStateException if another one is open
     */
    public FragmentUpload begin(MediaFragment media) {
        return new FragmentUpload(
                store,
                media,
                store.begin(media.header(), media::producerTimestampMillis, media::clusterStart));
    }

    /** Lets the counter in fragment numbers jump as between two PutMedia sessions. */
    public void newProducerSession() {
        store.newProducerSession();
    }

    /**
     * Stores recorded GetMedia output: each document byte for byte with its recorded number, tags
     * and timestamps. A truncated document is delivered as far as it goes; at the end of the
     * recording, the body then ends, too. Retention counts from now.
     *
     * @throws IllegalArgumentException if the file is not GetMedia output, or its fragment numbers
     *     are not above those of the stream; nothing is stored then
     */
    public void replay(Path getMediaFile) {
        byte[] file;
        try {
            file = Files.readAllBytes(getMediaFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            store.replay(file);
        } catch (IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    getMediaFile + " is not recorded GetMedia output: " + e.getMessage(), e);
        }
    }

    /**
     * Writes the {@link StoredFragment#bytes()} of all complete stored fragments into a file, for
     * {@link #replay}.
     */
    public void record(Path getMediaFile) {
        try (OutputStream out = Files.newOutputStream(getMediaFile)) {
            for (StoredFragment fragment : fragments()) {
                out.write(fragment.bytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ------------------------------------------------------------------ spoiling

    /** Replaces bytes of a stored fragment permanently. */
    public void corrupt(String number, int offset, byte... bytes) {
        store.spoil(number, fragment -> fragment.corrupt(offset, bytes));
    }

    /** Makes a stored fragment larger by this many bytes, permanently. */
    public void oversize(String number, int byBytes) {
        store.spoil(number, fragment -> fragment.enlarge(byBytes));
    }

    /** Removes the trailing Tags of a stored fragment permanently; a body ends after it. */
    public void neverComplete(String number) {
        neverComplete(number, -1, AfterBreak.END_OF_BODY);
    }

    /**
     * Truncates a stored fragment permanently.
     *
     * @param offset the length that it keeps in bytes; -1 means up to the service's trailing Tags
     */
    public void neverComplete(String number, int offset, AfterBreak afterwards) {
        store.spoil(number, fragment -> fragment.breakOff(offset, afterwards));
    }

    /** Lets GetMediaForFragmentList never find a fragment, although ListFragments lists it. */
    public void lose(String number) {
        lose(number, Integer.MAX_VALUE);
    }

    /** Lets GetMediaForFragmentList not find a fragment the next times that it is asked for. */
    public void lose(String number, int times) {
        stream.archive().lose(new BigInteger(number), times);
    }

    /** Leaves a fragment out of the next listings that it belongs to, as if they were late. */
    public void unlist(String number, int listings) {
        stream.archive().unlist(new BigInteger(number), listings);
    }

    // ------------------------------------------------------------------ retention

    public Duration retention() {
        return stream.settings().retention();
    }

    /** Changes retention, which makes a new version of the stream; what is older goes at once. */
    public void retention(Duration time) {
        stream.retention(time);
    }

    /** Drops all complete fragments below this number from retention, now. */
    public void expireBefore(String number) {
        store.expireBelow(new BigInteger(number));
    }

    /** Drops all complete fragments from retention, now. */
    public void expireAll() {
        store.expireAll();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EmbeddedStream && ((EmbeddedStream) other).stream == stream;
    }

    @Override
    public int hashCode() {
        return stream.hashCode();
    }

    @Override
    public String toString() {
        return stream.toString();
    }
}
