/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations.control;

import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.streams.AwsError;

import java.time.Duration;
import java.util.Map;

/** What several operations check in fields of a stream. */
final class StreamFields {
    private static final int MAX_RETENTION_HOURS = 87_600;

    private StreamFields() {}

    static Duration retention(long hours) throws AwsError {
        if (hours < 0 || hours > MAX_RETENTION_HOURS) {
            throw AwsError.invalidArgument(
                    "Data retention is not between 0 and " + MAX_RETENTION_HOURS + " hours");
        }
        return Duration.ofHours(hours);
    }

    static void checkTagCount(Map<String, String> tags) throws AwsError {
        if (tags.size() > StreamSettings.MAX_TAGS) {
            throw AwsError.tagLimit(StreamSettings.MAX_TAGS);
        }
    }

    /**
     * The version that a request demands of the stream that it changes.
     *
     * @throws AwsError if it demands none
     */
    static String version(RequestFields request) throws AwsError {
        String version = request.text("CurrentVersion");
        if (version == null) {
            throw AwsError.invalidArgument("CurrentVersion is missing");
        }
        return version;
    }

    static StreamSettings valid(StreamSettings.Builder settings) throws AwsError {
        try {
            return settings.build();
        } catch (IllegalArgumentException e) {
            throw AwsError.invalidArgument(e.getMessage());
        }
    }
}
