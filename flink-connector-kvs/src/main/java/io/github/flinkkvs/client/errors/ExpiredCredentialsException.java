/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.errors;

import io.github.flinkkvs.client.aws.AwsOptions;

/** A session token has expired, and nobody will ever renew it. */
public final class ExpiredCredentialsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param key the option that chose the provider
     */
    public ExpiredCredentialsException(
            String key, AwsOptions.CredentialProvider provider, Throwable refusal) {
        super(
                "The session token has expired, and '"
                        + key
                        + "' = "
                        + provider
                        + " never renews it: start the job with other keys, from its last checkpoint,"
                        + " or use a provider that renews its credentials, such as ASSUME_ROLE",
                refusal);
    }
}
