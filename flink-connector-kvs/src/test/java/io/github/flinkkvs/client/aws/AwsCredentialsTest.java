/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import io.github.flinkkvs.client.aws.AwsOptions.CredentialProvider;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.description.HtmlFormatter;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleWithWebIdentityCredentialsProvider;
import software.amazon.awssdk.services.sts.model.StsException;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests {@link AwsCredentials} and the options that it reads. */
@SuppressWarnings("try") // resources only to be closed
class AwsCredentialsTest {

    private static final String PROVIDER = "aws.credentials.provider";
    private static final String BASE = PROVIDER + ".role.provider";
    private static final String ROLE = "arn:aws:iam::123456789012:role/reader";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG";

    @TempDir Path folder;

    private ScriptedSts sts;

    @BeforeEach
    void startSts() throws Exception {
        sts = new ScriptedSts();
    }

    @AfterEach
    void stopSts() {
        sts.close();
    }

    @Test
    void nothingConfiguredIsTheDefaultChain() {
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config()))) {
            assertThat(credentials).hasToString("AwsCredentials(AUTO)");
            assertThat(credentials.delegate()).isInstanceOf(DefaultCredentialsProvider.class);
        }
    }

    @Test
    void keysAloneAreBasic() {
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        PROVIDER + ".basic.accesskeyid",
                                        "AKID",
                                        PROVIDER + ".basic.secretkey",
                                        SECRET)))) {
            assertThat(credentials).hasToString("AwsCredentials(BASIC)");
            assertThat(credentials.provider().resolveCredentials())
                    .isEqualTo(AwsBasicCredentials.create("AKID", SECRET));
        }
    }

    @Test
    void basicWithSessionToken() {
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        PROVIDER,
                                        "basic",
                                        PROVIDER + ".basic.accesskeyid",
                                        "AKID",
                                        PROVIDER + ".basic.secretkey",
                                        SECRET,
                                        PROVIDER + ".basic.sessiontoken",
                                        "TOKEN")))) {
            assertThat(credentials.delegate()).isInstanceOf(StaticCredentialsProvider.class);
            assertThat(credentials.provider().resolveCredentials())
                    .isEqualTo(AwsSessionCredentials.create("AKID", SECRET, "TOKEN"));
        }
    }

    @Test
    void optionsAsTablesSpellThem() {
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        PROVIDER,
                                        "BASIC",
                                        "aws.credentials.basic.accesskeyid",
                                        "AKID",
                                        "aws.credentials.basic.secretkey",
                                        SECRET)))) {
            assertThat(credentials.provider().resolveCredentials())
                    .isEqualTo(AwsBasicCredentials.create("AKID", SECRET));
        }
    }

    @Test
    void systemProperties() {
        try (SystemProperties ignored =
                        new SystemProperties(
                                "aws.accessKeyId", "AKID", "aws.secretAccessKey", SECRET);
                AwsCredentials credentials =
                        AwsCredentials.open(AwsConfig.of(config(PROVIDER, "SYS_PROP")))) {
            assertThat(credentials.delegate())
                    .isInstanceOf(SystemPropertyCredentialsProvider.class);
            assertThat(credentials.provider().resolveCredentials())
                    .isEqualTo(AwsBasicCredentials.create("AKID", SECRET));
        }
    }

    @Test
    void profile() throws Exception {
        Path file = folder.resolve("credentials");
        Files.writeString(
                file, "[cam]\naws_access_key_id=AKID\naws_secret_access_key=" + SECRET + "\n");
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        PROVIDER,
                                        "PROFILE",
                                        PROVIDER + ".profile.path",
                                        file.toString(),
                                        PROVIDER + ".profile.name",
                                        "cam")))) {
            assertThat(credentials.delegate()).isInstanceOf(ProfileCredentialsProvider.class);
            assertThat(credentials.provider().resolveCredentials())
                    .extracting(c -> c.accessKeyId(), c -> c.secretAccessKey())
                    .containsExactly("AKID", SECRET);
        }
    }

    @Test
    void assumeRole() {
        Configuration config = roleConfig(BASE, "BASIC");
        config.setString(BASE + ".basic.accesskeyid", "BASEKEY");
        config.setString(BASE + ".basic.secretkey", SECRET);
        config.setString(PROVIDER + ".role.sessionName", "job-7");
        config.setString(PROVIDER + ".role.externalId", "partner");
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
            assertThat(credentials.delegate()).isInstanceOf(StsAssumeRoleCredentialsProvider.class);
            assertThat(sts.requests).isEmpty();
            assertThat(credentials.provider().resolveCredentials())
                    .isInstanceOfSatisfying(
                            AwsSessionCredentials.class,
                            c -> {
                                assertThat(c.accessKeyId()).isEqualTo("KEY-1");
                                assertThat(c.secretAccessKey()).isEqualTo("SECRET-1");
                                assertThat(c.sessionToken()).isEqualTo("TOKEN-1");
                            });
            credentials.provider().resolveCredentials();
        }
        assertThat(sts.requests).hasSize(1);
        Map<String, String> request = sts.requests.get(0);
        assertThat(request)
                .containsEntry("Action", "AssumeRole")
                .containsEntry("RoleArn", ROLE)
                .containsEntry("RoleSessionName", "job-7")
                .containsEntry("ExternalId", "partner");
        assertThat(request.get("authorization"))
                .contains("Credential=BASEKEY/")
                .contains("/eu-central-1/sts/");
    }

    @Test
    void nestedRolesInheritTheEndpoint() {
        Configuration config = roleConfig(BASE, "ASSUME_ROLE", BASE + ".role.arn", ROLE + "-base");
        config.setString(BASE + ".role.provider.basic.accesskeyid", "ROOTKEY");
        config.setString(BASE + ".role.provider.basic.secretkey", SECRET);
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
            assertThat(credentials.provider().resolveCredentials().accessKeyId())
                    .isEqualTo("KEY-2");
        }
        assertThat(sts.requests)
                .extracting(r -> r.get("RoleArn"))
                .containsExactly(ROLE + "-base", ROLE);
        assertThat(sts.requests.get(0).get("authorization")).contains("Credential=ROOTKEY/");
        assertThat(sts.requests.get(1).get("authorization")).contains("Credential=KEY-1/");
        assertThat(sts.requests.get(1)).containsEntry("x-amz-security-token", "TOKEN-1");
        assertThat(sts.requests.get(1)).containsEntry("RoleSessionName", "flink-connector-kvs");
    }

    @Test
    void endpointWinsOverDualStackAndFips() {
        try (SystemProperties ignored =
                        new SystemProperties(
                                "aws.useDualstackEndpoint", "true", "aws.useFipsEndpoint", "true");
                AwsCredentials credentials =
                        AwsCredentials.open(
                                AwsConfig.of(
                                        roleConfig(
                                                BASE + ".basic.accesskeyid",
                                                "BASEKEY",
                                                BASE + ".basic.secretkey",
                                                SECRET)))) {
            credentials.provider().resolveCredentials();
        }
        assertThat(sts.requests).hasSize(1);
    }

    @Test
    void webIdentityReadsTheTokenForEachRenewal() throws Exception {
        Path file = folder.resolve("token");
        Files.writeString(file, "first\n");
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        "aws.region",
                                        "eu-central-1",
                                        PROVIDER,
                                        "WEB_IDENTITY_TOKEN",
                                        PROVIDER + ".role.arn",
                                        ROLE,
                                        PROVIDER + ".role.stsEndpoint",
                                        sts.url(),
                                        PROVIDER + ".webIdentityToken.file",
                                        file.toString())))) {
            assertThat(credentials.delegate())
                    .isInstanceOf(StsAssumeRoleWithWebIdentityCredentialsProvider.class);
            assertThat(credentials.provider().resolveCredentials().accessKeyId())
                    .isEqualTo("KEY-1");
            Files.writeString(file, "second\n");
            // A copy has nothing cached, so it does what a renewal does.
            try (StsAssumeRoleWithWebIdentityCredentialsProvider copy =
                    ((StsAssumeRoleWithWebIdentityCredentialsProvider) credentials.delegate())
                            .toBuilder().build()) {
                assertThat(copy.resolveCredentials().accessKeyId()).isEqualTo("KEY-2");
            }
        }
        assertThat(sts.requests)
                .extracting(r -> r.get("WebIdentityToken"))
                .containsExactly("first", "second");
        assertThat(sts.requests.get(0))
                .containsEntry("Action", "AssumeRoleWithWebIdentity")
                .containsEntry("RoleArn", ROLE)
                .containsEntry("RoleSessionName", "flink-connector-kvs")
                .doesNotContainKey("authorization");
    }

    @Test
    void webIdentityFromTheEnvironment() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "t");
        try (SystemProperties ignored =
                        new SystemProperties(
                                "aws.webIdentityTokenFile",
                                file.toString(),
                                "aws.roleArn",
                                ROLE + "-env",
                                "aws.roleSessionName",
                                "env");
                AwsCredentials credentials =
                        AwsCredentials.open(
                                AwsConfig.of(
                                        config(
                                                "aws.region",
                                                "eu-central-1",
                                                PROVIDER,
                                                "WEB_IDENTITY_TOKEN",
                                                PROVIDER + ".role.stsEndpoint",
                                                sts.url())))) {
            credentials.provider().resolveCredentials();
        }
        assertThat(sts.requests.get(0))
                .containsEntry("RoleArn", ROLE + "-env")
                .containsEntry("RoleSessionName", "env");
    }

    @Test
    void roleRefused() {
        sts.status = 403;
        Configuration config =
                roleConfig(
                        BASE + ".basic.accesskeyid", "BASEKEY", BASE + ".basic.secretkey", SECRET);
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
            Throwable error = catchThrowable(() -> credentials.provider().resolveCredentials());
            assertThat(error).isInstanceOf(StsException.class).hasMessageContaining("not allowed");
            assertThat(trace(error)).doesNotContain(SECRET);
        }
    }

    @Test
    void custom() {
        Custom.closed.set(0);
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        PROVIDER,
                                        "CUSTOM",
                                        PROVIDER + ".custom.class",
                                        Custom.class.getName(),
                                        "my.key",
                                        "AKID")))) {
            assertThat(credentials.delegate()).isInstanceOf(Custom.class);
            assertThat(credentials.provider().resolveCredentials().accessKeyId()).isEqualTo("AKID");
            credentials.close();
        }
        assertThat(Custom.closed).hasValue(1);
    }

    @Test
    void customBelowARoleIsClosedToo() {
        Custom.closed.set(0);
        Configuration config =
                roleConfig(BASE, "CUSTOM", BASE + ".custom.class", Custom.class.getName());
        config.setString("my.key", "CUSTOMKEY");
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
            credentials.provider().resolveCredentials();
        }
        assertThat(sts.requests.get(0).get("authorization")).contains("Credential=CUSTOMKEY/");
        assertThat(Custom.closed).hasValue(1);
    }

    @Test
    void whatWasOpenedBeforeAFailureIsClosed() {
        Custom.closed.set(0);
        Configuration config =
                roleConfig(BASE, "CUSTOM", BASE + ".custom.class", Custom.class.getName());
        config.setString("aws.truststore.path", folder.resolve("absent").toString());
        config.setString("my.key", "CUSTOMKEY");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsCredentials.open(AwsConfig.of(config)))
                .withMessageContaining("'aws.truststore.path'");
        assertThat(Custom.closed).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no.such.Class", "java.lang.String", "java.util.Properties"})
    void customUnusable(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                AwsCredentials.open(
                                        AwsConfig.of(
                                                config(
                                                        PROVIDER,
                                                        "CUSTOM",
                                                        PROVIDER + ".custom.class",
                                                        name))))
                .withMessageContaining("'" + PROVIDER + ".custom.class'")
                .withMessageContaining("java.util.Properties");
    }

    @ParameterizedTest
    @CsvSource({
        "BASIC, basic.accesskeyid, basic.accesskeyid",
        "'', basic.secretkey, basic.accesskeyid",
        "'', basic.accesskeyid, basic.secretkey",
        "ASSUME_ROLE, role.externalId, role.arn",
        "CUSTOM, '', custom.class",
    })
    void missing(String kind, String present, String missing) {
        Configuration config = config();
        if (!kind.isEmpty()) {
            config.setString(PROVIDER, kind);
        }
        if (!present.isEmpty()) {
            // blank counts as missing
            config.setString(PROVIDER + "." + present, present.equals(missing) ? " " : SECRET);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config))
                .withMessageStartingWith("'" + PROVIDER + "." + missing + "' is missing")
                .withMessageContaining("Set it")
                .satisfies(e -> assertThat(trace(e)).doesNotContain(SECRET));
    }

    @Test
    void missingBelowARole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(roleConfig(BASE, "BASIC")))
                .withMessageStartingWith("'" + BASE + ".basic.accesskeyid' is missing")
                .withMessageContaining("'" + BASE + "' is BASIC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"role.arn", "webIdentityToken.file"})
    void webIdentityMissing(String missing) throws Exception {
        Configuration config = config(PROVIDER, "WEB_IDENTITY_TOKEN");
        config.setString(PROVIDER + ".role.arn", ROLE);
        config.setString(
                PROVIDER + ".webIdentityToken.file",
                Files.writeString(folder.resolve("token"), "t").toString());
        config.removeKey(PROVIDER + "." + missing);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsCredentials.open(AwsConfig.of(config)))
                .withMessageContaining("'" + PROVIDER + "." + missing + "' is missing")
                .withMessageContaining("AWS_");
        // Another machine's environment is unknown here.
        AwsConfig.of(config);
    }

    @ParameterizedTest
    @CsvSource({"PROFILE, profile.path", "WEB_IDENTITY_TOKEN, webIdentityToken.file"})
    void fileMissing(String kind, String key) {
        Configuration config = config(PROVIDER, kind);
        if (kind.equals("WEB_IDENTITY_TOKEN")) {
            config.setString(PROVIDER + ".role.arn", ROLE);
        }
        config.setString(PROVIDER + "." + key, folder.resolve("absent").toString());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsCredentials.open(AwsConfig.of(config)))
                .withMessageContaining("'" + PROVIDER + "." + key + "'")
                .withMessageContaining("every machine");
    }

    @ParameterizedTest
    @CsvSource({
        "AUTO, basic.secretkey, BASIC",
        "ENV_VAR, basic.accesskeyid, BASIC",
        "'', basic.sessiontoken, BASIC",
        "'', role.arn, ASSUME_ROLE or WEB_IDENTITY_TOKEN",
        "WEB_IDENTITY_TOKEN, role.externalId, ASSUME_ROLE",
        "BASIC, profile.name, PROFILE",
        "'', webIdentityToken.file, WEB_IDENTITY_TOKEN",
        "'', custom.class, CUSTOM",
        "'', role.provider, ASSUME_ROLE",
        "'', role.provider.basic.secretkey, ASSUME_ROLE",
        "AUTO, role.provider.role.arn, ASSUME_ROLE",
    })
    void contradiction(String kind, String key, String remedy) {
        Configuration config = config(PROVIDER + "." + key, SECRET);
        if (!kind.isEmpty()) {
            config.setString(PROVIDER, kind);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config))
                .withMessageStartingWith("'" + PROVIDER + "." + key + "' is set")
                .withMessageContaining("set '" + PROVIDER + "' to " + remedy + ", or remove")
                .satisfies(e -> assertThat(trace(e)).doesNotContain(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {PROVIDER, PROVIDER + ".role.provider", PROVIDER + ".role.stsEndpoint"})
    void unreadable(String key) {
        Configuration config = roleConfig();
        config.setString(key, SECRET);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config))
                .withMessageContaining("'" + key + "'")
                .satisfies(e -> assertThat(trace(e)).doesNotContain(SECRET));
    }

    @Test
    void noRegionAnywhere() {
        Configuration config =
                roleConfig(
                        BASE + ".basic.accesskeyid", "BASEKEY", BASE + ".basic.secretkey", SECRET);
        config.removeKey("aws.region");
        try (SystemProperties ignored =
                new SystemProperties(
                        "aws.disableEc2Metadata",
                        "true",
                        "aws.configFile",
                        folder.resolve("absent").toString(),
                        "aws.sharedCredentialsFile",
                        folder.resolve("absent").toString())) {
            assumeTrue(System.getenv("AWS_REGION") == null);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AwsCredentials.open(AwsConfig.of(config)))
                    .withMessageContaining("'aws.region'");
        }
    }

    @ParameterizedTest
    @EnumSource(CredentialProvider.class)
    void everyProviderCanBeNamed(CredentialProvider kind) {
        Configuration config = config(PROVIDER, kind.name().toLowerCase(Locale.ROOT));
        assertThat(config.get(AwsOptions.CREDENTIALS_PROVIDER)).isEqualTo(kind);
    }

    @Test
    void nothingShowsASecret() {
        Configuration config =
                roleConfig(
                        BASE + ".basic.accesskeyid", "BASEKEY", BASE + ".basic.secretkey", SECRET);
        config.setString(BASE + ".basic.sessiontoken", "THETOKEN");
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
            credentials.provider().resolveCredentials();
            assertThat(credentials.toString() + credentials.provider() + credentials.delegate())
                    .doesNotContain(SECRET, "THETOKEN", "SECRET-1", "TOKEN-1");
            assertThat(credentials).hasToString("AwsCredentials(ASSUME_ROLE)");
        }
        try (AwsCredentials credentials =
                AwsCredentials.open(
                        AwsConfig.of(
                                config(
                                        PROVIDER + ".basic.accesskeyid",
                                        "AKID",
                                        PROVIDER + ".basic.secretkey",
                                        SECRET,
                                        PROVIDER + ".basic.sessiontoken",
                                        "THETOKEN")))) {
            assertThat(credentials.toString() + credentials.provider() + credentials.delegate())
                    .doesNotContain(SECRET, "THETOKEN");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PROVIDER + ".basic.accesskeyid",
                PROVIDER + ".basic.secretkey",
                PROVIDER + ".basic.sessiontoken",
                BASE + ".role.provider.basic.secretkey",
                "aws.credentials.basic.secretkey",
                "my.provider.Password",
                "my.token"
            })
    void secret(String key) {
        assertThat(AwsOptions.isSecret(key)).isTrue();
    }

    @Test
    void keysAndPasswordsAreSecret() {
        assertThat(AwsOptions.all())
                .filteredOn(option -> AwsOptions.isSecret(option.key()))
                .containsExactly(
                        AwsOptions.ACCESS_KEY_ID,
                        AwsOptions.SECRET_KEY,
                        AwsOptions.SESSION_TOKEN,
                        AwsOptions.TRUST_STORE_PASSWORD);
    }

    @Test
    void everyOptionIsListedAndDescribed() throws Exception {
        List<Object> constants = new ArrayList<>();
        for (Field field : AwsOptions.class.getFields()) {
            if (field.getType() == ConfigOption.class) {
                constants.add(field.get(null));
            }
        }
        assertThat(AwsOptions.all()).hasSize(constants.size());
        assertThat(new ArrayList<Object>(AwsOptions.all())).containsAll(constants);
        for (ConfigOption<?> option : AwsOptions.all()) {
            assertThat(new HtmlFormatter().format(option.description()))
                    .as(option.key())
                    .isNotBlank();
        }
        assertThat(AwsOptions.all())
                .extracting(ConfigOption::key)
                .containsExactly(
                        "aws.region",
                        "aws.endpoint",
                        "aws.credentials.provider",
                        "aws.credentials.provider.basic.accesskeyid",
                        "aws.credentials.provider.basic.secretkey",
                        "aws.credentials.provider.basic.sessiontoken",
                        "aws.credentials.provider.profile.path",
                        "aws.credentials.provider.profile.name",
                        "aws.credentials.provider.role.arn",
                        "aws.credentials.provider.role.sessionName",
                        "aws.credentials.provider.role.externalId",
                        "aws.credentials.provider.role.provider",
                        "aws.credentials.provider.role.stsEndpoint",
                        "aws.credentials.provider.webIdentityToken.file",
                        "aws.credentials.provider.custom.class",
                        "aws.trust.all.certificates",
                        "aws.truststore.path",
                        "aws.truststore.password",
                        "aws.tls.provider");
    }

    @Test
    void clientsDoNotCloseTheProvider() {
        Custom.closed.set(0);
        Configuration config =
                config(PROVIDER, "CUSTOM", PROVIDER + ".custom.class", Custom.class.getName());
        try (AwsCredentials credentials = AwsCredentials.open(AwsConfig.of(config))) {
            StsClient.builder()
                    .region(Region.EU_CENTRAL_1)
                    .credentialsProvider(credentials.provider())
                    .build()
                    .close();
            assertThat(Custom.closed).hasValue(0);
        }
        assertThat(Custom.closed).hasValue(1);
    }

    private Configuration roleConfig(String... more) {
        Configuration config =
                config(
                        "aws.region",
                        "eu-central-1",
                        PROVIDER,
                        "ASSUME_ROLE",
                        PROVIDER + ".role.arn",
                        ROLE,
                        PROVIDER + ".role.stsEndpoint",
                        sts.url());
        config.addAll(config(more));
        return config;
    }

    private static Configuration config(String... keysAndValues) {
        Configuration config = new Configuration();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.setString(keysAndValues[i], keysAndValues[i + 1]);
        }
        return config;
    }

    private static String trace(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** What a user may write. */
    public static final class Custom implements AwsCredentialsProvider, AutoCloseable {
        private static final AtomicInteger closed = new AtomicInteger();

        private final String key;

        public Custom(Properties properties) {
            this.key = properties.getProperty("my.key");
        }

        @Override
        public software.amazon.awssdk.auth.credentials.AwsCredentials resolveCredentials() {
            return AwsBasicCredentials.create(key, SECRET);
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
