/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.reader;

import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.session.StreamEvent;
import io.github.flinkkvs.source.split.AllStreamsAssigned;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitState;
import io.github.flinkkvs.source.split.ReaderStreams;
import io.github.flinkkvs.source.split.StreamsOver;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.core.io.InputStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Flink's reader of one subtask: a single fetcher for all its streams. Runs in the task thread. */
@Internal
public final class KvsSourceReader<T>
        extends SingleThreadMultiplexSourceReaderBase<StreamEvent, T, KvsSplit, KvsSplitState> {

    private static final Logger LOG = LoggerFactory.getLogger(KvsSourceReader.class);

    /** The id of a split that does not exist. */
    private static final String NO_STREAM = "none";

    private final StreamSelector streams;
    private final KvsRecordEmitter<T> emitter;

    /** The number of records after which reading ends. */
    private final long limit;

    /** Ids of the splits that the checkpoint had and that are read, until they are told. */
    private final List<String> restored = new ArrayList<>();

    /** Ids of restored splits that are not read. */
    private final List<String> forgotten = new ArrayList<>();

    /** Whether the enumerator was told which streams the reader has. */
    private boolean told;

    /** Whether all streams of the first scan were given out. Until then the reader is not idle. */
    private boolean allAssigned;

    /** Whether the output was marked idle. */
    private boolean idle;

    /** Whether Flink has said that no more splits will come, so that the reader may end. */
    private boolean noMoreSplits;

    public KvsSourceReader(
            Supplier<SplitReader<StreamEvent, KvsSplit>> splitReader,
            KvsRecordEmitter<T> emitter,
            StreamSelector streams,
            long limit,
            Configuration config,
            SourceReaderContext context) {
        super(splitReader, emitter, config, context);
        this.streams = streams;
        this.emitter = emitter;
        this.limit = limit;
    }

    @Override
    public void start() {
        super.start();
        poll();
    }

    /**
     * The enumerator waits for it: nothing else says what was over before the checkpoint. The first
     * poll is the time for it, since Flink's HybridSource adds restored splits after the start.
     */
    private void tellStreams() {
        context.sendSourceEventToCoordinator(new ReaderStreams(restored));
        restored.clear();
        told = true;
    }

    @Override
    public void addSplits(List<KvsSplit> splits) {
        List<KvsSplit> toRead = new ArrayList<>();
        for (KvsSplit split : splits) {
            if (streams.contains(split.arn())) {
                toRead.add(split);
                if (!told) {
                    restored.add(split.splitId());
                }
            } else {
                // It comes from a checkpoint taken when it was still read.
                LOG.info("Stream {} is no longer configured and is forgotten", split);
                forgotten.add(split.splitId());
            }
        }
        super.addSplits(toRead);
        poll();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        if (!(event instanceof AllStreamsAssigned)) {
            super.handleSourceEvents(event);
            return;
        }
        allAssigned = true;
        poll();
    }

    /** Makes Flink call {@link #pollNext}, which otherwise waits for the first fragment. */
    private void poll() {
        splitFetcherManager.getQueue().notifyAvailable();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
        if (!told) {
            tellStreams();
        }
        // Flink made an output for each restored split; it would hold back the watermark.
        forgotten.forEach(output::releaseOutputForSplit);
        forgotten.clear();
        // Without streams a reader would hold back the watermark of the whole job.
        boolean nothingToRead = allAssigned && getNumberOfCurrentlyAssignedSplits() == 0;
        if (nothingToRead != idle) {
            idle = nothingToRead;
            if (idle) {
                markIdle(output);
            } else {
                output.markActive();
            }
        }
        InputStatus status = super.pollNext(output);
        return noMoreSplits && emitter.emitted() >= limit ? InputStatus.END_OF_INPUT : status;
    }

    /**
     * Flink takes an output for idle if its splits are, too, and remembers of them what the last
     * one said, even if it is finished.
     */
    private static void markIdle(ReaderOutput<?> output) {
        output.createOutputForSplit(NO_STREAM).markIdle();
        output.releaseOutputForSplit(NO_STREAM);
        output.markIdle();
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        super.notifyNoMoreSplits();
    }

    @Override
    protected void onSplitFinished(Map<String, KvsSplitState> finishedSplits) {
        context.sendSourceEventToCoordinator(new StreamsOver(finishedSplits.keySet()));
    }

    @Override
    protected KvsSplitState initializedState(KvsSplit split) {
        return new KvsSplitState(split);
    }

    @Override
    protected KvsSplit toSplitType(String splitId, KvsSplitState state) {
        return state.toSplit();
    }
}
