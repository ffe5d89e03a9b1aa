/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import io.github.flinkkvs.client.aws.CredentialSpec;

import org.apache.flink.annotation.Internal;

/** A session token has expired, and nothing renews it while the job runs. */
@Internal
public final class ExpiredCredentialsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private ExpiredCredentialsException(CredentialSpec credentials, Throwable refusal) {
        super(
                "The session token has expired, and '"
                        + credentials.key()
                        + "' = "
                        + credentials.kind()
                        + " never renews it: start the job with other keys, from its last checkpoint,"
                        + " or use a provider that renews its credentials, such as ASSUME_ROLE",
                refusal);
    }

    /**
     * Interprets the error of a call, given its credentials. The next call may have a new token,
     * unless the provider never renews it.
     *
     * @param error what the call ended with
     * @return an {@link ExpiredCredentialsException} with the error as its cause, or the error
     */
    public static Throwable inPlaceOf(Throwable error, CredentialSpec credentials) {
        if (!ErrorTable.isExpiredToken(error)) {
            return error;
        }
        CredentialSpec refused =
                ErrorTable.isOfSecurityTokenService(error)
                        // It refused the credentials that assume the role.
                        ? credentials.innermost()
                        : credentials;
        return refused.neverRenews() ? new ExpiredCredentialsException(refused, error) : error;
    }
}
