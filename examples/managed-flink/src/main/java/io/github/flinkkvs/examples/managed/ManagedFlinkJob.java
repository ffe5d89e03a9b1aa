/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;
import io.github.flinkkvs.media.file.RecordFiles;
import io.github.flinkkvs.media.video.DecodeFragments;
import io.github.flinkkvs.media.video.PictureOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes pictures of video streams to a folder, such as one in S3.
 *
 * <p>The managed service configures Flink, and refuses a job whose code sets checkpoints, restarts,
 * state backends or the parallelism of the environment. So this job sets none of them. Each
 * operator has a uid, so that the service can restore its state into a changed job.
 */
public final class ManagedFlinkJob {

    static final String SOURCE_GROUP = "kvs";
    static final String OUTPUT_GROUP = "output";

    private ManagedFlinkJob() {}

    /**
     * @param arguments a file with application properties, for a run outside the service; none on
     *     the service
     */
    public static void main(String[] arguments) throws Exception {
        ApplicationProperties properties =
                arguments.length == 0
                        ? ApplicationProperties.ofService()
                        : ApplicationProperties.ofFile(arguments[0]);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        define(env, properties);
        env.execute("Pictures of Kinesis video streams");
    }

    private static void define(StreamExecutionEnvironment env, ApplicationProperties properties) {
        KvsSource<Fragment> source = source(properties.group(SOURCE_GROUP));
        PropertyGroup output = properties.group(OUTPUT_GROUP);
        PictureOptions pictures = PictureOptions.defaults().every(output.count("every", 25)).jpeg();
        Path folder = new Path(output.required("folder"));
        output.rejectOthers();

        env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                .uid("kvs")
                .flatMap(new DecodeFragments(pictures))
                .name("Decode")
                .uid("decode")
                .sinkTo(files(folder).sink())
                .name("Pictures")
                .uid("pictures");
    }

    private static KvsSource<Fragment> source(PropertyGroup group) {
        KvsSourceBuilder<Fragment> builder =
                KvsSource.<Fragment>builder()
                        .setDeserializationSchema(KvsDeserializationSchema.fragments());
        Optional<String> streams = group.optional("streams");
        Optional<String> prefix = group.optional("stream-prefix");
        Optional<String> pattern = group.optional("stream-pattern");
        group.check(
                streams.isPresent() != (prefix.isPresent() || pattern.isPresent()),
                "give either streams, or stream-prefix or stream-pattern or both");
        streams.ifPresent(names -> builder.setStreams(names.split("\\s*,\\s*")));
        prefix.ifPresent(builder::setStreamPrefix);
        pattern.ifPresent(builder::setStreamPattern);
        group.optional("start")
                .ifPresent(start -> builder.setStartingPosition(position(group, start)));
        return group.make(() -> builder.setSourceConfig(group.others()).build());
    }

    private static StartingPosition position(PropertyGroup group, String start) {
        switch (start) {
            case "now":
                return StartingPosition.now();
            case "earliest":
                return StartingPosition.earliest();
            default:
                try {
                    return StartingPosition.atServerTimestamp(Instant.parse(start));
                } catch (DateTimeException e) {
                    throw group.wrong(
                            "start", start, "now, earliest or a time such as 2026-01-31T08:00:00Z");
                }
        }
    }

    /** A picture that comes again after a failure has the same name, and is not written again. */
    private static RecordFiles<Picture> files(Path folder) {
        PictureWriter jpeg = PictureWriter.jpeg();
        return new RecordFiles<>(folder, ManagedFlinkJob::fileName, jpeg::write);
    }

    private static String fileName(Picture picture) {
        return String.format(
                Locale.ROOT,
                "%s/%s-%05d.jpg",
                picture.streamName(),
                picture.fragmentNumber(),
                picture.frameIndex());
    }
}
