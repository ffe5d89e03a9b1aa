/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.KvsConnection;
import io.github.flinkkvs.client.SdkConnection;
import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.source.enumerator.KvsEnumeratorState;
import io.github.flinkkvs.source.enumerator.KvsEnumeratorStateSerializer;
import io.github.flinkkvs.source.enumerator.KvsSourceEnumerator;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.reader.KvsRecordEmitter;
import io.github.flinkkvs.source.reader.KvsSourceReader;
import io.github.flinkkvs.source.reader.KvsSplitReader;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;
import io.github.flinkkvs.source.serialization.KvsFrameDeserializationSchema;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitSerializer;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.flink.util.UserCodeClassLoader;

/**
 * Reads Amazon Kinesis video streams: every fragment once, in the order of its stream, over
 * failures, restarts and changes of parallelism.
 *
 * <pre>{@code
 * KvsSource<Fragment> source =
 *         KvsSource.<Fragment>builder()
 *                 .setRegion("eu-central-1")
 *                 .setStreams("front-door", "backyard")
 *                 .setStartingPosition(StartingPosition.earliest())
 *                 .setDeserializationSchema(KvsDeserializationSchema.fragments())
 *                 .build();
 * }</pre>
 *
 * <p>A record's timestamp is the producer timestamp of its fragment, or the frame's own time. A
 * stream is read by one subtask at a time, with one connection; a subtask reads any number of
 * streams.
 *
 * @param <T> the type of the records
 */
@PublicEvolving
public final class KvsSource<T>
        implements Source<T, KvsSplit, KvsEnumeratorState>,
                ResultTypeQueryable<T>,
                LineageVertexProvider {

    private static final long serialVersionUID = 1L;

    /** More than a reader has: no limit. */
    private static final int SELECTED_STREAMS = 1 << 16;

    private final StreamSelector streams;
    private final StreamPositions positions;
    private final long limit;
    private final KvsDeserializationSchema<T> schema;
    private final Configuration config;

    KvsSource(
            StreamSelector streams,
            StreamPositions positions,
            long limit,
            KvsDeserializationSchema<T> schema,
            Configuration config) {
        this.streams = streams;
        this.positions = positions;
        this.limit = limit;
        this.schema = schema;
        this.config = config;
    }

    /** Begins a source. */
    public static <T> KvsSourceBuilder<T> builder() {
        return new KvsSourceBuilder<>();
    }

    @Override
    public Boundedness getBoundedness() {
        return positions.areBounded(streams)
                ? Boundedness.BOUNDED
                : Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<T, KvsSplit> createReader(SourceReaderContext context) throws Exception {
        KvsReaderMetrics metrics = new KvsReaderMetrics(context.metricGroup(), config);
        schema.open(new SchemaContext(context));
        String name = "kvs-reader-" + context.getIndexOfSubtask();
        int readers = context.currentParallelism();
        return new KvsSourceReader<>(
                () ->
                        new KvsSplitReader(
                                config,
                                !streams.isNamed(),
                                schema.needsMedia(),
                                schema instanceof KvsFrameDeserializationSchema
                                        ? ((KvsFrameDeserializationSchema<T>) schema).filter()
                                        : null,
                                connection(name, readers),
                                metrics),
                new KvsRecordEmitter<>(schema, metrics),
                streams,
                limit,
                config,
                context);
    }

    @Override
    public SplitEnumerator<KvsSplit, KvsEnumeratorState> createEnumerator(
            SplitEnumeratorContext<KvsSplit> context) {
        return restoreEnumerator(context, KvsEnumeratorState.EMPTY);
    }

    @Override
    public SplitEnumerator<KvsSplit, KvsEnumeratorState> restoreEnumerator(
            SplitEnumeratorContext<KvsSplit> context, KvsEnumeratorState state) {
        return new KvsSourceEnumerator(
                context, streams, positions, config, () -> connection("kvs-enumerator", 1), state);
    }

    private KvsConnection connection(String name, int siblings) {
        return new SdkConnection(
                AwsConfig.of(config),
                streams.isNamed() ? streams.namesOrArns().size() : SELECTED_STREAMS,
                config.get(KvsSourceOptions.ENDPOINT_REFRESH_INTERVAL),
                siblings,
                name);
    }

    @Override
    public SimpleVersionedSerializer<KvsSplit> getSplitSerializer() {
        return new KvsSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KvsEnumeratorState> getEnumeratorCheckpointSerializer() {
        return new KvsEnumeratorStateSerializer();
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return schema.getProducedType();
    }

    @Override
    public LineageVertex getLineageVertex() {
        return new StreamLineage(streams, config.get(AwsOptions.REGION), getBoundedness());
    }

    private static final class SchemaContext
            implements DeserializationSchema.InitializationContext {

        private final SourceReaderContext context;

        SchemaContext(SourceReaderContext context) {
            this.context = context;
        }

        @Override
        public MetricGroup getMetricGroup() {
            return context.metricGroup().addGroup("deserializer");
        }

        @Override
        public UserCodeClassLoader getUserCodeClassLoader() {
            return context.getUserCodeClassLoader();
        }
    }
}
