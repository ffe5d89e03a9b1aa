/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * An HTTP client with a gate in front of it. The SDK may begin a request at any time, for example
 * when credentials arrive; once the gate is shut it fails, since the event loops may be gone before
 * it ends. Thread-safe.
 */
final class GatedHttpClient implements SdkAsyncHttpClient {

    private final SdkAsyncHttpClient client;
    private final ReadWriteLock gate = new ReentrantReadWriteLock();

    /** Guarded by the gate. */
    private boolean shut;

    GatedHttpClient(SdkAsyncHttpClient client) {
        this.client = client;
    }

    /** No request begins after this returns. */
    void shut() {
        gate.writeLock().lock();
        try {
            shut = true;
        } finally {
            gate.writeLock().unlock();
        }
    }

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        gate.readLock().lock();
        try {
            if (!shut) {
                return client.execute(request);
            }
        } finally {
            gate.readLock().unlock();
        }
        IOException closed = new IOException("The HTTP client is closed");
        request.responseHandler().onError(closed);
        return CompletableFuture.failedFuture(closed);
    }

    @Override
    public String clientName() {
        return client.clientName();
    }

    @Override
    public void close() {
        shut();
        client.close();
    }
}
