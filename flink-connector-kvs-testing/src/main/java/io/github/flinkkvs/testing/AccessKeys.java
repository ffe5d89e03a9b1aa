/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whom the service knows. It takes any access key until the first one is {@linkplain #allow
 * allowed}; of temporary ones it always checks session token and age, by its own clock. What is
 * looked at is the access key id: signatures are not verified. Thread-safe.
 */
public final class AccessKeys {
    private final ServiceClock clock;
    private final Set<String> allowed = ConcurrentHashMap.newKeySet();
    private final Set<String> expired = ConcurrentHashMap.newKeySet();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    AccessKeys(ServiceClock clock) {
        this.clock = clock;
    }

    /** Knows a key that never expires; keys that are not known are refused from now on. */
    public AccessKeys allow(String accessKeyId) {
        allowed.add(accessKeyId);
        return this;
    }

    /**
     * Knows a temporary key.
     *
     * @param expiry when it expires, by the service's clock
     */
    public AccessKeys addSession(String accessKeyId, String sessionToken, Instant expiry) {
        sessions.put(accessKeyId, new Session(sessionToken, expiry));
        return this;
    }

    void expire(String accessKeyId) {
        expired.add(accessKeyId);
    }

    void renew(String accessKeyId) {
        expired.remove(accessKeyId);
    }

    /**
     * @throws AwsError what the service answers, if these are not the credentials of anybody
     */
    void check(String accessKeyId, @Nullable String sessionToken) throws AwsError {
        if (expired.contains(accessKeyId)) {
            throw AwsError.notAuthorized();
        }
        Session session = sessions.get(accessKeyId);
        if (session != null) {
            if (!session.token.equals(sessionToken)) {
                throw AwsError.unknownClient();
            }
            if (!clock.now().isBefore(session.expiry)) {
                throw AwsError.expiredToken();
            }
        } else if (!allowed.isEmpty() && !allowed.contains(accessKeyId)) {
            throw AwsError.unknownClient();
        }
    }

    private static final class Session {
        final String token;
        final Instant expiry;

        Session(String token, Instant expiry) {
            this.token = token;
            this.expiry = expiry;
        }
    }
}
