/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import io.github.flinkkvs.client.aws.AwsOptions.TlsProvider;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests how {@link AwsConfig} interprets all options together. Options of credentials and trust
 * stores have tests of their own.
 */
class AwsConfigTest {

    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG";

    private static final Region HERE = Region.EU_CENTRAL_1;

    private static Configuration config(String... keysAndValues) {
        Configuration config = new Configuration();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config.setString(keysAndValues[i], keysAndValues[i + 1]);
        }
        return config;
    }

    @Test
    void valuesWithoutSurroundingSpace() {
        AwsConfig config =
                AwsConfig.of(
                        config(
                                "aws.region",
                                " eu-central-1 ",
                                "aws.endpoint",
                                " http://localhost:4567 ",
                                "aws.truststore.path",
                                " ca.pem "));
        assertThat(config.region().id()).isEqualTo("eu-central-1");
        assertThat(config.endpoint(HERE)).map(Object::toString).hasValue("http://localhost:4567");
        assertThat(config.trustStorePath()).hasValue("ca.pem");
        assertThat(config.trustsAll()).isFalse();
        assertThat(AwsConfig.of(config("aws.endpoint", " ")).endpoint(HERE)).isEmpty();
    }

    @Test
    void aRegionMayHaveAnEndpointOfItsOwn() {
        Configuration options = config("aws.endpoint.us-east-1", "http://east:1");
        assertThat(AwsConfig.of(options).endpoint(HERE)).isEmpty();
        assertThat(AwsConfig.of(options).endpoint(Region.US_EAST_1))
                .map(Object::toString)
                .hasValue("http://east:1");
        options.set(AwsOptions.ENDPOINT, "http://all:2");
        assertThat(AwsConfig.of(options).endpoint(HERE))
                .map(Object::toString)
                .hasValue("http://all:2");
        assertThat(AwsConfig.of(options).endpoint(Region.US_EAST_1))
                .map(Object::toString)
                .hasValue("http://east:1");
        assertThat(AwsOptions.endpoint("us-east-1").key()).isEqualTo("aws.endpoint.us-east-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config("aws.endpoint.us-east-1", "east")))
                .withMessageContaining("aws.endpoint.us-east-1");
    }

    @Test
    void whatEncryptsIsChosen() {
        assertThat(AwsConfig.of(config()).tlsProvider()).isEqualTo(TlsProvider.JDK);
        assertThat(AwsConfig.of(config("aws.tls.provider", "openssl")).tlsProvider())
                .isEqualTo(TlsProvider.OPENSSL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config("aws.tls.provider", SECRET)))
                .withMessage("'aws.tls.provider' is none of [JDK, OPENSSL]: set it to one of them.")
                .withNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aws.endpoint.",
                "aws.endpoint.US East",
                "aws.regoin",
                "aws.credentials",
                "aws.credentials.providers",
                "aws.credentials.basic.accesskey",
                "aws.credentials.provider.role.provider.arn",
                "aws.http.protocol.version"
            })
    void unknownKey(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config(key, SECRET)))
                .withMessageStartingWith("There is no option '" + key + "'. There are: aws.region,")
                .withMessageNotContaining(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aws.credentials.custom.vault",
                "aws.credentials.provider.custom.vault",
                "source.retry.budget",
                "my.key"
            })
    void keyOfSomebodyElse(String key) {
        assertThat(AwsConfig.of(config(key, SECRET)).all()).containsEntry(key, SECRET);
    }

    /** A message names the key that the user wrote, not its other spelling. */
    @ParameterizedTest
    @CsvSource({
        "aws.credentials.role.arn, ASSUME_ROLE or WEB_IDENTITY_TOKEN",
        "aws.credentials.provider.role.arn, ASSUME_ROLE or WEB_IDENTITY_TOKEN",
        "aws.credentials.role.provider.profile.name, ASSUME_ROLE",
        "aws.credentials.provider.role.provider.role.provider.custom.vault, ASSUME_ROLE",
    })
    void unusedKeyIsNamedAsItIsSpelt(String key, String users) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AwsConfig.of(config(key, "x")))
                .withMessage(
                        "'%1$s' is set, but 'aws.credentials.provider' is AUTO, which does not use"
                                + " it: set 'aws.credentials.provider' to %2$s, or remove '%1$s'.",
                        key, users);
    }

    @Test
    void showsNoSecret() {
        AwsConfig config =
                AwsConfig.of(
                        config(
                                "aws.credentials.provider",
                                "ASSUME_ROLE",
                                "aws.credentials.role.arn",
                                "arn:aws:iam::123456789012:role/reader",
                                "aws.credentials.role.provider.basic.accesskeyid",
                                "AKID",
                                "aws.credentials.role.provider.basic.secretkey",
                                SECRET));
        assertThat(config)
                .hasToString(
                        "AwsConfig(aws.credentials.provider = ASSUME_ROLE,"
                                + " aws.credentials.provider.role.provider = BASIC)");
    }
}
