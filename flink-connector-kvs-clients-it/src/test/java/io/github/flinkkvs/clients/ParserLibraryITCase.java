/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.clients;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.log.EndReason;
import io.github.flinkkvs.testing.log.StoredFragment;
import io.github.flinkkvs.testing.media.ClusterSize;
import io.github.flinkkvs.testing.media.MediaClip;
import io.github.flinkkvs.testing.media.MediaFrame;

import com.amazonaws.kinesisvideo.parser.examples.GetMediaForFragmentListWorker;
import com.amazonaws.kinesisvideo.parser.examples.GetMediaWorker;
import com.amazonaws.kinesisvideo.parser.examples.ListFragmentWorker;
import com.amazonaws.kinesisvideo.parser.examples.PutMediaWorker;
import com.amazonaws.kinesisvideo.parser.mkv.Frame;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadata;
import com.amazonaws.kinesisvideo.parser.utilities.FrameVisitor;
import com.amazonaws.kinesisvideo.parser.utilities.MkvTrackMetadata;
import com.amazonaws.services.kinesisvideo.model.FragmentSelector;
import com.amazonaws.services.kinesisvideo.model.FragmentSelectorType;
import com.amazonaws.services.kinesisvideo.model.TimestampRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The workers of AWS's parser library, against the embedded service with its quotas. */
class ParserLibraryITCase {
    private static final ProducedMedia MEDIA =
            ProducedMedia.of(MediaClip.h264WithAac(), 0, 40, ClusterSize.KNOWN);

    private EmbeddedKvs kvs;
    private EmbeddedStream stream;
    private AwsClients clients;

    @BeforeEach
    void push() {
        kvs =
                EmbeddedKvs.builder()
                        .limits(Limits.service().idleEnd(Duration.ofMillis(300)))
                        .start();
        clients = new AwsClients(kvs);
        stream = kvs.createStream("camera");
        PutMediaWorker producer =
                PutMediaWorker.create(
                        AwsClients.REGION,
                        AwsClients.CREDENTIALS,
                        stream.name(),
                        MEDIA.open(),
                        clients.control());
        producer.run();
        assertThat(producer.getNumFragmentsPersisted()).isEqualTo(MEDIA.clusters().size());
    }

    @AfterEach
    void close() {
        clients.close();
        kvs.close();
    }

    @Test
    void getMediaWorkerGetsWhatPutMediaWorkerPushes() {
        SeenFrames seen = new SeenFrames();
        GetMediaWorker.create(
                        AwsClients.REGION,
                        AwsClients.CREDENTIALS,
                        stream.name(),
                        AwsClients.earliest(),
                        clients.control(),
                        FrameVisitor.create(seen))
                .run();
        seen.assertAll();
        assertThat(kvs.log().sessions(stream.name()).get(0).endReason()).isEqualTo(EndReason.IDLE);
    }

    @Test
    void archiveWorkersGetIt() {
        long start = stream.pushed().get(0).serverTimestampMillis();
        List<String> numbers =
                ListFragmentWorker.create(
                                stream.name(),
                                AwsClients.CREDENTIALS,
                                AwsClients.REGION,
                                clients.control(),
                                new FragmentSelector()
                                        .withFragmentSelectorType(
                                                FragmentSelectorType.SERVER_TIMESTAMP)
                                        .withTimestampRange(
                                                new TimestampRange()
                                                        .withStartTimestamp(new Date(start))
                                                        .withEndTimestamp(
                                                                new Date(start + 60_000))))
                        .call();
        assertThat(numbers).containsExactlyElementsOf(numbers(stream.pushed()));
        SeenFrames seen = new SeenFrames();
        GetMediaForFragmentListWorker.create(
                        stream.name(),
                        numbers,
                        AwsClients.CREDENTIALS,
                        AwsClients.REGION,
                        clients.control(),
                        FrameVisitor.create(seen))
                .run();
        seen.assertAll();
    }

    private static List<String> numbers(List<StoredFragment> fragments) {
        return fragments.stream().map(StoredFragment::number).collect(Collectors.toList());
    }

    /** The frames that the library finds, and the fragments that it finds them in. */
    private final class SeenFrames implements FrameVisitor.FrameProcessor {
        private final List<byte[]> frames = new ArrayList<>();
        private final Set<String> fragments = new LinkedHashSet<>();

        @Override
        public void process(
                Frame frame, MkvTrackMetadata track, Optional<FragmentMetadata> fragment) {
            byte[] data = new byte[frame.getFrameData().remaining()];
            frame.getFrameData().duplicate().get(data);
            frames.add(data);
            fragments.add(fragment.orElseThrow().getFragmentNumberString());
        }

        void assertAll() {
            assertThat(frames)
                    .containsExactlyElementsOf(
                            MEDIA.frames().stream()
                                    .map(MediaFrame::data)
                                    .collect(Collectors.toList()));
            assertThat(fragments).containsExactlyElementsOf(numbers(stream.pushed()));
        }
    }
}
