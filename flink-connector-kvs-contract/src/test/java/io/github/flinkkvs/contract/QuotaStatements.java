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
import io.github.flinkkvs.client.errors.ErrorTable;

import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static io.github.flinkkvs.contract.Statement.that;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often a stream may be called. The connector makes as many calls as are documented, so these
 * must be allowed. Others may call, too, so it must understand a refusal.
 */
final class QuotaStatements {

    /** More calls of an operation than a stream allows in a second. */
    private static final int MANY = 30;

    private static final String THROTTLED = "ClientLimitExceededException 400";
    private static final String CONNECTION_LIMIT = "ConnectionLimitExceededException 400";

    /** What each refusal means to the connector. */
    private static final Map<String, ErrorClass> MEANINGS =
            Map.of(
                    THROTTLED, ErrorClass.THROTTLED,
                    CONNECTION_LIMIT, ErrorClass.CONNECTION_LIMIT);

    private static final int LISTS_A_SECOND = 10;
    private static final long LONGEST_LIST = 1_000;

    /** Until what was asked for counts no more. */
    private static final Duration REST = Duration.ofSeconds(2);

    private final World world;
    private final Service service;
    private final String arn;

    QuotaStatements(World world) {
        this.world = world;
        this.service = world.service;
        this.arn = world.arn.toString();
    }

    List<Statement> all() {
        return List.of(
                that("Many calls of GetDataEndpoint at once are throttled", this::endpoints),
                that("A second allows ten lists of up to 1000 fragments", this::someLists),
                that("Many lists at once are throttled", this::manyLists),
                that("Many GetMedia calls at once are refused for now", this::media));
    }

    private void endpoints() throws Exception {
        List<Throwable> refused =
                refused(
                        () ->
                                service.control.getDataEndpoint(
                                        r -> r.streamARN(arn).apiName(APIName.GET_MEDIA)),
                        THROTTLED);
        assertThat(refused).as("refused of %s calls at once", MANY).isNotEmpty();
    }

    private void someLists() throws Exception {
        try (KinesisVideoArchivedMediaClient archive = service.archive(world.arn)) {
            assertThat(failures(LISTS_A_SECOND, () -> list(archive))).isEmpty();
        }
    }

    private void manyLists() throws Exception {
        try (KinesisVideoArchivedMediaClient archive = service.archive(world.arn)) {
            refused(() -> list(archive), THROTTLED);
        }
    }

    private void list(KinesisVideoArchivedMediaClient archive) {
        Instant begin = Instant.ofEpochMilli(world.startMillis);
        archive.listFragments(
                r ->
                        r.streamARN(arn)
                                .maxResults(LONGEST_LIST)
                                .fragmentSelector(
                                        FragmentSelector.builder()
                                                .fragmentSelectorType(
                                                        FragmentSelectorType.PRODUCER_TIMESTAMP)
                                                .timestampRange(
                                                        t ->
                                                                t.startTimestamp(begin)
                                                                        .endTimestamp(begin))
                                                .build()));
    }

    private void media() throws Exception {
        try (KinesisVideoMediaClient media = service.media(world.arn)) {
            refused(
                    () ->
                            media.getMedia(
                                            r ->
                                                    r.streamARN(arn)
                                                            .startSelector(
                                                                    World.at(
                                                                            StartSelectorType
                                                                                    .EARLIEST)))
                                    .abort(),
                    THROTTLED,
                    CONNECTION_LIMIT);
        }
    }

    // ---- many calls at once -------------------------------------------------------------------

    /**
     * Makes many calls at once, of which the embedded service refuses some, and AWS may.
     *
     * @param reasons for a refusal
     */
    private List<Throwable> refused(Runnable call, String... reasons) throws Exception {
        List<Throwable> refused = failures(MANY, call);
        for (Throwable failure : refused) {
            String reason = Refusal.of(failure).text();
            assertThat(reason).isIn((Object[]) reasons);
            assertThat(ErrorTable.classify(failure)).isEqualTo(MEANINGS.get(reason));
        }
        if (service.target.endpoint != null) {
            assertThat(refused).as("refused of %s calls at once", MANY).isNotEmpty();
        }
        return refused;
    }

    private static List<Throwable> failures(int calls, Runnable call) throws Exception {
        World.pause(REST);
        ExecutorService threads = Executors.newFixedThreadPool(calls);
        try {
            List<Future<?>> made = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                made.add(threads.submit(call));
            }
            List<Throwable> failures = new ArrayList<>();
            for (Future<?> each : made) {
                try {
                    each.get(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    failures.add(e.getCause());
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
            World.pause(REST);
        }
    }
}
