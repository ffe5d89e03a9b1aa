/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;

/** How the readers speak to the service. */
enum Protocol {
    HTTP("HTTP", TlsProvider.JDK),
    HTTPS("HTTPS", TlsProvider.JDK),
    /** HTTPS. All readers decrypt with the native library, except the bare SDK: it has none. */
    OPENSSL("HTTPS by OpenSSL", TlsProvider.OPENSSL);

    private final String title;
    private final TlsProvider tls;

    Protocol(String title, TlsProvider tls) {
        this.title = title;
        this.tls = tls;
    }

    boolean isHttps() {
        return this != HTTP;
    }

    TlsProvider tls() {
        return tls;
    }

    /** For tables and charts. */
    String title() {
        return title;
    }
}
