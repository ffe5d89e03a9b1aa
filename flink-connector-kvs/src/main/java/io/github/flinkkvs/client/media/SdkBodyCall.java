/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.errors.OneLine;
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.sdk.ServiceTime;

import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One call that the service answers with a body of media. The SDK reports on several paths, in any
 * order and more than once; the listener gets what {@link MediaListener} promises. Guarded by
 * itself; the listener and the SDK are called without the lock.
 *
 * @param <R> the response of the operation
 */
final class SdkBodyCall<R extends AwsResponse>
        implements MediaCall, AsyncResponseTransformer<R, Void>, Subscriber<ByteBuffer> {

    private final MediaListener listener;
    private final UnaryOperator<Throwable> explain;
    private final CompletableFuture<Void> body = new CompletableFuture<>();

    @Nullable private Subscription subscription;
    @Nullable private CompletableFuture<Void> sent;
    @Nullable private CallWindow.Place place;
    private long requestedEarly;
    private boolean prepared;
    private boolean over;

    /**
     * @param explain turns an error into one that says what it means
     */
    SdkBodyCall(MediaListener listener, UnaryOperator<Throwable> explain) {
        this.listener = listener;
        this.explain = explain;
    }

    /**
     * Sends the request as soon as the window has a place for it, unless the call is cancelled
     * before.
     *
     * @param request calls an operation of the SDK's client with this transformer
     */
    void send(
            CallWindow window,
            Function<AsyncResponseTransformer<R, Void>, CompletableFuture<Void>> request) {
        CallWindow.Place mine = window.place(() -> send(request), this::fail);
        synchronized (this) {
            if (over) {
                return;
            }
            place = mine;
        }
        mine.enter();
    }

    private void leavePlace() {
        CallWindow.Place mine;
        synchronized (this) {
            mine = place;
        }
        if (mine != null) {
            mine.leave();
        }
    }

    /** May block while credentials are fetched. */
    private void send(
            Function<AsyncResponseTransformer<R, Void>, CompletableFuture<Void>> request) {
        if (isOver()) {
            return;
        }
        listener.onTurn();
        CompletableFuture<Void> future;
        try {
            future = request.apply(this);
        } catch (RuntimeException | Error e) {
            // Errors, too: nobody reads the future of the task that runs this.
            fail(e);
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
                        fail(error);
                    }
                });
    }

    /** Reports an error, unless the end was reported before. */
    void fail(Throwable error) {
        if (end()) {
            leavePlace();
            body.completeExceptionally(error);
            listener.onError(explain.apply(error));
        }
    }

    /** True for the first end of the call. */
    private synchronized boolean end() {
        boolean first = !over;
        over = true;
        return first;
    }

    private synchronized boolean isOver() {
        return over;
    }

    // ---- for the owner of the call -------------------------------------------------------------

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
        leavePlace();
        if (toCancel != null) {
            toCancel.cancel();
        }
        body.cancel(false);
        if (toAbort != null) {
            toAbort.cancel(true);
        }
    }

    // ---- for the SDK ---------------------------------------------------------------------------

    @Override
    public CompletableFuture<Void> prepare() {
        boolean again;
        synchronized (this) {
            again = prepared;
            prepared = true;
        }
        if (again) {
            // The SDK would repeat the call from its old start. Only the owner may call again.
            fail(new IllegalStateException("The SDK repeats a call for media"));
        }
        return body;
    }

    @Override
    public void onResponse(R response) {
        leavePlace();
        String type = response.sdkHttpResponse().firstMatchingHeader("Content-Type").orElse("");
        if (isText(type)) {
            // Nobody would lose media by it: a fragment that cannot be read may be left out.
            fail(
                    new IllegalStateException(
                            "The answer is "
                                    + OneLine.quoted(type)
                                    + ", not media: does a proxy between this job and the service"
                                    + " answer in its place?"));
        }
        if (!isOver()) {
            listener.onResponse(
                    response.responseMetadata().requestId(),
                    ServiceTime.orOwn(response.sdkHttpResponse()));
        }
    }

    /** The service says video/webm, which is not documented. */
    private static boolean isText(String contentType) {
        String type = contentType.trim().toLowerCase(Locale.ROOT);
        return type.startsWith("text/")
                || type.contains("html")
                || type.contains("json")
                || type.contains("xml");
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        publisher.subscribe(this);
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        fail(error);
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
        fail(error);
    }

    @Override
    public void onComplete() {
        if (end()) {
            leavePlace();
            body.complete(null);
            listener.onEnd();
        }
    }
}
