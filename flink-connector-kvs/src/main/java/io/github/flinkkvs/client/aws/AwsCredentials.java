/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials of one reader or enumerator, together with everything that was opened to get
 * them.
 *
 * <p>Safe for use by any thread. The provider finds credentials at the first call and keeps them
 * fresh; that call, and every call while a renewal fails, blocks its caller. The SDK has no thread
 * that renews a role: a call shortly before it expires renews it.
 *
 * <p>No message and no {@code toString()} of this class contains a value of the configuration.
 */
@Internal
public final class AwsCredentials implements SdkAutoCloseable {

    private final AwsConfig config;
    private final CredentialProviders providers;
    private final AwsCredentialsProvider provider;

    /** Each service client closes its provider if that can be closed; this one cannot. */
    private final AwsCredentialsProvider view;

    private AwsCredentials(AwsConfig config) {
        this.config = config;
        this.providers = new CredentialProviders(config);
        try {
            this.provider = providers.open(config.credentials());
        } catch (RuntimeException | Error e) {
            try {
                close();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        this.view = provider::resolveCredentials;
    }

    /**
     * Opens the configured provider. Sends nothing yet, but reads files, classes and the
     * environment of this process, so call it where the job runs.
     *
     * @param config not null
     * @return the credentials, to be closed by the caller
     * @throws IllegalArgumentException if the configuration does not fit this machine; the message
     *     names the key and says what to do
     */
    public static AwsCredentials open(AwsConfig config) {
        return new AwsCredentials(config);
    }

    /**
     * The provider for the SDK, for any number of its clients: closing them does not close it.
     *
     * @return never null, usable until {@link #close()}
     */
    public AwsCredentialsProvider provider() {
        return view;
    }

    /** The provider behind {@link #provider()}. */
    AwsCredentialsProvider delegate() {
        return provider;
    }

    /**
     * Closes the provider and every provider and client below it. Does nothing the second time.
     *
     * @throws RuntimeException the first failure; everything is closed nevertheless
     */
    @Override
    public void close() {
        providers.close();
    }

    @Override
    public String toString() {
        return "AwsCredentials(" + config.credentials().kind() + ")";
    }
}
