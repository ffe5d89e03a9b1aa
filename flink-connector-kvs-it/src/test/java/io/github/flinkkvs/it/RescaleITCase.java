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
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.log.ServedMedia;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Savepoints restored with more or fewer readers, and other streams. */
class RescaleITCase extends KvsTestBase {

    private EmbeddedStream[] streams(int count) {
        List<EmbeddedStream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(kvs.createStream("stream-" + i));
        }
        return streams.toArray(new EmbeddedStream[0]);
    }

    private static void pushTo(EmbeddedStream[] streams, int count) {
        for (EmbeddedStream stream : streams) {
            push(stream, count);
        }
    }

    @Test
    void upAndDown() throws Exception {
        EmbeddedStream[] all = streams(5);
        String savepoint = null;
        int sum = 0;
        for (int parallelism : new int[] {2, 3, 1, 4}) {
            pushTo(all, 3);
            sum += 15;
            Job<Fragment> job =
                    job(source(all))
                            .parallelism(parallelism)
                            .from(savepoint)
                            .map(new FailOnce<>(8))
                            .start();
            assertAll(job.results.awaitCommitted(sum), all);
            // Fragments that arrive while it stops go to this job or the next, never to both.
            pushTo(all, 1);
            sum += 5;
            savepoint = job.stopWithSavepoint();
        }
        Job<Fragment> last = job(source(all)).parallelism(2).from(savepoint).start();
        assertAll(last.results.awaitCommitted(sum), all);
    }

    @Test
    void moreReadersThanStreams() throws Exception {
        EmbeddedStream[] all = streams(2);
        pushTo(all, 3);
        Job<Fragment> job = job(source(all)).parallelism(4).map(new FailOnce<>(3)).start();
        assertAll(job.results.awaitCommitted(6), all);
        assertThat(kvs.openConnections()).isLessThanOrEqualTo(2);
        String savepoint = job.stopWithSavepoint();
        pushTo(all, 3);
        Job<Fragment> restored = job(source(all)).parallelism(3).from(savepoint).start();
        assertAll(restored.results.awaitCommitted(12), all);
    }

    @Test
    void streamsAreSpreadOverTheReaders() throws Exception {
        EmbeddedStream[] all = streams(6);
        pushTo(all, 1);
        Job<Fragment> job = job(source(all)).parallelism(3).restarts(0).start();
        job.results.awaitCommitted(6);
        for (int reader = 0; reader < 3; reader++) {
            assertThat(metric(job, "Source: kvs." + reader + ".KinesisVideo.fragments"))
                    .isEqualTo(2);
        }
    }

    @Test
    void savepointWhileItGoesOn() throws Exception {
        EmbeddedStream[] all = streams(2);
        pushTo(all, 3);
        Job<Fragment> job = job(source(all)).restarts(0).start();
        job.results.awaitCommitted(6);
        String savepoint = job.savepoint();
        pushTo(all, 2);
        assertAll(job.results.awaitCommitted(10), all);
        job.cancel();
        Job<Fragment> restored = job(source(all)).parallelism(2).from(savepoint).start();
        assertAll(restored.results.awaitCommitted(10), all);
    }

    @Test
    void otherStreams() throws Exception {
        EmbeddedStream kept = kvs.createStream("kept");
        EmbeddedStream dropped = kvs.createStream("dropped");
        EmbeddedStream added = kvs.createStream("added");
        push(kept, 3);
        push(dropped, 3);
        push(added, 3);
        Job<Fragment> job = job(source(kept, dropped)).parallelism(2).restarts(0).start();
        job.results.awaitCommitted(6);
        String savepoint = job.stopWithSavepoint();
        push(kept, 2);
        push(dropped, 2);

        Job<Fragment> without = job(source(kept, added)).parallelism(2).from(savepoint).start();
        List<Fragment> read = without.results.awaitCommitted(11);
        assertExactly(of(kept, read), kept.pushed());
        assertExactly(of(added, read), added.pushed());
        assertExactly(of(dropped, read), dropped.pushed().subList(0, 3));
        String second = without.stopWithSavepoint();

        // A stream that comes back starts over.
        Job<Fragment> back =
                job(source(kept, added, dropped)
                                .setStartingPosition(
                                        "dropped",
                                        StartingPosition.afterFragment(
                                                dropped.pushed().get(3).number())))
                        .parallelism(2)
                        .from(second)
                        .start();
        read = back.results.awaitCommitted(12);
        assertExactly(of(dropped, read).subList(3, 4), dropped.pushed().subList(4, 5));
    }

    @Test
    void restoredPositionIsWhatTheServiceIsAskedFor() throws Exception {
        EmbeddedStream stream = kvs.createStream("stream");
        push(stream, 3);
        Job<Fragment> job = job(source(stream)).restarts(0).start();
        job.results.awaitCommitted(3);
        String savepoint = job.stopWithSavepoint();
        kvs.log().clear();
        Job<Fragment> restored = job(source(stream)).restarts(0).from(savepoint).start();
        awaitSession(stream, 1);
        assertThat(kvs.log().sessions("stream"))
                .first()
                .extracting(ServedMedia::startSelector)
                .isEqualTo("FRAGMENT_NUMBER " + stream.pushed().get(2).number());
        assertThat(kvs.log().calls("DescribeStream", "stream")).isEmpty();
        restored.cancel();
    }
}
