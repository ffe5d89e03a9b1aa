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
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ends answers that would fill the memory: the SDK collects each that is no media, also each error,
 * before anybody sees it. Thread-safe.
 */
final class AnswerLimit implements ExecutionInterceptor {

    /** The longest answer is a list of 10,000 streams, with about 500 bytes for each. */
    static final long MAX_BYTES = 16 << 20;

    /** They stream their answers, unless those are errors. */
    private static final Set<String> MEDIA = Set.of("GetMedia", "GetMediaForFragmentList");

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        if (MEDIA.contains(operation) && context.httpResponse().isSuccessful()) {
            return context.responsePublisher();
        }
        AtomicLong left = new AtomicLong(MAX_BYTES);
        return context.responsePublisher()
                .map(
                        all ->
                                SdkPublisher.adapt(all)
                                        .map(
                                                piece -> {
                                                    if (left.addAndGet(-piece.remaining()) < 0) {
                                                        throw new IllegalStateException(
                                                                "The answer of "
                                                                        + operation
                                                                        + " has more than "
                                                                        + MAX_BYTES
                                                                        + " bytes");
                                                    }
                                                    return piece;
                                                }));
    }
}
