/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.Warnings;
import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.RecordedMetrics;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics;
import io.github.flinkkvs.source.session.Holds.Hold;
import io.github.flinkkvs.source.split.KvsSplit;

import org.apache.flink.configuration.Configuration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

import java.io.IOException;
import java.time.Duration;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks what follows each class of error. Delays are in millis, with the longest jitter. */
class RetriesTest {

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final KvsReaderMetrics readerMetrics =
            new KvsReaderMetrics(metrics.group(), new Configuration());
    private final Configuration config = new Configuration();
    private long now = Long.MAX_VALUE - 5;
    private final Holds holds = new Holds(() -> now);
    private Retries retries;

    @BeforeEach
    void begin() {
        SessionSettings settings = new SessionSettings(config, false, true, null);
        ReadCursor cursor =
                new ReadCursor(
                        KvsSplit.unread(
                                ARN, StartingPosition.earliest(), StoppingPosition.never()));
        Patience patience = new Patience(settings, holds::nanoTime, () -> 1);
        retries =
                new Retries(
                        cursor, settings, patience, readerMetrics.stream("camera"), readerMetrics);
    }

    private void pass(long seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private String after(ErrorClass errorClass) {
        return retries.after(errorClass, "told so", new IOException("reset")).toString();
    }

    @Test
    void aPassingErrorLeadsToACallAfterTheBackOff() {
        assertThat(after(ErrorClass.RETRY)).isEqualTo("CALL 300 ERROR");
        assertThat(after(ErrorClass.RETRY)).isEqualTo("CALL 600 ERROR");
        assertThat(after(ErrorClass.THROTTLED)).isEqualTo("CALL 1000 ERROR");
        assertThat(metrics.count("class.retry.errors")).isEqualTo(2);
        assertThat(metrics.count("class.throttled.errors")).isEqualTo(1);
    }

    @Test
    void aDeadEndpointIsLookedUpAgain() {
        assertThat(after(ErrorClass.REFRESH_ENDPOINT))
                .isEqualTo("CALL 300 ENDPOINT, at a new endpoint");
    }

    @Test
    void aStreamThatIsNotFoundIsLookedUp() {
        assertThat(after(ErrorClass.STREAM_NOT_FOUND)).isEqualTo("LOOK_UP STREAM");
        assertThat(metrics.count("class.streamNotFound.errors")).isEqualTo(1);
    }

    @Test
    void whatWaitingCannotFixFailsTheJobWithStreamAndCause() {
        IOException cause = new IOException("reset");
        Step step = retries.after(ErrorClass.FATAL, "told so", cause);
        assertThat(step.message()).isEqualTo("Stream " + ARN + ", from earliest: told so.");
        assertThat(step.cause()).isSameAs(cause);
        assertThat(metrics.count("class.fatal.errors")).isEqualTo(1);
    }

    @Test
    void credentialsThatWereThereBeforeMayComeBack() {
        SdkClientException none =
                SdkClientException.create("Unable to load credentials from any of the providers");
        assertThat(retries.after(ErrorClass.FATAL, "none", none).kind()).isEqualTo(Step.Kind.FAIL);
        retries.onAnswered();
        assertThat(retries.after(ErrorClass.FATAL, "none", none)).hasToString("CALL 300 ERROR");
        assertThat(after(ErrorClass.FATAL)).as("any other error").startsWith("FAIL");
    }

    @Test
    void theJobFailsOnceTheRetryBudgetIsSpent() {
        config.set(KvsSourceOptions.RETRY_BUDGET, Duration.ofSeconds(60));
        begin();
        after(ErrorClass.RETRY);
        pass(60);
        assertThat(after(ErrorClass.RETRY)).startsWith("CALL");
        pass(1);
        assertThat(after(ErrorClass.RETRY))
                .startsWith("FAIL")
                .contains("told so", "61 s", "source.retry.budget");
    }

    @Test
    void theTimeInWhichTheStreamIsHeldIsNotSpent() {
        after(ErrorClass.RETRY);
        holds.add(Hold.ALIGNMENT);
        pass(3600);
        holds.remove(Hold.ALIGNMENT);
        assertThat(after(ErrorClass.RETRY)).startsWith("CALL");
    }

    @Test
    void errorsThatLastAreWarnedOfOnce() {
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            after(ErrorClass.RETRY);
            assertThat(warnings.texts).isEmpty();
            for (int i = 0; i < 3; i++) {
                pass(31);
                after(ErrorClass.RETRY);
            }
            assertThat(warnings.texts).hasSize(1);
            assertThat(warnings.texts.get(0)).contains("camera", "31 s", "told so", "600 s");
        }
    }

    @Test
    void aConnectionIsWaitedForUntilThereIsOne() {
        for (int i = 0; i < 100; i++) {
            assertThat(after(ErrorClass.CONNECTION_LIMIT)).startsWith("CALL");
            assertThat(metrics.gauge("streamsAtConnectionLimit")).isEqualTo(1);
            pass(3600);
        }
        retries.onAnswered();
        assertThat(metrics.gauge("streamsAtConnectionLimit")).isZero();
        retries.leaveConnectionLimit();
        assertThat(metrics.gauge("streamsAtConnectionLimit")).as("counted once").isZero();
        assertThat(metrics.count("class.connectionLimit.errors")).isEqualTo(100);
    }

    @Test
    void aRefusalAtTheConnectionLimitEndsASeriesOfErrors() {
        after(ErrorClass.RETRY);
        pass(500);
        after(ErrorClass.CONNECTION_LIMIT);
        pass(500);
        assertThat(after(ErrorClass.RETRY)).startsWith("CALL");
    }

    @Test
    void aConnectionIsWaitedForAsLongAsTheUserSays() {
        config.set(KvsSourceOptions.CONNECTION_LIMIT_FAIL_AFTER, Duration.ofMinutes(2));
        begin();
        try (Warnings warnings = new Warnings("io.github.flinkkvs.source.session")) {
            after(ErrorClass.CONNECTION_LIMIT);
            pass(61);
            after(ErrorClass.CONNECTION_LIMIT);
            assertThat(warnings.texts).hasSize(1);
            assertThat(warnings.texts.get(0)).contains("camera", "3 connections");
            pass(60);
            assertThat(after(ErrorClass.CONNECTION_LIMIT))
                    .startsWith("FAIL")
                    .contains("told so", "3 connections");
        }
    }

    @Test
    void aFailureSaysWhereAndWhatToDo() {
        assertThat(retries.fail("it is broken", "Mend it. ", null).message())
                .isEqualTo("Stream " + ARN + ", from earliest: it is broken. Mend it.");
    }
}
