/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.session.PositionSearch.Question;

import org.junit.jupiter.api.Test;

import javax.annotation.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static io.github.flinkkvs.source.session.SessionRig.ARN;
import static io.github.flinkkvs.source.session.SessionRig.T0;
import static org.assertj.core.api.Assertions.assertThat;

class StreamLookupTest implements StreamLookup.Owner {

    private final SessionRig rig = new SessionRig();
    private final StreamDescription description = new StreamDescription(ARN, 24, T0);

    @Nullable private StreamLookup current;
    private final List<Object> heard = new ArrayList<>();

    /** Thrown when the answer is heard; null for nothing. */
    @Nullable private RuntimeException thrown;

    @Override
    public boolean isCurrent(StreamLookup lookup) {
        return lookup == current;
    }

    @Override
    public void onAnswer(
            Question question, @Nullable StreamDescription found, @Nullable Throwable error) {
        rig.lock.assertHeld();
        assertThat(question).isEqualTo(Question.STREAM);
        assertThat(found == null).as("one of the two").isNotEqualTo(error == null);
        heard.add(found == null ? error : found);
        if (thrown != null) {
            throw thrown;
        }
    }

    @Override
    public void onBroken(Throwable cause) {
        rig.lock.assertHeld();
        heard.add(cause);
    }

    private void ask() {
        current = new StreamLookup(Question.STREAM, "camera", this, rig.resources());
        current.ask();
    }

    @Test
    void asksInAThreadOfTheTimer() {
        rig.directory.answer("camera", ARN, 24, T0);
        ask();
        assertThat(rig.directory.asked).as("not in the caller's thread").isEmpty();
        rig.timer.runDue();
        assertThat(rig.directory.asked).containsExactly("camera");
        assertThat(heard).hasSize(1);
        assertThat(((StreamDescription) heard.get(0)).arn()).isEqualTo(ARN);
    }

    @Test
    void reportsWhyThereIsNoDescription() {
        IOException reset = new IOException("reset");
        rig.directory.fail("camera", reset);
        ask();
        rig.timer.runDue();
        assertThat(heard).containsExactly(reset);
    }

    @Test
    void reportsACallThatCannotBeMade() {
        rig.directory.refusal = new IllegalStateException("told so");
        ask();
        rig.timer.runDue();
        assertThat(heard).containsExactly(rig.directory.refusal);
    }

    @Test
    void saysNothingOnceItIsNotCurrent() {
        CompletableFuture<StreamDescription> late = new CompletableFuture<>();
        rig.directory.answers.put("camera", late);
        ask();
        rig.timer.runDue();
        StreamLookup first = current;
        ask();
        assertThat(current).isNotSameAs(first);
        late.complete(description);
        rig.timer.runDue();
        // The second one heard it.
        assertThat(heard).containsExactly(description);
        current = null;
        ask();
        current = null;
        rig.timer.runDue();
        assertThat(heard).hasSize(1);
    }

    @Test
    void reportsWhateverIsThrownWhenTheAnswerIsHeard() {
        rig.directory.answer("camera", ARN, 24, T0);
        thrown = new IllegalStateException("told so");
        ask();
        rig.timer.runDue();
        assertThat(heard).hasSize(2).contains(thrown);
    }
}
