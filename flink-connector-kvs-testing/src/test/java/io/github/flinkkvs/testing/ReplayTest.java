/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.ebml.Ebml;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import static io.github.flinkkvs.testing.TestClients.after;
import static io.github.flinkkvs.testing.TestClients.at;
import static io.github.flinkkvs.testing.TestClients.concat;
import static io.github.flinkkvs.testing.TestClients.earliest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class ReplayTest {
    private EmbeddedKvs kvs;
    private TestClients clients;
    private EmbeddedStream stream;

    @TempDir Path folder;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.builder().limits(Limits.none().idleEnd(Duration.ofMillis(300))).start();
        clients = new TestClients(kvs);
        stream = kvs.createStream("camera");
    }

    @AfterEach
    void stop() {
        clients.close();
        kvs.close();
    }

    @ParameterizedTest
    @CsvSource({
        "output_get_media.mkv, 5, IDLE",
        "kinesis_video_renderer_example_output.mkv, 8, IDLE",
        "output-get-media-equal-timecode.mkv, 1, BROKEN_FRAGMENT",
        "empty-mkv-with-tags.mkv, 0, BROKEN_FRAGMENT"
    })
    void recordingsComeBackByteForByte(String name, int complete, EndReason end) throws Exception {
        String samples = System.getProperty("kvs.samples", "");
        assumeTrue(!samples.isEmpty(), "-Dkvs.samples=<folder with recorded GetMedia output>");
        Path file = Path.of(samples, name);
        assumeTrue(Files.exists(file), file + " does not exist");
        stream.replay(file);
        assertThat(stream.fragments()).hasSize(complete);
        assertThat(clients.readAll("camera", earliest())).isEqualTo(Files.readAllBytes(file));
        assertThat(kvs.log().sessions("camera").get(0).endReason()).isEqualTo(end);
        assertThat(CameraTest.parse(Files.readAllBytes(file)))
                .extracting(fragment -> fragment.number().toString())
                .containsExactlyElementsOf(
                        stream.fragments().stream().map(StoredFragment::number)::iterator);
        if (complete > 1) {
            StoredFragment last = stream.fragments().get(complete - 1);
            assertThat(
                            clients.readAll(
                                    "camera", after(stream.fragments().get(complete - 2).number())))
                    .isEqualTo(last.bytes());
            assertThat(
                            clients.readAll(
                                    "camera",
                                    at(
                                            StartSelectorType.SERVER_TIMESTAMP,
                                            last.serverTimestampMillis())))
                    .isEqualTo(last.bytes());
        }
    }

    /** Without samples: the service's own output is a recording, too. */
    @Test
    void ownOutputCanBeReplayed() throws Exception {
        EmbeddedStream source = kvs.createStream("source");
        for (ClusterSize size : ClusterSize.values()) {
            Camera.builder(source)
                    .clusterSize(size)
                    .fragments(2)
                    .unlimitedSpeed()
                    .start()
                    .awaitDone(TestClients.PATIENCE);
        }
        byte[] recorded = clients.readAll("source", earliest());
        int cut = recorded.length - 300;
        Path file = Files.write(folder.resolve("recorded.mkv"), Arrays.copyOf(recorded, cut));
        stream.replay(file);
        List<StoredFragment> fragments = stream.fragments();
        assertThat(fragments).hasSize(5);
        for (int i = 0; i < 5; i++) {
            StoredFragment original = source.fragments().get(i);
            assertThat(fragments.get(i).number()).isEqualTo(original.number());
            assertThat(fragments.get(i).serverTimestampMillis())
                    .isEqualTo(original.serverTimestampMillis());
            assertThat(fragments.get(i).producerTimestampMillis())
                    .isEqualTo(original.producerTimestampMillis());
            assertThat(durationMillis(fragments.get(i))).isEqualTo(durationMillis(original));
        }
        assertThat(clients.readAll("camera", earliest())).isEqualTo(Arrays.copyOf(recorded, cut));

        StoredFragment next = stream.push(MediaFragment.ofSize(1_000));
        assertThat(next.number()).isGreaterThan(fragments.get(4).number());
        stream.neverComplete(fragments.get(1).number());
        stream.oversize(fragments.get(0).number(), 100);
        byte[] broken = clients.readAll("camera", earliest());
        assertThat(broken.length)
                .isLessThan(concat(fragments.subList(0, 1)).length + fragments.get(2).size());
    }

    @Test
    void aStreamComesBackInAnotherService() throws Exception {
        StreamSettings settings =
                StreamSettings.named("front")
                        .creationTime(Instant.parse("2026-01-01T00:00:00Z"))
                        .build();
        EmbeddedStream first = kvs.createStream(settings);
        first.push(MediaFragment.ofSize(3_000, 1));
        first.push(MediaFragment.ofSize(3_000, 2));
        Path file = folder.resolve("front.mkv");
        first.record(file);
        try (EmbeddedKvs other = EmbeddedKvs.start()) {
            EmbeddedStream again = other.createStream(settings);
            again.replay(file);
            assertThat(again.arn()).isEqualTo(first.arn());
            assertThat(again.pushed())
                    .extracting(StoredFragment::number)
                    .containsExactly(
                            first.pushed().get(0).number(), first.pushed().get(1).number());
            assertThat(concat(again.pushed())).isEqualTo(concat(first.pushed()));
            assertThat(again.push(MediaFragment.ofSize(3_000)).number())
                    .isGreaterThan(first.pushed().get(1).number());
        }
    }

    /** A recording is stored completely or not at all. */
    @Test
    void aRecordingThatGoesBackLeavesNothingBehind() throws Exception {
        EmbeddedStream source = kvs.createStream("source");
        StoredFragment first = source.push(MediaFragment.ofSize(1_000, 1));
        StoredFragment second = source.push(MediaFragment.ofSize(1_000, 2));
        Path file = Files.write(folder.resolve("back.mkv"), concat(List.of(first, second, first)));
        assertThatThrownBy(() -> stream.replay(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(first.number());
        assertThat(stream.fragments()).isEmpty();
        assertThat(stream.pushed()).isEmpty();
        assertThat(clients.readAll("camera", earliest())).isEmpty();
    }

    /** Sizes beyond the file end the reading; they must not make it loop. */
    @ParameterizedTest
    @ValueSource(longs = {0xFFFFFFF0L, 0xFFFFFFF7L, 0x100000000L, 0xFFFFFFFFFFFFEL})
    @Timeout(20)
    void sizesThatLead(long size) throws Exception {
        byte[] inner = new EbmlWriter().id(Ebml.VOID).size(size, 8).toByteArray();
        byte[] tags = new EbmlWriter().bytes(Ebml.TAGS, inner).toByteArray();
        byte[] recording =
                new EbmlWriter()
                        .bytes(Ebml.EBML, new byte[0])
                        .id(Ebml.SEGMENT)
                        .unknownSize(8)
                        .raw(tags)
                        .toByteArray();
        Path file = Files.write(folder.resolve("sizes.mkv"), recording);
        assertThatThrownBy(() -> stream.replay(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not recorded GetMedia output");
        byte[] clip =
                new EbmlWriter()
                        .bytes(Ebml.EBML, new byte[0])
                        .id(Ebml.SEGMENT)
                        .unknownSize(8)
                        .bytes(Ebml.TRACKS, inner)
                        .toByteArray();
        Path clipFile = Files.write(folder.resolve("clip.mkv"), clip);
        assertThatThrownBy(() -> MediaClip.of(clipFile))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Timeout(20)
    void aTimestampBeyondEveryDate() throws Exception {
        byte[] tag =
                new EbmlWriter()
                        .text(Ebml.TAG_NAME, ServiceTags.SERVER_TIMESTAMP, 4)
                        .text(Ebml.TAG_STRING, "1E999999999", 4)
                        .toByteArray();
        byte[] recording =
                new EbmlWriter()
                        .raw(ServiceTags.error(1, "x", "7", ErrorDocument.MINI_DOCUMENT))
                        .bytes(
                                Ebml.TAGS,
                                new EbmlWriter()
                                        .bytes(
                                                Ebml.TAG,
                                                new EbmlWriter()
                                                        .bytes(Ebml.SIMPLE_TAG, tag)
                                                        .toByteArray())
                                        .toByteArray())
                        .toByteArray();
        Path file = Files.write(folder.resolve("late.mkv"), recording);
        assertThatThrownBy(() -> stream.replay(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1E999999999");
    }

    private static long durationMillis(StoredFragment fragment) {
        return ((StoredDocument) fragment).durationMillis();
    }
}
