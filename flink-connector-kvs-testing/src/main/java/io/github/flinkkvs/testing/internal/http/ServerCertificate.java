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

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A certificate authority for each server, which clients must trust, and the server's key and
 * certificate, which it issues.
 */
public final class ServerCertificate {
    /** It protects nothing: the trust store holds a public certificate. */
    public static final String PASSWORD = "changeit";

    private static final int SERIAL_BITS = 64;
    private static final Duration VALIDITY = Duration.ofDays(365);
    private static final X500Name AUTHORITY = new X500Name("CN=flinkkvs embedded authority");
    private static final X500Name SERVER = new X500Name("CN=flinkkvs embedded service");

    private final KeyPair keys;
    private final X509Certificate authority;
    private final X509Certificate certificate;

    /**
     * @param hosts what clients call it, besides localhost and 127.0.0.1
     */
    public ServerCertificate(List<String> hosts, CertificateFlaw flaw) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair authorityKeys = generator.generateKeyPair();
            keys = generator.generateKeyPair();
            Instant now = Instant.now();

            X509v3CertificateBuilder self =
                    builder(AUTHORITY, now.plus(VALIDITY), authorityKeys.getPublic());
            self.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            authority = sign(self, authorityKeys);

            boolean expired = flaw == CertificateFlaw.EXPIRED;
            X509v3CertificateBuilder server =
                    builder(
                            SERVER,
                            expired ? now.minus(Duration.ofDays(1)) : now.plus(VALIDITY),
                            keys.getPublic());
            server.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            flaw == CertificateFlaw.OTHER_HOST ? otherNames() : names(hosts)));
            certificate = sign(server, authorityKeys);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("Cannot make a certificate", e);
        }
    }

    private static GeneralName[] names(List<String> hosts) {
        Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1"));
        names.addAll(hosts);
        return names.stream()
                .map(
                        name ->
                                new GeneralName(
                                        name.matches("[0-9.]+|.*:.*")
                                                ? GeneralName.iPAddress
                                                : GeneralName.dNSName,
                                        name))
                .toArray(GeneralName[]::new);
    }

    private static GeneralName[] otherNames() {
        return new GeneralName[] {new GeneralName(GeneralName.dNSName, "other.example")};
    }

    private static X509v3CertificateBuilder builder(
            X500Name subject, Instant notAfter, PublicKey key) {
        return new JcaX509v3CertificateBuilder(
                AUTHORITY,
                new BigInteger(SERIAL_BITS, new SecureRandom()),
                Date.from(notAfter.minus(VALIDITY.multipliedBy(2))),
                Date.from(notAfter),
                subject,
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair authorityKeys)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(authorityKeys.getPrivate())));
    }

    /** Key and certificate as PKCS #12. */
    public byte[] keyStore() {
        try {
            KeyStore store = empty();
            store.setKeyEntry(
                    "server",
                    keys.getPrivate(),
                    PASSWORD.toCharArray(),
                    new Certificate[] {certificate, authority});
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.store(out, PASSWORD.toCharArray());
            return out.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public KeyStore trustStore() {
        try {
            KeyStore store = empty();
            store.setCertificateEntry("authority", authority);
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes what clients must trust, as PKCS #12 and as PEM. */
    void write(Path storeFile, Path certificateFile) {
        try {
            try (OutputStream out = Files.newOutputStream(storeFile)) {
                trustStore().store(out, PASSWORD.toCharArray());
            }
            String pem =
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                    .encodeToString(authority.getEncoded())
                            + "\n-----END CERTIFICATE-----\n";
            Files.write(certificateFile, pem.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
