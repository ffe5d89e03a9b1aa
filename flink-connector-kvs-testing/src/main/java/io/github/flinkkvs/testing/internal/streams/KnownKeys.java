/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.streams;

import io.github.flinkkvs.testing.behavior.ServiceClock;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The access keys that the service knows. Thread-safe. */
public final class KnownKeys {
    private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^/,\\s]+)/");

    private final ServiceClock clock;
    private final Set<String> allowed = ConcurrentHashMap.newKeySet();
    private final Set<String> expired = ConcurrentHashMap.newKeySet();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    public KnownKeys(ServiceClock clock) {
        this.clock = clock;
    }

    /** Adds a key that never expires; from now on, unknown keys are refused. */
    public void allow(String accessKeyId) {
        allowed.add(accessKeyId);
    }

    /**
     * Adds a temporary key.
     *
     * @param expiry when it expires, by the service's clock
     */
    public void addSession(String accessKeyId, String sessionToken, Instant expiry) {
        sessions.put(accessKeyId, new Session(sessionToken, expiry));
    }

    public void expire(String accessKeyId) {
        expired.add(accessKeyId);
    }

    public void renew(String accessKeyId) {
        expired.remove(accessKeyId);
    }

    /**
     * The access key that signed a request.
     *
     * @param authorization its header Authorization
     * @throws AwsError if it is not signed, or not with Signature Version 4
     */
    public static String accessKeyId(@Nullable String authorization) throws AwsError {
        if (authorization == null) {
            throw AwsError.noSignature();
        }
        Matcher credential = CREDENTIAL.matcher(authorization);
        if (!authorization.startsWith("AWS4-HMAC-SHA256 ")
                || !credential.find()
                || !authorization.contains("SignedHeaders=")
                || !authorization.contains("Signature=")) {
            throw AwsError.incompleteSignature();
        }
        return credential.group(1);
    }

    /**
     * @throws AwsError if these credentials are unknown or expired
     */
    public void check(String accessKeyId, @Nullable String sessionToken) throws AwsError {
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
