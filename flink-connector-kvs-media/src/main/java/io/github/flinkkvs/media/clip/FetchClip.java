/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

import javax.annotation.Nullable;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fetches a clip for each event that names a stream and a time: the media of that range from the
 * archive, as one playable file.
 *
 * <pre>{@code
 * FetchClip<Alarm, Clip> fetch =
 *         FetchClip.of((Alarm alarm) -> ClipRequest.of(alarm.camera, alarm.from, alarm.to))
 *                 .setRegion("eu-central-1")
 *                 .build();
 * DataStream<Clip> clips =
 *         AsyncDataStream.unorderedWait(alarms, fetch, 3, TimeUnit.MINUTES, 20);
 * }</pre>
 *
 * <p>Each subtask has a connection of its own. A clip that cannot be made fails the job with a
 * {@link ClipException}, unless {@link FetchClipBuilder#setFailure} says what to do instead.
 *
 * @param <IN> the events
 * @param <OUT> the results
 */
@PublicEvolving
public final class FetchClip<IN, OUT> extends RichAsyncFunction<IN, OUT>
        implements ResultTypeQueryable<OUT> {

    private static final long serialVersionUID = 1L;

    /** Says which clip an event needs. */
    @FunctionalInterface
    public interface Request<IN> extends Serializable {

        /**
         * @return null for an event that needs none, and has no result then
         */
        @Nullable
        ClipRequest of(IN event) throws Exception;
    }

    /**
     * Makes the result of a clip. Called by the thread that makes all clips of a subtask, so it
     * must not wait for anything.
     */
    @FunctionalInterface
    public interface Result<IN, OUT> extends Serializable {

        /**
         * @return null for no result
         */
        @Nullable
        OUT of(IN event, Clip clip) throws Exception;
    }

    /**
     * Makes the result of a clip that cannot be made. Called as {@link Result} is; or, if the
     * asynchronous operator waited longer than it was told to, by the thread of the task.
     */
    @FunctionalInterface
    public interface Failure<IN, OUT> extends Serializable {

        /**
         * @return null for no result
         * @throws Exception to fail the job
         */
        @Nullable
        OUT of(IN event, ClipException failure) throws Exception;
    }

    private final Request<IN> request;
    private final TypeInformation<OUT> type;
    private final Result<IN, OUT> result;
    private final Failure<IN, OUT> failure;
    private final Configuration config;

    private transient ClipFetcher fetcher;

    /** What is being fetched, by the future of its event. */
    private transient Map<ResultFuture<OUT>, CompletableFuture<Clip>> fetched;

    FetchClip(
            Request<IN> request,
            TypeInformation<OUT> type,
            Result<IN, OUT> result,
            Failure<IN, OUT> failure,
            Configuration config) {
        this.request = request;
        this.type = type;
        this.result = result;
        this.failure = failure;
        this.config = config;
    }

    /** Begins to build a function whose results are the clips. */
    public static <IN> FetchClipBuilder<IN, Clip> of(Request<IN> request) {
        return new FetchClipBuilder<>(
                request,
                ClipTypeInfo.INSTANCE,
                (event, clip) -> clip,
                (event, failed) -> {
                    throw failed;
                },
                new Configuration());
    }

    @Override
    public TypeInformation<OUT> getProducedType() {
        return type;
    }

    @Override
    public void open(OpenContext context) {
        fetched = new ConcurrentHashMap<>();
        int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        fetcher =
                ClipFetcher.open(
                        ClipSettings.of(config, subtasks),
                        getRuntimeContext().getMetricGroup(),
                        "kvs-clips-" + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    }

    @Override
    public void asyncInvoke(IN event, ResultFuture<OUT> future) throws Exception {
        ClipRequest wanted = request.of(event);
        if (wanted == null) {
            future.complete(Collections.emptyList());
            return;
        }
        CompletableFuture<Clip> clip = fetcher.fetch(wanted);
        fetched.put(future, clip);
        clip.whenComplete(
                (made, error) -> {
                    if (fetched.remove(future) != null) {
                        complete(event, future, made, error);
                    }
                });
    }

    /** Flink waited longer for the clip than it was told to. */
    @Override
    public void timeout(IN event, ResultFuture<OUT> future) {
        ClipException timeout =
                new ClipException(
                        ClipException.Kind.TIMEOUT,
                        "A clip was not ready within the timeout of the asynchronous operator, which"
                                + " should be longer than "
                                + ClipOptions.TIMEOUT.key());
        CompletableFuture<Clip> clip = fetched.remove(future);
        // Null while it is being completed, and if Flink retries: then its attempts had another
        // future, and their clips end by themselves.
        if (clip != null) {
            clip.cancel(false);
        }
        complete(event, future, null, timeout);
    }

    private void complete(
            IN event, ResultFuture<OUT> future, @Nullable Clip clip, @Nullable Throwable error) {
        try {
            OUT made;
            if (error == null) {
                made = result.of(event, clip);
            } else if (error instanceof ClipException) {
                made = failure.of(event, (ClipException) error);
            } else {
                future.completeExceptionally(error);
                return;
            }
            future.complete(
                    made == null ? Collections.emptyList() : Collections.singletonList(made));
        } catch (Throwable e) {
            future.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        if (fetcher != null) {
            fetcher.close();
        }
    }
}
