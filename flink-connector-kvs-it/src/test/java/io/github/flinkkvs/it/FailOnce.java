/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.api.common.functions.MapFunction;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes records on, and throws at given counts of them, each once in its life. */
final class FailOnce<T> implements MapFunction<T, T> {

    private static final long serialVersionUID = 1L;

    private static final Map<String, AtomicInteger> COUNTS = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();
    private final Set<Integer> failAt;

    /**
     * @param failAt counted from 1 over all attempts, including records read again
     */
    FailOnce(Integer... failAt) {
        this.failAt = Set.of(failAt);
        COUNTS.put(id, new AtomicInteger());
    }

    @Override
    public T map(T record) {
        int count = COUNTS.get(id).incrementAndGet();
        if (failAt.contains(count)) {
            throw new IllegalStateException("Scripted failure at record " + count);
        }
        return record;
    }
}
