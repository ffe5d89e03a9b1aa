/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.log;

import javax.annotation.Nullable;

import java.time.Instant;

/**
 * Temporary credentials that {@link io.github.flinkkvs.testing.EmbeddedSts} issued, and the role
 * that they are for. Immutable.
 */
public final class RoleSession {
    private final String roleArn;
    private final String name;
    @Nullable private final String externalId;
    @Nullable private final String assumedBy;
    @Nullable private final String webIdentityToken;
    private final String accessKeyId;
    private final String secretAccessKey;
    private final String sessionToken;
    private final Instant expiry;

    public RoleSession(
            String roleArn,
            String name,
            @Nullable String externalId,
            @Nullable String assumedBy,
            @Nullable String webIdentityToken,
            String accessKeyId,
            String secretAccessKey,
            String sessionToken,
            Instant expiry) {
        this.roleArn = roleArn;
        this.name = name;
        this.externalId = externalId;
        this.assumedBy = assumedBy;
        this.webIdentityToken = webIdentityToken;
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
        this.sessionToken = sessionToken;
        this.expiry = expiry;
    }

    public String roleArn() {
        return roleArn;
    }

    /** RoleSessionName. */
    public String name() {
        return name;
    }

    @Nullable
    public String externalId() {
        return externalId;
    }

    /** The access key that signed AssumeRole; null with a web identity. */
    @Nullable
    public String assumedBy() {
        return assumedBy;
    }

    /** Null without a web identity. */
    @Nullable
    public String webIdentityToken() {
        return webIdentityToken;
    }

    public String accessKeyId() {
        return accessKeyId;
    }

    public String secretAccessKey() {
        return secretAccessKey;
    }

    public String sessionToken() {
        return sessionToken;
    }

    /** By the service's clock. */
    public Instant expiry() {
        return expiry;
    }

    @Override
    public String toString() {
        return name + " of " + roleArn + " with " + accessKeyId;
    }
}
