/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.github.flinkkvs.testing.faults.CertificateFlaw;

import io.vertx.core.Vertx;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLEngineOptions;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class HttpListenersTest {

    @Test
    void theJdkEncryptsUnlessOpenSslIsChosen() {
        assertThat(engine(false)).isInstanceOf(JdkSSLEngineOptions.class);
        assertThat(engine(true)).isInstanceOf(OpenSSLEngineOptions.class);
    }

    private static SSLEngineOptions engine(boolean openSsl) {
        Vertx vertx = Vertx.vertx();
        try {
            ServerCertificate certificate =
                    new ServerCertificate(List.of("127.0.0.1"), CertificateFlaw.NONE);
            return new HttpListeners(vertx, "127.0.0.1", 1, certificate, openSsl)
                    .options()
                    .getSslEngineOptions();
        } finally {
            vertx.close();
        }
    }
}
