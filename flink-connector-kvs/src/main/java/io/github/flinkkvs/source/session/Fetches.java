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
import io.github.flinkkvs.source.fetch.FragmentListing;
import io.github.flinkkvs.source.fetch.LiveFetch;
import io.github.flinkkvs.source.fetch.ServiceClock;
import io.github.flinkkvs.source.fetch.StreamArchive;
import io.github.flinkkvs.source.resources.ReaderResources;

import javax.annotation.Nullable;

/** Makes the fetches of a session. Guarded by the reader lock. */
final class Fetches {

    private final ReadCursor cursor;
    private final SessionSettings settings;
    private final ServiceClock clock;
    private final ReaderResources resources;

    /** Of the stream that is read; null before its archive is. */
    @Nullable private StreamArchive archive;

    Fetches(
            ReadCursor cursor,
            SessionSettings settings,
            ServiceClock clock,
            ReaderResources resources) {
        this.cursor = cursor;
        this.settings = settings;
        this.clock = clock;
        this.resources = resources;
    }

    /** A GetMedia call from the position on. */
    Fetch live(Fetch.Owner owner, Fetch.Sink sink) {
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

    /** Reads the archive from the position on. */
    Fetch archive(Fetch.Owner owner, Fetch.Sink sink, FragmentListing listing) {
        if (archive == null || !archive.arn().equals(cursor.arn())) {
            archive =
                    new StreamArchive(
                            cursor.arn(),
                            clock,
                            () -> settings.newAssembler(cursor.arn(), FragmentEnd.NEXT_FRAGMENT),
                            settings.silenceTimeoutNanos,
                            resources);
        }
        return new ArchiveFetch(owner, sink, cursor.next(), listing, cursor.lookAhead(), archive);
    }
}
