/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.events;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Something that happened in front of a camera, as an alarm system reports it.
 *
 * @param stream the name or ARN of the camera's stream
 * @param time when it happened, by the camera's clock
 * @param name what happened; may be empty
 */
public record CameraEvent(String stream, Instant time, String name) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final int MAX_NAME = 100;

    /**
     * A name for a file of the event without a suffix: its time, in UTC, and its name, without what
     * some file systems do not accept.
     */
    public String fileName() {
        String safe = name.replaceAll("[^A-Za-z0-9._-]+", "_");
        return TIME.format(time)
                + (safe.isEmpty() ? "" : "-")
                + safe.substring(0, Math.min(safe.length(), MAX_NAME));
    }

    @Override
    public String toString() {
        return time + " " + stream + (name.isEmpty() ? "" : " (" + name + ")");
    }
}
