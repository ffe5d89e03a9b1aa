/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

import java.nio.ByteBuffer;

/** A fragment as the service holds it. Thread-safe. */
public interface StoredFragment {
    /** The fragment number, 47 decimal digits. */
    String number();

    /** When the service began to receive it; epoch milliseconds by the service's clock. */
    long serverTimestampMillis();

    /** The producer's start of recording, in milliseconds. */
    long producerTimestampMillis();

    /** The length of {@link #bytes()}. */
    int size();

    /**
     * The document as a GetMedia client receives it. In a pushed fragment the value of
     * MILLIS_BEHIND_NOW, which the service computes at delivery, is {@code 0} here; a recorded one
     * has its recorded bytes.
     */
    byte[] bytes();

    /** A copy of the bytes as archived media has them: without the service's trailing Tags. */
    byte[] archivedBytes();

    /** True if these bytes are this document, whatever value MILLIS_BEHIND_NOW has in them. */
    boolean matches(ByteBuffer received);

    /** False once it was made corrupt, oversized or broken on purpose, or recorded incompletely. */
    boolean intact();

    /** True when its last byte has arrived and it can be delivered whole. */
    boolean complete();
}
