/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.internal.streams.KnownKeys;

import java.time.Instant;

/**
 * The access keys that the service accepts: any key, until the first one is {@linkplain #allow
 * allowed}. For temporary keys it always checks the session token and the expiry, by its own clock.
 * Only the access key id counts: the service does not verify signatures. Thread-safe.
 */
public final class AccessKeys {
    private final KnownKeys keys;

    AccessKeys(KnownKeys keys) {
        this.keys = keys;
    }

    /** Accepts a key that never expires, and refuses unknown keys from now on. */
    public AccessKeys allow(String accessKeyId) {
        keys.allow(accessKeyId);
        return this;
    }

    /**
     * Accepts a temporary key until it expires.
     *
     * @param expiry when it expires, by the service's clock
     */
    public AccessKeys addSession(String accessKeyId, String sessionToken, Instant expiry) {
        keys.addSession(accessKeyId, sessionToken, expiry);
        return this;
    }
}
