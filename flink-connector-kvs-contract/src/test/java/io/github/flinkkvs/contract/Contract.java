/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.errors.ErrorClass;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.util.ArrayList;
import java.util.List;

import static io.github.flinkkvs.contract.Statement.that;
import static org.assertj.core.api.Assertions.assertThat;

/** Everything that the connector relies on, in an order in which it can be asked. */
final class Contract {

    /** A key that AWS uses in its documentation, and that belongs to nobody. */
    private static final AwsBasicCredentials NOBODY =
            AwsBasicCredentials.create(
                    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private Contract() {}

    /** The statements about the service of a world. */
    static List<Statement> statements(World world) {
        StartStatements starts = new StartStatements(world);
        DeliveryStatements delivery = new DeliveryStatements(world);
        ArchiveStatements archive = new ArchiveStatements(world);
        StreamStatements streams = new StreamStatements(world);
        List<Statement> all = new ArrayList<>(streams.all());
        all.addAll(new QuotaStatements(world).all());
        all.addAll(delivery.all());
        all.addAll(starts.all());
        all.addAll(archive.all());
        all.add(that("An unknown access key is refused for good", () -> unknownKey(world)));
        all.add(that("A call for media to the wrong host gets a bare 403", () -> wrongHost(world)));
        if (world.service.target.slow) {
            all.addAll(delivery.slow());
        }
        all.add(starts.expiredPosition());
        all.add(archive.missingFragment());
        all.addAll(streams.atTheEnd());
        return all;
    }

    private static void unknownKey(World world) {
        try (KinesisVideoClient nobody =
                world.service
                        .configured(KinesisVideoClient.builder())
                        .credentialsProvider(StaticCredentialsProvider.create(NOBODY))
                        .build()) {
            String arn = world.arn.toString();
            try {
                nobody.describeStream(r -> r.streamARN(arn));
            } catch (RuntimeException refused) {
                Refusal refusal = Refusal.of(refused);
                refusal.is(refusal.text(), ErrorClass.FATAL);
                world.report.answer(Question.WRONG_KEY, refusal.text(), refusal.message());
                return;
            }
            // An embedded service that was given no keys.
            assertThat(world.service.target.endpoint).isNotNull();
            world.report.answer(Question.WRONG_KEY, "accepted", "the service checks no keys");
        }
    }

    private static void wrongHost(World world) {
        try (KinesisVideoMediaClient media =
                world.service
                        .configured(KinesisVideoMediaClient.builder())
                        .endpointOverride(world.service.controlEndpoint())
                        .build()) {
            Refusal.of(
                            () ->
                                    media.getMedia(
                                            r ->
                                                    r.streamARN(world.arn.toString())
                                                            .startSelector(
                                                                    World.at(
                                                                            StartSelectorType
                                                                                    .EARLIEST))))
                    .is("no code 403", ErrorClass.REFRESH_ENDPOINT);
        }
    }

    /**
     * Asks about one statement, and records the verdict.
     *
     * @throws Throwable if it does not hold
     */
    static void check(Statement statement, Report report) throws Throwable {
        try {
            statement.check.run();
            report.holds(statement.text);
        } catch (Throwable broken) {
            report.broken(statement.text, broken);
            throw broken;
        }
    }
}
