/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.media.MediaFragment;
import io.github.flinkkvs.testing.media.MediaFrame;
import io.github.flinkkvs.testing.media.MediaTrack;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.testframe.external.ExternalSystemSplitDataWriter;
import org.apache.flink.connector.testframe.external.source.DataStreamSourceExternalContext;
import org.apache.flink.connector.testframe.external.source.TestingSourceSettings;
import org.apache.flink.util.Collector;

import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * An embedded service for one case of Flink's suite. A split is a stream; a record is the text in
 * the frames of a fragment.
 */
final class KvsSourceContext implements DataStreamSourceExternalContext<String> {

    /** Bytes of text in a frame. */
    private static final int FRAME = 300;

    private final EmbeddedKvs kvs = EmbeddedKvs.builder().limits(KvsTestBase.limits()).start();
    private final List<EmbeddedStream> streams = new ArrayList<>();
    private int written;

    KvsSourceContext() {
        streams(4);
    }

    /** Sets the number of splits; call it before the source is created. */
    void streams(int count) {
        while (streams.size() > count) {
            kvs.deleteStream(streams.remove(streams.size() - 1).name());
        }
        while (streams.size() < count) {
            streams.add(kvs.createStream("stream-" + streams.size()));
        }
    }

    @Override
    public Source<String, ?, ?> createSource(TestingSourceSettings settings) {
        KvsSourceBuilder<String> source =
                KvsTestBase.<String>source(
                                kvs,
                                streams.stream()
                                        .map(EmbeddedStream::name)
                                        .collect(Collectors.toList()))
                        .setDeserializationSchema(new Texts());
        if (settings.getBoundedness() == Boundedness.BOUNDED) {
            source.setStoppingPosition(StoppingPosition.now());
        }
        return source.build();
    }

    @Override
    public ExternalSystemSplitDataWriter<String> createSourceSplitDataWriter(
            TestingSourceSettings settings) {
        EmbeddedStream stream = streams.get(written++);
        return new ExternalSystemSplitDataWriter<>() {
            @Override
            public void writeRecords(List<String> records) {
                records.forEach(record -> stream.push(fragment(record)));
            }

            @Override
            public void close() {}
        };
    }

    private static MediaFragment fragment(String text) {
        MediaFragment.Builder fragment =
                MediaFragment.builder().track(MediaTrack.data(1, "text", "S_TEXT/UTF8"));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i += FRAME) {
            byte[] frame = Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + FRAME));
            fragment.frame(MediaFrame.of(1, i / FRAME, true, frame));
        }
        return fragment.build();
    }

    /** All different, of different lengths. */
    @Override
    public List<String> generateTestData(
            TestingSourceSettings settings, int splitIndex, long seed) {
        Random random = new Random(seed);
        List<String> records = new ArrayList<>();
        for (int i = 0, count = 20 + random.nextInt(20); i < count; i++) {
            records.add(
                    String.format("split %d, %d of %x ", splitIndex, i, seed)
                            + "x".repeat(random.nextInt(1_000)));
        }
        return records;
    }

    @Override
    public TypeInformation<String> getProducedType() {
        return Types.STRING;
    }

    @Override
    public List<URL> getConnectorJarPaths() {
        return List.of();
    }

    @Override
    public void close() {
        kvs.log()
                .await(
                        seen -> kvs.openConnections() == 0,
                        "no connection is left",
                        KvsTestBase.TIME);
        kvs.close();
    }

    /** A record is the concatenated text of the frames of a fragment. */
    private static final class Texts implements KvsDeserializationSchema<String> {

        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(Fragment fragment, Collector<String> out) throws Exception {
            StringBuilder text = new StringBuilder();
            for (Frame frame : fragment.frames()) {
                text.append(StandardCharsets.UTF_8.decode(frame.data()));
            }
            out.collect(text.toString());
        }

        @Override
        public TypeInformation<String> getProducedType() {
            return Types.STRING;
        }
    }
}
