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

/** What to do about an error of the service. {@link ErrorTable} gives one answer for each. */
@Internal
public enum ErrorClass {
    /** A transient error of the service or the network: retry after a growing delay. */
    RETRY("retry"),
    /** Too many calls: retry after a longer delay. */
    THROTTLED("throttled"),
    /** Other consumers hold all connections of the stream: retry until one is free. */
    CONNECTION_LIMIT("connectionLimit"),
    /** The data endpoint no longer serves the stream: look the endpoint up again, then retry. */
    REFRESH_ENDPOINT("refreshEndpoint"),
    /** The fragment to continue from is gone: decide where to continue. */
    REPOSITION("reposition"),
    /** A fragment that cannot be read: retry, and if it still cannot, fail or skip it. */
    BAD_FRAGMENT("badFragment"),
    /** The stream does not exist, or was deleted: fail, unless the user chose otherwise. */
    STREAM_NOT_FOUND("streamNotFound"),
    /** An error that waiting cannot fix: fail. */
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
