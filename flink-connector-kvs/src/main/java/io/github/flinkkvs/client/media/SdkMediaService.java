/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.sdk.KvsClients;
import io.github.flinkkvs.client.streams.StreamArn;

import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaRequest;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;

import javax.annotation.Nullable;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** Calls GetMedia with the SDK's asynchronous client. */
public final class SdkMediaService implements MediaService {

    private final KinesisVideoMediaAsyncClient client;
    private final DataEndpoints endpoints;
    private final UnaryOperator<Throwable> explain;
    private final Executor executor;

    /**
     * @param explain makes of an error what it means
     * @param executor sends requests, which may wait for credentials
     */
    public SdkMediaService(
            KinesisVideoMediaAsyncClient client,
            DataEndpoints endpoints,
            UnaryOperator<Throwable> explain,
            Executor executor) {
        this.explain = explain;
        this.client = client;
        this.endpoints = endpoints;
        this.executor = executor;
    }

    @Override
    public MediaCall open(StreamArn stream, StartSelector start, MediaListener listener) {
        Call call = new Call(listener);
        endpoints
                .of(stream, listener::onTurn)
                .whenCompleteAsync(
                        (endpoint, error) -> {
                            if (error == null) {
                                call.send(stream, start, endpoint);
                            } else {
                                call.terminate(error);
                            }
                        },
                        executor);
        return call;
    }

    @Override
    public void forgetEndpoint(StreamArn stream) {
        endpoints.forget(stream);
    }

    /**
     * One call. The SDK reports through several doors, in any order and more than once; what leaves
     * here keeps the promise of {@link MediaListener}. Guarded by itself; the listener and the SDK
     * are called without the lock.
     */
    private final class Call
            implements MediaCall,
                    AsyncResponseTransformer<GetMediaResponse, Void>,
                    Subscriber<ByteBuffer> {

        private final MediaListener listener;
        private final CompletableFuture<Void> body = new CompletableFuture<>();

        @Nullable private Subscription subscription;
        @Nullable private CompletableFuture<Void> sent;
        private long requestedEarly;
        private boolean prepared;
        private boolean over;

        Call(MediaListener listener) {
            this.listener = listener;
        }

        void send(StreamArn stream, StartSelector start, URI endpoint) {
            if (isOver()) {
                return;
            }
            CompletableFuture<Void> future;
            try {
                future =
                        client.getMedia(
                                GetMediaRequest.builder()
                                        .streamARN(stream.toString())
                                        .startSelector(start)
                                        .overrideConfiguration(KvsClients.atEndpoint(endpoint))
                                        .build(),
                                this);
            } catch (RuntimeException | Error e) {
                // Errors, too: nobody asks the future in which this runs.
                terminate(e);
                return;
            }
            boolean cancelled;
            synchronized (this) {
                sent = future;
                cancelled = over;
            }
            if (cancelled) {
                future.cancel(true);
            }
            future.whenComplete(
                    (done, error) -> {
                        if (error != null) {
                            terminate(error);
                        }
                    });
        }

        /** Reports the end, unless there was one; with null, that of the body. */
        private void terminate(@Nullable Throwable error) {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            if (error == null) {
                body.complete(null);
                listener.onEnd();
            } else {
                body.completeExceptionally(error);
                listener.onError(explain.apply(error));
            }
        }

        private synchronized boolean isOver() {
            return over;
        }

        // ---- for the session ---------------------------------------------------------------

        @Override
        public void request(int pieces) {
            Subscription ready;
            synchronized (this) {
                ready = subscription;
                if (ready == null) {
                    requestedEarly += pieces;
                }
            }
            if (ready != null) {
                ready.request(pieces);
            }
        }

        @Override
        public void cancel() {
            Subscription toCancel;
            CompletableFuture<Void> toAbort;
            synchronized (this) {
                over = true;
                toCancel = subscription;
                toAbort = sent;
            }
            if (toCancel != null) {
                toCancel.cancel();
            }
            body.cancel(false);
            if (toAbort != null) {
                toAbort.cancel(true);
            }
        }

        // ---- for the SDK -------------------------------------------------------------------

        @Override
        public CompletableFuture<Void> prepare() {
            boolean again;
            synchronized (this) {
                again = prepared;
                prepared = true;
            }
            if (again) {
                // The SDK would repeat the call from its old start. Only the session may.
                terminate(new IllegalStateException("The SDK repeats a GetMedia call"));
            }
            return body;
        }

        @Override
        public void onResponse(GetMediaResponse response) {
            if (isOver()) {
                return;
            }
            listener.onResponse(
                    response.responseMetadata().requestId(),
                    KvsClients.serviceTime(response.sdkHttpResponse())
                            .orElseGet(System::currentTimeMillis));
        }

        @Override
        public void onStream(SdkPublisher<ByteBuffer> publisher) {
            publisher.subscribe(this);
        }

        @Override
        public void exceptionOccurred(Throwable error) {
            terminate(error);
        }

        @Override
        public void onSubscribe(Subscription newSubscription) {
            long early;
            synchronized (this) {
                if (over || subscription != null) {
                    early = -1;
                } else {
                    subscription = newSubscription;
                    early = requestedEarly;
                }
            }
            if (early < 0) {
                newSubscription.cancel();
            } else if (early > 0) {
                newSubscription.request(early);
            }
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            if (!isOver()) {
                listener.onBytes(bytes);
            }
        }

        @Override
        public void onError(Throwable error) {
            terminate(error);
        }

        @Override
        public void onComplete() {
            terminate(null);
        }
    }
}
