/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.fetch;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.MkvException;
import io.github.flinkkvs.source.fetch.Fetch.Outcome;
import io.github.flinkkvs.source.fetch.Fetch.Sink;

import javax.annotation.Nullable;

import java.util.function.Function;

/**
 * Something that a body delivered: a frame, a damaged block, a complete fragment, or an error that
 * the service sent in place of one. Immutable.
 */
final class BodyResult {

    @Nullable private final FragmentNumber number;
    @Nullable private final Fragment fragment;
    @Nullable private final ServiceError error;
    private final int retainedBytes;
    private final Function<Sink, Outcome> toSink;

    private BodyResult(
            @Nullable FragmentNumber number,
            @Nullable Fragment fragment,
            @Nullable ServiceError error,
            int retainedBytes,
            Function<Sink, Outcome> toSink) {
        this.number = number;
        this.fragment = fragment;
        this.error = error;
        this.retainedBytes = retainedBytes;
        this.toSink = toSink;
    }

    static BodyResult frame(FrameRecord frame) {
        return new BodyResult(
                frame.fragment().number(),
                null,
                null,
                frame.retainedBytes(),
                sink -> sink.onFrame(frame));
    }

    static BodyResult damage(
            FragmentHead fragment, long trackNumber, int frames, MkvException problem) {
        return new BodyResult(
                fragment.number(),
                null,
                null,
                0,
                sink -> {
                    sink.onDamagedBlock(fragment, trackNumber, frames, problem);
                    return Outcome.NO_PROGRESS;
                });
    }

    static BodyResult fragment(Fragment fragment) {
        return new BodyResult(
                fragment.number(),
                fragment,
                null,
                fragment.retainedBytes(),
                sink -> sink.onFragment(fragment));
    }

    static BodyResult error(ServiceError error) {
        return new BodyResult(error.fragmentNumber(), null, error, 0, sink -> Outcome.NO_PROGRESS);
    }

    /** The fragment that it belongs to; null for an error that names none. */
    @Nullable
    FragmentNumber number() {
        return number;
    }

    /** The fragment if it is complete with this; else null. */
    @Nullable
    Fragment fragment() {
        return fragment;
    }

    /** What the service sent in place of a fragment; null otherwise. */
    @Nullable
    ServiceError error() {
        return error;
    }

    /** Bytes of memory that it keeps, without what it shares with the fragment's other results. */
    int retainedBytes() {
        return retainedBytes;
    }

    Outcome handOver(Sink sink) {
        return toSink.apply(sink);
    }
}
