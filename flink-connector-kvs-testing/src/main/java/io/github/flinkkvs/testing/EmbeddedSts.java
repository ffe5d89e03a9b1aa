/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.faults.Faults;
import io.github.flinkkvs.testing.internal.sts.TokenService;
import io.github.flinkkvs.testing.log.RoleSession;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * An embedded Security Token Service: AssumeRole and AssumeRoleWithWebIdentity, in the query
 * protocol. The embedded Kinesis Video Streams that it belongs to accepts the credentials that it
 * issues, until they expire by that service's clock. Its calls are in that service's log.
 * Thread-safe.
 */
public final class EmbeddedSts {
    private final TokenService tokens;
    private final Faults faults;
    private final URI endpoint;

    EmbeddedSts(TokenService tokens, Faults faults, URI endpoint) {
        this.tokens = tokens;
        this.faults = faults;
        this.endpoint = endpoint;
    }

    /** The base URL, for {@code endpointOverride}. */
    public URI endpoint() {
        return endpoint;
    }

    /** Allows a role; if none is allowed, all are. */
    public EmbeddedSts role(String roleArn) {
        tokens.role(roleArn, null);
        return this;
    }

    /** Allows a role to callers that know the external id. */
    public EmbeddedSts role(String roleArn, String externalId) {
        tokens.role(roleArn, Objects.requireNonNull(externalId));
        return this;
    }

    /** Accepts a web identity token; if none is named, all are accepted. */
    public EmbeddedSts webIdentity(String token) {
        tokens.webIdentity(token);
        return this;
    }

    /** The lifetime of credentials, whatever the caller requests; an hour by default. */
    public EmbeddedSts sessionDuration(Duration time) {
        tokens.sessionDuration(time);
        return this;
    }

    /**
     * The faults of {@code AssumeRole} and {@code AssumeRoleWithWebIdentity}: answers, delays,
     * resets and silence.
     */
    public Faults faults() {
        return faults;
    }

    /** The newest credentials that it issued, in order; the log's limit of entries applies. */
    public List<RoleSession> sessions() {
        return tokens.sessions();
    }
}
