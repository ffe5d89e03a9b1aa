/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import org.apache.flink.annotation.Internal;

import java.time.Duration;

/** What the service said about a stream, and when. Immutable. */
@Internal
public final class StreamDescription {

    /** How long the service keeps media of a stream without retention: at most five minutes. */
    private static final Duration UNRETAINED = Duration.ofMinutes(5);

    private final StreamArn arn;
    private final int retentionHours;
    private final long serviceTimeMillis;

    public StreamDescription(StreamArn arn, int retentionHours, long serviceTimeMillis) {
        this.arn = arn;
        this.retentionHours = retentionHours;
        this.serviceTimeMillis = serviceTimeMillis;
    }

    public StreamArn arn() {
        return arn;
    }

    /** Whether the stream has a data retention: only then is its media archived. */
    public boolean isArchived() {
        return retentionHours > 0;
    }

    /** The service's clock when it answered: epoch millis, whole seconds. */
    public long serviceTimeMillis() {
        return serviceTimeMillis;
    }

    /** Whether the service archives the stream's media. */
    public boolean hasRetention() {
        return retentionHours > 0;
    }

    /** The server timestamp, in epoch millis, before which the service has deleted everything. */
    public long oldestRetainedMillis() {
        Duration kept = retentionHours == 0 ? UNRETAINED : Duration.ofHours(retentionHours);
        return serviceTimeMillis - kept.toMillis();
    }
}
