/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.Seeds;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Random;

/**
 * Whatever happens to the sessions of a reader, in any order: each wanted fragment or frame of each
 * stream comes out once, in order, and nothing is left at the end. Bytes, ends, errors and stale
 * calls arrive at random, between pauses, restarts and delays of the fetcher, on a manual clock.
 */
class SessionInterleavingsTest {

    private static final int STEPS = 400;

    @ParameterizedTest
    @EnumSource(SessionWorld.Kind.class)
    void eachFragmentOnce(SessionWorld.Kind kind) {
        Seeds.eachInParallel(
                seed ->
                        eachOnce(
                                new SessionWorld(
                                        random(seed, kind), kind, null, HistoryMode.LIVE)));
    }

    @ParameterizedTest
    @EnumSource(SessionWorld.Kind.class)
    void eachFrameOnce(SessionWorld.Kind kind) {
        Seeds.eachInParallel(
                seed -> {
                    Random random = random(seed, kind);
                    int nth = 1 + random.nextInt(2);
                    FrameFilter filter = FrameFilter.all().everyNth(nth);
                    eachOnce(new SessionWorld(random, kind, filter, HistoryMode.LIVE));
                });
    }

    @ParameterizedTest
    @EnumSource(SessionWorld.Kind.class)
    void eachFragmentOnceWithTheArchive(SessionWorld.Kind kind) {
        Seeds.eachInParallel(seed -> eachOnce(archived(random(seed, kind), kind, null)));
    }

    @ParameterizedTest
    @EnumSource(SessionWorld.Kind.class)
    void eachFrameOnceWithTheArchive(SessionWorld.Kind kind) {
        Seeds.eachInParallel(
                seed -> eachOnce(archived(random(seed, kind), kind, FrameFilter.all())));
    }

    private static SessionWorld archived(
            Random random, SessionWorld.Kind kind, @Nullable FrameFilter frames) {
        HistoryMode mode = random.nextBoolean() ? HistoryMode.AUTO : HistoryMode.ARCHIVE;
        return new SessionWorld(random, kind, frames, mode);
    }

    private static void eachOnce(SessionWorld world) throws Exception {
        for (int i = 0; i < STEPS; i++) {
            world.step();
        }
        world.heal();
        world.assertEachOnce();
        world.close();
        // A description that is still to be requested no longer matters.
        world.rig.timer.runDue();
        world.assertNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(SessionWorld.Kind.class)
    void nothingIsLeftWheneverAReaderCloses(SessionWorld.Kind kind) {
        Seeds.eachInParallel(
                seed -> {
                    Random random = random(seed, kind);
                    SessionWorld world =
                            random.nextBoolean()
                                    ? archived(random, kind, null)
                                    : new SessionWorld(random, kind, null, HistoryMode.LIVE);
                    int steps = world.random.nextInt(STEPS / 4);
                    for (int i = 0; i < steps; i++) {
                        world.step();
                    }
                    world.close();
                    world.staleEvents();
                    world.rig.timer.advance(Duration.ofHours(1));
                    world.assertNothingIsLeft();
                });
    }

    /** Consecutive seeds would begin alike. */
    private static Random random(long seed, SessionWorld.Kind kind) {
        return new Random(seed * 7919 + kind.ordinal());
    }
}
