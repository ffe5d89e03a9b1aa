/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.vertx.core.Future;

import java.net.URI;
import java.util.Map;

/** The ports that streams may have of their own. */
public interface StreamPorts {
    /** Where each plane is called for a new stream: at ports that are open when this returns. */
    Map<Plane, URI> open(KvsStream stream);

    /**
     * Closes what {@link #open} opened, if anything.
     *
     * @param ended completes when all bodies of the stream have ended
     */
    void close(KvsStream stream, Future<?> ended);
}
