/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpResponse;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/**
 * Ends answers that cannot be those of the service. The SDK collects each that is no media, also
 * each error, before anybody sees it. Thread-safe.
 */
final class AnswerCheck implements ExecutionInterceptor {

    /** The longest answer is a list of 10,000 streams, with about 500 bytes for each. */
    static final long MAX_BYTES = 16 << 20;

    /** Errors are short. The rest of a longer one is dropped, so that no message fills the log. */
    static final long MAX_ERROR_BYTES = 64 << 10;

    /** They stream their answers, unless those are errors. */
    private static final Set<String> MEDIA = Set.of("GetMedia", "GetMediaForFragmentList");

    /**
     * Nothing compressed is asked for. The SDK would unpack it nevertheless, to any length: the
     * limits count what arrives.
     */
    @Override
    public SdkHttpResponse modifyHttpResponse(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        return context.httpResponse().toBuilder().removeHeader("Content-Encoding").build();
    }

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        boolean successful = context.httpResponse().isSuccessful();
        if (MEDIA.contains(operation) && successful) {
            return context.responsePublisher();
        }
        return context.responsePublisher()
                .map(all -> answer -> all.subscribe(new Document(operation, successful, answer)));
    }

    /** The bytes of an answer, one after the other. */
    private static final class Document implements Subscriber<ByteBuffer> {

        private final String operation;
        private final boolean successful;
        private final Subscriber<? super ByteBuffer> reader;
        private Subscription subscription;
        private long bytes;
        private boolean refused;

        Document(String operation, boolean successful, Subscriber<? super ByteBuffer> reader) {
            this.operation = operation;
            this.successful = successful;
            this.reader = reader;
        }

        @Override
        public void onSubscribe(Subscription whole) {
            subscription = whole;
            reader.onSubscribe(whole);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            if (refused) {
                return;
            }
            bytes += piece.remaining();
            if (bytes > MAX_BYTES) {
                subscription.cancel();
                refuse("has more than " + MAX_BYTES + " bytes");
            } else if (!successful && bytes > MAX_ERROR_BYTES) {
                reader.onNext(ByteBuffer.allocate(0));
            } else {
                reader.onNext(piece);
            }
        }

        @Override
        public void onComplete() {
            if (refused) {
                return;
            }
            if (bytes == 0 && successful) {
                // The SDK would take it for an empty list, for example of fragments.
                refuse("is empty");
            } else {
                reader.onComplete();
            }
        }

        private void refuse(String why) {
            refused = true;
            reader.onError(new IllegalStateException("The answer of " + operation + " " + why));
        }

        @Override
        public void onError(Throwable error) {
            if (!refused) {
                reader.onError(error);
            }
        }
    }
}
