/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlElement;

import java.util.Set;
import java.util.TreeSet;

/** The tracks that a producer declares. Immutable. */
final class TrackList {
    private final Set<Long> numbers;

    private TrackList(Set<Long> numbers) {
        this.numbers = numbers;
    }

    /**
     * @param content the content of a Tracks element
     * @param most how many tracks there may be; 0 means any number
     */
    static TrackList of(byte[] content, int most) throws IngestException {
        Set<Long> numbers = new TreeSet<>();
        int offset = 0;
        EbmlElement element;
        while ((element = EbmlElement.within(content, offset, content.length)) != null) {
            if (element.id == Ebml.TRACK_ENTRY) {
                numbers.add(number(content, element));
            }
            offset = (int) element.end();
        }
        if (numbers.isEmpty()) {
            throw new IngestException(AckError.INVALID_MKV_DATA, "Tracks has no TrackEntry");
        }
        if (most > 0 && numbers.size() > most) {
            throw new IngestException(
                    AckError.MORE_THAN_ALLOWED_TRACKS_FOUND,
                    numbers.size() + " tracks, and " + most + " are allowed");
        }
        return new TrackList(Set.copyOf(numbers));
    }

    private static long number(byte[] content, EbmlElement entry) throws IngestException {
        int offset = entry.payload;
        EbmlElement element;
        while ((element = EbmlElement.within(content, offset, (int) entry.end())) != null) {
            if (element.id == Ebml.TRACK_NUMBER && element.size <= 8) {
                return element.unsigned();
            }
            offset = (int) element.end();
        }
        throw new IngestException(AckError.INVALID_MKV_DATA, "A TrackEntry has no TrackNumber");
    }

    Set<Long> numbers() {
        return numbers;
    }
}
