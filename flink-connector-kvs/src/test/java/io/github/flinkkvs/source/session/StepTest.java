/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** Each step carries what it needs, and says it in logs and in the tests of what decides on it. */
class StepTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void aCallHasADelayAndMayHaveAReason() {
        Step step = Step.call(SECOND, ReconnectCause.IDLE);
        assertThat(step.kind()).isEqualTo(Step.Kind.CALL);
        assertThat(step.delayNanos()).isEqualTo(SECOND);
        assertThat(step.reconnectCause()).isEqualTo(ReconnectCause.IDLE);
        assertThat(step.forgetsEndpoint()).isFalse();
        assertThat(step.caughtUpAtMillis()).isEmpty();
        assertThat(step).hasToString("CALL 1000 IDLE");
        assertThat(Step.call(0, null)).hasToString("CALL 0");
    }

    @Test
    void anyStepMayHaveANewEndpointAndATimeUpToWhichAllWasRead() {
        Step step = Step.call(0, ReconnectCause.ENDPOINT).atNewEndpoint().caughtUpAt(T0);
        assertThat(step.forgetsEndpoint()).isTrue();
        assertThat(step.caughtUpAtMillis()).hasValue(T0);
        assertThat(step).hasToString("CALL 0 ENDPOINT, at a new endpoint, caught up at " + T0);
        assertThat(Step.finish().caughtUpAt(T0)).hasToString("FINISH, caught up at " + T0);
    }

    @Test
    void theOthersHaveWhatTheyAreAbout() {
        assertThat(Step.lookUp(Question.POSITION).question()).isEqualTo(Question.POSITION);
        assertThat(Step.lookUp(Question.POSITION)).hasToString("LOOK_UP POSITION");
        assertThat(Step.leaveOut(SessionRig.at(7, T0)).position()).isEqualTo(SessionRig.at(7, T0));
        assertThat(Step.leaveOut(SessionRig.at(7, T0))).hasToString("LEAVE_OUT 7");
        assertThat(Step.switchTo(ARN).arn()).isEqualTo(ARN);
        // The data endpoints of the old stream are of no more use.
        assertThat(Step.switchTo(ARN)).hasToString("SWITCH " + ARN + ", at a new endpoint");
        assertThat(Step.finishDeleted()).hasToString("FINISH_DELETED");
        IOException cause = new IOException("reset");
        Step failure = Step.fail("it is broken", cause);
        assertThat(failure.message()).isEqualTo("it is broken");
        assertThat(failure.cause()).isSameAs(cause);
        assertThat(failure).hasToString("FAIL it is broken");
    }
}
