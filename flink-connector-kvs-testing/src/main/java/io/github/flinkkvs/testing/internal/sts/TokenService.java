/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.sts;

import io.github.flinkkvs.testing.internal.log.Newest;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.log.RoleSession;

import javax.annotation.Nullable;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Checks who may assume a role, and issues credentials. Thread-safe. */
public final class TokenService {
    private static final int SECRET_BYTES = 30;
    private static final int TOKEN_BYTES = 240;

    private final ServiceState service;
    private final SecureRandom random = new SecureRandom();

    /** External ids by role. */
    private final Map<String, Optional<String>> roles = new ConcurrentHashMap<>();

    private final Set<String> webIdentities = ConcurrentHashMap.newKeySet();

    /** Guarded by itself. */
    private final Collection<RoleSession> sessions;

    private volatile Duration duration = Duration.ofHours(1);

    public TokenService(ServiceState service) {
        this.service = service;
        sessions = new Newest<>(service.log().limit());
    }

    /** Allows a role; if none is allowed, all are. */
    public void role(String roleArn, @Nullable String externalId) {
        roles.put(roleArn, Optional.ofNullable(externalId));
    }

    /** Accepts a web identity token; if none is named, all are accepted. */
    public void webIdentity(String token) {
        webIdentities.add(token);
    }

    public void sessionDuration(Duration time) {
        duration = time;
    }

    public List<RoleSession> sessions() {
        synchronized (sessions) {
            return List.copyOf(sessions);
        }
    }

    /**
     * Issues credentials of a role to a caller that signed with an access key.
     *
     * @throws AwsError if the service refuses
     */
    RoleSession assumeRole(
            String role, String name, @Nullable String externalId, String accessKeyId)
            throws AwsError {
        mayAssume("AssumeRole", role, externalId);
        return give(role, name, externalId, accessKeyId, null);
    }

    /**
     * Issues credentials of a role to a caller with a web identity.
     *
     * @throws AwsError if the service refuses
     */
    RoleSession assumeRoleWithWebIdentity(String role, String name, String token) throws AwsError {
        if (!webIdentities.isEmpty() && !webIdentities.contains(token)) {
            throw new AwsError(400, "InvalidIdentityToken", "The web identity token is not valid");
        }
        mayAssume("AssumeRoleWithWebIdentity", role, null);
        return give(role, name, null, null, token);
    }

    private void mayAssume(String action, String role, @Nullable String externalId)
            throws AwsError {
        Optional<String> demanded = roles.get(role);
        boolean known = roles.isEmpty() || demanded != null;
        if (!known
                || demanded != null && demanded.isPresent() && !demanded.get().equals(externalId)) {
            throw new AwsError(
                    403,
                    "AccessDenied",
                    "User is not authorized to perform sts:" + action + " on " + role);
        }
    }

    private RoleSession give(
            String role,
            String name,
            @Nullable String externalId,
            @Nullable String accessKeyId,
            @Nullable String webIdentityToken) {
        RoleSession session =
                new RoleSession(
                        role,
                        name,
                        externalId,
                        accessKeyId,
                        webIdentityToken,
                        "ASIA"
                                + UUID.randomUUID()
                                        .toString()
                                        .replace("-", "")
                                        .substring(16)
                                        .toUpperCase(Locale.ROOT),
                        random(SECRET_BYTES),
                        random(TOKEN_BYTES),
                        service.clock().now().plus(duration).truncatedTo(ChronoUnit.MILLIS));
        service.keys().addSession(session.accessKeyId(), session.sessionToken(), session.expiry());
        synchronized (sessions) {
            sessions.add(session);
        }
        return session;
    }

    private String random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
