/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

/** What the service's own tags say about the fragment being read. Not thread-safe. */
final class ServiceFacts {

    /** Null until it was read. */
    @Nullable FragmentNumber number;

    /** Epoch millis; 0 until it was read. */
    long serverTimestampMillis;

    /** Millis; 0 until it was read. */
    long producerTimestampMillis;

    /** Null in archived media, and until it was read. */
    @Nullable Long millisBehindNow;

    /** Null in archived media, and until it was read. */
    @Nullable String continuationToken;

    private boolean hasServerTimestamp;
    private boolean hasProducerTimestamp;
    private boolean errorSeen;
    private int errorId;
    private String errorCode = "";

    void clear() {
        number = null;
        serverTimestampMillis = 0;
        producerTimestampMillis = 0;
        millisBehindNow = null;
        continuationToken = null;
        hasServerTimestamp = false;
        hasProducerTimestamp = false;
        errorSeen = false;
        errorId = ServiceError.NO_ID;
        errorCode = "";
    }

    /**
     * Takes a tag; ignores those of the producer.
     *
     * @param offset of the Tags element, for the message
     * @throws MkvException if the value is not what the service writes
     */
    void onTag(Tag tag, long offset) throws MkvException {
        String value = tag.value();
        try {
            switch (tag.name()) {
                case ServiceTags.FRAGMENT_NUMBER:
                    number = FragmentNumber.of(value);
                    break;
                case ServiceTags.SERVER_TIMESTAMP:
                case ServiceTags.SERVER_SIDE_TIMESTAMP:
                    serverTimestampMillis = secondsToMillis(value);
                    hasServerTimestamp = true;
                    break;
                case ServiceTags.PRODUCER_TIMESTAMP:
                case ServiceTags.PRODUCER_SIDE_TIMESTAMP:
                    producerTimestampMillis = secondsToMillis(value);
                    hasProducerTimestamp = true;
                    break;
                case ServiceTags.MILLIS_BEHIND_NOW:
                    millisBehindNow = Long.valueOf(value);
                    break;
                case ServiceTags.CONTINUATION_TOKEN:
                    continuationToken = value;
                    break;
                case ServiceTags.ERROR_ID:
                case ServiceTags.EXCEPTION_ERROR_CODE:
                    errorSeen = true;
                    errorId = idOf(value);
                    break;
                case ServiceTags.ERROR_CODE:
                case ServiceTags.EXCEPTION_MESSAGE:
                    errorSeen = true;
                    errorCode = value;
                    break;
                default:
                    break;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw MkvException.malformed(
                    "Tag " + tag.name() + " has a value that the service does not write",
                    MkvElements.TAGS,
                    offset);
        }
    }

    private static int idOf(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            // It is an error of the service nevertheless; the code says which.
            return ServiceError.NO_ID;
        }
    }

    /**
     * Converts decimal seconds, as the service writes timestamps, to millis. Decimals after the
     * third are cut off.
     *
     * @throws NumberFormatException if the text is not decimal seconds
     */
    static long secondsToMillis(String text) {
        int point = text.indexOf('.');
        int secondsEnd = point < 0 ? text.length() : point;
        if (secondsEnd > 15) {
            throw new NumberFormatException(text);
        }
        long millis = Math.multiplyExact(Long.parseLong(text, 0, secondsEnd, 10), 1000L);
        if (point < 0) {
            return millis;
        }
        int fraction = 0;
        for (int i = 0; i < text.length() - point - 1; i++) {
            int digit = text.charAt(point + 1 + i) - '0';
            if (digit < 0 || digit > 9) {
                throw new NumberFormatException(text);
            }
            if (i < 3) {
                fraction += digit * (i == 0 ? 100 : i == 1 ? 10 : 1);
            }
        }
        return text.startsWith("-") ? millis - fraction : millis + fraction;
    }

    /** Whether the trailing Tags or an error of the service ended the fragment. */
    boolean endTheFragment() {
        return continuationToken != null || errorSeen;
    }

    /** Whether the tags of every fragment were read: its number and timestamps. */
    boolean areComplete() {
        return number != null && hasServerTimestamp && hasProducerTimestamp;
    }

    /** The error that the service reports in place of a fragment; null if there is none. */
    @Nullable
    ServiceError error() {
        return errorSeen ? new ServiceError(errorId, errorCode, number) : null;
    }
}
