/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Requests all of a body at once, and drops each buffer after showing it to a probe. */
final class DiscardedBody<R> implements AsyncResponseTransformer<R, Void>, Subscriber<ByteBuffer> {

    private final Consumer<ByteBuffer> received;
    private final Consumer<Throwable> ended;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    @Nullable private volatile Subscription subscription;
    private volatile boolean over;

    /**
     * @param received accepts each buffer, in order, in any thread
     * @param ended called when the body ends before it is cancelled, in any thread: with null, or
     *     the reason
     */
    DiscardedBody(Consumer<ByteBuffer> received, Consumer<Throwable> ended) {
        this.received = received;
        this.ended = ended;
    }

    void cancel() {
        over = true;
        if (subscription != null) {
            subscription.cancel();
        }
        end.complete(null);
    }

    private void endWith(@Nullable Throwable cause) {
        boolean told = over;
        over = true;
        if (!told) {
            ended.accept(cause);
        }
        end.complete(null);
    }

    @Override
    public CompletableFuture<Void> prepare() {
        return end;
    }

    @Override
    public void onResponse(R response) {}

    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        publisher.subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        received.accept(bytes);
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        endWith(error);
    }

    @Override
    public void onError(Throwable error) {
        endWith(error);
    }

    @Override
    public void onComplete() {
        endWith(null);
    }
}
