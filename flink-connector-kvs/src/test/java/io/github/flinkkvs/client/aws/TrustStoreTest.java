/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests which files {@link TrustStore} accepts. Jobs over HTTPS test which servers it refuses,
 * because Java decides that.
 */
class TrustStoreTest {

    private static final String PATH = "aws.truststore.path";
    private static final String PASSWORD = "aws.truststore.password";
    private static final String SECRET = "open-sesame";

    /** Any certificates will do, such as those that Java trusts. */
    private static X509Certificate[] certificates;

    @TempDir Path folder;

    @BeforeAll
    static void takeSomeCertificates() throws Exception {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        certificates =
                Arrays.copyOf(
                        ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers(), 2);
    }

    private static Configuration config(String... keysAndValues) {
        Configuration config = new Configuration();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.setString(keysAndValues[i], keysAndValues[i + 1]);
        }
        return config;
    }

    private static X509Certificate[] trusted(Configuration config) {
        return ((X509TrustManager) TrustStore.open(AwsConfig.of(config)).trustManagers()[0])
                .getAcceptedIssuers();
    }

    private Path keyStore(String type, int count) throws Exception {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        for (int i = 0; i < count; i++) {
            store.setCertificateEntry("entry-" + i, certificates[i]);
        }
        Path file = folder.resolve("store");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, SECRET.toCharArray());
        }
        return file;
    }

    private Path pem(int count) throws Exception {
        StringBuilder text = new StringBuilder("# All that the office trusts\n\n");
        for (int i = 0; i < count; i++) {
            text.append("Number ").append(i).append("\n=========\n");
            text.append("-----BEGIN CERTIFICATE-----\n");
            text.append(Base64.getMimeEncoder().encodeToString(certificates[i].getEncoded()));
            text.append("\n-----END CERTIFICATE-----\n");
        }
        return Files.writeString(folder.resolve("bundle"), text);
    }

    @Test
    void withoutAFileWhatJavaTrusts() {
        assertThat(trusted(config())).contains(certificates);
        assertThat(trusted(config(PATH, " "))).contains(certificates);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStoreOfEitherType(String type) throws Exception {
        assertThat(trusted(config(PATH, keyStore(type, 2).toString(), PASSWORD, SECRET)))
                .containsExactlyInAnyOrder(certificates);
    }

    @Test
    void pemWithAnyNumberOfCertificates() throws Exception {
        assertThat(trusted(config(PATH, pem(1).toString()))).containsExactly(certificates[0]);
        assertThat(trusted(config(PATH, pem(2).toString())))
                .containsExactlyInAnyOrder(certificates);
    }

    @ParameterizedTest
    @CsvSource({
        "PKCS12, wrong, 'aws.truststore.password' is not the password",
        "JKS, wrong, 'aws.truststore.password' is not the password",
        "PKCS12, '', or none that can be read without its password",
    })
    void wrongPassword(String type, String password, String message) throws Exception {
        Configuration config = config(PATH, keyStore(type, 1).toString(), PASSWORD, password);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustStore.open(AwsConfig.of(config)))
                .withMessageContaining(message.replace("\"", "'"))
                .withMessageContaining(PATH);
    }

    @Test
    void fileWithoutCertificates() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                TrustStore.open(
                                        AwsConfig.of(
                                                config(
                                                        PATH,
                                                        keyStore("PKCS12", 0).toString(),
                                                        PASSWORD,
                                                        SECRET))))
                .withMessageStartingWith("The file in 'aws.truststore.path' holds no certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "something else", "-----BEGIN CERTIFICATE-----\nbroken"})
    void fileThatIsNone(String content) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), content);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustStore.open(AwsConfig.of(config(PATH, file.toString()))))
                .withMessageStartingWith("The file in 'aws.truststore.path' cannot be read")
                .withMessageContaining("PEM, PKCS #12 or JKS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent", ".", "\0"})
    void noFile(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustStore.open(AwsConfig.of(config(PATH, folder + "/" + name))))
                .withMessageStartingWith("'aws.truststore.path' is not the path")
                .withMessageContaining("every machine");
    }

    @Test
    void contradictionsAreToldWhereTheJobIsBuilt() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                AwsConfig.of(
                                        config(
                                                PATH,
                                                "a.pem",
                                                "aws.trust.all.certificates",
                                                "true")))
                .withMessage(
                        "'aws.truststore.path' and 'aws.trust.all.certificates' contradict each"
                                + " other: remove one.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config(PASSWORD, SECRET)))
                .withMessage(
                        "'aws.truststore.password' is set, but 'aws.truststore.path' is not: set"
                                + " both, or remove the password.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config("aws.trust.all.certificates", SECRET)))
                .withMessage("'aws.trust.all.certificates' is neither true nor false.")
                .withNoCause();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config("aws.endpoint", "x://" + SECRET)))
                .withMessageStartingWith("'aws.endpoint' is not a URL")
                .withNoCause();
        // Another machine's files are unknown here.
        AwsConfig.of(config(PATH, "/on/the/task/managers.p12", PASSWORD, SECRET));
    }
}
