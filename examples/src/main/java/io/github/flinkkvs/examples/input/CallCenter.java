/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.PhoneCall;
import io.github.flinkkvs.testing.behavior.Limits;
import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.media.MediaFragment;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Calls that begin one after the other in the embedded service, in real time. Each has a stream of
 * its own, which is created when the call begins, and deleted some time after its end. All quotas
 * of the service hold.
 */
public final class CallCenter {

    /** The longest time until a job looks for streams. */
    private static final Duration START = Duration.ofMinutes(5);

    /** How long after one call the next one begins. */
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    /** How long a stream exists after its call. */
    private static final Duration KEPT = Duration.ofSeconds(10);

    /** How often the job looks for new streams. */
    private static final Duration DISCOVERY = Duration.ofSeconds(1);

    /** About the length of a fragment of a call. */
    private static final Duration FRAGMENT = Duration.ofSeconds(1);

    private static final String PREFIX = "calls-";

    private static final Map<String, String> TAGS = Map.of("media", "call");

    private final EmbeddedKvs kvs;
    private final StreamChoice choice;

    /** Does all that the callers do; the thread ends with the process at the latest. */
    private final ScheduledExecutorService callers =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "callers");
                        thread.setDaemon(true);
                        return thread;
                    });

    private CallCenter(EmbeddedKvs kvs, StreamChoice choice) {
        this.kvs = kvs;
        this.choice = choice;
    }

    /**
     * Starts the service; the first call begins when a job first looks for streams.
     *
     * @param fragments after how many fragments to stop; 0 for no limit
     * @param calls how many calls there will be
     * @param streams a prefix is that of the names; tags and a pattern must select them
     */
    public static Input open(long fragments, int calls, StreamChoice streams) {
        StreamChoice choice = streams.isSelection() ? streams : streams.withPrefix(PREFIX);
        choice.among(Map.of(streamName(choice, 0), TAGS));
        EmbeddedKvs kvs = EmbeddedKvs.builder().limits(Limits.service()).start();
        CallCenter center = new CallCenter(kvs, choice);
        center.after(Duration.ZERO, () -> center.work(calls));
        return new Input(
                kvs.region(),
                kvs.endpoint().toString(),
                choice,
                StartingPosition.earliest(),
                StoppingPosition.never(),
                Input.embeddedCredentials().set(KvsSourceOptions.DISCOVERY_INTERVAL, DISCOVERY),
                Map.of(),
                fragments,
                Input.UNKNOWN,
                "");
    }

    private static String contactId(int call) {
        return String.format(Locale.ROOT, "5f3c9a52-0000-4000-8000-%012d", call + 1);
    }

    private static String streamName(StreamChoice choice, int call) {
        return choice.simulated("contact-" + contactId(call));
    }

    private void work(int calls) {
        kvs.log().awaitCalls("ListStreams", null, 1, START);
        for (int call = 0; call < calls; call++) {
            int number = call;
            after(INTERVAL.multipliedBy(call), () -> begin(number));
        }
    }

    private void begin(int call) {
        EmbeddedStream stream =
                kvs.createStream(StreamSettings.named(streamName(choice, call)).tags(TAGS).build());
        PhoneCall.Builder song =
                call % 2 == 0
                        ? SungCall.inTurns(contactId(call))
                        : SungCall.inCanon(contactId(call));
        List<MediaFragment> fragments = song.startMillis(kvs.clock().millis()).build().fragments();
        for (int i = 0; i < fragments.size(); i++) {
            MediaFragment fragment = fragments.get(i);
            after(FRAGMENT.multipliedBy(i + 1), () -> stream.push(fragment));
        }
        after(
                FRAGMENT.multipliedBy(fragments.size()).plus(KEPT),
                () -> kvs.deleteStream(stream.name()));
    }

    private void after(Duration delay, Runnable what) {
        callers.schedule(
                () -> {
                    try {
                        what.run();
                    } catch (RuntimeException | AssertionError e) {
                        Thread thread = Thread.currentThread();
                        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                    }
                },
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }
}
