/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.media.clip.Clip;
import io.github.flinkkvs.media.clip.ClipRequest;
import io.github.flinkkvs.media.clip.ClipRequestTypeInfo;
import io.github.flinkkvs.media.clip.FetchClip;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.log.ApiCall;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The IAM policies of the documentation allow what the connector calls, and nothing else. */
class DocumentedPoliciesITCase extends KvsTestBase {

    private static final List<Path> PAGES =
            List.of(Path.of("../docs/history.md"), Path.of("../docs/clips.md"));

    /** A bold title, and the policy that follows it. */
    private static final Pattern POLICY =
            Pattern.compile(
                    "\\*\\*([^*]+)\\*\\*(?:(?!\\*\\*|```).)*```json\n(.*?)```", Pattern.DOTALL);

    private static final Duration AGE = Duration.ofHours(1);

    private static final Map<String, String> TAGS = Map.of("site", "north");

    private EmbeddedStream stream;

    /** An hour ago something was sent, and a moment ago. */
    @BeforeEach
    void sendMedia() {
        startService(EmbeddedKvs.builder().clockOffset(AGE.negated()));
        stream = kvs.createStream(StreamSettings.named("cam-1").tags(TAGS).build());
        push(stream, 20);
        kvs.clock().shift(AGE);
        push(stream, 1);
    }

    @Test
    void live() throws Exception {
        assertExact(
                "Live",
                source(stream)
                        .set(KvsSourceOptions.HISTORY, HistoryMode.LIVE)
                        .setStoppingPosition(StoppingPosition.now()),
                21);
    }

    @Test
    void archive() throws Exception {
        assertExact(
                "Archive",
                source(List.of())
                        .set(KvsSourceOptions.HISTORY, HistoryMode.ARCHIVE)
                        .setRange(
                                stream.name(),
                                StartingPosition.atFragment(stream.pushed().get(2).number()),
                                StoppingPosition.atFragment(stream.pushed().get(17).number())),
                16);
    }

    @Test
    void both() throws Exception {
        assertExact("Both", source(stream).setStoppingPosition(StoppingPosition.now()), 21);
    }

    @Test
    void withDiscoveryByPrefix() throws Exception {
        assertExact(
                "With discovery by prefix",
                source(List.of())
                        .setStreamPrefix("cam-")
                        .setStoppingPosition(StoppingPosition.now()),
                21);
    }

    @Test
    void withDiscoveryByTags() throws Exception {
        assertExact(
                "With discovery by tags",
                source(List.of()).setStreamTags(TAGS).setStoppingPosition(StoppingPosition.now()),
                21);
    }

    @Test
    void clips() throws Exception {
        Instant sent = Instant.ofEpochMilli(stream.pushed().get(0).serverTimestampMillis());
        ClipRequest clip =
                ClipRequest.of(stream.name(), sent.minusSeconds(1), sent.plusSeconds(60))
                        .withClock(ClipRequest.Clock.SERVER);
        StreamExecutionEnvironment env = environment(new Configuration(), 0);
        List<Clip> clips =
                start(
                                env,
                                AsyncDataStream.unorderedWait(
                                        env.fromData(List.of(clip), ClipRequestTypeInfo.INSTANCE),
                                        FetchClip.of((ClipRequest request) -> request)
                                                .setRegion(kvs.region())
                                                .setEndpoint(kvs.endpoint().toString())
                                                .set(AwsOptions.ACCESS_KEY_ID, "AKIDEXAMPLE")
                                                .set(AwsOptions.SECRET_KEY, SECRET)
                                                .build(),
                                        1,
                                        TimeUnit.MINUTES))
                        .awaitFinished();
        assertThat(clips).hasSize(1);
        assertCalls("Clips");
    }

    /** A policy that is missing here was forgotten in this test. */
    @Test
    void everyPolicyIsWellFormed() throws Exception {
        String page = pages();
        Matcher policies = POLICY.matcher(page);
        Set<String> titles = new TreeSet<>();
        while (policies.find()) {
            titles.add(policies.group(1));
            JsonNode policy = new ObjectMapper().readTree(policies.group(2));
            assertThat(policy.get("Version").asText()).isEqualTo("2012-10-17");
            for (JsonNode statement : policy.get("Statement")) {
                assertThat(statement.get("Effect").asText()).isEqualTo("Allow");
                String resource = statement.get("Resource").asText();
                if (statement.get("Action").asText().equals("kinesisvideo:ListStreams")) {
                    assertThat(resource).isEqualTo("*");
                } else {
                    // That of a stream ends with its creation time.
                    assertThat(resource)
                            .matches("arn:aws:kinesisvideo:REGION:ACCOUNT:stream/[A-Z]*\\*?/\\*");
                }
            }
        }
        assertThat(titles)
                .containsExactlyInAnyOrder(
                        "Live",
                        "Archive",
                        "Both",
                        "With discovery by prefix",
                        "With discovery by tags",
                        "Clips");
        assertThat(page.split("```json")).hasSize(titles.size() + 1);
    }

    private void assertExact(String title, KvsSourceBuilder<Fragment> source, int fragments)
            throws Exception {
        assertThat(job(source).start().awaitFinished()).hasSize(fragments);
        assertCalls(title);
    }

    private void assertCalls(String title) throws Exception {
        assertThat(
                        kvs.log().calls().stream()
                                .map(ApiCall::operation)
                                .map(operation -> "kinesisvideo:" + operation)
                                .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(actions(title));
    }

    private static String pages() throws IOException {
        StringBuilder pages = new StringBuilder();
        for (Path page : PAGES) {
            pages.append(Files.readString(page));
        }
        return pages.toString();
    }

    private static Set<String> actions(String title) throws Exception {
        Matcher policies = POLICY.matcher(pages());
        while (policies.find()) {
            if (policies.group(1).equals(title)) {
                Set<String> actions = new TreeSet<>();
                JsonNode policy = new ObjectMapper().readTree(policies.group(2));
                for (JsonNode statement : policy.get("Statement")) {
                    JsonNode action = statement.get("Action");
                    if (action.isArray()) {
                        action.forEach(each -> actions.add(each.asText()));
                    } else {
                        actions.add(action.asText());
                    }
                }
                return actions;
            }
        }
        throw new AssertionError(PAGES + " have no policy with the title " + title);
    }
}
