/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.source.fetch.ArchiveFetch;
import io.github.flinkkvs.source.fetch.Fetch;
import io.github.flinkkvs.source.fetch.LiveFetch;
import io.github.flinkkvs.source.fetch.StreamArchive;
import io.github.flinkkvs.source.resources.ReaderResources;

import javax.annotation.Nullable;

/** Makes the fetches of a session. Guarded by the reader lock. */
final class Fetches {

    private final ReadCursor cursor;
    private final SessionSettings settings;
    private final Decisions decisions;
    private final ReaderResources resources;

    /** Of the stream that is read; null before its archive is. */
    @Nullable private StreamArchive archive;

    Fetches(
            ReadCursor cursor,
            SessionSettings settings,
            Decisions decisions,
            ReaderResources resources) {
        this.cursor = cursor;
        this.settings = settings;
        this.decisions = decisions;
        this.resources = resources;
    }

    /** Makes the fetch that was decided, from the position on. */
    Fetch make(ReadingWay.Way way, Fetch.Owner owner, Fetch.Sink sink) {
        return way == ReadingWay.Way.ARCHIVE ? archive(owner, sink) : live(owner, sink);
    }

    private Fetch live(Fetch.Owner owner, Fetch.Sink sink) {
        return new LiveFetch(
                owner,
                sink,
                cursor.arn(),
                cursor.next(),
                settings.newAssembler(cursor.arn(), FragmentEnd.TRAILING_TAGS),
                settings.silenceTimeoutNanos,
                settings.quietTimeNanos,
                resources);
    }

    private Fetch archive(Fetch.Owner owner, Fetch.Sink sink) {
        if (archive == null || !archive.arn().equals(cursor.arn())) {
            archive =
                    new StreamArchive(
                            cursor.arn(),
                            decisions.clock(),
                            () -> settings.newAssembler(cursor.arn(), FragmentEnd.NEXT_FRAGMENT),
                            settings.silenceTimeoutNanos,
                            settings.archivedFragmentsPerSecond,
                            resources);
        }
        return new ArchiveFetch(
                owner, sink, cursor.next(), decisions.listing(), cursor.lookAhead(), archive);
    }
}
