/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.behavior.Behavior;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.internal.ebml.ElementReader;

import javax.annotation.Nullable;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Makes fragments of the elements of a PutMedia request: each Cluster, with what follows it, behind
 * what the producer put before its first Cluster. It keeps only that and the element that it is
 * looking into; everything else passes through. Not thread-safe.
 */
final class UploadAssembler {
    /** CodecPrivate may have 1 MiB, for each track. */
    private static final int MAX_HEADER = 4 << 20;

    private static final int MAX_TAGS = 64 << 10;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long DEFAULT_SCALE = NANOS_PER_MILLI;
    private static final long MIN_SCALE = 100;
    private static final long MAX_SCALE = 1_000_000_000;

    /** Where fragments go. */
    interface Sink {
        /**
         * A fragment begins.
         *
         * @param timecode its Cluster Timestamp in milliseconds
         * @param header what stands before the Cluster
         * @param clusterStart the Cluster up to its Timestamp
         */
        void begin(long timecode, byte[] header, byte[] clusterStart) throws IngestException;

        void append(byte[] bytes);

        void complete(long durationMillis) throws IngestException;
    }

    private final Supplier<Behavior> behavior;
    private final Limits limits;
    private final Sink sink;
    private final FragmentRules rules;
    private final BlockPrefix block = new BlockPrefix();

    /** What every fragment begins with. */
    private final ByteArrayOutputStream repeated = new ByteArrayOutputStream();

    /** What the next fragment begins with. */
    private ByteArrayOutputStream leading = new ByteArrayOutputStream();

    private int leadingTags;
    private int repeatedTags;

    /** The Cluster up to its Timestamp; null after it, and outside of Clusters. */
    @Nullable private ByteArrayOutputStream clusterStart;

    /** The content of the element that is looked into; null if none is. */
    @Nullable private ByteArrayOutputStream content;

    private boolean segmentSeen;
    private boolean tracksSeen;
    private boolean clusterSeen;
    private boolean fragmentOpen;

    /** Of the fragment that is being read; null if none is. */
    @Nullable private Long timecode;

    private long scale = DEFAULT_SCALE;

    UploadAssembler(Limits limits, Supplier<Behavior> behavior, Sink sink) {
        this.limits = limits;
        this.behavior = behavior;
        this.sink = sink;
        rules = new FragmentRules(limits);
    }

    /** An element begins. */
    void open(ElementReader element) throws IngestException {
        int id = element.id();
        byte[] header = element.header();
        content = null;
        switch (id) {
            case Ebml.EBML:
                require(!segmentSeen && leading.size() == 0, "A second EBML header");
                pass(header);
                break;
            case Ebml.SEGMENT:
                require(!segmentSeen, "A second Segment");
                require(leading.size() > 0, "No EBML header");
                segmentSeen = true;
                // Its size is that of the whole request, not of a fragment.
                pass(new EbmlWriter().id(Ebml.SEGMENT).unknownSize(8).toByteArray());
                break;
            case Ebml.CLUSTER:
                require(tracksSeen, "A Cluster before Tracks");
                complete();
                clusterSeen = true;
                clusterStart = new ByteArrayOutputStream();
                clusterStart.writeBytes(header);
                break;
            case Ebml.TRACKS:
                require(!clusterSeen, "Tracks behind a Cluster");
                lookInto(element, MAX_HEADER);
                pass(header);
                break;
            case Ebml.INFO:
                lookInto(element, MAX_HEADER);
                pass(header);
                break;
            case Ebml.TAGS:
                if (element.size() > MAX_TAGS) {
                    throw new IngestException(
                            AckError.FRAGMENT_METADATA_LIMIT_REACHED,
                            "Tags of " + element.size() + " bytes");
                }
                lookInto(element, MAX_TAGS);
                // Only its content tells whether it is a part of every fragment.
                break;
            case Ebml.TIMESTAMP:
                require(clusterStart != null && element.size() <= 8, "Cluster Timestamp");
                lookInto(element, 8);
                pass(header);
                break;
            case Ebml.SIMPLE_BLOCK:
            case Ebml.BLOCK:
                require(fragmentOpen && clusterStart == null, "A block before a Timestamp");
                block.begin();
                pass(header);
                break;
            default:
                pass(header);
        }
    }

    /** More content of the element that began last. */
    void data(ElementReader element) throws IngestException {
        ByteBuffer data = element.data();
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        if (content != null) {
            content.writeBytes(bytes);
        }
        if (element.id() != Ebml.TAGS) {
            pass(bytes);
        }
        if ((element.id() == Ebml.SIMPLE_BLOCK || element.id() == Ebml.BLOCK) && block.take(data)) {
            rules.frame(block.track(), block.time() * scale / NANOS_PER_MILLI);
        }
    }

    /** The element ends. */
    void close(ElementReader element) throws IngestException {
        byte[] whole = content == null ? new byte[0] : content.toByteArray();
        content = null;
        switch (element.id()) {
            case Ebml.INFO:
                scale = scale(whole);
                break;
            case Ebml.TRACKS:
                rules.tracks(TrackList.of(whole, limits.maxTracks()));
                tracksSeen = true;
                break;
            case Ebml.TAGS:
                tags(element.header(), whole);
                break;
            case Ebml.TIMESTAMP:
                begin(millis(EbmlElement.unsigned(whole, 0, whole.length)));
                break;
            case Ebml.SIMPLE_BLOCK:
            case Ebml.BLOCK:
                require(block.complete(), "A block without a track or a time");
                break;
            default:
        }
    }

    /** The request ends. */
    void end() throws IngestException {
        require(clusterStart == null, "A Cluster without a Timestamp");
        complete();
    }

    /** The Cluster Timestamp of the fragment that is being read; null if none is. */
    @Nullable
    Long timecode() {
        return timecode;
    }

    private void begin(long millis) throws IngestException {
        byte[] start = clusterStart.toByteArray();
        clusterStart = null;
        timecode = millis;
        rules.begin(millis, leadingTags);
        rules.bytes(start.length);
        fragmentOpen = true;
        sink.begin(millis, leading.toByteArray(), start);
        leading = new ByteArrayOutputStream();
        leading.writeBytes(repeated.toByteArray());
        leadingTags = repeatedTags;
    }

    /** The fragment that is being read, if there is one, has no more bytes. */
    void complete() throws IngestException {
        if (fragmentOpen) {
            rules.end();
            fragmentOpen = false;
            sink.complete(rules.durationMillis());
            timecode = null;
        }
    }

    private void tags(byte[] header, byte[] whole) throws IngestException {
        ProducerTags tags = ProducerTags.of(whole, limits.maxTagsPerFragment() > 0);
        if (fragmentOpen) {
            rules.tags(tags.count());
        } else {
            leadingTags += tags.count();
            if (!clusterSeen && behavior.get().leadingTagsRepeated()) {
                repeatedTags += tags.count();
                keep(repeated, header);
                keep(repeated, whole);
            }
        }
        write(header, false);
        write(whole, false);
        if (tags.endOfFragment()) {
            complete();
        }
    }

    private void pass(byte[] bytes) throws IngestException {
        write(bytes, !clusterSeen);
    }

    /**
     * @param repeat whether all fragments to come begin with it
     */
    private void write(byte[] bytes, boolean repeat) throws IngestException {
        if (clusterStart != null) {
            keep(clusterStart, bytes);
        } else if (fragmentOpen) {
            rules.bytes(bytes.length);
            sink.append(bytes);
        } else {
            keep(leading, bytes);
            if (repeat) {
                keep(repeated, bytes);
            }
        }
    }

    private static void keep(ByteArrayOutputStream part, byte[] bytes) throws IngestException {
        require(part.size() + bytes.length <= MAX_HEADER, "Too much before a Cluster's frames");
        part.writeBytes(bytes);
    }

    private void lookInto(ElementReader element, int most) throws IngestException {
        require(element.size() <= most, "An element of " + element.size() + " bytes");
        content = new ByteArrayOutputStream();
    }

    private static long scale(byte[] info) throws IngestException {
        long scale = DEFAULT_SCALE;
        int offset = 0;
        EbmlElement element;
        while ((element = EbmlElement.within(info, offset, info.length)) != null) {
            if (element.id == Ebml.TIMESTAMP_SCALE) {
                require(element.size > 0 && element.size <= 8, "TimestampScale");
                scale = element.unsigned();
                require(
                        scale >= MIN_SCALE && scale <= MAX_SCALE,
                        "TimestampScale " + Long.toUnsignedString(scale));
            }
            offset = (int) element.end();
        }
        return scale;
    }

    /** In whole milliseconds, and at most what a long holds: that is no date either. */
    private long millis(long unsignedTimestamp) {
        return new BigInteger(Long.toUnsignedString(unsignedTimestamp))
                .multiply(BigInteger.valueOf(scale))
                .divide(BigInteger.valueOf(NANOS_PER_MILLI))
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValue();
    }

    private static void require(boolean fulfilled, String otherwise) throws IngestException {
        if (!fulfilled) {
            throw new IngestException(AckError.INVALID_MKV_DATA, otherwise);
        }
    }
}
