/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.api.common.functions.MapFunction;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Lets nothing pass until it is opened: back-pressure. */
final class Gate implements MapFunction<Fragment, Fragment> {

    private static final long serialVersionUID = 1L;

    private static final Map<String, CountDownLatch> LATCHES = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();

    Gate() {
        LATCHES.put(id, new CountDownLatch(1));
    }

    void open() {
        LATCHES.get(id).countDown();
    }

    @Override
    public Fragment map(Fragment fragment) throws InterruptedException {
        LATCHES.get(id).await();
        return fragment;
    }
}
