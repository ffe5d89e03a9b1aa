/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.ingest;

import io.github.flinkkvs.testing.internal.streams.ServiceState;

import io.vertx.core.Vertx;

/**
 * Notices a producer that is silent although its bytes are asked for. Owned by the event loop of
 * its connection.
 */
final class Silence {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final ServiceState service;
    private final Runnable idle;
    private final Runnable tooLong;
    private boolean listening;
    private long sinceNanos;
    private long told;
    private long timer = -1;

    /**
     * @param idle called once in each interval of silence
     * @param tooLong called when the call is to end
     */
    Silence(Vertx vertx, ServiceState service, Runnable idle, Runnable tooLong) {
        this.vertx = vertx;
        this.service = service;
        this.idle = idle;
        this.tooLong = tooLong;
    }

    /** From now on the producer is expected to send. */
    void listen() {
        listening = true;
        sinceNanos = System.nanoTime();
        told = 0;
        if (timer < 0) {
            arm();
        }
    }

    /** The producer sent something, or is not expected to. The timer goes on: this comes often. */
    void stopListening() {
        listening = false;
    }

    void close() {
        listening = false;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }

    private void arm() {
        long lasted = System.nanoTime() - sinceNanos;
        long interval = service.behavior().idleAckInterval().toNanos();
        long most = service.limits().producerIdleEnd().toNanos();
        long next = interval > 0 ? (lasted / interval + 1) * interval : Long.MAX_VALUE;
        next = most > 0 ? Math.min(next, most) : next;
        if (next < Long.MAX_VALUE) {
            long millis = 1 + Math.max(0, next - lasted) / NANOS_PER_MILLI;
            timer = vertx.setTimer(millis, id -> look());
        }
    }

    private void look() {
        timer = -1;
        if (!listening) {
            return;
        }
        long lasted = System.nanoTime() - sinceNanos;
        long interval = service.behavior().idleAckInterval().toNanos();
        long most = service.limits().producerIdleEnd().toNanos();
        if (most > 0 && lasted >= most) {
            tooLong.run();
            return;
        }
        if (interval > 0 && lasted / interval > told) {
            told = lasted / interval;
            idle.run();
        }
        arm();
    }
}
