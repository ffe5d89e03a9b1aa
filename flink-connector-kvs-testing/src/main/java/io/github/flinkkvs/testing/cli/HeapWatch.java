/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.cli;

import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells when the heap is full of live objects. A JVM in that state may spend minutes doing nothing
 * but collect garbage.
 */
final class HeapWatch implements AutoCloseable {
    private static final double FULL = 0.9;

    private final NotificationEmitter memory =
            (NotificationEmitter) ManagementFactory.getMemoryMXBean();
    private final List<MemoryPoolMXBean> watched = new ArrayList<>();
    private final NotificationListener listener;

    /**
     * @param whenFull called in a thread of the JVM when the heap is full after a collection
     */
    HeapWatch(Runnable whenFull) {
        listener =
                (notification, handback) -> {
                    if (notification
                            .getType()
                            .equals(MemoryNotificationInfo.MEMORY_COLLECTION_THRESHOLD_EXCEEDED)) {
                        whenFull.run();
                    }
                };
        memory.addNotificationListener(listener, null, null);
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            long max = pool.getUsage().getMax();
            // Eden, which may be full at any time, supports no usage threshold.
            if (pool.getType() == MemoryType.HEAP
                    && pool.isUsageThresholdSupported()
                    && pool.isCollectionUsageThresholdSupported()
                    && max > 0) {
                pool.setCollectionUsageThreshold((long) (max * FULL));
                watched.add(pool);
            }
        }
    }

    @Override
    public void close() {
        watched.forEach(pool -> pool.setCollectionUsageThreshold(0));
        try {
            memory.removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
