/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.client.streams.StreamListing;
import io.github.flinkkvs.client.streams.StreamPage;

import javax.annotation.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A list of streams without a network. Guarded by itself. */
public final class FakeListing implements StreamListing {

    public static final long NOW = 1_700_000_000_000L;

    private final Map<String, StreamArn> streams = new TreeMap<>();
    private final Map<String, Map<String, String>> tags = new TreeMap<>();
    private final Map<String, Boolean> unreadable = new TreeMap<>();
    private final Queue<Throwable> failures = new ArrayDeque<>();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private int pageSize = 1_000;

    public synchronized FakeListing create(String... names) {
        for (String name : names) {
            create(FakeConnection.arn(name));
        }
        return this;
    }

    public synchronized FakeListing create(StreamArn arn) {
        streams.put(arn.name(), arn);
        return this;
    }

    public synchronized FakeListing delete(String name) {
        streams.remove(name);
        return this;
    }

    /** The stream is being created or deleted, or not any more. */
    public synchronized FakeListing readable(String name, boolean readable) {
        unreadable.put(name, !readable);
        return this;
    }

    public synchronized FakeListing tag(String name, String key, String value) {
        tags.computeIfAbsent(name, n -> new TreeMap<>()).put(key, value);
        return this;
    }

    public synchronized FakeListing pagesOf(int streamsPerPage) {
        pageSize = streamsPerPage;
        return this;
    }

    /** The next calls fail, one by one. */
    public synchronized FakeListing fail(Throwable... errors) {
        failures.addAll(List.of(errors));
        return this;
    }

    /** All calls so far: list PREFIX TOKEN, or tags NAME. */
    public List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    @Override
    public synchronized CompletableFuture<StreamPage> list(
            String namePrefix, @Nullable String nextToken) {
        calls.add(("list " + namePrefix + " " + (nextToken == null ? "" : nextToken)).trim());
        if (!failures.isEmpty()) {
            return CompletableFuture.failedFuture(failures.poll());
        }
        List<StreamDescription> readable = new ArrayList<>();
        List<StreamArn> others = new ArrayList<>();
        String last = null;
        for (StreamArn arn : streams.values()) {
            boolean before = nextToken != null && arn.name().compareTo(nextToken) <= 0;
            if (before || !arn.name().startsWith(namePrefix)) {
                continue;
            }
            if (readable.size() + others.size() == pageSize) {
                return CompletableFuture.completedFuture(new StreamPage(readable, others, last));
            }
            if (unreadable.getOrDefault(arn.name(), false)) {
                others.add(arn);
            } else {
                readable.add(new StreamDescription(arn, 24, NOW));
            }
            last = arn.name();
        }
        return CompletableFuture.completedFuture(new StreamPage(readable, others, null));
    }

    @Override
    public synchronized CompletableFuture<Map<String, String>> tags(StreamArn stream) {
        calls.add("tags " + stream.name());
        return failures.isEmpty()
                ? CompletableFuture.completedFuture(
                        Map.copyOf(tags.getOrDefault(stream.name(), Map.of())))
                : CompletableFuture.failedFuture(failures.poll());
    }
}
