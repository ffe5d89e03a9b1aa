/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import org.apache.flink.annotation.Internal;

/** What to do about an error of the service: the one answer that {@link ErrorTable} gives. */
@Internal
public enum ErrorClass {
    /** Passing trouble of the service or the network: again, after a growing delay. */
    RETRY("retry"),
    /** Too many calls: again, after a longer delay. */
    THROTTLED("throttled"),
    /** Other consumers hold the stream's connections: again, for as long as it takes. */
    CONNECTION_LIMIT("connectionLimit"),
    /** The data endpoint is no longer that of the stream: ask for it, then again. */
    REFRESH_ENDPOINT("refreshEndpoint"),
    /** The fragment to go on from is not there: decide where to go on. */
    REPOSITION("reposition"),
    /** A fragment that cannot be read: again, and if it stays so, fail or skip it. */
    BAD_FRAGMENT("badFragment"),
    /** There is no such stream, or no longer: fail, unless the user chose otherwise. */
    STREAM_NOT_FOUND("streamNotFound"),
    /** Nothing that waiting could mend: fail. */
    FATAL("fatal");

    private final String metricName;

    ErrorClass(String metricName) {
        this.metricName = metricName;
    }

    /** Its name among the metrics. */
    public String metricName() {
        return metricName;
    }
}
