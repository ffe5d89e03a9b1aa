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

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Blocks at the first fragment, which causes back-pressure. */
final class LongPause implements MapFunction<Fragment, Fragment> {

    private static final long serialVersionUID = 1L;

    private final long millis;
    private boolean over;

    LongPause(Duration pause) {
        millis = pause.toMillis();
    }

    @Override
    public Fragment map(Fragment fragment) throws InterruptedException {
        if (!over) {
            // Nobody counts it down.
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
            over = true;
        }
        return fragment;
    }
}
