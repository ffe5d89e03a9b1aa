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

import software.amazon.awssdk.http.TlsTrustManagersProvider;

import javax.annotation.Nullable;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

/**
 * Whose certificates are trusted: those in the user's file, or those that Java trusts.
 *
 * <p>It decides nothing itself. Java's own trust manager makes every decision, and also checks the
 * host name. This class adds to a refusal what Java leaves out: which server was refused, which
 * certificate it showed, and what to do.
 */
@Internal
public final class TrustStore implements TlsTrustManagersProvider {

    private static final String PEM = "-----BEGIN CERTIFICATE-----";

    private static final String CORRECT_IT =
            "give a file with certificates as PEM, PKCS #12 or JKS";

    private final X509ExtendedTrustManager manager;

    private TrustStore(X509ExtendedTrustManager manager) {
        this.manager = manager;
    }

    /**
     * Reads the user's file, if there is one, on this machine.
     *
     * @throws IllegalArgumentException if it cannot be used; the message names the key and says
     *     what to do
     */
    public static TrustStore open(AwsConfig config) {
        Optional<String> path = config.trustStorePath();
        X509ExtendedTrustManager java;
        try {
            java =
                    javas(
                            path.isPresent()
                                    ? load(
                                            ConfigValues.readableFile(
                                                    AwsOptions.TRUST_STORE_PATH.key(), path.get()),
                                            config.trustStorePassword()
                                                    .map(String::toCharArray)
                                                    .orElse(null))
                                    : null);
        } catch (GeneralSecurityException | IOException e) {
            throw unusable("cannot be read: " + CORRECT_IT, e);
        }
        if (path.isPresent() && java.getAcceptedIssuers().length == 0) {
            throw unusable(
                    "holds no certificate, or none that can be read without its password: "
                            + CORRECT_IT
                            + ", and its password in '"
                            + AwsOptions.TRUST_STORE_PASSWORD.key()
                            + "'",
                    null);
        }
        return new TrustStore(
                new Explaining(
                        java,
                        path.isPresent()
                                ? "the file in '" + AwsOptions.TRUST_STORE_PATH.key() + "'"
                                : "Java's trust store; one of your own goes into '"
                                        + AwsOptions.TRUST_STORE_PATH.key()
                                        + "'"));
    }

    @Override
    public TrustManager[] trustManagers() {
        return new TrustManager[] {manager};
    }

    private static KeyStore load(Path file, @Nullable char[] password)
            throws GeneralSecurityException, IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (new String(bytes, StandardCharsets.ISO_8859_1).contains(PEM)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))) {
                store.setCertificateEntry("certificate-" + number++, certificate);
            }
            return store;
        }
        try {
            // Recognizes the type.
            return KeyStore.getInstance(file.toFile(), password);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IllegalArgumentException(
                        "'"
                                + AwsOptions.TRUST_STORE_PASSWORD.key()
                                + "' is not the password of the file in '"
                                + AwsOptions.TRUST_STORE_PATH.key()
                                + "': correct it.",
                        e);
            }
            throw e;
        }
    }

    /**
     * @param store null for what Java trusts
     */
    private static X509ExtendedTrustManager javas(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static IllegalArgumentException unusable(String what, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "The file in '" + AwsOptions.TRUST_STORE_PATH.key() + "' " + what + ".", cause);
    }

    private static final class Explaining extends X509ExtendedTrustManager {

        private final X509ExtendedTrustManager java;
        private final String trusted;

        /**
         * @param trusted the name of the store, for messages
         */
        Explaining(X509ExtendedTrustManager java, String trusted) {
            this.java = java;
            this.trusted = trusted;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            try {
                java.checkServerTrusted(chain, type, engine);
            } catch (CertificateException e) {
                throw explained(chain, engine.getPeerHost() + ":" + engine.getPeerPort(), e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            try {
                java.checkServerTrusted(chain, type, socket);
            } catch (CertificateException e) {
                String host =
                        socket instanceof SSLSocket
                                        && ((SSLSocket) socket).getHandshakeSession() != null
                                ? ((SSLSocket) socket).getHandshakeSession().getPeerHost()
                                : socket.getInetAddress().getHostAddress();
                throw explained(chain, host + ":" + socket.getPort(), e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            java.checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            java.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            java.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            java.checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return java.getAcceptedIssuers();
        }

        private CertificateException explained(
                X509Certificate[] chain, String server, CertificateException refusal) {
            X509Certificate shown = chain[0];
            return new CertificateException(
                    "The certificate of "
                            + server
                            + " is refused: "
                            + reason(shown, refusal)
                            + ". It is that of '"
                            + shown.getSubjectX500Principal()
                            + "', issued by '"
                            + shown.getIssuerX500Principal()
                            + "'",
                    refusal);
        }

        private String reason(X509Certificate shown, CertificateException refusal) {
            try {
                shown.checkValidity();
            } catch (CertificateExpiredException e) {
                return "it expired on " + shown.getNotAfter().toInstant() + ": renew it there";
            } catch (CertificateNotYetValidException e) {
                return "it is valid from "
                        + shown.getNotBefore().toInstant()
                        + " only: check the clocks";
            }
            String message = String.valueOf(refusal.getMessage());
            return message.startsWith("No ") && message.contains("match")
                    ? "it is for other hosts (" + message + "): use a host that it names in the URL"
                    : "it is not trusted (" + message + "): looked up in " + trusted;
        }
    }
}
