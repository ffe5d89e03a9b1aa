/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;

/**
 * What encrypts the connections of an HTTP client. Without this choice, the SDK would make it by
 * what happens to be on the class path. Immutable.
 */
final class TlsLibrary {

    private final SslProvider provider;

    private TlsLibrary(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * @throws IllegalArgumentException if the library is not there; the message says what to do
     */
    static TlsLibrary of(AwsConfig config) {
        if (config.tlsProvider() == TlsProvider.JDK) {
            return new TlsLibrary(SslProvider.JDK);
        }
        if (!OpenSsl.isAvailable()) {
            throw new IllegalArgumentException(
                    "'"
                            + AwsOptions.TLS_PROVIDER.key()
                            + "' is OPENSSL, but Netty's native library cannot be loaded on this"
                            + " machine: add io.netty:netty-tcnative-boringssl-static for its"
                            + " system, such as linux-x86_64, to the jar of the job, or remove the"
                            + " option. The SQL jar cannot take it.",
                    OpenSsl.unavailabilityCause());
        }
        return new TlsLibrary(SslProvider.OPENSSL);
    }

    /** Lets the client that is being built use it. */
    NettyNioAsyncHttpClient.Builder in(NettyNioAsyncHttpClient.Builder builder) {
        return builder.sslProvider(provider);
    }
}
