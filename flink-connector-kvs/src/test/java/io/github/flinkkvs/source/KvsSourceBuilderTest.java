/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceOptions.DeletedStreamPolicy;
import io.github.flinkkvs.source.KvsSourceOptions.ExpiredPositionPolicy;
import io.github.flinkkvs.source.serialization.FragmentTypeInfo;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.source.split.AllStreamsAssigned;
import io.github.flinkkvs.source.split.KvsSplitSerializerTest;
import io.github.flinkkvs.source.split.ReaderStreams;
import io.github.flinkkvs.source.split.StreamsOver;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.base.source.reader.SourceReaderOptions;
import org.apache.flink.streaming.api.lineage.DatasetConfigFacet;
import org.apache.flink.util.InstantiationUtil;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvsSourceBuilderTest {

    private static final String ARN = "arn:aws:kinesisvideo:eu-west-1:123456789012:stream/camera/1";

    private static KvsSourceBuilder<Fragment> builder() {
        return KvsSource.<Fragment>builder()
                .setDeserializationSchema(KvsDeserializationSchema.fragments())
                .setRegion("eu-west-1")
                .setStreams("a");
    }

    private static void assertRefused(KvsSourceBuilder<?> builder, String... words) {
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @Test
    void refusesMisspeltCredentials() {
        assertRefused(
                builder()
                        .setSourceConfig(
                                Configuration.fromMap(
                                        Map.of("aws.credentials.provider.basic.accessKeyId", "a"))),
                "There is no option 'aws.credentials.provider.basic.accessKeyId'");
        assertThat(AwsOptions.isCredentialsKey("aws.credentials.basic.accesskeyid")).isTrue();
        assertThat(
                        AwsOptions.isCredentialsKey(
                                "aws.credentials.provider.role.provider.role.provider.role.arn"))
                .isTrue();
        assertThat(AwsOptions.isCredentialsKey("aws.credentials.provider.role.provider.arn"))
                .isFalse();
    }

    @Test
    void buildsWithDefaults() throws Exception {
        KvsSource<Fragment> source = builder().build();
        assertThat(source.getBoundedness()).isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);
        assertThat(source.getProducedType()).isSameAs(FragmentTypeInfo.INSTANCE);
        assertThat(InstantiationUtil.<KvsSource<Fragment>>clone(source)).isNotNull();
        assertThat(source.getSplitSerializer().getVersion()).isEqualTo(2);
        assertThat(source.getEnumeratorCheckpointSerializer().getVersion()).isEqualTo(3);
    }

    @Test
    void aStopMakesItBounded() {
        KvsSource<Fragment> source =
                builder()
                        .setStartingPosition(StartingPosition.earliest())
                        .setStoppingPosition(StoppingPosition.now())
                        .build();
        assertThat(source.getBoundedness()).isEqualTo(Boundedness.BOUNDED);
    }

    @Test
    void takesEveryOptionThereIs() {
        builder()
                .setSourceConfig(
                        new Configuration()
                                .set(SourceReaderOptions.ELEMENT_QUEUE_CAPACITY, 4)
                                .set(KvsSourceOptions.RETRY_BUDGET, Duration.ZERO))
                .set(AwsOptions.ENDPOINT, "http://localhost:1")
                .setEndpoint("https://localhost")
                .setStartingPosition("a", StartingPosition.earliest())
                .build();
    }

    @Test
    void needsASchemaAndStreams() {
        assertRefused(
                KvsSource.builder().setStreams("a").setRegion("eu-west-1"),
                "setDeserializationSchema");
        assertRefused(
                KvsSource.<Fragment>builder()
                        .setRegion("eu-west-1")
                        .setDeserializationSchema(KvsDeserializationSchema.fragments()),
                "name at least one");
        assertThatThrownBy(() -> builder().setDeserializationSchema(null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void refusesWhatIsNoStream() {
        assertRefused(builder().setStreams("a b"), "'a b'", "not a name");
        assertRefused(builder().setStreams(""), "not a name");
        assertRefused(builder().setStreams("arn:aws:s3:::bucket"), "Not the ARN");
        assertRefused(builder().setStreams(List.of("b", "a")), "'a' is named twice");
        assertRefused(builder().setStreams(ARN, "camera"), "'camera' is named twice");
    }

    @Test
    void takesTheRegionFromArns() {
        KvsSourceBuilder<Fragment> builder =
                KvsSource.<Fragment>builder()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments());
        builder.setStreams(ARN).build();
        assertThat(regions(builder)).containsExactly("camera in kinesisvideo://eu-west-1");
        assertRefused(
                KvsSource.<Fragment>builder()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .setStreams("a"),
                "There is no region");
    }

    private static List<String> regions(KvsSourceBuilder<Fragment> builder) {
        return builder.build().getLineageVertex().datasets().stream()
                .map(dataset -> dataset.name() + " in " + dataset.namespace())
                .collect(Collectors.toList());
    }

    @Test
    void streamsMayBeInSeveralRegions() {
        String south = ARN.replace("west", "south");
        KvsSourceBuilder<Fragment> builder =
                KvsSource.<Fragment>builder()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .setStreams(ARN, south);
        assertThat(regions(builder))
                .containsExactly(
                        "camera in kinesisvideo://eu-west-1",
                        "camera in kinesisvideo://eu-south-1");
        assertRefused(
                builder.setStreams("a"),
                "several regions (eu-south-1, eu-west-1)",
                "stream 'a'",
                "set aws.region");
        assertThat(regions(builder.setRegion(" us-east-1 ")))
                .contains("a in kinesisvideo://us-east-1");
        assertRefused(builder().setStreams("camera", ARN), "'camera' is named twice");
        assertThat(regions(builder().setStreams("camera", south))).hasSize(3);
        assertThat(regions(unnamed().setStreamPrefix("b")))
                .containsExactly("all streams with prefix b in kinesisvideo://eu-west-1");
    }

    @Test
    void tellsListenersWhatIsKnownOfAStreamBeforeItIsRead() {
        assertThat(facets(builder().setStreams(ARN)))
                .containsExactly(
                        Map.of("region", "eu-west-1"), Map.of("region", "eu-west-1", "arn", ARN));
        assertThat(facets(unnamed().setStreamPrefix("b")))
                .containsExactly(Map.of("region", "eu-west-1"));
    }

    private static List<Map<String, String>> facets(KvsSourceBuilder<Fragment> builder) {
        return builder.build().getLineageVertex().datasets().stream()
                .map(dataset -> ((DatasetConfigFacet) dataset.facets().get("config")).config())
                .collect(Collectors.toList());
    }

    @Test
    void refusesUnknownOptions() {
        ConfigOption<String> option =
                ConfigOptions.key("source.memory.buget").stringType().noDefaultValue();
        assertRefused(builder().set(option, "1"), "'source.memory.buget'", "source.memory.budget");
    }

    @Test
    void refusesValuesOfWrongTypes() {
        Configuration config = new Configuration();
        config.setString("source.retry.budget", "for ever");
        assertRefused(builder().setSourceConfig(config), "source.retry.budget");
        config = new Configuration();
        config.setString("source.bad-fragment", "IGNORE");
        assertRefused(builder().setSourceConfig(config), "source.bad-fragment");
    }

    @Test
    void refusesSizesAndTimesThatCannotWork() {
        assertRefused(
                builder().set(KvsSourceOptions.MEMORY_BUDGET, MemorySize.ZERO),
                "source.memory.budget is 0");
        assertRefused(
                builder().set(KvsSourceOptions.FRAGMENT_MAX_SIZE, MemorySize.ZERO),
                "source.fragment.max-size is 0");
        for (ConfigOption<Duration> option :
                List.of(
                        KvsSourceOptions.SILENCE_TIMEOUT,
                        KvsSourceOptions.IDLE_INTERVAL,
                        KvsSourceOptions.RETRY_INITIAL_BACKOFF,
                        KvsSourceOptions.RETRY_MAX_BACKOFF,
                        KvsSourceOptions.ENDPOINT_REFRESH_INTERVAL)) {
            assertRefused(builder().set(option, Duration.ZERO), option.key(), "is 0 ms: ");
            assertRefused(builder().set(option, Duration.ofMillis(-1)), option.key());
        }
    }

    /** The service ends a call after 3 s without media. */
    @Test
    void refusesTimesThatContradictTheService() {
        assertRefused(
                builder().set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofSeconds(3)),
                "source.session.silence-timeout is 3 s: give a time of at least 4 s",
                "does not mean that the connection is dead");
        assertRefused(
                builder().set(KvsSourceOptions.QUIET_TIME, Duration.ofSeconds(3)),
                "source.session.quiet-time is 3 s: give a time of at least 1 ms and at most 2500 ms",
                "a bounded source would never end");
        assertRefused(
                builder().set(KvsSourceOptions.MAX_LAG, Duration.ofSeconds(29)),
                "source.max-lag is 29 s: give a time of at least 30 s",
                "A fragment lasts up to 20 s");
        assertRefused(
                builder().set(KvsSourceOptions.HEALTH_INTERVAL, Duration.ofMillis(999)),
                "source.health.interval is 999 ms: give a time of at least 1 s",
                "or 0 for no line");
        builder().set(KvsSourceOptions.HEALTH_INTERVAL, Duration.ZERO).build();
        builder()
                .set(KvsSourceOptions.MAX_LAG, Duration.ofSeconds(30))
                .set(KvsSourceOptions.SILENCE_TIMEOUT, Duration.ofSeconds(4))
                .set(KvsSourceOptions.QUIET_TIME, Duration.ofMillis(2_500))
                .build();
    }

    @Test
    void refusesToReadHistoryAtSnailsPace() {
        assertRefused(
                builder().set(KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND, 9),
                "source.history.fragments-per-second is 9: give at least 10");
        builder().set(KvsSourceOptions.HISTORY_FRAGMENTS_PER_SECOND, 10).build();
    }

    @Test
    void refusesNamesThatReportersRewrite() {
        for (String name : List.of("", "a.b", "a b", "a-b", "{a}")) {
            assertRefused(
                    builder().set(KvsSourceOptions.METRICS_GROUP, name),
                    "source.metrics.group is '" + name + "': give a name of letters");
        }
        builder().set(KvsSourceOptions.METRICS_GROUP, "kinesisanalytics").build();
    }

    @Test
    void refusesTimesThatContradictEachOther() {
        assertRefused(
                builder().set(KvsSourceOptions.RETRY_INITIAL_BACKOFF, Duration.ofMinutes(1)),
                "source.retry.initial-backoff (1 min) is above source.retry.max-backoff (30 s)");
        // The default of the first yields to the value set for the second.
        builder().set(KvsSourceOptions.RETRY_MAX_BACKOFF, Duration.ofMillis(100)).build();
        builder()
                .set(KvsSourceOptions.RETRY_INITIAL_BACKOFF, Duration.ofMinutes(1))
                .set(KvsSourceOptions.RETRY_MAX_BACKOFF, Duration.ofMinutes(1))
                .build();
    }

    @Test
    void refusesTimesThatNoClockCanCount() {
        assertRefused(
                builder().set(KvsSourceOptions.RETRY_BUDGET, Duration.ofDays(1_000_000)),
                "source.retry.budget is PT24000000H: give a time of at least 0 ms and at most"
                        + " 36500 d");
    }

    @Test
    void refusesAQueueWithoutRoom() {
        assertRefused(
                builder().set(SourceReaderOptions.ELEMENT_QUEUE_CAPACITY, 0),
                "source.reader.element.queue.capacity is 0");
    }

    @Test
    void thePolicyTimestampNeedsOne() {
        assertRefused(
                builder().set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.TIMESTAMP),
                "go together");
        assertRefused(
                builder().set(KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP, "2026-01-31T08:00:00Z"),
                "go together");
        assertRefused(
                builder()
                        .set(KvsSourceOptions.EXPIRED_POSITION, ExpiredPositionPolicy.TIMESTAMP)
                        .set(KvsSourceOptions.EXPIRED_POSITION_TIMESTAMP, "yesterday"),
                "'yesterday'");
    }

    @Test
    void refusesStartsBehindTheStop() {
        Instant time = Instant.ofEpochMilli(1000);
        assertRefused(
                builder().setStoppingPosition(StoppingPosition.now()), "There is nothing between");
        assertRefused(
                builder()
                        .setStartingPosition(StartingPosition.atServerTimestamp(time))
                        .setStoppingPosition(
                                StoppingPosition.atServerTimestamp(time.minusMillis(1))),
                "There is nothing between");
        assertRefused(
                builder()
                        .setStartingPosition(StartingPosition.atProducerTimestamp(time))
                        .setStoppingPosition(
                                StoppingPosition.atProducerTimestamp(time.minusMillis(1))),
                "There is nothing between");
        assertRefused(
                builder()
                        .setStartingPosition(StartingPosition.afterFragment("7"))
                        .setStoppingPosition(StoppingPosition.atFragment("7")),
                "There is nothing between");
        assertRefused(
                builder()
                        .setStartingPosition(StartingPosition.atFragment("8"))
                        .setStoppingPosition(StoppingPosition.atFragment("7")),
                "There is nothing between");
        builder()
                .setStartingPosition(StartingPosition.atFragment("7"))
                .setStoppingPosition(StoppingPosition.atFragment("7"))
                .build();
        builder()
                .setStartingPosition(StartingPosition.atServerTimestamp(time))
                .setStoppingPosition(StoppingPosition.atServerTimestamp(time))
                .build();
    }

    /** A call, from its contact record. */
    @Test
    void readsRanges() {
        assertThat(
                        unnamed()
                                .setRange(
                                        ARN,
                                        StartingPosition.atFragment("7"),
                                        StoppingPosition.atFragment("7"))
                                .build()
                                .getBoundedness())
                .isEqualTo(Boundedness.BOUNDED);
        StartingPosition from = StartingPosition.earliest();
        StoppingPosition to = StoppingPosition.now();
        // The stream may be named besides, before or afterwards.
        assertThat(builder().setRange("a", from, to).build().getBoundedness())
                .isEqualTo(Boundedness.BOUNDED);
        assertThat(unnamed().setRange("a", from, to).setStreams("a").build().getBoundedness())
                .isEqualTo(Boundedness.BOUNDED);
        assertThat(builder().setRange("b", from, to).build().getBoundedness())
                .isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);
        assertThat(
                        builder()
                                .setRange("b", from, to)
                                .setStoppingPosition(StoppingPosition.atFragment("7"))
                                .build()
                                .getBoundedness())
                .isEqualTo(Boundedness.BOUNDED);
        assertRefused(
                unnamed().setRange("a", from, to).setRange("a", from, to),
                "Stream 'a' has two ranges, and a source reads one");
        assertRefused(
                builder().setRange(ARN.replace("camera", "a"), from, to),
                "Stream 'a' is named twice");
        assertRefused(
                unnamed().setStreamPrefix("a").setRange("a", from, to),
                "Streams are named (a) and selected as well");
        assertRefused(
                unnamed()
                        .setRange(
                                "a",
                                StartingPosition.atFragment("8"),
                                StoppingPosition.atFragment("7")),
                "There is nothing between the starting position (fragment 8) and the stopping"
                        + " position (fragment 7) of stream 'a'");
        assertRefused(
                builder().setStoppingPosition("b", to),
                "A stopping position is set for stream 'b', which is not among the streams to read:"
                        + " a");
    }

    private static KvsSourceBuilder<Fragment> unnamed() {
        return KvsSource.<Fragment>builder()
                .setDeserializationSchema(KvsDeserializationSchema.fragments())
                .setRegion("eu-west-1");
    }

    @Test
    void isBoundedIfEachOfItsStreamsEnds() {
        StoppingPosition stop = StoppingPosition.atFragment("7");
        assertBounded(true, builder().setStoppingPosition("a", stop));
        assertBounded(false, builder().setStreams("b").setStoppingPosition("a", stop));
        assertBounded(
                true,
                builder()
                        .setStreams("b")
                        .setStoppingPosition("a", stop)
                        .setStoppingPosition("b", stop));
        assertBounded(true, builder().setStoppingPosition(stop));
        assertBounded(
                false,
                builder()
                        .setStoppingPosition(stop)
                        .setStoppingPosition("a", StoppingPosition.never()));
        // Others may be found.
        assertBounded(false, unnamed().setStreamPrefix("a").setStoppingPosition("a", stop));
        assertBounded(true, unnamed().setStreamPrefix("a").setStoppingPosition(stop));
        assertBounded(
                false,
                unnamed()
                        .setStreamPrefix("a")
                        .setStoppingPosition(stop)
                        .setStoppingPosition("a", StoppingPosition.never()));
    }

    private static void assertBounded(boolean bounded, KvsSourceBuilder<?> builder) {
        assertThat(builder.build().getBoundedness())
                .isEqualTo(bounded ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED);
    }

    @Test
    void aStartingPositionBelongsToAStreamThatIsRead() {
        assertRefused(
                builder().setStartingPosition("b", StartingPosition.earliest()),
                "'b'",
                "not among the streams");
    }

    @Test
    void selectsStreams() {
        unnamed().setStreamPrefix("a").build();
        unnamed().setStreamPattern("a-\\d+").build();
        unnamed().setStreamTags(Map.of("k", "v")).build();
        unnamed()
                .setStreamPrefix("a")
                .setStreamPattern(".*")
                .setStreamTags(Map.of("k", "v"))
                .setStartingPosition("a-1", StartingPosition.earliest())
                .build();
        assertRefused(
                unnamed(), "setStreams", "setStreamPrefix", "setStreamPattern", "setStreamTags");
        assertRefused(builder().setStreamPrefix("b"), "Streams are named (a)", "setStreamPrefix");
        assertRefused(
                unnamed()
                        .setStreamPrefix("a")
                        .setStartingPosition("b", StartingPosition.earliest()),
                "not among the streams",
                "all streams with prefix a");
        assertRefused(
                KvsSource.<Fragment>builder()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments())
                        .setStreamPrefix("a"),
                "There is no region");
    }

    @Test
    void refusesToWaitForStreamsForEverIfReadingIsToEnd() {
        assertRefused(
                builder()
                        .setStartingPosition(StartingPosition.earliest())
                        .setStoppingPosition(StoppingPosition.now())
                        .set(KvsSourceOptions.DELETED_STREAM, DeletedStreamPolicy.IGNORE),
                "source.deleted-stream = IGNORE",
                "FINISH");
    }

    @Test
    void refusesCredentialsThatCannotWork() {
        assertRefused(
                builder().set(AwsOptions.CREDENTIALS_PROVIDER, AwsOptions.CredentialProvider.BASIC),
                "aws.credentials");
    }

    @Test
    void whatIsSetAfterwardsIsForTheNextSource() throws Exception {
        KvsSourceBuilder<Fragment> builder = builder();
        KvsSource<Fragment> first = builder.build();
        byte[] before = InstantiationUtil.serializeObject(first);
        builder.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofDays(1)).setStreams("b");
        assertThat(InstantiationUtil.serializeObject(first)).isEqualTo(before);
    }

    // ---- in the job graph ---------------------------------------------------------------------

    @Property(tries = 100)
    void startsTravel(@ForAll("starts") StartingPosition start) throws Exception {
        assertThat(InstantiationUtil.clone(start)).isEqualTo(start).hasToString(start.toString());
    }

    @Property(tries = 100)
    void stopsTravel(@ForAll("stops") StoppingPosition stop) throws Exception {
        assertThat(InstantiationUtil.clone(stop)).isEqualTo(stop).hasToString(stop.toString());
    }

    @Test
    void streamsAndEventsTravel() throws Exception {
        assertThat(InstantiationUtil.clone(StreamArn.parse(ARN))).isEqualTo(StreamArn.parse(ARN));
        for (StreamSelector selector :
                List.of(
                        StreamSelector.named(List.of("a", ARN)),
                        StreamSelector.selected("a", "a.*", Map.of("k", "v")))) {
            assertThat(InstantiationUtil.clone(selector))
                    .isEqualTo(selector)
                    .hasSameHashCodeAs(selector)
                    .hasToString(selector.toString());
        }
        assertThat(InstantiationUtil.clone(new AllStreamsAssigned())).isNotNull();
        assertThat(InstantiationUtil.clone(new ReaderStreams(List.of("a"))).splitIds())
                .containsExactly("a");
        assertThat(InstantiationUtil.clone(new StreamsOver(List.of("a"))).splitIds())
                .containsExactly("a");
    }

    @Provide
    static Arbitrary<StartingPosition> starts() {
        return KvsSplitSerializerTest.starts();
    }

    @Provide
    static Arbitrary<StoppingPosition> stops() {
        return KvsSplitSerializerTest.stops();
    }
}
